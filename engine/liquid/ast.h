#pragma once
// A parsed template. Views point into Program::text, which lives as long as the nodes do.

#include "liquid/datum.h"
#include "liquid/liquid.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::liquid {

class Rendering;
struct Filter;

struct Place {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

/// A name that is looked up while rendering, with its hash.
struct Name {
  std::string_view text;
  std::uint32_t hash = 0;

  Name() = default;
  explicit Name(std::string_view t) : text(t), hash(key_hash(t)) {}
  bool operator==(const Name& other) const { return hash == other.hash && text == other.text; }
};

struct Expression;

/// One step of a path: ".name" or "[expression]".
struct Step {
  Name name;
  bool command = false;  // .size .first .last also work on what has no such member
  std::unique_ptr<Expression> at;
};

struct Expression {
  enum class Kind : std::uint8_t { literal, path, range };
  Kind kind = Kind::literal;
  Place place;
  Datum literal;
  Name root;                                // path
  std::unique_ptr<Expression> root_at;      // path of old templates: [expression].rest
  std::vector<Step> steps;
  std::unique_ptr<Expression> first, last;  // range

  bool is_literal() const { return kind == Kind::literal; }
};

struct NamedArgument {
  Name name;
  Expression value;
};

struct FilterUse {
  const Filter* filter = nullptr;  // nullptr: unknown, hands its input on
  Place place;
  std::vector<Expression> arguments;
  std::vector<NamedArgument> named;
};

/// What stands in {{ }}: an expression and the filters that it goes through.
struct Pipeline {
  std::optional<Expression> source;  // {{ }} is allowed and empty
  std::vector<FilterUse> filters;
  Place place;
};

enum class Operator : std::uint8_t { none, equal, unequal, less, less_equal, greater, greater_equal, contains, unknown };

/// One comparison and how the next is joined to it; they are decided from left to right, and the
/// first that settles all that stands right of it ends the matter.
struct Comparison {
  enum class Join : std::uint8_t { end, both, either };
  Expression left;
  Operator op = Operator::none;
  Expression right;
  Join join = Join::end;
  std::string_view op_text;
};

struct Condition {
  std::vector<Comparison> parts;
};

enum class Flow : std::uint8_t { go_on, break_loop, continue_loop, failed };

struct Node {
  Place place;
  bool blank = false;  // prints nothing itself: a block of such nodes prints no white space either

  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;
  virtual Flow render(Rendering& r) const = 0;
};

struct Body {
  std::vector<std::unique_ptr<Node>> nodes;
  bool blank = true;
  bool ends_in_text = false;  // while parsing: a {%- that follows trims the last node

  Flow render(Rendering& r) const;
};

/// Where a template reads its data; collected while it is parsed.
struct PathReading {
  std::vector<std::string> parts;
  Place place;
};

struct Program {
  std::string name;
  std::string text;
  ParseOptions options;
  Body body;
  std::vector<Template::Reading> readings, texts;
  std::deque<WideObject> wides;  // literals beyond 64 bits
};

}  // namespace shopbell::liquid
