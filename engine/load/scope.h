#pragma once
// What the expressions and templates of one workflow may read, by the events that trigger it.

#include "cel/cel.h"
#include "liquid/liquid.h"
#include "load/nouns.h"
#include "load/report.h"

#include <shopbell/action.h>

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace shopbell {

/// The names that a workflow's steps bring.
struct Names {
  std::set<std::string> vars;     // of `vars` and of every `set`
  std::set<std::string> outputs;  // of every `as`
  std::map<std::string, const Action*> makers;  // the action that gives it; null: several kinds of steps
  std::set<std::string> steps;    // of every `id`
};

/// For conditions of the trigger. Several types: what any of them has is allowed; where they differ it
/// is not checked. A type of the shop's own has no schema: then every name is allowed. `own`: the shop's fields.
cel::Env trigger_scope(std::span<const std::string> event_types, const OwnFields& own);
/// For steps: with vars, steps, and the names of outputs.
cel::Env step_scope(std::span<const std::string> event_types, const Names& names, const OwnFields& own);

/// For segments: customer, shop and now.
cel::Env segment_scope(const OwnFields& own);

/// For wait_for's `where`: the nouns of the awaited types, the names of the steps, and `trigger` with the nouns of
/// the types that start the workflow.
cel::Env awaited_scope(std::span<const std::string> awaited, std::span<const std::string> trigger,
                       const Names& names, const OwnFields& own);

/// The fields that the template reads and the scope does not have, with their places in the template.
std::vector<Error> unknown_readings(const liquid::Template& t, const cel::Env& scope);
/// Keys that the filter t would not find for every customer; none when `texts` is nullptr.
std::vector<Error> unknown_texts(const liquid::Template& t, const liquid::Translations* texts);

}  // namespace shopbell
