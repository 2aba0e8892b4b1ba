#include "sim/replay.h"

#include "base/hash.h"
#include "base/json.h"
#include "core/categories.h"
#include "core/identity.h"
#include "intake/cloudevent.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

namespace shopbell::sim {
namespace {

std::string time_text(std::optional<Time> at) { return at ? std::to_string(to_ms(*at)) : std::string(); }

std::string note_line(const Note& note, Time at) {
  std::string line = fmt::format("{{\"at\":{}", to_ms(at));
  for (const auto& [name, text] : std::initializer_list<std::pair<const char*, const std::string&>>{{"code", note.code}, {"workflow", note.workflow}, {"step", note.step}, {"text", note.text}})
    if (!text.empty()) line += fmt::format(",\"{}\":{}", name, to_json(Value(text)));
  return line + "}";
}

void add_line(std::string& to, const std::string& line) { to += (to.empty() ? "" : "\n") + line; }

std::string_view status_text(Outcome::Status status) {
  static constexpr std::string_view texts[] = {"done", "retry", "failed", "unknown"};
  return texts[static_cast<std::size_t>(status)];
}

Finished finished_of(const Value& detail) {
  Finished f;
  f.run = detail["run"].text_or({});
  f.call = detail["call"].text_or({});
  f.attempt = static_cast<std::uint32_t>(detail["attempt"].integer_or(0));
  for (const auto status : {Outcome::Status::done, Outcome::Status::retry, Outcome::Status::failed, Outcome::Status::unknown})
    if (detail["status"].text_or({}) == status_text(status)) f.status = status;
  f.output = detail["output"];
  const Value error = detail["error"];
  f.error = {std::string(error["code"].text_or({})), std::string(error["message"].text_or({})), {}};
  if (detail.find("retry_after_ms") != nullptr) f.retry_after = Millis{detail["retry_after_ms"].integer_or(0)};
  const Value message = detail["message"];
  if (!message.is_null())
    f.message = SentMessage{std::string(message["channel"].text_or({})), std::string(message["to"].text_or({})),
                            std::string(message["text"].text_or({})), std::string(message["id"].text_or({})),
                            std::string(message["conversation"].text_or({}))};
  return f;
}

Resolved::Remedy remedy_of(std::string_view word) {
  return word == "retry" ? Resolved::Remedy::retry : word == "skip" ? Resolved::Remedy::skip : Resolved::Remedy::cancel;
}

class Player {
 public:
  explicit Player(const Editions& editions) : editions_(editions) {}

  void play(const StoredInput& stored) {
    auto input = input_of(stored);
    if (!input) return complain(fmt::format("input {} of kind {} cannot be read", stored.seq, stored.kind));
    if (stored.set_aside && !without(*input)) return record(stored, {from_ms(stored.at), Due{}}, {});
    const Workflows* workflows = in_force(stored.seq);
    if (auto* merged = std::get_if<Merged>(&input->what)) take_over(*merged, stored.subject);
    Subject subject = load(stored.subject);
    if (const auto* resolved = std::get_if<Resolved>(&input->what)) load_failed(*resolved, subject);
    if (outside_) name_subject(std::get<Received>(input->what), subject);
    std::map<std::string, Time> due;
    for (const Run& run : subject.runs)
      if (is_due(run, Time::max())) due[run.id] = run.due;
    input->filed = filed_for(subject, *input, [this](std::string_view product) { return catalogue_.find(product); }, arena_);
    Transition made = apply(*workflows, subject, *input, arena_);
    if (const auto* received = std::get_if<Received>(&input->what))
      if (const auto filing = filing_of(*received, subject.id)) catalogue_.file(*filing);
    if (stored.kind == "due") check_none_early(due, made, *input);
    made.subject_changed = made.subject_changed || named_;
    keep(subject, made);
    record(stored, *input, std::move(made));
  }

  Replay finish() {
    for (const auto& [id, row] : runs_) made_.tables.runs[id] = text_of(row);
    for (const auto& [id, message] : messages_) made_.tables.messages[id] = message.first + "|" + message.second;
    if (!following_.empty()) complain("events that followed from others were not taken");
    return std::move(made_);
  }

 private:
  struct RunEntry {
    Run run;
    std::uint64_t began = 0;
    std::string notes, state, subject;
  };

  void complain(std::string what) { made_.complaints.push_back(std::move(what)); }

  const Workflows* in_force(std::uint64_t seq) const {
    const Workflows* set = nullptr;
    for (const auto& [from, workflows] : editions_)
      if (from <= seq) set = workflows.get();
    return set;
  }

  /// What an input that could not be taken does all the same: what waited for it fails. False: nothing.
  static bool without(Input& input) {
    const auto* finished = std::get_if<Finished>(&input.what);
    if (finished == nullptr && !std::holds_alternative<Due>(input.what)) return false;
    input.what = Broken{finished != nullptr ? finished->run : std::get<Due>(input.what).run};
    return true;
  }

  void load_failed(const Resolved& resolved, Subject& subject) {
    const auto run = runs_.find(resolved.run);
    if (run == runs_.end() || run->second.run.status != RunStatus::failed || run->second.state.empty() || run->second.subject != subject.id) return;
    subject.failed.push_back(decode_run(run->second.state, arena_).value());
  }

  /// One subject has turned out to be another: its rows become that one's, what is over stays.
  void take_over(Merged& merged, const std::string& into) {
    const std::string from = merged.from.id;
    merged.from = load(from);
    std::vector<std::string> names = merged.from.identities;
    names.push_back(from);
    was_called_[from] = {names.begin(), names.end()};
    for (const std::string& name : names) lead(name, into);
    open_of_[from].clear();  // they come to the other with the input
    for (auto& [id, entry] : runs_)
      if (entry.subject == from && !entry.state.empty()) entry.subject = into;
    for (auto& [id, message] : messages_)
      if (message.first == from) message.first = into;
    merged_.push_back(from);
  }

  void lead(const std::string& name, const std::string& to) {
    Subject lead;
    lead.id = name;
    lead.leads_to = to;
    made_.tables.subjects[name] = encode_subject(lead);
    known_.insert(name);
    leads_[name] = to;
  }

  /// The names that an event from outside gives its subject; each leads to it.
  void name_subject(Received& received, Subject& subject) {
    std::map<std::string, Subject, std::less<>> looked_up;
    const auto find = [&](std::string_view name) -> const Subject* {
      std::string id(name);
      for (; known_.contains(id); id = looked_up[id].leads_to) {
        looked_up[id] = load(id);
        if (looked_up[id].leads_to.empty()) return &looked_up[id];
      }
      return nullptr;
    };
    const auto identities = identities_of(received.event);
    if (identities.empty()) return;
    const Identified found = identify(received.event, identities, find);
    if (found.subject != subject.id || !found.same.empty()) return complain("an event of " + found.subject + " was taken for one of " + subject.id);
    received.event.subject = arena_.copy(subject.id);
    for (const std::string& name : found.names) {
      const Named named = add_identity(subject, name);
      if (!named.dropped.empty()) made_.tables.subjects.erase(named.dropped);
      if (!named.added) continue;
      lead(name, subject.id);
      named_ = true;
    }
    for (const std::string& from : std::exchange(merged_, {}))
      if (std::none_of(identities.begin(), identities.end(), [&](const Identity& i) { return was_called_[from].contains(i.name); }))
        complain(from + " became " + subject.id + " with an event that does not name it");
  }


  std::optional<Input> input_of(const StoredInput& stored) {
    Input input{from_ms(stored.at), Due{}};
    outside_ = named_ = false;
    const auto detail = stored.detail.empty() ? Value() : parse_json(stored.detail, arena_).value();
    if (stored.kind == "event" || stored.kind == "forwarded") {
      auto received = received_of(stored);
      if (!received) return {};
      input.what = std::move(*received);
    } else if (stored.kind == "finished") input.what = finished_of(detail);
    else if (stored.kind == "cancelled") input.what = Cancelled{std::string(detail["run"].text_or({})), std::string(detail["by"].text_or({}))};
    else if (stored.kind == "scheduled") input.what = Scheduled{std::string(detail["workflow"].text_or({}))};
    else if (stored.kind == "edited") input.what = Edited{};
    else if (stored.kind == "resolved") input.what = Resolved{std::string(detail["run"].text_or({})), remedy_of(detail["remedy"].text_or({})), std::string(detail["by"].text_or({}))};
    else if (stored.kind == "merged") input.what.emplace<Merged>().from.id = detail["from"].text_or({});
    else if (stored.kind == "due") std::get<Due>(input.what).run = detail["run"].text_or({});
    else return {};
    return input;
  }

  /// What the core itself made is taken as it made it, when its turn comes; an event from outside is in the log.
  std::optional<Received> received_of(const StoredInput& stored) {
    while (!following_.empty() && following_.front().received.workflow.empty() && seen_.contains(digest_of(following_.front()))) following_.pop_front();
    const bool follows = !following_.empty() && following_.front().received.event.id == stored.event_id &&
                         following_.front().received.event.source == stored.source && called_now(following_.front().subject) == stored.subject;
    if (follows) {
      Received received = std::move(following_.front().received);
      following_.pop_front();
      if (received.workflow.empty()) seen_.insert(event_digest(received.event.source, received.event.id));
      return received;
    }
    auto event = read_line(stored.line, arena_);
    if (stored.kind != "event" || !event) return {};
    if (!seen_.insert(event_digest(event->source, event->id)).second) complain("the event " + stored.event_id + " was taken twice");
    outside_ = true;
    return Received{*event, 0, {}, {}};
  }
  std::string called_now(std::string name) const {
    for (auto lead = leads_.find(name); lead != leads_.end(); lead = leads_.find(name)) name = lead->second;
    return name;
  }
  static std::string digest_of(const Following& next) { return event_digest(next.received.event.source, next.received.event.id); }

  Subject load(const std::string& id) {
    Subject subject = decode_subject(id, made_.tables.subjects.contains(id) ? made_.tables.subjects.at(id) : "", arena_).value();
    for (const std::string& run : open_of_[id]) subject.runs.push_back(decode_run(runs_.at(run).state, arena_).value());
    return subject;
  }

  void keep(const Subject& subject, const Transition& made) {
    if (made.subject_changed) made_.tables.subjects[subject.id] = encode_subject(subject);
    known_.insert(subject.id);
    auto& open = open_of_[subject.id];
    for (const Run& run : made.runs) {
      const auto [at, fresh] = runs_.try_emplace(run.id);
      if (fresh) at->second.began = seq_;
      at->second.run = run;
      at->second.subject = subject.id;
      const bool for_a_person = run.status == RunStatus::failed && !is_part(run) && !run.flow.clock;
      at->second.state = is_open(run.status) || for_a_person ? encode_run(run) : std::string();
      std::erase(open, run.id);
    }
    std::vector<std::string> ordered;  // as the store gives them: oldest first
    for (const Run& run : subject.runs) ordered.push_back(run.id);
    open = std::move(ordered);
  }

  void check_none_early(const std::map<std::string, Time>& due, const Transition& made, const Input& input) {
    for (const Run& run : made.runs) {
      const auto at = due.find(run.id);
      if (at == due.end() || at->second <= input.at || (run.status == RunStatus::waiting && run.due == at->second)) continue;
      complain("run " + run.id + " of " + run.workflow + " was woken before its time");
    }
  }

  void record(const StoredInput& stored, const Input& input, Transition made) {
    std::string& own = made_.tables.notes[std::to_string(stored.seq)];
    if (stored.set_aside) add_line(own, note_line({"quarantined", {}, {}, {}, "the engine could not take this input, 5 times, and has set it aside"}, from_ms(stored.at)));
    for (const Note& note : made.notes) add_line(note.run.empty() || !runs_.contains(note.run) ? own : runs_[note.run].notes, note_line(note, input.at));
    for (const CallOrder& order : made.calls) keep_call(order, stored.subject);
    for (const CallEnd& end : made.calls_ended) end_call(end, input.at);
    for (const TicketOpened& t : made.tickets)
      made_.tables.tickets[t.id] = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", t.run, t.workflow, stored.subject, t.draft.queue, t.draft.priority, t.draft.reason, t.draft.note,
                                               to_json(t.frozen), to_ms(input.at));
    for (const MessageKept& m : made.messages)
      messages_[m.id] = {stored.subject, fmt::format("{}|{}|{}|{}|{}|{}|{}", m.channel, m.direction, m.from, m.to, m.text, m.run, to_ms(m.at))};
    for (Following& next : made.following) following_.push_back(std::move(next));
    made_.history.push_back({stored.seq, input.at, stored.kind, stored.subject, stored.event_id, stored.set_aside, merged_of(input), doubted_of(input), std::move(made.runs), std::move(made.calls), std::move(made.calls_ended), std::move(made.notes)});
  }

  static std::string merged_of(const Input& input) {
    const auto* merged = std::get_if<Merged>(&input.what);
    return merged != nullptr ? merged->from.id : std::string();
  }

  static std::string doubted_of(const Input& input) {
    const auto* finished = std::get_if<Finished>(&input.what);
    return finished != nullptr && finished->status == Outcome::Status::unknown ? finished->call : std::string();
  }

  struct CallEntry {
    std::string row;           // the name of its row: that of a call that is made again after its end is another
    std::string before, args;  // the columns as they stay, and what an attempt changes
    std::uint32_t attempt = 1;
    Millis timeout{0};
    Time due;
  };

  void keep_call(const CallOrder& order, const std::string& subject) {
    CallEntry& entry = open_calls_[order.call.key];
    std::string row = entry.row.empty() ? order.call.key : entry.row;
    while (entry.row.empty() && made_.tables.calls.contains(row)) row += " again";
    // A further attempt changes neither: a call stays with the subject that ordered it, who may have become another since.
    std::string before = entry.row.empty() ? fmt::format("{}|{}|{}|{}|{}", order.call.run, order.call.workflow, subject, order.action, order.step) : entry.before;
    entry = {row, std::move(before), to_json(order.call.args),
             static_cast<std::uint32_t>(order.call.attempt), order.timeout, order.due};
    made_.tables.calls[row] = fmt::format("{}|{}|{}|{}|{}|open|{}|", entry.before, entry.args, entry.attempt, entry.timeout.count(), to_ms(entry.due), order.error);
  }

  void end_call(const CallEnd& end, Time at) {
    auto open = open_calls_.find(end.key);
    const bool in_doubt = open == open_calls_.end();  // it may be: its run ended before the answer came
    if (in_doubt && (open = doubted_calls_.find(end.key)) == doubted_calls_.end()) return;
    if (in_doubt && (end.run.empty() || open->second.attempt != end.attempts)) return;
    const CallEntry e = open->second;
    (in_doubt ? doubted_calls_ : open_calls_).erase(open);
    if (end.status == Outcome::Status::unknown) doubted_calls_[end.key] = e;
    made_.tables.calls[e.row] = fmt::format("{}|{}|{}|{}||{}|{}|{}", e.before, e.args, end.attempts, e.timeout.count(), status_text(end.status), end.error, to_ms(at));
  }

  std::string text_of(const RunEntry& entry) const {
    const Run& r = entry.run;
    const bool open = is_open(r.status);
    return fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", entry.subject, r.workflow, r.version, to_text(r.status), r.at, r.reason, to_ms(r.started),
                       open ? "" : time_text(r.ended), is_due(r, Time::max()) ? time_text(r.due) : "", entry.began, entry.state, entry.notes);
  }

 public:
  void at(std::uint64_t seq) { seq_ = seq; }

 private:
  const Editions& editions_;
  std::uint64_t seq_ = 0;
  bool outside_ = false, named_ = false;  // the input is an event from outside; and gave its subject a name
  std::set<std::string> known_;           // subjects, and names that lead to one
  Catalogue catalogue_;
  Replay made_;
  Arena& arena_ = *made_.memory;
  std::map<std::string, RunEntry> runs_;
  std::map<std::string, std::vector<std::string>> open_of_;
  std::map<std::string, CallEntry> open_calls_, doubted_calls_;  // doubted: over, and it is not known how
  std::map<std::string, std::pair<std::string, std::string>> messages_;  // subject, and the rest
  std::vector<std::string> merged_;                                      // since the last event from outside
  std::map<std::string, std::string> leads_;                             // a name, and the subject that it leads to
  std::map<std::string, std::set<std::string>> was_called_;              // by those that became others
  std::deque<Following> following_;
  std::set<std::string> seen_;
};

}  // namespace

Replay replay(const std::vector<StoredInput>& inputs, const Editions& editions) {
  Player player(editions);
  for (const StoredInput& input : inputs) {
    player.at(input.seq);
    player.play(input);
  }
  return player.finish();
}

}  // namespace shopbell::sim
