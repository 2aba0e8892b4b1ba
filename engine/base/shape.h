#pragma once
// Shapes of maps: a sender's bodies have the same names in the same order each time. Of a map whose shape is known it is
// known without hashing that its names differ, and where each stands. Shapes are never forgotten, so they are learned of
// bodies alone whose names are a program's, not a person's, and shapes_max of them. Any thread.

#include <shopbell/error.h>
#include <shopbell/value.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t shapes_max = 1024, shape_names_max = 256;

struct Shape {
  std::uint32_t id = 0;              // not 0
  std::uint32_t mask = 0;            // as the map's body has them
  std::vector<std::uint32_t> table;
  std::string text;                  // all names
  std::vector<std::string_view> names;
};

/// nullptr: not known, or not to this thread.
const Shape* known_shape(std::span<const Member> members);
/// Of a map whose names are texts, each another. nullptr: there are too many already.
const Shape* learn_shape(std::span<const Member> members, std::span<const std::uint32_t> table);

/// parse_json() of what a program wrote, as a platform's body: its maps have shapes.
Result<Value> parse_body(std::string_view text, Arena& arena);

}  // namespace shopbell
