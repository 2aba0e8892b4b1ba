#pragma once
// What a template is previewed against: an event, or a customer, as a step of a workflow would see it.

#include "cli/files.h"
#include "core/workflow.h"

namespace shopbell::cli {

/// At most one of the two; neither: no data but the shop and the time.
struct PreviewOf {
  std::string event;     // a file ("-": standard input) with a CloudEvent or any JSON object, or the id of a stored event
  std::string customer;  // "7" or "customer:7"
};

/// The scope, with views into `shop`. Of a stored event or customer the profile is today's.
/// Errors: "not_found" with a hint, "bad_json", "bad_sample", those of read_event() and of the store.
Result<Document> preview_scope(const PreviewOf& of, const Where& where, const Workflows& shop, Time now);

}  // namespace shopbell::cli
