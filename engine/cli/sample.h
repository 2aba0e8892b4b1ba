#pragma once
// Data to try an expression or a template on: what --event and --data name.

#include "cli/files.h"

#include <shopbell/value.h>

namespace shopbell::cli {

/// The scope that a workflow's expressions see for the data of a file: a CloudEvent (its nouns at top
/// level and `event`), or any JSON object (its members). No file: an empty scope with `now` alone.
Result<Document> read_sample(const std::string& path);

}  // namespace shopbell::cli
