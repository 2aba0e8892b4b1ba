#pragma once
// One rendering: its variables, its output, what it has used up, and its mistake if it made one.
// Lives on one thread for one call of Template::render.

#include "liquid/ast.h"
#include "liquid/filters.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shopbell::liquid {

struct NameHash {
  std::size_t operator()(const Name& n) const { return n.hash; }
};
using Variables = std::unordered_map<Name, Datum, NameHash>;

/// What assign, counters, cycles and loops leave behind; `render` begins with a fresh one.
struct World {
  Variables assigned;
  std::unordered_map<Name, std::int64_t, NameHash> counters;
  std::unordered_map<std::string, std::size_t> cycles;
  std::unordered_map<std::string_view, std::int64_t> offsets;  // where `offset: continue` goes on
  std::optional<std::string> last_changed;
  const LoopObject* loop = nullptr;
  bool isolated = false;           // inside of render: include is not allowed there
  std::size_t locals_from = 0;     // its loop variables and arguments of include, among all
  std::size_t locals_end = 0;      // while another world is at work
};

/// `self`: the variables of one world.
struct SelfObject : Object {
  const World* world;
};

class Rendering {
 public:
  Rendering(const Program& program, const Value& scope, Arena& arena, const Setting& setting);

  const Setting& setting() const { return setting_; }
  Arena& arena() { return arena_; }
  const Program& program() const { return *program_; }
  bool html() const { return program_->options.html; }

  // --- values
  Datum evaluate(const Expression& e);
  Datum evaluate(const Pipeline& p);
  bool holds(const Condition& c);
  Datum variable(const Name& name) { return variable_in(*world_, name); }
  Datum variable_in(const World& world, const Name& name);
  Datum member(const Datum& of, const Step& step);
  /// What `item[property]` is for filters: nil for what has no members.
  Datum property(const Value& of, const Datum& key);

  // --- variables
  World& world() { return *world_; }
  void assign(const Name& name, const Datum& d);
  /// Loop variables and arguments of include: they hide what was assigned, until pop().
  std::size_t push(const Name& name, const Datum& d);
  void set(std::size_t slot, const Datum& d) { locals_[slot].second = d; }
  void pop_to(std::size_t size) { locals_.resize(size); }
  std::size_t locals() const { return locals_.size(); }

  // --- output
  std::string& out() { return out_; }
  void print(const Datum& d);
  /// Renders `body` into a text of its own instead of the output.
  Flow capture(const Body& body, std::string& to);

  // --- failing and limits
  /// Remembers the first mistake; its place is that of the node at work unless one is given.
  Datum fail(std::string code, std::string message, std::string hint = {});
  Datum refuse(std::string message) { return fail("render", std::move(message)); }
  bool failed() const { return error_.has_value(); }
  Error take_error();
  bool fatal() const { return fatal_; }
  void write_inline_error(const Node& at);
  void at(const Place& place) { place_ = place; }
  bool count_step(std::uint64_t n = 1);
  bool count_bytes(std::size_t n);
  bool check_output();
  bool enter();
  void leave() { --depth_; }

  // --- partials
  const Template* find_partial(std::string_view name);
  Flow run_partial(const Template& partial, std::string_view name);
  Flow run_isolated(const Template& partial, std::string_view name, World& inside);

  // --- memory of what filters build
  std::string_view keep(std::string_view text);
  template <class T>
  T* make(const T& t) {
    count_bytes(sizeof(T));
    return new (arena_.make<T>()) T(t);
  }

 private:
  bool decide(const Comparison& c);
  Datum range(const Expression& e);
  bool range_end(const Expression& e, bool literal, std::int64_t& to);
  Datum run_filter(const FilterUse& use, const Datum& input);
  void limit(std::string code, std::string message);
  void place_in_partial(std::string_view name, const Place& tag);

  const Program* program_;
  const Value& scope_;
  Arena& arena_;
  const Setting& setting_;
  std::string out_;
  World* world_;
  World first_world_;
  std::vector<std::pair<Name, Datum>> locals_;
  std::string_view partial_name_;
  Place place_;
  std::optional<Error> error_;
  bool fatal_ = false;
  std::uint64_t steps_ = 0;
  std::size_t built_bytes_ = 0;
  int depth_ = 0;
  int partial_depth_ = 0;
};

}  // namespace shopbell::liquid
