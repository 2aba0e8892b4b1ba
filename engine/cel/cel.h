#pragma once
// CEL, the language that decides: compile() turns a text into a Program once, evaluate() runs it
// many times. The language is cel-spec's without protobuf messages, with the string, math, list,
// set, encoder, network, regex, optional, bindings, block and two-variable comprehension extensions.
// https://github.com/google/cel-spec/blob/master/doc/langdef.md
//
// A Program is immutable and may be evaluated from any number of threads at once, each with an
// Arena of its own. Nothing here throws, reads a clock or does I/O (zones of the world are read
// from the system's tzdata once).

#include "cel/type.h"

#include <shopbell/arena.h>
#include <shopbell/error.h>
#include <shopbell/value.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::cel {

// Limits of compile(); each is an Error with a place when it is met.
constexpr std::size_t source_bytes_max = 64 * 1024;   // "source_too_long"
constexpr std::uint32_t nesting_max = 200;            // "nesting_too_deep"
constexpr std::uint32_t nodes_max = 20'000;           // "too_many_nodes"
constexpr std::size_t regex_bytes_max = 4 * 1024;     // of a pattern: "regex_too_long"
constexpr std::int64_t regex_memory_max = 1 << 20;    // bytes of a compiled pattern: "regex_too_large"

/// Limits of one evaluation.
struct Limits {
  /// A node costs 1; so do an element that a macro visits, ten bytes of text or two elements of a
  /// list that are looked at or made. Above it: "cost_too_high".
  std::uint64_t cost_max = 1'000'000;
  /// Whether errors bear a message: false for who only asks whether there was one, a hundred times an event.
  bool messages = true;
};

/// A mistake (or, as a warning, a doubt) in a source text. Offset and length are bytes into it.
struct Issue {
  Error error;
  bool warning = false;
};

class Call;  // what the code of a function is given: engine/cel/call.h

/// What may stand in an expression. A default Env takes every identifier as dyn; one with declared
/// variables refuses others, with a hint. The standard functions and extensions are always there.
class Env {
 public:
  using Code = Value (*)(Call& call, const Value* args);
  struct Variable {
    std::string name;  // may be dotted: "com.example.x"
    Type type;
    std::string doc;
  };
  struct Function {
    std::string name;
    std::vector<Type> params;  // of a member: the first is what stands before the dot
    Type result;
    bool member = false;
    Code code = nullptr;       // nullptr: known to the checker alone; a call fails
  };

  /// A variable; declared again, the later one holds.
  Env& declare(std::string name, Type type, std::string doc = {});
  Env& declare(Function function);
  /// The namespace that names are looked up in first: "com.example" makes x mean com.example.x.
  Env& container(std::string name);
  /// Whether an undeclared identifier is dyn (true until the first declare()).
  Env& open(bool yes);
  /// false: types do not matter until evaluation, where a wrong one is "no_such_overload".
  Env& checked(bool yes);
  /// false: has(), all() and the like are ordinary, unknown functions.
  Env& macros(bool yes);

  const std::vector<Variable>& variables() const { return variables_; }
  const std::vector<Function>& functions() const { return functions_; }
  const std::string& container() const { return container_; }
  bool is_open() const { return open_; }
  bool is_checked() const { return checked_; }
  bool has_macros() const { return macros_; }

 private:
  std::vector<Variable> variables_;
  std::vector<Function> functions_;
  std::string container_;
  bool open_ = true;
  bool checked_ = true;
  bool macros_ = true;
};

/// What was evaluated: a part of the source, its value, and the parts it was made of. Of a macro's
/// body only the last element's evaluation is kept: the one that decided.
struct Trace {
  std::string_view text;  // into the program's source
  Value value;
  std::vector<Trace> parts;
};

struct Plan;

class Program {
 public:
  Program() = default;  // empty: evaluating it is a bug
  explicit Program(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  explicit operator bool() const { return plan_ != nullptr; }

  /// `scope` is a map: name -> value of each top-level identifier. The result may point into it,
  /// into `arena` and into this Program. A failure is a Value of Kind::error whose error() has a
  /// code, a message and a place: "no_such_field", "no_such_key", "no_such_overload",
  /// "unknown_variable", "divide_by_zero", "overflow", "out_of_range", "bad_argument", "cost_too_high".
  Value evaluate(const Value& scope, Arena& arena, const Limits& limits = {}) const;
  /// The same for what must be true or false; "not_a_condition" when it is something else.
  Result<bool> condition(const Value& scope, Arena& arena, const Limits& limits = {}) const;

  /// One line that tells what decided: "order.total > 100 → 40 > 100 → false".
  std::string explain(const Value& scope, Arena& arena, const Limits& limits = {}) const;
  /// The whole tree with the value of each part.
  Trace trace(const Value& scope, Arena& arena, const Limits& limits = {}) const;

  std::string_view source() const;
  /// The deduced type of the result.
  const Type& type() const;
  /// Always true or always false, and the like.
  const std::vector<Issue>& warnings() const;
  /// What it reads of the scope, dotted, sorted, each once: {"customer.tags", "order.total"}.
  const std::vector<std::string>& fields_read() const;

 private:
  std::shared_ptr<const Plan> plan_;
};

/// Parses, expands macros, checks and plans. The first mistake of syntax, or when there is none all
/// of names and types, in the order of the text.
tl::expected<Program, std::vector<Issue>> compile(std::string_view source, const Env& env = {});

/// A value as CEL writes it, for people: texts in quotes, at most `bytes_max` bytes and then "…".
std::string to_text(const Value& value, std::size_t bytes_max = 120);
/// The tree of a trace, one part a line, indented: "order.total > 100  ->  40 > 100  ->  false".
std::string to_text(const Trace& trace);

}  // namespace shopbell::cel
