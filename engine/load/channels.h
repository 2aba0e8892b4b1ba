#pragma once
// `channels` of shopbell.yaml: each by what its platform wants to know.

#include "load/fields.h"

namespace shopbell {

/// Reports a platform that there is none of, a setting that is missing, unknown or of a wrong type, and a channel that nothing
/// can be said on. `log`, `email`, `survey` and `chat` are the engine's own.
void check_channel(const std::string& name, const yaml::Node& settings, Report& report);

bool is_secret_setting(const std::string& channel, const yaml::Node& settings, std::string_view name);
/// Whether the setting is a text, which may look like a number: an account's id.
bool is_text_setting(const std::string& channel, const yaml::Node& settings, std::string_view name);

}  // namespace shopbell
