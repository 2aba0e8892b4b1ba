#pragma once
// YAML 1.2 as this project's files use it: one document, keys that are plain texts, the core schema
// (yes, no, on and off are texts), no merge keys, no tags but the core's. yaml-cpp scans and parses;
// the tree here knows where each node stands. Every mistake of the tree goes into the Report at once.
// Any thread.

#include "load/report.h"

#include <shopbell/arena.h>
#include <shopbell/value.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::yaml {

struct Node;
using NodePtr = std::shared_ptr<const Node>;  // an alias shares the node that its anchor names

struct Entry {
  NodePtr key, value;
};

enum class NodeKind : std::uint8_t { scalar, list, map };

struct Node {
  NodeKind kind = NodeKind::scalar;
  bool plain = false;        // a scalar without quotes: null, true and 12 mean themselves
  std::string text;          // of a scalar
  std::string tag;           // "str", "int", ... when one was written
  std::uint32_t offset = 0;  // of its first byte in the file
  std::vector<NodePtr> items;
  std::vector<Entry> entries;
  std::uint32_t nodes = 1;  // in this tree, aliases counted each time they are used
  std::uint32_t bytes = 0;  // of text in this tree, likewise

  /// The value of that key, or nullptr (also when this is no map).
  const Node* find(std::string_view key) const;
  bool is_map() const { return kind == NodeKind::map; }
  bool is_list() const { return kind == NodeKind::list; }
  bool is_scalar() const { return kind == NodeKind::scalar; }
  bool is_null() const;  // nothing, ~ or null, unquoted
  bool is_text() const;  // a scalar that is no null, boolean or number
};

/// The root of the one document in report.source(), or nullptr when the text is no YAML, breaks a
/// limit (yaml_bytes_max, yaml_nodes_max, yaml_depth_max) or holds several documents; the report
/// then has the reason. Mistakes that leave a tree (a key given twice) are reported, too.
NodePtr parse(Report& report);

/// A scalar by the core schema: null, boolean, int, uint, double or string (a view into the node).
Value scalar_value(const Node& node);
/// The whole tree as a Value in `arena`, texts copied.
Value to_value(const Node& node, Arena& arena);

/// "a text", "a list", "a map", "nothing", "the number 5", "true": what stands there, for messages.
std::string describe(const Node& node);

/// What a caret underlines: a scalar as it is written, up to the end of its line; the first key of a map.
Place place_of(const Node& node, std::string_view source);
/// For each byte of a scalar's text, and one more for its end, the byte of the file that it comes
/// from, whatever the scalar's style: so a mistake within an expression is shown where it stands.
std::vector<std::uint32_t> spelling_of(const Node& node, std::string_view source);
/// The place in the file of bytes offset..offset+length of a scalar's text.
Place place_within(const Node& node, std::string_view source, std::uint32_t offset, std::uint32_t length);

}  // namespace shopbell::yaml
