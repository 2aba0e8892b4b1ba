#include "play/bout.h"

#include "base/json.h"
#include "core/categories.h"
#include "core/person_reply.h"
#include "core/segments.h"
#include "play/pack.h"

#include <algorithm>
#include <stdexcept>

namespace shopbell::play {
namespace {

template <class T>
T known(Result<T> read) {
  if (!read) throw std::logic_error("a subject that was written cannot be read: " + read.error().message);
  return std::move(*read);
}

Time earlier(Time a, Time b) { return a == Time{} ? b : b == Time{} ? a : std::min(a, b); }

Time first_due(const Subject& subject, const std::vector<Pending>& pending) {
  Time first{};
  for (const Run& run : subject.runs)
    if (is_due(run, Time::max())) first = earlier(first, run.due);
  for (const Pending& call : pending) first = earlier(first, call.due);
  return first;
}

std::string exact(const std::string& text) { return std::string(text.data(), text.size()); }

/// For sums that are compared within this process (FNV-1a).
std::uint64_t mark_of(std::string_view source, std::string_view id) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3ULL; };
  for (const char c : source) add(static_cast<unsigned char>(c));
  add(0);
  for (const char c : id) add(static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

void Bout::begin(std::uint32_t group) {
  group_ = group;
  by_id_.clear();
  due_.clear();
  busy_.clear();
  following_.clear();
  loaded_.clear();
  now_ = {};
}

Bout::Loaded* Bout::find(const std::string& id) {
  if (const auto there = by_id_.find(id); there != by_id_.end()) return there->second;
  Entry* entry = nullptr;
  if (!stage_.claim(id, group_, entry)) return nullptr;
  const std::string_view state = entry ? std::string_view(entry->state) : std::string_view();
  Loaded& loaded = loaded_.emplace_back(Loaded{id, entry, unpack(id, state, arena_), {}, {}, false, false, false});
  by_id_.emplace(loaded.id, &loaded);
  if (entry == nullptr) return &loaded;
  loaded.known = entry->leads_to != nullptr || !entry->state.empty() || !entry->runs.empty();
  if (entry->leads_to != nullptr) loaded.subject.leads_to = *entry->leads_to;
  for (const std::string& run : entry->runs) loaded.subject.runs.push_back(known(decode_run(run, arena_)));
  if (entry->pending) loaded.pending = *entry->pending;
  set_due(loaded);
  return &loaded;
}

void Bout::set_due(Loaded& loaded) {
  if (loaded.due != Time{}) due_.erase({loaded.due, loaded.id});
  loaded.due = first_due(loaded.subject, loaded.pending);
  if (loaded.due != Time{}) due_.emplace(loaded.due, loaded.id);
  if (loaded.pending.empty()) busy_.erase(loaded.id);
  else busy_.insert(loaded.id);
}

// What the engine tells of a segment or a cart itself does nothing where no workflow listens: no run, no memory.
bool Bout::is_heard(const Following& next) const {
  const Event& event = next.received.event;
  const bool told = event.source == "shopbell/derived" || event.type == "segment.entered" || event.type == "segment.left";
  if (!told || !next.received.workflow.empty()) return true;
  const Workflows& workflows = stage_.workflows();
  return !workflows.on(event.type).empty() || !workflows.listening_on(event.type).empty() || workflows.memory_of(event.type) != Memory::nothing;
}

bool Bout::join(const std::string& subject) { return find(subject) != nullptr; }

bool Bout::give(const std::string& subject, const Input& input) {
  now_ = std::max(now_, input.at);
  return take(subject, input) && settle();
}

bool Bout::look(const std::string& subject, Time at) {
  const Loaded* loaded = find(subject);
  if (loaded == nullptr) return false;
  if (!segments_differ(stage_.workflows(), loaded->subject, at, arena_)) return true;
  return give(subject, {at, Due{}});
}

bool Bout::give(const Event& event, const std::vector<Identity>& names, Time at) {
  now_ = std::max(now_, at);
  if (names.empty()) return take(std::string(event.subject), {now_, Received{event, 0, {}, {}}}) && settle();
  return identify_and_take(event, names) && settle();
}

bool Bout::take(const std::string& id, Input input) {
  Loaded* loaded = owner(id);
  if (loaded == nullptr) return false;
  loaded->known = true;
  input.at = now_;
  input.filed = filed_for(loaded->subject, input, [this](std::string_view product) { return stage_.category_of(product, now_); }, arena_);
  Transition made = apply(stage_.workflows(), loaded->subject, input, arena_, Telling::what);
  ++to_.tally.inputs;
  loaded->touched = true;
  loaded->changed = loaded->changed || made.subject_changed;
  keep_calls(*loaded, made);
  set_due(*loaded);
  count(made);
  for (Following& next : made.following)
    if (is_heard(next)) following_.push_back(std::move(next));
  return true;
}

void Bout::keep_calls(Loaded& loaded, const Transition& made) {
  for (const CallEnd& end : made.calls_ended)
    std::erase_if(loaded.pending, [&](const Pending& call) { return call.key == end.key; });
  for (const CallOrder& order : made.calls)
    loaded.pending.push_back({order.call.key, order.call.run, order.action, order.step, std::string(order.call.args["channel"].text_or("")),
                              static_cast<std::uint32_t>(order.call.attempt), order.due});
}

// What an input causes is taken first, then the calls that are due are answered, until neither is left.
bool Bout::settle() {
  for (;;) {
    while (!following_.empty()) {
      Following next = std::move(following_.front());
      following_.pop_front();
      if (!take(next.subject, {now_, std::move(next.received)})) return false;
    }
    const Pending* due = nullptr;
    Loaded* caller = nullptr;
    for (const std::string_view id : busy_)
      for (const Pending& call : by_id_.at(id)->pending)
        if (call.due <= now_ && due == nullptr) due = &call, caller = by_id_.at(id);
    if (due == nullptr) return true;
    if (!answer(*caller, Pending(*due))) return false;
  }
}

bool Bout::answer(Loaded& loaded, const Pending& call) {
  std::erase_if(loaded.pending, [&](const Pending& other) { return other.key == call.key; });
  Finished finished;
  finished.run = call.run;
  finished.call = call.key;
  finished.attempt = call.attempt;
  const Model::Recorded* recorded = model_.recorded(call.key, call.attempt);
  finished.status = recorded ? recorded->status : model_.status_of(call.action, call.key, call.attempt);
  if (recorded != nullptr) finished.retry_after = recorded->retry_after;
  if (finished.status == Outcome::Status::done) {
    count_message(loaded, call);
    if (recorded != nullptr && !recorded->output.empty()) finished.output = known(parse_json(recorded->output, arena_));
    else if (call.action == "http") finished.output = make_map(arena_, {{"status", 200}, {"headers", make_map(arena_, {})}, {"body", Value()}, {"cut", false}});
  } else {
    finished.error.code = recorded ? "recorded" : "model";
    finished.error.message = recorded ? recorded->error : "the model says so";
  }
  return take(loaded.id, {now_, std::move(finished)});
}

void Bout::count_message(const Loaded& loaded, const Pending& call) {
  const auto run = std::find_if(loaded.subject.runs.begin(), loaded.subject.runs.end(), [&](const Run& r) { return r.id == call.run; });
  if (run == loaded.subject.runs.end() || is_person_reply(*run)) return;
  ++tally_of(run->workflow).deeds[call.action];
  const Action* action = find_action(call.action);
  if (action == nullptr || !action->reaches_customer) return;
  ++to_.tally.by_channel[call.channel.empty() ? call.action : call.channel];
  ++to_.tally.by_day[std::chrono::floor<std::chrono::days>(now_).time_since_epoch().count()];
  to_.messages.push_back({std::string(run->event.subject), stage_.kind_of(*run, call.step), mark_of(run->event.source, run->event.id)});
}

WorkflowTally& Bout::tally_of(std::string_view workflow) {
  const auto& all = stage_.workflows().all();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i]->id == workflow) return to_.tally.by_workflow[i];
  static thread_local WorkflowTally nobody;  // a note about a workflow that is gone
  return nobody;
}

void Bout::count(const Transition& made) {
  for (const Note& note : made.notes) {
    if (note.workflow.empty()) continue;
    if (note.code == "started") ++tally_of(note.workflow).started;
    else if (const auto code = std::find(hindrances.begin(), hindrances.end(), note.code); code != hindrances.end() && (note.run.empty() || code - hindrances.begin() > 5))
      ++tally_of(note.workflow).hindered[static_cast<std::size_t>(code - hindrances.begin())];
  }
  for (const Run& run : made.runs) {
    if (is_open(run.status) || is_part(run) || run.flow.clock) continue;
    WorkflowTally& tally = tally_of(run.workflow);
    ++(run.status == RunStatus::done ? tally.done : run.status == RunStatus::stopped ? tally.stopped : tally.failed);
    if (run.status != RunStatus::done) ++tally.ends[kind_of_end(run.reason)];
  }
  for (const Decided& decided : made.decided)
    if (decided.action != "handoff") ++tally_of(decided.workflow).deeds[decided.action];
  for (const TicketOpened& ticket : made.tickets) ++tally_of(ticket.workflow).deeds["handoff to " + ticket.draft.queue];
}

bool Bout::pass_until(Time until) {
  for (;;) {
    if (due_.empty() || due_.begin()->first > until) return true;
    const auto [at, id] = *due_.begin();
    Loaded& next = *by_id_.at(id);
    now_ = std::max(now_, at);
    const bool waits = std::any_of(next.subject.runs.begin(), next.subject.runs.end(), [&](const Run& run) { return is_due(run, now_); });
    if (waits && !take(next.id, {now_, Due{}})) return false;
    if (!settle()) return false;
  }
}

void Bout::write() {
  for (Loaded& loaded : loaded_) {
    if (!loaded.touched) continue;
    const bool nothing = loaded.entry == nullptr && !loaded.changed && loaded.subject.runs.empty() && loaded.pending.empty();
    if (nothing) continue;
    Staged::Written written{loaded.id, loaded.entry, {}, loaded.changed, {}, {}, std::move(loaded.pending), loaded.due};
    written.leads_to = loaded.subject.leads_to;
    if (loaded.changed && loaded.known && written.leads_to.empty()) written.state = pack(loaded.subject);
    for (const Run& run : loaded.subject.runs) written.runs.push_back(exact(encode_run(run)));
    to_.written.push_back(std::move(written));
  }
}

}  // namespace shopbell::play
