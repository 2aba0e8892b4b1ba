#pragma once
// A shop on virtual time (play/world.h) for stories about the core: events go in, time passes, calls are answered.
// Between any two inputs every subject and every run is written down and read again, as after a restart.

#include "play/world.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shopbell::story {

// The pieces of a workflow, made by hand: what load/ makes from YAML.
cel::Program expr(const std::string& source);
Argument constant(const std::string& json);
Argument written(const std::string& liquid);
Argument computed(const std::string& source);

/// fields("subject", written("..."), "count", computed("...")): a map.
template <class... Rest>
void add_fields(Argument& to, std::string name, Argument part, Rest... rest) {
  to.parts.emplace_back(std::move(name), std::move(part));
  if constexpr (sizeof...(rest) > 0) add_fields(to, std::move(rest)...);
}
template <class... Parts>
Argument fields(Parts... parts) {
  Argument map;
  map.form = Argument::Form::map;
  if constexpr (sizeof...(parts) > 0) add_fields(map, std::move(parts)...);
  return map;
}

/// Actions for tests: `send` runs outside and reaches a customer; the others decide; `refuse` fails.
extern const Action send, tag, handoff, note, refuse;

Instruction act(const Action& action, Argument arguments, std::string as = {});
Instruction wait(const std::string& duration);
Instruction wait_until(const std::string& source);
Instruction branch(const std::string& source, std::uint32_t otherwise);
Instruction jump(std::uint32_t target);
Instruction set_to(Argument vars);
Instruction emit(std::string type, Argument data);
Instruction stop(const std::string& reason);
Instruction fail(const std::string& reason);

/// A workflow without steps; its version is its id and "-1".
Workflow started_by(std::string id, std::vector<std::string> on);
template <class... Steps>
Workflow workflow(std::string id, std::vector<std::string> on, Steps... steps) {
  Workflow w = started_by(std::move(id), std::move(on));
  (w.program.push_back(std::move(steps)), ...);
  return w;
}

class Shop {
 public:
  Shop();

  /// In place of one of the same id, whose version is kept for the runs that are open.
  Shop& add(Workflow workflow);
  Shop& add(std::shared_ptr<const Workflow> workflow);
  void forget_all_workflows();
  /// The same from YAML, as a merchant writes it; it must be in order.
  Shop& add_yaml(const std::string& yaml);
  /// shopbell.yaml without its first line.
  Shop& configure(const std::string& yaml);

  /// An event of `ago` before now, about `about`; what it causes is taken, too.
  void event(const std::string& type, const std::string& data, const std::string& about = "customer:7",
             Millis ago = Millis{0});
  /// What the shell says of each workflow with schedules, at the start and after an edit.
  void set_clocks();
  /// Lets time pass; waits go on when they are due.
  void pass(const std::string& duration);
  /// Answers the oldest open call, not before it is due.
  void answer(Outcome::Status status = Outcome::Status::done, const std::string& output = "null",
              std::optional<Millis> retry_after = {});
  void answer_to(const CallOrder& order, Outcome::Status status = Outcome::Status::done,
                 const std::string& output = "null", std::optional<Millis> retry_after = {});
  void give(const std::string& about, Input input);

  Subject subject(const std::string& id = "customer:7");
  std::string state(const std::string& id = "customer:7") const;
  std::vector<Run> open_runs();              // of all subjects
  std::size_t count(RunStatus status) const; // of ended runs
  /// Whether a note of that code has that text in it.
  bool noted(const std::string& code, const std::string& text = {}) const;
  std::string all_notes() const;

  Time& now;                                 // at first 2027-01-15T08:00:00Z
  std::deque<CallOrder> calls;               // open
  SentMessage sent{"email", "a@example.com", "hello", "<m1>"};  // by those that are done
  std::vector<std::string> args;             // of each attempt of each call, as JSON
  std::vector<CallEnd> calls_ended;
  std::vector<Note> notes;
  std::vector<TicketOpened> tickets;
  std::vector<MessageKept> messages;
  std::vector<std::string> log;
  std::vector<Run> ended;
  std::string transcript;                    // all that came out, byte by byte

 private:
  void use(std::unique_ptr<Workflows> workflows);
  void took(const play::Took& took);
  void check_runs(const Subject& loaded, const Transition& made);
  void record(const std::string& id, const Transition& made);

  Arena arena_{1 << 16};
  ShopFacts facts_;
  std::vector<std::shared_ptr<const Workflow>> all_, kept_;
  std::unique_ptr<Workflows> workflows_;
  play::World world_;
  int events_ = 0;
};

}  // namespace shopbell::story
