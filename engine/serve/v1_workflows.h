#pragma once
// What the routes about an edited workflow share.

#include "base/diagnostic.h"
#include "serve/staged.h"
#include "serve/v1.h"

#include <memory>
#include <vector>

namespace shopbell::v1 {

/// Answers on the thread for what takes long; 503 where too much waits for it.
V1Answer apart(V1Parts& parts, V1Ask& ask, V1Answer (*work)(V1Parts&, V1Ask&));
/// The shop with the body's `yaml` in it: as the workflow `name`, or as a new one.
Result<std::unique_ptr<StagedShop>> stage(V1Parts& parts, const V1Ask& ask);
/// Writes the text as the workflow that the address names, when the whole shop has no mistake with it and the body's `hash` is the present
/// version's (none: there is none yet). `what`: for the audit trail.
V1Answer deploy(V1Parts& parts, V1Ask& ask, const std::string& yaml, const std::string& what);
bool has_errors(const std::vector<Diagnostic>& all);
Value diagnostics_value(const std::vector<Diagnostic>& all, Arena& arena);

}  // namespace shopbell::v1
