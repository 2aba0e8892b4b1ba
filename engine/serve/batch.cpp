#include "serve/batch.h"

#include "base/json.h"
#include "core/personal.h"
#include "intake/cloudevent.h"
#include "store/person.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace shopbell {
namespace {

void append_note(std::string& to, const Note& note, Time at) {
  to += "{\"at\":";
  to += std::to_string(to_ms(at));
  const auto field = [&to](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    to += ",\"";
    to += name;
    to += "\":";
    append_json_string(to, text);
  };
  field("code", note.code);
  field("workflow", note.workflow);
  field("step", note.step);
  field("text", note.text);
  to += "}\n";
}

std::string_view to_text(Outcome::Status status) {
  switch (status) {
    case Outcome::Status::done: return "done";
    case Outcome::Status::retry: return "retry";
    case Outcome::Status::failed: return "failed";
    case Outcome::Status::unknown: return "unknown";
  }
  return "";
}

// Everything that the core was told, so that the log of inputs can be played again.
std::string detail_of(const Finished& f) {
  Arena arena;
  MapBuilder map(arena);
  map.add("run", f.run).add("call", f.call).add("attempt", std::int64_t{f.attempt}).add("status", to_text(f.status));
  if (!f.output.is_null()) map.add("output", f.output);
  if (f.status != Outcome::Status::done) map.add("error", make_map(arena, {{"code", f.error.code}, {"message", f.error.message}}));
  if (f.retry_after) map.add("retry_after_ms", std::int64_t{f.retry_after->count()});
  if (f.message)
    map.add("message", make_map(arena, {{"channel", f.message->channel}, {"to", f.message->to}, {"text", f.message->text}, {"id", f.message->message_id}}));
  return to_json(map.build());
}

std::string detail_of(const Received& received) {
  if (received.workflow.empty() && received.only.empty()) return {};
  Arena arena;
  MapBuilder map(arena);
  if (!received.workflow.empty()) map.add("workflow", received.workflow);
  ListBuilder only(arena);
  for (const std::string& id : received.only) only.add(id);
  if (!received.only.empty()) map.add("only", only.build());
  return to_json(map.build());
}

std::string json_of(std::initializer_list<std::pair<std::string_view, Value>> members) {
  Arena arena;
  return to_json(make_map(arena, members));
}

void describe(InputRow& row, const Entry& entry) {
  if (const auto* received = std::get_if<Received>(&entry.input.what)) {
    row.kind = received->workflow.empty() ? "event" : "forwarded";
    row.event_id = received->event.id;
    row.source = received->event.source;
    row.type = received->event.type;
    row.digest = entry.digest;
    row.line = entry.line;
    row.detail = detail_of(*received);
  } else if (const auto* finished = std::get_if<Finished>(&entry.input.what)) {
    row.kind = "finished";
    row.detail = detail_of(*finished);
  } else if (const auto* cancelled = std::get_if<Cancelled>(&entry.input.what)) {
    row.kind = "cancelled";
    row.detail = json_of({{"run", cancelled->run}, {"by", cancelled->by}});
  } else if (const auto* scheduled = std::get_if<Scheduled>(&entry.input.what)) {
    row.kind = "scheduled";
    row.detail = json_of({{"workflow", scheduled->workflow}});
  } else {
    row.kind = "due";
  }
}

}  // namespace

BatchMaker::BatchMaker(const Workflows& workflows, Store& store, Time now, const std::set<std::uint64_t>& poison)
    : workflows_(workflows), store_(store), now_(std::max(now, store.clock())), poison_(poison) {
  rows_.fence = store.fence();
  rows_.clock = now_;
  seq_ = rows_.fence.seq;
}

Result<void> BatchMaker::load(std::vector<Entry>& entries) {
  std::vector<std::string> ids;
  std::vector<Digest> digests;
  for (const Entry& entry : entries) {
    if (subjects_.try_emplace(entry.subject).second) ids.push_back(entry.subject);
    if (!entry.digest.empty()) digests.push_back(entry.digest);
    if (!entry.original.empty()) digests.push_back(entry.original);
  }
  auto loaded = store_.load(ids, digests);
  if (!loaded) return tl::unexpected(loaded.error());
  for (LoadedSubject& from : loaded->subjects) {
    Loading& to = subjects_.at(from.id);
    auto subject = decode_subject(from.id, from.state, arena_);
    if (!subject) return tl::unexpected(subject.error());
    to.subject = std::move(*subject);
    for (const std::string& state : from.runs) {
      auto run = decode_run(state, arena_);
      if (!run) return tl::unexpected(run.error());
      to.known_runs.insert(run->id);
      to.subject.runs.push_back(std::move(*run));
    }
  }
  mark_repeated(entries, digests, loaded->seen);
  return {};
}

void BatchMaker::mark_repeated(std::vector<Entry>& entries, const std::vector<Digest>& asked, const std::vector<std::uint64_t>& seen) {
  std::unordered_set<std::string> known;
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (seen[i] != 0) known.insert(asked[i]);
  for (Entry& entry : entries)
    entry.repeated = known.contains(entry.original) || (!entry.digest.empty() && !known.insert(entry.digest).second);
}

Result<void> BatchMaker::make(std::vector<Entry>& entries) {
  if (auto loaded = load(entries); !loaded) return loaded;
  for (Entry& entry : entries)
    if (!entry.repeated) take(entry);
  if (auto done = take_following(); !done) return done;
  add_subjects();
  drop_ended_calls();
  for (RunRow& row : rows_.runs) row.notes = std::move(run_notes_[row.id]);
  return {};
}

void BatchMaker::take(Entry& entry) {
  entry.input.at = now_;
  InputRow row;
  row.seq = ++seq_;
  row.at = now_;
  row.subject = entry.subject;
  describe(row, entry);
  if (row.kind == "event") ++after_.events;
  if (poison_.contains(ordinal())) {
    quarantine(row);
  } else {
    Loading& on = subjects_.at(entry.subject);
    absorb(apply(workflows_, on.subject, entry.input, arena_), on, row);
    if (std::holds_alternative<Due>(entry.input.what)) wake_for_others(on.subject);
  }
  rows_.inputs.push_back(std::move(row));
}

// The store names a subject by its first wait alone; when that is over, the others are to be known.
void BatchMaker::wake_for_others(const Subject& subject) {
  for (const Run& run : subject.runs)
    if (is_due(run, Time::max()) && run.due > now_) wake_at(run.due);
}

void BatchMaker::quarantine(InputRow& row) {
  append_note(row.notes, {"quarantined", {}, {}, {}, "the engine could not take this input and has set it aside; nothing was done for it"}, now_);
  ++after_.quarantined;
}

void BatchMaker::absorb(Transition&& made, Loading& on, InputRow& row) {
  on.changed = on.changed || made.subject_changed;
  add_notes(made.notes, row);
  for (const Run& run : made.runs) add_run(run, on, row.seq);
  for (const CallOrder& order : made.calls) add_call(order, on.subject.id);
  for (const CallEnd& end : made.calls_ended)
    rows_.calls_ended.push_back({end.key, end.recorded ? "recorded" : std::string(to_text(end.status)), end.error, end.attempts, now_});
  add_tickets(made, on.subject.id);
  add_messages(made, on.subject.id);
  for (Asked& asked : made.asked)
    rows_.requests.push_back({asked.id, asked.kind, encode_person({asked.subjects, asked.texts, asked.source}), now_});
  std::move(made.following.begin(), made.following.end(), std::back_inserter(following_));
  // The run that wrote it is among those that moved.
  for (std::string& line : made.log) {
    for (const Run& run : made.runs)
      line = without_personal(without_personal(std::move(line), on.subject.profile, run.event), run.customer, run.event);
    after_.log.push_back(std::move(line));
  }
}

void BatchMaker::add_notes(const std::vector<Note>& notes, InputRow& row) {
  for (const Note& note : notes) append_note(note.run.empty() ? row.notes : run_notes_[note.run], note, now_);
}

void BatchMaker::add_run(const Run& run, Loading& on, std::uint64_t seq) {
  const auto [at, fresh] = run_rows_.try_emplace(run.id, rows_.runs.size());
  if (fresh) rows_.runs.emplace_back();
  RunRow& row = rows_.runs[at->second];
  const bool counts = !is_part(run) && !run.flow.clock;
  if (on.known_runs.insert(run.id).second) {
    row.event_seq = seq;
    after_.runs_started += counts;
  }
  row.id = run.id;
  row.subject = on.subject.id;
  row.workflow = run.workflow;
  row.version = run.version;
  row.status = shopbell::to_text(run.status);
  row.step = std::to_string(run.at);
  row.reason = run.reason;
  row.started = run.started;
  const bool open = is_open(run.status);
  row.ended = open ? std::nullopt : std::optional(run.ended);
  row.due = is_due(run, Time::max()) ? std::optional(run.due) : std::nullopt;
  row.state = open ? encode_run(run) : std::string();
  if (row.due) wake_at(*row.due);
  after_.runs_done += counts && run.status == RunStatus::done;
  after_.runs_stopped += counts && run.status == RunStatus::stopped;
  after_.runs_failed += counts && run.status == RunStatus::failed;
}

void BatchMaker::add_call(const CallOrder& order, const std::string& subject) {
  CallRow row{order.call.key, order.call.run, order.call.workflow, subject, order.action, order.step, to_json(order.call.args),
              static_cast<std::uint32_t>(order.call.attempt), order.timeout.count(), order.due};
  if (row.due <= now_) after_.calls_now.push_back(row);
  else wake_at(row.due);
  rows_.calls.push_back(std::move(row));
}

void BatchMaker::add_tickets(const Transition& made, const std::string& subject) {
  for (const TicketOpened& t : made.tickets)
    rows_.tickets.push_back({t.id, t.run, t.workflow, subject, t.draft.queue, t.draft.priority, t.draft.reason, t.draft.note,
                             json_of({{"conversation", t.conversation}, {"customer", t.customer}}), now_});
}

void BatchMaker::add_messages(const Transition& made, const std::string& subject) {
  for (const MessageKept& m : made.messages) {
    ++(m.direction == "in" ? after_.messages_in : after_.messages_out);
    rows_.messages.push_back({m.id, subject, m.channel, m.direction, m.from, m.to, m.text, m.run, m.at});
  }
}

// What an input causes is taken in the same commit, generation by generation; the core bounds the depth.
Result<void> BatchMaker::take_following() {
  for (std::size_t taken = 0; !following_.empty();) {
    std::vector<Entry> entries;
    for (Following& next : std::exchange(following_, {})) {
      if (++taken > following_max) break;
      Entry entry{next.subject, {now_, std::move(next.received)}, {}, {}};
      const auto& received = std::get<Received>(entry.input.what);
      if (received.workflow.empty()) {
        lines_.push_back(std::make_unique<std::string>());
        append_line(*lines_.back(), received.event, now_);
        entry.line = *lines_.back();
        entry.digest = event_digest(received.event.source, received.event.id);
      }
      entries.push_back(std::move(entry));
    }
    if (auto loaded = load(entries); !loaded) return loaded;
    for (Entry& entry : entries)
      if (!entry.repeated) take(entry);
  }
  return {};
}

void BatchMaker::add_subjects() {
  for (auto& [id, loading] : subjects_)
    if (loading.changed) rows_.subjects.push_back({id, encode_subject(loading.subject)});
}

// A run that a later input of this batch stopped no longer makes its call.
void BatchMaker::drop_ended_calls() {
  std::unordered_set<std::string_view> ended;
  for (const CallEndRow& row : rows_.calls_ended) ended.insert(row.key);
  std::erase_if(after_.calls_now, [&](const CallRow& row) { return ended.contains(row.key); });
}

void BatchMaker::wake_at(Time due) {
  if (!next_due_ || due < *next_due_) next_due_ = due;
}

}  // namespace shopbell
