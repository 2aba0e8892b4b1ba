#pragma once
// Steps to a flat program: each instruction stands at an index, and a run's cursor is one number. Within
// load/: steps.cpp has the steps, flow.cpp those that wait, repeat, or begin parts of the run.

#include "load/draft.h"
#include "load/language.h"

#include <optional>
#include <string>
#include <vector>

namespace shopbell {

constexpr Millis wait_max{std::int64_t{5} * 366 * 24 * 3600 * 1000};

class Compiler {
 public:
  explicit Compiler(Draft& draft);
  std::vector<Instruction> take() { return std::move(program_); }

  void steps(const yaml::Node& list, std::string_view what, const std::string& prefix);
  /// The workflow's on_error behind all other steps. Where it begins.
  std::uint32_t on_error(const yaml::Node& list);

 private:
  struct Verb {
    const yaml::Entry* entry = nullptr;
    const Action* action = nullptr;  // null: a control verb
    std::string_view name() const { return entry->key->text; }
  };
  /// A step as it is compiled.
  struct Step {
    const yaml::Node& value;  // behind the verb
    const yaml::Node& node;
    const std::string& id;
    const std::string& place;
  };

  void error(const yaml::Node& node, std::string code, std::string message, std::string hint = {});
  std::uint32_t here() const { return static_cast<std::uint32_t>(program_.size()); }
  Instruction& emit(Op op, const yaml::Node& step, const std::string& id, std::string label);
  static const yaml::Node* key_of(const yaml::Node& map, std::string_view name);

  void step(const yaml::Node& node, const std::string& place);
  std::optional<Verb> verb_of(const yaml::Node& node);
  void unknown_key(const yaml::Node& key);
  std::optional<cel::Program> condition(const yaml::Node& node);
  void compile(const Verb& verb, const yaml::Node& node, const std::string& id, const std::string& place);
  void check_modifiers(const Verb& verb, const yaml::Node& node);
  void act(const Verb& verb, const Step& step);
  Retry read_retry(const yaml::Node& node);
  void either(const yaml::Node& node, const std::string& id, const std::string& place);
  void choose(const yaml::Node& cases, const std::string& id, const std::string& place);
  void set(const yaml::Node& vars, const yaml::Node& node, const std::string& id);
  void emit_event(const yaml::Node& value, const yaml::Node& node, const std::string& id);
  void end(Op op, const Verb& verb, const yaml::Node& node, const std::string& id);

  // flow.cpp
  void wait(const yaml::Node& value, const yaml::Node& node, const std::string& id);
  void wait_until(const yaml::Node& value, const yaml::Node& node, const std::string& id);
  void wait_for_opening(const yaml::Node& value, const yaml::Node& node, const std::string& id);
  void wait_for(const Step& step);
  void ask(const Verb& verb, const Step& step);
  void ask_question(const Action& action, const Step& step, const yaml::Node& key, const yaml::Node* text);
  void judge_answer(const Step& step, std::uint32_t again);
  void lookup(const Step& step);
  void for_each(const Step& step);
  void parallel(const Step& step);
  void call(const Step& step);
  void name_output(Instruction& i, const yaml::Node& node);
  void limit_time(Instruction& i, const yaml::Node& node);
  void handle_failure(const Step& step, std::uint32_t failing);

  Draft& draft_;
  std::vector<std::uint32_t> breaks_;  // the offsets of the file's line breaks
  std::vector<Instruction> program_;
};

}  // namespace shopbell
