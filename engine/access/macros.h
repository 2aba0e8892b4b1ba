#pragma once
// Several commands under one name, for what a team does again and again: an answer, tags, who has it then, and whether it is done.

#include "access/desk_file.h"

#include <shopbell/time.h>

#include <vector>

namespace shopbell {

constexpr std::size_t macros_max = 200, macro_tags_max = 20;
constexpr std::int64_t macro_snooze_hours_max = 24 * 90;

struct Macro {
  std::string id, name;
  std::string text;                 // the answer, with {{customer.name}} and the like; empty: none
  std::vector<std::string> tags;    // that are put on it
  std::string priority;             // empty: as it was
  std::string agent, queue;         // who has it then; at most one of them; both empty: as it was
  std::string then;                 // resolve, snooze, or empty
  std::int64_t snooze_hours = 0;    // with `snooze`
  std::string by;
  Time at;
};

/// By name.
Result<std::vector<Macro>> macros(DeskFile& file);
Result<std::optional<Macro>> find_macro(DeskFile& file, std::string_view id);
/// An empty id: a new one. Errors: "bad_macro", "taken", "too_many", "not_found".
Result<Macro> keep_macro(DeskFile& file, const Macro& macro);
Result<void> drop_macro(DeskFile& file, std::string_view id);

}  // namespace shopbell
