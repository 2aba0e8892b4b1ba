#include "play/happening.h"

#include "base/time.h"

#include <algorithm>
#include <array>

namespace shopbell::play {
namespace {

const Instruction* find_step(const Workflow* workflow, std::string_view id) {
  if (workflow == nullptr) return nullptr;
  for (const Instruction& step : workflow->program)
    if (step.id == id && step.op != Op::jump) return &step;
  return nullptr;
}

/// With a page told by its template's name, too.
Value with_names(const Value& args, const Instruction* step, Arena& arena) {
  if (step == nullptr || !args.is(Kind::map)) return args;
  MapBuilder named(arena, args);
  for (const auto& [name, argument] : step->arguments.parts) {
    if (argument.form != Argument::Form::page) continue;
    const std::string_view file = argument.text ? argument.text->name() : argument.html ? argument.html->name() : std::string_view();
    const Value page = args[name];
    named.add(Value(name), make_map(arena, {{"name", arena.copy(file.substr(0, file.find('.')))}, {"text", page["text"]}, {"html", page["html"]}}));
  }
  return named.build();
}

class Teller {
 public:
  Teller(const Took& took, World& world, std::vector<Happening>& to) : took_(took), world_(world), to_(to) {}

  // The notes have the order; what they are about stands in the transition's lists, each in its own.
  void tell() {
    for (const Note& note : took_.made.notes) {
      if (note.run.empty()) continue;
      if (note.code == "step") decided(note);
      else if (note.code == "called") called(note);
      else if (note.code == "emitted") emitted(note);
      else if (note.code == "waiting") waiting(note);
      else if (note.code == "stopped" || note.code == "failed" || note.code == "done") ended(note);
    }
  }

 private:
  Happening& add(std::string verb, const Note& note, Value value) {
    const Workflow* workflow = world_.workflows().find(note.workflow);
    const Instruction* step = find_step(workflow, note.step);
    to_.push_back({std::move(verb), note.workflow, note.step, step ? step->line : 0, world_.now, value});
    return to_.back();
  }

  void act(const std::string& action, const Note& note, const Value& args) {
    const Instruction* step = find_step(world_.workflows().find(note.workflow), note.step);
    add(action, note, with_names(args, step, world_.arena()));
  }

  void decided(const Note& note) {
    const auto& all = took_.made.decided;
    if (decided_ < all.size() && all[decided_].run == note.run && all[decided_].step == note.step) {
      act(all[decided_].action, note, all[decided_].args);
      ++decided_;
    }
  }

  void called(const Note& note) {
    for (const CallOrder& order : took_.made.calls)
      if (order.call.run == note.run && order.step == note.step && order.call.attempt == 1) return act(order.action, note, order.call.args);
  }

  void emitted(const Note& note) {
    for (const Following& next : took_.made.following) {
      const Event& event = next.received.event;
      if (event.source == "workflow/" + note.workflow && note.text.starts_with(std::string(event.type) + " about "))
        return void(add("emit", note, make_map(world_.arena(), {{"type", event.type}, {"data", event.data}})));
    }
  }

  void waiting(const Note& note) {
    for (const Run& run : took_.made.runs)
      if (run.id == note.run && run.status == RunStatus::waiting && run.due > world_.now)
        return void(add("wait", note, world_.arena().copy(format_duration(run.due - world_.now))));
  }

  void ended(const Note& note) {
    const std::string verb = note.code == "stopped" ? "stop" : note.code == "failed" ? "fail" : "done";
    add(verb, note, verb == "done" ? Value(world_.arena().copy(note.workflow)) : Value(world_.arena().copy(note.text)));
  }

  const Took& took_;
  World& world_;
  std::vector<Happening>& to_;
  std::size_t decided_ = 0;
};

}  // namespace

bool is_quiet(const std::string& verb) {
  static constexpr std::array<std::string_view, 9> quiet{"note", "log", "tag", "classify", "stop", "fail", "wait", "emit", "done"};
  return std::find(quiet.begin(), quiet.end(), verb) != quiet.end();
}

void tell(const Took& took, World& world, std::vector<Happening>& to) { Teller(took, world, to).tell(); }

}  // namespace shopbell::play
