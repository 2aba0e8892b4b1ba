#include "play/world.h"

#include "base/hash.h"
#include "core/schedule.h"

#include <algorithm>

namespace shopbell::play {
namespace {

/// What the codec wrote it can read: else the program is broken.
template <class T>
T known(Result<T> read) {
  if (!read) throw std::logic_error("a subject that was written cannot be read: " + read.error().message);
  return std::move(*read);
}

std::optional<Time> next_due(const Subject& subject) {
  std::optional<Time> next;
  for (const Run& run : subject.runs)
    if (is_due(run, Time::max()) && (!next || run.due < *next)) next = run.due;
  return next;
}

}  // namespace

void World::give(const std::string& subject, Input input) {
  input.at = now;
  if (!is_new(input)) return;
  auto* received = std::get_if<Received>(&input.what);
  const bool outside = received != nullptr && received->depth == 0 && received->workflow.empty() && !received->overheard;
  const auto names = outside ? identities_of(received->event) : std::vector<Identity>();
  take(names.empty() ? subject : identify_subject(*received, names), input);
  while (!following_.empty()) {
    Following next = std::move(following_.front());
    following_.pop_front();
    const Input told{now, std::move(next.received)};
    if (is_new(told)) take(next.subject, told);
  }
}

/// An event is taken once.
bool World::is_new(const Input& input) {
  const auto* received = std::get_if<Received>(&input.what);
  if (received == nullptr || !received->workflow.empty() || received->overheard) return true;
  return seen_.insert(event_digest(received->event.source, received->event.id)).second;
}

void World::set_clocks() {
  for (const auto& workflow : workflows_->all())
    if (!workflow->schedules.empty()) give(schedule_subject(workflow->id), {now, Scheduled{workflow->id}});
}

Subject World::subject(const std::string& name) {
  const std::string id = owner(name);
  const Kept* kept = find(id);
  Subject loaded = known(decode_subject(id, kept ? kept->state : std::string_view(), arena_));
  if (kept == nullptr) return loaded;
  for (const std::string& state : kept->runs) loaded.runs.push_back(known(decode_run(state, arena_)));
  return loaded;
}

const Kept* World::find(const std::string& name) const {
  const auto found = kept_.find(owner(name));
  return found == kept_.end() ? nullptr : &found->second;
}

void World::take(const std::string& name, Input input) {
  const std::string id = owner(name);
  Subject subject = this->subject(id);
  if (const auto* resolved = std::get_if<Resolved>(&input.what))
    if (const auto failed = kept_[id].failed.find(resolved->run); failed != kept_[id].failed.end())
      subject.failed.push_back(known(decode_run(failed->second, arena_)));
  input.filed = filed_for(subject, input, [this](std::string_view product) { return catalogue_.find(product); }, arena_);
  Transition made = apply(*workflows_, subject, input, arena_);
  if (const auto* received = std::get_if<Received>(&input.what))
    if (const auto filing = filing_of(*received, id)) catalogue_.file(*filing);
  keep(id, subject, made);
  for (const CallEnd& end : made.calls_ended)
    std::erase_if(calls_, [&](const OpenCall& open) { return open.order.call.key == end.key; });
  for (const CallOrder& order : made.calls) calls_.push_back({order, id, order.due + (takes ? takes(order) : Millis{0})});
  if (watch) watch({id, input, subject, made});
  std::move(made.following.begin(), made.following.end(), std::back_inserter(following_));
}

void World::keep(const std::string& id, const Subject& subject, const Transition& made) {
  Kept& kept = kept_[id];
  if (made.subject_changed) kept.state = encode_subject(subject);
  kept.runs.clear();
  for (const Run& run : subject.runs) kept.runs.push_back(encode_run(run));
  for (const Run& run : made.runs) {
    if (run.status == RunStatus::failed && !is_part(run) && !run.flow.clock) kept.failed[run.id] = encode_run(run);
    else kept.failed.erase(run.id);
  }
  if (const auto before = due_of_.find(id); before != due_of_.end()) {
    due_.erase({before->second, id});
    due_of_.erase(before);
  }
  if (const auto next = next_due(subject)) {
    due_of_.emplace(id, *next);
    due_.emplace(*next, id);
  }
}

void World::finish(const OpenCall& call, Finished finished) {
  now = std::max({now, call.order.due, call.answered});
  const std::string key = call.order.call.key, subject = call.subject;
  std::erase_if(calls_, [&](const OpenCall& open) { return open.order.call.key == key; });
  give(subject, {now, std::move(finished)});
}

/// Answers one call that is due by then, the earliest; false: there is none.
bool World::answer_due(Time until) {
  std::vector<const OpenCall*> due;
  for (const OpenCall& open : calls_)
    if (open.answered <= until) due.push_back(&open);
  std::stable_sort(due.begin(), due.end(), [](const auto* a, const auto* b) { return a->answered < b->answered; });
  for (const OpenCall* open : due) {
    const OpenCall call = *open;
    if (auto finished = answer(call)) {
      finish(call, std::move(*finished));
      return true;
    }
  }
  return false;
}

void World::pass_until(Time until) {
  for (;;) {
    const bool waits = !due_.empty() && due_.begin()->first <= until;
    if (answer && answer_due(waits ? due_.begin()->first : until)) continue;
    if (!waits) break;
    const auto [at, id] = *due_.begin();
    now = std::max(now, at);
    give(id, {now, Due{}});
  }
  now = std::max(now, until);
}

}  // namespace shopbell::play
