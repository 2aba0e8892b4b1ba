#pragma once
// Intents that a workflow names, against those that the shop's machine can hear.

#include "core/workflow.h"
#include "load/load.h"

#include <string>
#include <vector>

namespace shopbell {

/// Of the built-in examples and of the shop's `intents/*.yaml`, sorted; empty: a trained model in `models/` has its own.
std::vector<std::string> intent_names(const std::string& shop_folder);

/// Warns of `classify` with an intent that is none of them: it is never heard.
void check_intents(const Workflow& workflow, const std::vector<std::string>& known, std::vector<Diagnostic>& diagnostics);

}  // namespace shopbell
