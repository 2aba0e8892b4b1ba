#include "core/receive.h"

#include "base/time.h"
#include "core/begin.h"
#include "core/categories.h"
#include "core/contact.h"
#include "core/conversations.h"
#include "core/derive.h"
#include "core/desk.h"
#include "core/effects.h"
#include "core/inquiry.h"
#include "core/orders.h"
#include "core/privacy.h"
#include "core/profile.h"
#include "core/recent.h"
#include "core/retime.h"
#include "core/runs.h"
#include "core/scope.h"
#include "core/segments.h"
#include "core/step.h"
#include "core/surveys.h"
#include "core/things.h"

#include <algorithm>

namespace shopbell {
namespace {

bool has_per(const Workflow& workflow) { return !workflow.per_text.empty() || workflow.per.has_value(); }

class Reception {
 public:
  Reception(Turn& turn, Received received) : turn_(turn), received_(std::move(received)) {}

  void take() {
    if (received_.workflow == order_elsewhere) return take_order_elsewhere(turn_, event_);
    if (received_.workflow == order_numbered) return keep_numbered(turn_, event_);
    if (received_.overheard) return overhear();
    if (!forwarded() && refuse_survey(turn_, event_)) return;
    if (!forwarded()) {
      see();
      learn_from_event();
      take_request(turn_, event_);
    }
    if (received_.depth > cause_depth_max)
      return turn_.note("too_deep", "events have caused events more than " + std::to_string(cause_depth_max) +
                                        " deep: this one starts nothing");
    remember(turn_, event_);
    stop_runs();
    resume_waits();
    if (!forwarded()) find_foreign_listeners();
    start_runs();
    if (!forwarded()) derive(turn_, event_, received_.depth);
    for (const auto& [subject, workflow] : forwards_) forward(subject, workflow);
    if (!forwarded()) forget_subject(turn_, event_);
  }

 private:
  bool forwarded() const { return !received_.workflow.empty(); }

  void overhear() {
    turn_.note("overheard", "about another customer, out of a cart or browser that was this one's");
    remember(turn_, event_);
    stop_runs();
    resume_waits();
  }

  const Value& scope() {
    if (scope_.is_null() || edition_ != turn_.profile_edition) {
      scope_ = event_scope(turn_, event_, received_.customer);
      edition_ = turn_.profile_edition;
    }
    return scope_;
  }

  // The engine's own events are of what was told already.
  void see() {
    if (received_.depth > 0) return;
    event_.stale = see_thing(turn_, event_);
    if (event_.stale) turn_.note("stale", "it came late: something newer about " + thing_of(event_) + " came before it");
  }

  // What the engine's own events say of a customer is an older event's word, and nothing new.
  void learn_from_event() {
    if (received_.depth == 0 && has_profile(turn_.subject.id))
      turn_.set_profile(learn(turn_.subject.profile, event_, turn_.workflows.shop().currency, turn_.arena));
    keep_filing(turn_, received_);
    if (received_.depth == 0) keep_order(turn_, event_);
    if (event_.type == inquiry_asked) take_inquiry(turn_, event_);
    if (event_.type == inquiry_answered) take_inquiry_answered(turn_, event_);
    if (event_.type == inquiry_withdrawn) take_inquiry_withdrawn(turn_, event_);
    if (event_.type == contact_asked) take_contact_asked(turn_, event_);
    if (event_.type == contact_answered) take_contact_answered(turn_, event_);
    if (event_.type == contact_returned) take_contact_returned(turn_, event_);
    if (event_.type == tags_changed) take_tags_changed(turn_, event_);
    if (event_.type.starts_with("message.")) keep_received(turn_, event_);
    if (event_.type.starts_with("ticket.")) follow_ticket(turn_, event_);
    if (event_.type == conversation_command) take_command(turn_, event_);
    if (event_.type == run_retimed) take_retimed(turn_, event_);
    keep_survey(turn_, event_, received_.depth);
    tell_desk(turn_, event_, received_.depth);
    if (turn_.segments_edition != turn_.profile_edition)
      update_segments(turn_, std::string(event_.source) + " " + std::string(event_.id), received_.depth + 1);
  }

  /// Whether a trigger of this event's type matches. One that cannot be decided does not, and is told.
  bool matches(const std::vector<Trigger>& triggers, const Workflow& workflow, std::string_view what) {
    std::vector<std::pair<std::string_view, std::string>> doubts;
    for (const Trigger& trigger : triggers) {
      if (trigger.event != event_.type) continue;
      if (!trigger.where) return true;
      const auto holds = trigger.where->condition(scope(), turn_.arena);
      if (holds && *holds) return true;
      if (holds)
        doubts.emplace_back("condition_false",
                            std::string(what) + ": " + turn_.why(*trigger.where, scope()));
      else
        doubts.emplace_back("error", std::string(what) + " cannot be decided: " +
                                         describe(holds.error(), trigger.where->source()));
    }
    for (auto& [code, text] : doubts) turn_.note(code, std::move(text), workflow.id);
    return false;
  }

  bool holds(const Workflow& workflow) {
    if (!workflow.condition) return true;
    const auto result = workflow.condition->condition(scope(), turn_.arena);
    if (!result)
      turn_.note("error",
                 "if cannot be decided, so nothing is started: " +
                     describe(result.error(), workflow.condition->source()),
                 workflow.id);
    else if (!*result)
      turn_.note("condition_false", turn_.why(*workflow.condition, scope()), workflow.id);
    return result && *result;
  }

  /// The subject that counts; nothing when that cannot be told, which is noted.
  std::optional<std::string> target_of(const Workflow& workflow) {
    if (forwarded() || received_.overheard || !has_per(workflow)) return turn_.subject.id;
    auto subject = subject_of(workflow, scope(), event_, turn_.arena);
    if (subject) return is_called(turn_.subject, *subject) ? turn_.subject.id : std::move(*subject);
    turn_.note("error", subject.error().message, workflow.id);
    return {};
  }

  bool is_stopped(const Run& run, const Workflow& workflow) {
    const bool listens = std::any_of(workflow.stop_on.begin(), workflow.stop_on.end(),
                                     [&](const Trigger& t) { return t.event == event_.type; });
    if (!listens || is_part(run) || (forwarded() && run.workflow != received_.workflow)) return false;
    if (target_of(workflow) != turn_.subject.id || !matches(workflow.stop_on, workflow, "stop_on"))
      return false;
    if (event_.at >= run.event.at) return true;  // it comes after the run began: is_after
    turn_.note("not_started", "the run " + run.id + " is not stopped: this happened before what started it",
               workflow.id);
    return false;
  }

  void stop_runs() {
    std::vector<std::string> stopped;
    for (Run& run : turn_.subject.runs) {
      const Workflow* workflow = turn_.workflows.version(run.version);
      if (workflow == nullptr || !is_stopped(run, *workflow)) continue;
      end_run(turn_, run, RunStatus::stopped, std::string(event_.type) + " at " + format_rfc3339(event_.at));
      turn_.note("stopped", "the run " + run.id + " ends by this", run.workflow);
      stopped.push_back(run.id);
      concerned_ = true;
    }
    for (const std::string& id : stopped) settle(turn_, id);
  }

  bool is_waiting_for_it(const Run& run) {
    if (run.status != RunStatus::waiting || run.flow.collecting || run.flow.clock) return false;
    const Workflow* workflow = turn_.workflows.version(run.version);
    if (workflow == nullptr || run.at >= workflow->program.size()) return false;
    const Instruction& step = workflow->program[run.at];
    if (step.op != Op::wait_for || !is_awaited(turn_, run, *workflow, step, event_)) return false;
    if (is_part(run)) return true;
    return forwarded() ? run.workflow == received_.workflow : target_of(*workflow) == turn_.subject.id;
  }

  void resume_waits() {
    if (turn_.workflows.memory_of(event_.type) != Memory::data) return;
    std::vector<std::string> resumed;
    for (Run& run : turn_.subject.runs) {
      if (!is_waiting_for_it(run)) continue;
      const bool asks = turn_.workflows.version(run.version)->program[run.at].asks;
      resume_with(turn_, run, event_);
      turn_.note("resumed", "the run " + run.id + " has waited for this, and goes on", run.workflow);
      if (asks) answered_.push_back(run.workflow);
      resumed.push_back(run.id);
      concerned_ = true;
    }
    for (const std::string& id : resumed) settle(turn_, id);
  }

  // Runs on a subject of their own hear of what stops them, or what they wait for, there.
  void find_foreign_listeners() {
    for (const Workflow* workflow : turn_.workflows.listening_on(event_.type)) {
      if (!has_per(*workflow)) continue;
      const auto target = target_of(*workflow);
      if (!target || *target == turn_.subject.id) continue;
      const bool stops = std::any_of(workflow->stop_on.begin(), workflow->stop_on.end(),
                                     [&](const Trigger& t) { return t.event == event_.type; });
      if (waits_for(*workflow) || (stops && matches(workflow->stop_on, *workflow, "stop_on")))
        add_forward(*target, *workflow);
    }
  }

  bool waits_for(const Workflow& workflow) const {
    return std::any_of(workflow.program.begin(), workflow.program.end(), [&](const Instruction& step) {
      return std::any_of(step.triggers.begin(), step.triggers.end(),
                         [&](const Trigger& t) { return t.event == event_.type; });
    });
  }

  void start_runs() {
    if (forwarded()) {
      const Workflow* workflow = turn_.workflows.find(received_.workflow);
      if (workflow == nullptr)
        return turn_.note("not_started", "there is no workflow of that name any more", received_.workflow);
      const auto& those = turn_.workflows.on(event_.type);
      if (std::find(those.begin(), those.end(), workflow) != those.end()) consider(*workflow);
      return;
    }
    const auto& those = turn_.workflows.on(event_.type);
    if (those.empty() && !concerned_) turn_.note("not_started", "no workflow is triggered by " + std::string(event_.type));
    for (const Workflow* workflow : those) consider(*workflow);
  }

  void consider(const Workflow& workflow) {
    if (!matches(workflow.on, workflow, "where") || !holds(workflow)) return;
    const auto target = target_of(workflow);
    if (!target) return;
    if (!may_start(workflow)) return;
    if (std::find(answered_.begin(), answered_.end(), workflow.id) != answered_.end())
      return turn_.note("answered", "it answers what a run of this workflow has asked: no other is started", workflow.id);
    if (*target == turn_.subject.id) return begin_run(turn_, received_, workflow, scope());
    add_forward(*target, workflow);
  }

  bool may_start(const Workflow& workflow) {
    const auto& only = received_.only;
    if (only.empty() || std::find(only.begin(), only.end(), workflow.id) != only.end()) return true;
    turn_.note("not_started", "this event was sent for other workflows alone", workflow.id);
    return false;
  }

  void add_forward(const std::string& subject, const Workflow& workflow) {
    const std::pair forward{subject, workflow.id};
    if (std::find(forwards_.begin(), forwards_.end(), forward) == forwards_.end())
      forwards_.push_back(forward);
  }

  void forward(const std::string& subject, const std::string& workflow) {
    turn_.made.following.push_back(
        {subject, {event_, received_.depth, workflow, customer_of(turn_, event_, {})}});
    turn_.note("forwarded", "to " + subject + ", which its runs are counted by", workflow);
  }

  Turn& turn_;
  Received received_;
  Event& event_ = received_.event;
  std::vector<std::string> answered_;  // workflows that had asked, and for which this is the answer
  bool concerned_ = false;  // a run that was open
  Value scope_;
  std::uint32_t edition_ = 0;
  std::vector<std::pair<std::string, std::string>> forwards_;
};

}  // namespace

void receive(Turn& turn, const Received& received) { Reception(turn, received).take(); }

}  // namespace shopbell
