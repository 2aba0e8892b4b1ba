#include "serve/batch.h"

#include "base/crash_point.h"
#include "base/json.h"
#include "core/conversations.h"
#include "core/personal.h"
#include "core/replayed.h"
#include "intake/cloudevent.h"
#include "serve/dispatch.h"
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

std::string_view to_text(Resolved::Remedy remedy) {
  switch (remedy) {
    case Resolved::Remedy::retry: return "retry";
    case Resolved::Remedy::skip: return "skip";
    case Resolved::Remedy::cancel: return "cancel";
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
    map.add("message", make_map(arena, {{"channel", f.message->channel}, {"to", f.message->to}, {"text", f.message->text}, {"id", f.message->message_id},
                                        {"conversation", f.message->conversation}}));
  return to_json(map.build());
}

std::string detail_of(const Received& received) {
  if (received.workflow.empty() && received.only.empty() && !received.overheard) return {};
  Arena arena;
  MapBuilder map(arena);
  if (!received.workflow.empty()) map.add("workflow", received.workflow);
  if (received.overheard) map.add("overheard", true);
  ListBuilder only(arena);
  for (const std::string& id : received.only) only.add(id);
  if (!received.only.empty()) map.add("only", only.build());
  return to_json(map.build());
}

std::string json_of(std::initializer_list<std::pair<std::string_view, Value>> members) {
  Arena arena;
  return to_json(make_map(arena, members));
}

std::string answer_of(const Told& told) {
  Arena arena;
  MapBuilder map(arena);
  if (!told.code.empty()) map.add("error", make_map(arena, {{"code", told.code}, {"message", told.message}}));
  if (!told.conversation.is_null()) map.add("conversation", told.conversation);
  return to_json(map.build()) + "\n";
}

bool is_told(const Received& received) { return received.overheard || !received.workflow.empty(); }

/// An event from outside, of which it is to be found out whom it is about.
const Received* unidentified(const Entry& entry) {
  const auto* received = std::get_if<Received>(&entry.input.what);
  return received != nullptr && received->depth == 0 && !is_told(*received) ? received : nullptr;
}

void describe(InputRow& row, const Entry& entry) {
  if (const auto* received = std::get_if<Received>(&entry.input.what)) {
    row.kind = is_told(*received) ? "forwarded" : "event";
    row.event_id = received->event.id;
    row.source = received->event.source;
    row.type = received->event.type;
    row.digest = entry.digest;
    row.body_digest = entry.body_digest;
    row.line = entry.line;
    row.detail = detail_of(*received);
  } else if (const auto* finished = std::get_if<Finished>(&entry.input.what)) {
    row.kind = "finished";
    row.detail = detail_of(*finished);
  } else if (const auto* cancelled = std::get_if<Cancelled>(&entry.input.what)) {
    row.kind = "cancelled";
    row.detail = json_of({{"run", cancelled->run}, {"by", cancelled->by}});
  } else if (const auto* merged = std::get_if<Merged>(&entry.input.what)) {
    row.kind = "merged";
    row.detail = json_of({{"from", merged->from.id}});
  } else if (const auto* scheduled = std::get_if<Scheduled>(&entry.input.what)) {
    row.kind = "scheduled";
    row.detail = json_of({{"workflow", scheduled->workflow}});
  } else if (const auto* resolved = std::get_if<Resolved>(&entry.input.what)) {
    row.kind = "resolved";
    row.detail = json_of({{"run", resolved->run}, {"remedy", to_text(resolved->remedy)}, {"by", resolved->by}});
  } else if (const auto* broken = std::get_if<Broken>(&entry.input.what)) {
    row.kind = "broken";
    row.detail = json_of({{"run", broken->run}});
  } else {
    const auto* due = std::get_if<Due>(&entry.input.what);
    row.kind = due != nullptr ? "due" : "edited";
    if (due != nullptr && due->new_segments) row.detail = json_of({{"new_segments", true}});
    else if (due != nullptr && !due->run.empty()) row.detail = json_of({{"run", due->run}});
  }
}

}  // namespace

InputClaims::Key claim_of(const Entry& entry) {
  InputClaims::Key key{};
  if (entry.digest.size() == key.size()) {
    std::copy(entry.digest.begin(), entry.digest.end(), key.begin());
    return key;
  }
  std::string what = std::to_string(entry.input.what.index()) + ' ' + entry.subject;
  if (const auto* finished = std::get_if<Finished>(&entry.input.what)) what += ' ' + finished->call + ' ' + std::to_string(finished->attempt);
  if (const auto* received = std::get_if<Received>(&entry.input.what)) what.append(" ").append(received->event.source).append(" ").append(received->event.id).append(" ").append(received->workflow);
  if (const auto* merged = std::get_if<Merged>(&entry.input.what)) what += ' ' + merged->from.id;
  if (const auto* due = std::get_if<Due>(&entry.input.what)) what += ' ' + due->run;
  if (const auto* cancelled = std::get_if<Cancelled>(&entry.input.what)) what += ' ' + cancelled->run;
  if (const auto* resolved = std::get_if<Resolved>(&entry.input.what)) what += ' ' + resolved->run;
  return InputClaims::key_of(what);
}

BatchMaker::BatchMaker(const Workflows& workflows, Store& store, Time now, InputClaims& claims, const Catalogue& catalogue)
    : workflows_(workflows), store_(store), now_(std::max(now, store.clock())), claims_(claims), catalogue_(catalogue) {
  rows_.fence = store.fence();
  rows_.clock = now_;
  seq_ = rows_.fence.seq;
}

Result<void> BatchMaker::load(std::vector<Entry>& entries) {
  std::vector<std::string> ids;
  std::vector<Digest> digests;
  const auto want = [&](const std::string& id) {
    if (subjects_.try_emplace(id).second) ids.push_back(id);
  };
  for (Entry& entry : entries) {
    if (const Received* received = unidentified(entry)) entry.identities = identities_of(received->event);
    for (const Identity& identity : entry.identities) want(identity.name);
    if (entry.identities.empty()) want(entry.subject);
    for (const Digest* digest : {&entry.digest, &entry.body_digest, &entry.original})
      if (!digest->empty()) digests.push_back(*digest);
  }
  std::vector<std::uint64_t> seen;
  if (auto loaded = load_subjects(std::move(ids), digests, seen); !loaded) return loaded;
  for (const Entry& entry : entries)
    if (const auto* resolved = std::get_if<Resolved>(&entry.input.what))
      if (auto found = load_failed(entry, *resolved); !found) return found;
  mark_repeated(entries, digests, seen);
  return {};
}

// Where a name leads to a subject, that one is loaded, too.
Result<void> BatchMaker::load_subjects(std::vector<std::string> ids, const std::vector<Digest>& digests, std::vector<std::uint64_t>& seen) {
  auto loaded = store_.load(ids, digests);
  if (!loaded) return tl::unexpected(loaded.error());
  if (!digests.empty()) seen = std::move(loaded->seen);
  std::vector<std::string> led;
  for (LoadedSubject& from : loaded->subjects) {
    Loading& to = subjects_.at(from.id);
    auto subject = decode_subject(from.id, from.state, arena_);
    if (!subject) return tl::unexpected(subject.error());
    to.subject = std::move(*subject);
    to.known = !from.state.empty() || !from.runs.empty();
    if (!to.subject.leads_to.empty() && !subjects_.contains(to.subject.leads_to)) led.push_back(to.subject.leads_to);
    for (const std::string& state : from.runs) {
      auto run = decode_run(state, arena_);
      if (!run) return tl::unexpected(run.error());
      to.known_runs.insert(run->id);
      to.subject.runs.push_back(std::move(*run));
    }
  }
  std::erase_if(led, [&](const std::string& id) { return !subjects_.try_emplace(id).second; });
  return led.empty() ? Result<void>() : load_subjects(std::move(led), {}, seen);
}

Result<void> BatchMaker::load_failed(const Entry& entry, const Resolved& resolved) {
  Loading& to = owner(entry.subject);
  const auto states = store_.failed_runs(to.subject.id);
  if (!states) return tl::unexpected(states.error());
  for (const std::string& state : *states) {
    auto run = decode_run(state, arena_);
    if (!run) return tl::unexpected(run.error());
    if (run->id == resolved.run && to.known_runs.insert(run->id).second) to.subject.failed.push_back(std::move(*run));
  }
  return {};
}

void BatchMaker::mark_repeated(std::vector<Entry>& entries, const std::vector<Digest>& asked, const std::vector<std::uint64_t>& seen) {
  std::unordered_set<std::string> known;
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (seen[i] != 0) known.insert(asked[i]);
  for (Entry& entry : entries) {
    entry.repeated = known.contains(entry.original) || known.contains(entry.digest) || known.contains(entry.body_digest);
    if (entry.repeated) continue;
    for (const Digest* digest : {&entry.digest, &entry.body_digest})
      if (!digest->empty()) known.insert(*digest);
  }
}

Result<void> BatchMaker::make(std::vector<Entry>& entries) {
  if (auto loaded = load(entries); !loaded) return loaded;
  for (root_ = 0; root_ < entries.size(); ++root_)
    if (!entries[root_].repeated) take(entries[root_]);
  if (auto done = take_following(); !done) return done;
  add_subjects();
  for (RunRow& row : rows_.runs) row.notes = std::move(run_notes_[row.id]);
  return {};
}

// Of several waits that are due at once it is to be found out which the engine cannot take: each is an input then.
bool BatchMaker::take_one_by_one(const Entry& entry) {
  const auto* due = std::get_if<Due>(&entry.input.what);
  const InputClaims::Key key = claim_of(entry);
  if (claims_.empty() || due == nullptr || !due->run.empty() || claims_.count(key) == 0) return false;
  std::vector<std::pair<Time, std::string>> runs;
  for (const Run& run : owner(entry.subject).subject.runs)
    if (is_due(run, now_)) runs.emplace_back(run.due, run.id);
  if (runs.empty()) return false;
  counted_.push_back(key);
  std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [at, run] : runs) {
    Entry one{entry.subject, {now_, Due{false, run}}, {}, {}};
    take(one);
  }
  return true;
}

void BatchMaker::take(Entry& entry) {
  if (take_one_by_one(entry)) return;
  InputRow row;
  describe(row, entry);
  if (row.kind == "event") ++after_.events;
  const auto around = std::exchange(current_, claim_of(entry));  // an event, where this is a merge that it made known
  if (!claims_.empty() && claims_.count(*current_) > 0) counted_.push_back(*current_);
  claims_.begin(*current_);
  crash_point("batch.input_marked");
  if (claims_.poisons(*current_)) {
    set_aside(entry, std::move(row));
  } else if (entry.identities.empty()) {
    take(entry.input, owner(entry.subject), std::move(row));
  } else {
    Input input = entry.input;
    Loading& on = identify_subject(entry, input, row);
    take(input, on, std::move(row));
  }
  if (auto told = std::exchange(told_, {})) {
    entry.status = told->code.empty() ? 200 : told->code == "conflict" || told->code == "new_messages" ? 409 : told->code == "not_found" ? 404 : 400;
    entry.answer = answer_of(*told);
  }
  claims_.end();
  current_ = around;
  if (current_) claims_.begin(*current_);
}

void BatchMaker::number(Input& input, Loading& on, InputRow& row) {
  input.at = now_;
  row.seq = ++seq_;
  row.at = now_;
  row.subject = on.subject.id;
  on.known = true;
}

void BatchMaker::take(Input& input, Loading& on, InputRow row) {
  number(input, on, row);
  look_up_categories(input, on.subject);
  absorb(apply(workflows_, on.subject, input, arena_), on, row);
  file(input, on.subject);
  if (std::holds_alternative<Due>(input.what)) wake_for_others(on.subject);
  rows_.inputs.push_back(std::move(row));
}

void BatchMaker::look_up_categories(Input& input, const Subject& subject) {
  if (catalogue_.empty() && filed_.empty()) return;
  const auto find = [this](std::string_view product) {
    const std::string_view here = filed_.find(product);
    return here.empty() ? catalogue_.find(product) : here;
  };
  input.filed = filed_for(subject, input, find, arena_);
}

void BatchMaker::file(const Input& input, const Subject& subject) {
  const auto* received = std::get_if<Received>(&input.what);
  if (received == nullptr || !filing_of(*received, subject.id)) return;
  if (const auto kept = filing_kept(subject); kept && catalogue_.find(kept->product) != kept->category) filed_.file(*kept);
}

// The store names a subject by its first wait alone; when that is over, the others are to be known.
void BatchMaker::wake_for_others(const Subject& subject) {
  for (const Run& run : subject.runs)
    if (is_due(run, Time::max()) && run.due > now_) wake_at(run.due);
}

// An event does nothing; what a run waited for would be due, or missing, for ever: that run fails.
void BatchMaker::set_aside(Entry& entry, InputRow row) {
  Loading& on = owner(entry.subject);
  number(entry.input, on, row);
  append_note(row.notes, {"quarantined", {}, {}, {}, "the engine could not take this input, " + std::to_string(claims_max) + " times, and has set it aside"}, now_);
  ++after_.quarantined;
  const auto* finished = std::get_if<Finished>(&entry.input.what);
  const auto* due = std::get_if<Due>(&entry.input.what);
  if (finished != nullptr || due != nullptr)
    absorb(apply(workflows_, on.subject, {now_, Broken{finished != nullptr ? finished->run : due->run}}, arena_), on, row);
  if (due != nullptr) wake_for_others(on.subject);
  rows_.inputs.push_back(std::move(row));
}

void BatchMaker::absorb(Transition&& made, Loading& on, InputRow& row) {
  on.changed = on.changed || made.subject_changed;
  on.conversations.insert(made.conversations.begin(), made.conversations.end());
  if (made.told) told_ = std::move(made.told);
  add_notes(made.notes, row);
  for (const Run& run : made.runs) add_run(run, on, row.seq);
  for (const CallOrder& order : made.calls) add_call(order, on.subject.id);
  for (const CallEnd& end : made.calls_ended)
    rows_.calls_ended.push_back({end.key, end.recorded ? "recorded" : std::string(to_text(end.status)), end.error, end.attempts, now_, end.run});
  add_tickets(made, on.subject.id);
  add_messages(made, on.subject.id);
  if (!is_replayed(on.subject.id))
    for (SegmentChange& change : made.segments) rows_.members.push_back({std::move(change.segment), on.subject.id, change.entered});
  for (Asked& asked : made.asked)
    rows_.requests.push_back({asked.id, asked.kind, encode_person({asked.subjects, asked.texts, asked.source}), now_});
  follow(std::move(made.following), row);
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
  // One that has failed is kept until a person decides about it.
  const bool kept = open || (run.status == RunStatus::failed && counts && !is_replayed(on.subject.id));
  row.state = kept ? encode_run(run) : std::string();
  if (row.due) wake_at(*row.due);
  after_.runs_done += counts && run.status == RunStatus::done;
  after_.runs_stopped += counts && run.status == RunStatus::stopped;
  after_.runs_failed += counts && run.status == RunStatus::failed;
}

void BatchMaker::add_call(const CallOrder& order, const std::string& subject) {
  CallRow row{order.call.key, order.call.run, order.call.workflow, subject, order.action, order.step, to_json(order.call.args),
              static_cast<std::uint32_t>(order.call.attempt), order.timeout.count(), order.due,
              destination_of(order.action, order.call.args), order.error};
  if (row.due > now_) wake_at(row.due);
  rows_.calls.push_back(std::move(row));
}

void BatchMaker::add_tickets(const Transition& made, const std::string& subject) {
  for (const TicketOpened& t : made.tickets)
    rows_.tickets.push_back({t.id, t.run, t.workflow, subject, t.draft.queue, t.draft.priority, t.draft.reason, t.draft.note,
                             to_json(t.frozen), now_});
}

void BatchMaker::add_messages(const Transition& made, const std::string& subject) {
  for (const MessageKept& m : made.messages) {
    ++(m.direction == "in" ? after_.messages_in : after_.messages_out);
    rows_.messages.push_back({m.id, subject, m.channel, m.direction, m.from, m.to, m.text, m.run, m.at});
  }
}

// The core bounds how deep causes go, and this how wide: so one event cannot fill the store, and what is lost of it is told.
void BatchMaker::follow(std::vector<Following> caused, InputRow& row) {
  std::size_t& count = caused_[root_];
  const std::size_t taken = std::min(caused.size(), following_max - count);
  for (std::size_t i = 0; i < taken; ++i) following_.push_back({std::move(caused[i]), root_});
  count += taken;
  if (taken == caused.size()) return;
  const std::string text = std::to_string(caused.size() - taken) + " events that follow from this are not taken: one input may cause " + std::to_string(following_max);
  append_note(row.notes, {"too_many", {}, {}, {}, text}, now_);
  after_.log.push_back("input " + std::to_string(row.seq) + ": " + text);
}

// What an input causes is taken in the same commit, generation by generation.
Result<void> BatchMaker::take_following() {
  while (!following_.empty()) {
    std::vector<Entry> entries;
    std::vector<std::size_t> roots;
    for (Caused& caused : std::exchange(following_, {})) {
      Following& next = caused.what;
      roots.push_back(caused.root);
      Entry entry{next.subject, {now_, std::move(next.received)}, {}, {}};
      const auto& received = std::get<Received>(entry.input.what);
      if (!is_told(received)) {
        lines_.push_back(std::make_unique<std::string>());
        append_line(*lines_.back(), received.event, now_);
        entry.line = *lines_.back();
        entry.digest = event_digest(received.event.source, received.event.id);
      }
      entries.push_back(std::move(entry));
    }
    if (auto loaded = load(entries); !loaded) return loaded;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      root_ = roots[i];
      if (!entries[i].repeated) take(entries[i]);
    }
  }
  return {};
}

void BatchMaker::add_subjects() {
  for (auto& [id, loading] : subjects_)
    if (loading.changed) {
      rows_.subjects.push_back({id, loading.known ? encode_subject(loading.subject) : std::string()});
      add_conversations(loading);
    }
}

void BatchMaker::add_conversations(const Loading& of) {
  if (is_replayed(of.subject.id)) return;
  for (const std::string& id : of.conversations) {
    const Value c = find_conversation(of.subject, id);
    if (c.is_null()) continue;
    const auto text = [&](std::string_view name) { return std::string(c[name].text_or({})); };
    const auto time = [&](std::string_view name) {
      const Value at = c[name];
      return at.is(Kind::timestamp) ? std::optional(from_ms(at.seconds() * 1000 + at.nanos() / 1'000'000)) : std::nullopt;
    };
    rows_.conversations.push_back({id, of.subject.id, text("channel"), text("owner"), text("agent"), text("queue"), text("state"),
                                   text("priority"), c["epoch"].integer_or(1), time("waiting_since"), time("last_at").value_or(now_)});
  }
}

void BatchMaker::wake_at(Time due) {
  if (!next_due_ || due < *next_due_) next_due_ = due;
}

}  // namespace shopbell
