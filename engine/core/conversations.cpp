#include "core/conversations.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/ask.h"
#include "core/conversation.h"
#include "core/conversation_edit.h"
#include "core/conversation_moves.h"
#include "core/inquiry.h"
#include "core/person_reply.h"
#include "core/profile.h"
#include "core/profile_draft.h"
#include "core/promise.h"
#include "core/replayed.h"
#include "core/runs.h"
#include "core/step.h"
#include "core/thread.h"
#include "core/walk.h"

#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <utility>

namespace shopbell {
namespace {

using namespace conversing;

constexpr std::size_t subject_line_bytes_max = 512, address_bytes_max = 320;

std::string text_of(const Value& id) {
  if (id.is(Kind::integer)) return std::to_string(id.integer());
  if (id.is(Kind::uint)) return std::to_string(id.uint());
  return std::string(id.text_or({}));
}

std::string first_of(std::initializer_list<Value> values) {
  for (const Value& v : values)
    if (std::string text = text_of(v); !text.empty()) return text;
  return {};
}

Value opened(Turn& turn, std::string_view id, const Event& event) {
  const std::string channel(id.substr(0, id.find(':'))), thread(id.substr(id.find(':') + 1));
  MapBuilder made(turn.arena);
  made.add("id", turn.arena.copy(id)).add("channel", turn.arena.copy(channel)).add("thread", turn.arena.copy(thread));
  made.add("owner", "bot").add("epoch", Value(epoch_of(turn.subject))).add("state", "open").add("priority", "normal");
  made.add("opened_at", Value(event.at));
  return made.build();
}

// Messages

/// Of a mail: its Reply-To, unless that is where the mail itself went.
std::string_view answers_wanted_at(const Value& message) {
  const std::string_view elsewhere = message["answers_to"].text_or({}), to = message["to"].text_or({});
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  const bool ours = std::search(to.begin(), to.end(), elsewhere.begin(), elsewhere.end(), same) != to.end();
  return ours || elsewhere.size() > address_bytes_max ? std::string_view() : elsewhere;
}

void hear_customer(Turn& turn, const Event& event, const std::string& id) {
  Value before = find_conversation(turn.subject, id);
  const bool is_new = before.is_null();
  if (is_new) put(turn, id, before = opened(turn, id, event));
  const std::string state(before["state"].text_or({}));
  end_snooze(turn, id);
  MapBuilder made(turn.arena, find_conversation(turn.subject, id));
  made.add("state", "open").add("last_at", Value(event.at));
  if (const std::string sender = text_of(event.data["message"]["from"]); !sender.empty()) made.add("sender", turn.arena.copy(sender));
  if (before["waiting_since"].is_null() && !event.data["message"]["automatic"].boolean_or(false))
    made.add("waiting_since", Value(event.at));
  if (const Window window = window_of(before["channel"].text_or({})); window.anyone > Millis{0})
    made.add("window_until", Value(event.at + window.anyone)).add("person_until", Value(event.at + window.person));
  if (const std::string_view elsewhere = answers_wanted_at(event.data["message"]); is_new && !elsewhere.empty())
    made.add("answers_to", turn.arena.copy(elsewhere));  // whoever writes into it later does not turn it to himself
  if (const Value subject = event.data["message"]["subject"]; !subject.text_or({}).empty())
    made.add("subject", turn.arena.copy(cut_text(subject.text(), subject_line_bytes_max)));
  put(turn, id, made.build());
  if (state == "resolved" || state == "merged") {
    change_owner(turn, id, {"bot", {}, {}});
    tell(turn, "conversation.reopened", id, {}, "the customer has written");
  } else if (state == "snoozed") {
    tell_ticket(turn, "ticket.woke", id, {});
    tell(turn, "conversation.woken", id, {}, "the customer has written");
  }
}

void say(Turn& turn, const std::string& id, Time at, bool by_person) {
  const Value before = find_conversation(turn.subject, id);
  if (before.is_null()) return;
  if (by_person && before["handed_at"].is(Kind::timestamp)) {
    tell_wait(turn, before["handed_to"].text_or({}), at - from_ms(before["handed_at"].seconds() * 1000 + before["handed_at"].nanos() / 1'000'000));
    set(turn, id, {{"handed_at", Value()}});
  }
  if (by_person) tell_ticket(turn, "ticket.answered", id, before["agent"].text_or("agent"));
  const bool answered = by_person || before["owner"].text_or({}) == "bot";
  if (answered) set(turn, id, {{"last_at", Value(at)}, {"waiting_since", Value()}});
  else set(turn, id, {{"last_at", Value(at)}});
}

}  // namespace

namespace {

constexpr std::size_t part_bytes_min = 400;  // of a text that is said in several messages: no channel's are shorter but the last

/// Whether a call with these arguments says that, or says it first.
bool is_said_by(const Value& args, std::string_view text) {
  const Value rest = args[rest_of_said];
  const std::string_view all = trimmed((rest.is_null() ? args["text"] : rest).text_or({}));
  return all == text || (text.size() >= part_bytes_min && all.starts_with(text));
}

}  // namespace

bool is_own(const Turn& turn, const std::string& id, const Value& message) {
  const std::string_view text = message["text"].text_or({}), ref = message["id"].text_or({});
  const Value said = turn.subject.conversation;
  for (const Value& m : said.is(Kind::list) ? said.items() : std::span<const Value>{})
    if (thread_id(turn.subject, m["conversation"].text_or({})) == id && m["from"].text_or({}) != "customer" && !m["ref"].text_or({}).empty() &&
        (m["ref"].text_or({}) == ref || m["text"].text_or({}) == cut_text(text, conversation_text_bytes_max)))
      return true;
  return std::any_of(turn.subject.runs.begin(), turn.subject.runs.end(), [&](const Run& run) {
    return run.status == RunStatus::calling && thread_id(turn.subject, conversation_spoken_to(run.args)) == id && is_said_by(run.args, trimmed(text));
  });
}

namespace {

// Runs that were overtaken

std::string step_conversation(const Run& run, const Instruction& step) {
  if (step.asks) return conversation_spoken_to(question_of(run, step));
  return conversation_spoken_to(run.args);
}

/// Why the run cannot stay where it is; empty: it can.
std::string overtaken_at(const Turn& turn, const Run& run) {
  if (is_person_reply(run)) return {};
  const Workflow* workflow = run.flow.clock ? nullptr : turn.workflows.version(run.version);
  if (workflow == nullptr || run.at >= workflow->program.size()) return {};
  const Instruction& step = workflow->program[run.at];
  const bool speaks = run.status == RunStatus::calling && step.action != nullptr && step.action->speaks;
  if (!speaks && !(run.status == RunStatus::waiting && step.asks)) return {};
  return overtaken(turn.subject, step_conversation(run, step), run.flow.lease);
}

/// Marketing that waits for a person to be done looks again.
bool may_look_again(const Turn& turn, const Run& run) {
  const Workflow* workflow = run.flow.clock ? nullptr : turn.workflows.version(run.version);
  return workflow != nullptr && workflow->marketing && run.status == RunStatus::waiting && run.flow.held != Time{} &&
         run.at < workflow->program.size() && workflow->program[run.at].op == Op::act;
}

}  // namespace

std::string conversation_id(std::string_view channel, std::string_view thread) {
  if (thread.empty()) return {};
  std::string id(channel.empty() ? std::string_view("log") : channel);
  return (id += ':').append(thread);
}

std::string conversation_of(const Event& event) {
  const Value message = event.data["message"], conversation = event.data["conversation"];
  if (!message.is(Kind::map) && !conversation.is(Kind::map)) return {};
  const bool out = event.type == "message.sent" || message["direction"].text_or({}) == "out";
  return conversation_id(first_of({message["channel"], conversation["channel"]}),
                         first_of({message["conversation"], conversation["id"], message[out ? "to" : "from"], event.data["customer"]["id"]}));
}

std::string conversation_spoken_to(const Value& args) {
  if (const std::string_view in = args["in"].text_or({}); !in.empty()) return std::string(in);
  return conversation_id(args["channel"].text_or({}), first_of({args["conversation"], args["to"]}));
}

Value find_conversation(const Subject& subject, std::string_view id) {
  const Value list = subject.conversations["list"];
  if (!id.empty()) return list[id];
  Value latest;
  for (const Member& m : list.members())
    if (latest.is_null() || before(latest["last_at"], m.value["last_at"])) latest = m.value;
  return latest;
}

Value conversation_seen(const Turn& turn, const Event& event) {
  static const Document none = [] {
    auto arena = std::make_unique<Arena>();
    const Value v = make_map(*arena, {{"owner", "nobody"}, {"epoch", Value(std::int64_t{0})}, {"state", "none"}, {"priority", "normal"}});
    return Document(std::move(arena), v);
  }();
  const Value said = event.data["conversation"];
  const bool known = turn.subject.conversations.is(Kind::map);
  if (!known && !said.is(Kind::map)) return none.root();
  const Value live = known ? find_conversation(turn.subject, conversation_of(event)) : Value();
  MapBuilder seen(turn.arena, live.is(Kind::map) ? live : none.root());
  if (live.is(Kind::map)) seen.add("id", live["thread"]);
  for (const Member& m : said.is(Kind::map) ? said.members() : std::span<const Member>{})
    if (m.key.is(Kind::string) && (live.find(m.key.text()) == nullptr || m.key.text() == "id")) seen.add(m.key, m.value);
  return seen.build();
}

std::int64_t epoch_of(const Subject& subject) { return std::max<std::int64_t>(1, subject.conversations["epoch"].integer_or(1)); }

bool talks_with_person(const Subject& subject) {
  for (const Member& m : subject.conversations["list"].members())
    if (m.value["owner"].text_or({}) == "agent" && m.value["state"].text_or({}) == "open") return true;
  return false;
}

std::string overtaken(const Subject& subject, std::string_view id, std::int64_t lease) {
  if (id.empty()) return {};
  const Value conversation = find_conversation(subject, id);
  if (conversation.is_null()) return {};
  if (conversation["owner"].text_or({}) == "agent")
    return std::string(conversation["agent"].text_or("a person")) + " has the conversation " + std::string(id);
  const std::int64_t epoch = conversation["epoch"].integer_or(1);
  if (epoch <= std::max<std::int64_t>(1, lease)) return {};
  return "the conversation " + std::string(id) + " has changed its owner meanwhile (epoch " + std::to_string(epoch) +
         ", decided on " + std::to_string(std::max<std::int64_t>(1, lease)) + ")";
}

void see_message(Turn& turn, const Event& event) {
  const std::string id = has_profile(turn.subject.id) ? conversation_of(event) : std::string();
  if (id.empty()) return;
  if (event.type == "message.received") return hear_customer(turn, event, id);
  const Value message = event.data["message"];
  const bool person = message["from"].text_or({}) != "bot";
  const bool echo = person && event.source != "shopbell";
  if (find_conversation(turn.subject, id).is_null()) put(turn, id, opened(turn, id, event));
  say(turn, id, event.at, person);
  if (!echo || find_conversation(turn.subject, id)["owner"].text_or({}) == "agent") return;
  const std::string by = first_of({message["from_name"], message["from"], Value("somebody elsewhere")});
  end_snooze(turn, id);
  set(turn, id, {{"state", "open"}});
  change_owner(turn, id, {"agent", by, {}});
  tell(turn, "conversation.taken_over", id, by, "by a reply from elsewhere");
}

void see_sent(Turn& turn, const std::string& id, bool by_person) { say(turn, id, turn.at, by_person); }

void give_to_queue(Turn& turn, Run& run, const TicketDraft& draft, std::string_view ticket) {
  const std::string id = conversation_of(run.event);
  const Value conversation = id.empty() ? Value() : find_conversation(turn.subject, id);
  if (conversation.is_null() || conversation["owner"].text_or({}) == "agent") return;
  end_snooze(turn, id);
  set(turn, id, {{"handed_at", Value(turn.at)}, {"handed_to", turn.arena.copy(draft.queue)}, {"priority", turn.arena.copy(draft.priority)}, {"ticket", turn.arena.copy(ticket)}, {"state", "open"}});
  change_owner(turn, id, {"queue", {}, draft.queue});
  tell(turn, "conversation.handed_over", id, run.workflow, "to " + draft.queue);
  run.flow.lease = epoch_of(turn.subject);
  for (Run* above = find_run(turn, run.flow.parent); above != nullptr; above = find_run(turn, above->flow.parent))
    above->flow.lease = run.flow.lease;
}

void follow_ticket(Turn& turn, const Event& event) {
  const bool assigned = event.type == "ticket.assigned";
  const Value ticket = event.data["ticket"];
  const std::string ticket_id = text_of(ticket["id"]), agent(ticket["agent"].text_or({}));
  if ((!assigned && event.type != "ticket.released") || ticket_id.empty() || (assigned && agent.empty())) return;
  std::vector<std::string> ids;
  for (const Member& m : turn.subject.conversations["list"].members())
    if (m.value["ticket"].text_or({}) == ticket_id && m.value["owner"].text_or({}) == (assigned ? "queue" : "agent")) ids.emplace_back(m.key.text_or({}));
  for (const std::string& id : ids) {
    const std::string queue(find_conversation(turn.subject, id)["handed_to"].text_or("care"));
    if (assigned) change_owner(turn, id, {"agent", agent, {}});
    else change_owner(turn, id, {"queue", {}, queue});
    tell(turn, assigned ? "conversation.assigned" : "conversation.handed_over", id, "desk", assigned ? "to " + agent : "to " + queue);
  }
}
bool is_snooze(const Run& run) { return run.flow.clock && run.workflow == snooze_clock; }

void wake(Turn& turn, Run& clock) {
  const std::string id(clock.vars["conversation"].text_or({}));
  end_run(turn, clock, RunStatus::done, "the snooze is over");
  if (find_conversation(turn.subject, id)["state"].text_or({}) != "snoozed") return;
  set(turn, id, {{"state", "open"}, {"until", Value()}});
  tell_ticket(turn, "ticket.woke", id, {});
  tell(turn, "conversation.woken", id, {}, "its time has come");
}

// Ends: a run that is told of a change leaves the step that it stood at, and goes no way back to it by itself.
void supersede(Turn& turn) {
  while (std::exchange(turn.owner_changed, false)) {
    std::vector<std::string> ids;
    for (const Run& run : turn.subject.runs) ids.push_back(run.id);
    for (const std::string& id : ids) {
      Run* run = find_run(turn, id);
      if (run == nullptr) continue;
      if (std::string why = overtaken_at(turn, *run); !why.empty()) leave_overtaken(turn, *run, std::move(why));
      else if (may_look_again(turn, *run) && !talks_with_person(turn.subject)) resume(turn, *run);
      else continue;
      settle(turn, id);
    }
  }
}

void merge_conversations(Turn& turn, const Subject& from) {
  if (!from.conversations.is(Kind::map)) return;
  const std::int64_t epoch = std::max(epoch_of(turn.subject), epoch_of(from)) + 1;
  keep(turn, epoch, turn.subject.conversations["list"].is(Kind::map) ? turn.subject.conversations["list"] : freeze_map(turn.arena, {}));
  for (const Member& m : from.conversations["list"].members()) {
    const Value known = find_conversation(turn.subject, m.key.text_or({}));
    const bool person = m.value["owner"].text_or({}) == "agent", ours = known["owner"].text_or({}) == "agent";
    const bool theirs = known.is_null() || (person != ours ? person : before(known["last_at"], m.value["last_at"]));
    const Value& kept = theirs ? m.value : known;
    put(turn, m.key.text_or({}), known.is_null() ? kept : MapBuilder(turn.arena, kept).add("epoch", Value(epoch)).build(), epoch);
  }
  turn.owner_changed = true;
}

}  // namespace shopbell
