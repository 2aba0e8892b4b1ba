#include "core/conversations.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/ask.h"
#include "core/conversation.h"
#include "core/inquiry.h"
#include "core/person_reply.h"
#include "core/profile.h"
#include "core/profile_draft.h"
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

constexpr std::size_t subject_line_bytes_max = 512, address_bytes_max = 320;
constexpr std::array<std::string_view, 4> priorities{"low", "normal", "high", "urgent"};

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

void keep(Turn& turn, std::int64_t epoch, const Value& list) {
  turn.subject.conversations = MapBuilder(turn.arena, turn.subject.conversations).add("epoch", Value(epoch)).add("list", list).build();
  turn.made.subject_changed = true;
}

/// Where there are too many, the one that was silent for longest goes.
void put(Turn& turn, std::string_view id, const Value& conversation, std::int64_t epoch) {
  std::vector<Member> members;
  for (const Member& m : turn.subject.conversations["list"].members())
    if (m.key.text_or({}) != id) members.push_back(m);
  if (members.size() >= conversations_max)
    members.erase(std::min_element(members.begin(), members.end(), [](const Member& a, const Member& b) {
      return before(a.value["last_at"], b.value["last_at"]);
    }));
  members.push_back({Value(turn.arena.copy(id)), conversation});
  keep(turn, epoch, freeze_map(turn.arena, members));
  auto& changed = turn.made.conversations;
  if (std::find(changed.begin(), changed.end(), id) == changed.end()) changed.emplace_back(id);
}

void put(Turn& turn, std::string_view id, const Value& conversation) {
  put(turn, id, conversation, epoch_of(turn.subject));
}

Value opened(Turn& turn, std::string_view id, const Event& event) {
  const std::string channel(id.substr(0, id.find(':'))), thread(id.substr(id.find(':') + 1));
  MapBuilder made(turn.arena);
  made.add("id", turn.arena.copy(id)).add("channel", turn.arena.copy(channel)).add("thread", turn.arena.copy(thread));
  made.add("owner", "bot").add("epoch", Value(epoch_of(turn.subject))).add("state", "open").add("priority", "normal");
  made.add("opened_at", Value(event.at));
  return made.build();
}

/// An event of the engine's own about what was done, with the conversation as it is now.
void tell(Turn& turn, std::string_view type, std::string_view id, std::string_view by, std::string why) {
  const Value now = find_conversation(turn.subject, id);
  turn.note("conversation", std::string(id) + ": " + std::string(type.substr(type.find('.') + 1)) + (why.empty() ? "" : ", " + why));
  Event event;
  event.id = turn.arena.copy(id_of({type, id, std::to_string(epoch_of(turn.subject)), std::to_string(to_ms(turn.at)),
                                    std::to_string(turn.made.following.size())}));
  event.source = "shopbell/conversations";
  event.type = turn.arena.copy(type);
  event.subject = turn.arena.copy(turn.subject.id);
  event.at = turn.at;
  MapBuilder told(turn.arena, now);
  told.add("id", now["thread"]);
  if (!by.empty()) told.add("by", turn.arena.copy(by));
  event.data = make_map(turn.arena, {{"conversation", told.build()}});
  turn.made.following.push_back({turn.subject.id, {event, 1, {}, {}}});
}

/// What people do with the conversation is done with the ticket that it was handed over with.
void tell_ticket(Turn& turn, std::string_view type, std::string_view id, std::string_view by) {
  const Value now = find_conversation(turn.subject, id), ticket = now["ticket"];
  if (ticket.text_or({}).empty() || is_replayed(turn.subject.id)) return;
  Event event;
  event.id = turn.arena.copy(id_of({type, ticket.text(), std::to_string(to_ms(turn.at)), std::to_string(turn.made.following.size())}));
  event.source = "shopbell/conversations";
  event.type = turn.arena.copy(type);
  event.subject = turn.arena.copy(turn.subject.id);
  event.at = turn.at;
  MapBuilder told(turn.arena);
  told.add("id", ticket).add("queue", now["handed_to"]).add("by", turn.arena.copy(by));
  if (now["owner"].text_or({}) == "agent" && !now["agent"].is_null()) told.add("agent", now["agent"]);
  event.data = make_map(turn.arena, {{"ticket", told.build()}});
  turn.made.following.push_back({turn.subject.id, {event, 1, {}, {}}});
}

struct Owner {
  std::string_view kind, agent, queue;
};

void change_owner(Turn& turn, std::string_view id, const Owner& owner) {
  const std::int64_t epoch = epoch_of(turn.subject) + 1;
  MapBuilder made(turn.arena, find_conversation(turn.subject, id));
  made.add("owner", turn.arena.copy(owner.kind)).add("epoch", Value(epoch));
  made.add("agent", owner.agent.empty() ? Value() : Value(turn.arena.copy(owner.agent)));
  made.add("queue", owner.queue.empty() ? Value() : Value(turn.arena.copy(owner.queue)));
  put(turn, id, made.build(), epoch);
  withdraw(turn, id, overtaken(turn.subject, id, epoch - 1));
  turn.owner_changed = true;
}

void set(Turn& turn, std::string_view id, std::initializer_list<std::pair<std::string_view, Value>> members) {
  MapBuilder made(turn.arena, find_conversation(turn.subject, id));
  for (const auto& [name, value] : members) made.add(name, value);
  put(turn, id, made.build());
}

Run* find_run(Turn& turn, std::string_view id) {
  for (Run& run : turn.subject.runs)
    if (run.id == id) return &run;
  return nullptr;
}

// Snoozes

Run* clock_of(Turn& turn, std::string_view id) {
  for (Run& run : turn.subject.runs)
    if (is_snooze(run) && run.vars["conversation"].text_or({}) == id) return &run;
  return nullptr;
}

void end_snooze(Turn& turn, std::string_view id) {
  if (find_conversation(turn.subject, id)["state"].text_or({}) == "snoozed") set(turn, id, {{"state", "open"}, {"until", Value()}});
  Run* clock = clock_of(turn, id);
  if (clock == nullptr) return;
  const std::string run = clock->id;
  end_run(turn, *clock, RunStatus::done, "the snooze is over");
  settle(turn, run);
}

void set_clock(Turn& turn, std::string_view id, Time until) {
  Run clock;
  clock.id = id_of({"snooze", id, turn.subject.id, std::to_string(to_ms(turn.at)), std::to_string(epoch_of(turn.subject))});
  clock.workflow = snooze_clock;
  clock.started = turn.at;
  clock.due = until;
  clock.flow.clock = true;
  clock.vars = make_map(turn.arena, {{"conversation", turn.arena.copy(id)}});
  settle_new(turn, std::move(clock));
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
  if (state == "resolved") {
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
    if (m["conversation"].text_or({}) == id && m["from"].text_or({}) != "customer" && !m["ref"].text_or({}).empty() &&
        (m["ref"].text_or({}) == ref || m["text"].text_or({}) == cut_text(text, conversation_text_bytes_max)))
      return true;
  return std::any_of(turn.subject.runs.begin(), turn.subject.runs.end(), [&](const Run& run) {
    return run.status == RunStatus::calling && conversation_spoken_to(run.args) == id && is_said_by(run.args, trimmed(text));
  });
}

namespace {

// Commands

struct Command {
  std::string_view id, verb, by, agent, queue;
  Value what;
};

std::string bad_command(const Turn& turn, const Command& c) {
  if (c.verb == "assign" && c.agent.empty()) return "assign needs an agent";
  if (c.verb == "takeover" && c.agent.empty()) return "takeover needs an agent, or by";
  if (c.verb == "hand_over" && c.queue.empty()) return "hand_over needs a queue";
  if (c.verb == "label" && !c.what["priority"].is_null() &&
      std::find(priorities.begin(), priorities.end(), c.what["priority"].text_or({})) == priorities.end())
    return "priority is low, normal, high or urgent";
  if (c.verb == "label" && c.what["tags"].size() > conversation_tags_max) return "too many tags";
  if (c.verb == "snooze" && !c.what["until"].is_null()) {
    const auto until = parse_time(c.what["until"].text_or({}));
    if (!until || *until <= turn.at) return "until is an instant in the future: 2026-12-24T18:00:00Z";
  }
  if (c.verb == "reply") return bad_reply(turn, c.what);
  if (c.verb == "reopen" && c.by.empty()) return "reopen needs by";
  constexpr std::array<std::string_view, 8> verbs{"takeover", "assign", "hand_over", "hand_back", "snooze", "resolve", "reopen", "label"};
  if (std::find(verbs.begin(), verbs.end(), c.verb) == verbs.end()) return "there is no command " + std::string(c.verb);
  return {};
}

void snooze(Turn& turn, const Command& c) {
  end_snooze(turn, c.id);
  const auto until = parse_time(c.what["until"].text_or({}));
  set(turn, c.id, {{"state", "snoozed"}, {"until", until ? Value(*until) : Value()}});
  if (until) set_clock(turn, c.id, *until);
  tell_ticket(turn, "ticket.snoozed", c.id, c.by);
  tell(turn, "conversation.snoozed", c.id, c.by, until ? "until " + format_rfc3339(*until) : "until the next message");
}

void label(Turn& turn, const Command& c) {
  if (!c.what["priority"].is_null()) set(turn, c.id, {{"priority", c.what["priority"]}});
  if (c.what["tags"].is(Kind::list)) set(turn, c.id, {{"tags", c.what["tags"]}});
  tell(turn, "conversation.labelled", c.id, c.by, {});
}

void take_owner(Turn& turn, const Command& c, const Owner& owner, std::string_view type, std::string why) {
  end_snooze(turn, c.id);
  set(turn, c.id, {{"state", "open"}});
  change_owner(turn, c.id, owner);
  tell(turn, type, c.id, c.by, std::move(why));
}

void resolve(Turn& turn, const Command& c) {
  end_snooze(turn, c.id);
  set(turn, c.id, {{"state", "resolved"}, {"waiting_since", Value()}});
  change_owner(turn, c.id, {"nobody", {}, {}});
  tell_ticket(turn, "ticket.closed", c.id, c.by);
  tell(turn, "conversation.resolved", c.id, c.by, {});
}

void obey(Turn& turn, const Command& c) {
  if (c.verb == "takeover") take_owner(turn, c, {"agent", c.agent, {}}, "conversation.taken_over", "by " + std::string(c.agent));
  if (c.verb == "assign") take_owner(turn, c, {"agent", c.agent, {}}, "conversation.assigned", "to " + std::string(c.agent));
  if (c.verb == "hand_over") take_owner(turn, c, {"queue", {}, c.queue}, "conversation.handed_over", "to " + std::string(c.queue));
  if (c.verb == "hand_back") take_owner(turn, c, {"bot", {}, {}}, "conversation.handed_back", {});
  if (c.verb == "snooze") snooze(turn, c);
  if (c.verb == "resolve") resolve(turn, c);
  if (c.verb == "reopen") {
    take_owner(turn, c, {"agent", c.by, {}}, "conversation.reopened", "by " + std::string(c.by));
    tell_ticket(turn, "ticket.reopened", c.id, c.by);
  }
  if (c.verb == "label") label(turn, c);
}

Told refused(Turn& turn, std::string code, std::string message, const Value& conversation) {
  turn.note(code == "conflict" ? "conflict" : "error", message);
  return {std::move(code), std::move(message), conversation};
}

/// Nobody answers over somebody who did meanwhile, or without having seen what was said; who answers has the conversation.
Told reply(Turn& turn, const Event& event, const Command& c, const Value& now) {
  const std::string_view owner = now["owner"].text_or({}), agent = now["agent"].text_or({});
  if (owner == "agent" && agent != c.by) return refused(turn, "conflict", std::string(agent) + " has the conversation " + std::string(c.id), now);
  const Value behind = said_behind(turn.subject, c.id, c.what["last_seen"].text_or({}), turn.arena);
  if (behind.size() > 0)
    return refused(turn, "new_messages", "there are messages that were not seen", MapBuilder(turn.arena, now).add("new_messages", behind).build());
  if (owner != "agent" || now["state"].text_or({}) != "open") take_owner(turn, c, {"agent", c.by, {}}, "conversation.taken_over", "by a reply");
  order_reply(turn, event, now, c.by, c.what["text"].text_or({}));
  return {{}, {}, find_conversation(turn.subject, c.id)};
}

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

void see_sent(Turn& turn, const SentMessage& sent, bool by_person) {
  say(turn, conversation_id(sent.channel, sent.conversation.empty() ? sent.to : sent.conversation), turn.at, by_person);
}

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

void take_command(Turn& turn, const Event& event) {
  const Value what = event.data["command"];
  const std::string id = conversation_of(event);
  const Value now = id.empty() ? Value() : find_conversation(turn.subject, id);
  Command c{id, what["do"].text_or({}), what["by"].text_or({}), what["agent"].text_or({}), what["queue"].text_or({}), what};
  if (c.verb == "takeover" && c.agent.empty()) c.agent = c.by;
  if (now.is_null()) turn.made.told = refused(turn, "not_found", "there is no conversation " + id, {});
  else if (std::string why = bad_command(turn, c); !why.empty()) turn.made.told = refused(turn, "bad_command", std::move(why), now);
  else if (const std::int64_t epoch = now["epoch"].integer_or(1); what["epoch"].integer_or(-1) != epoch)
    turn.made.told = refused(turn, "conflict", std::string(c.verb) + " of " + id + " expects the epoch " +
                             std::to_string(what["epoch"].integer_or(-1)) + ", and it is " + std::to_string(epoch), now);
  else if (c.verb == "reply") turn.made.told = reply(turn, event, c, now);
  else {
    obey(turn, c);
    turn.made.told = Told{{}, {}, find_conversation(turn.subject, id)};
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
