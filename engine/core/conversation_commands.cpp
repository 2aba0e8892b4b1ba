// What people tell the engine to do about a conversation.

#include "core/conversation_edit.h"
#include "core/conversation_moves.h"
#include "core/conversations.h"
#include "core/person_reply.h"

#include "base/time.h"

#include <algorithm>
#include <array>
#include <vector>

namespace shopbell {
namespace {

using namespace conversing;

constexpr std::size_t commands_of_one_max = 8;

struct Command {
  std::string_view id, verb, by, agent, queue;
  Value what;
};

std::string bad_command(const Turn& turn, const Command& c) {
  if (c.verb == "assign" && c.agent.empty()) return "assign needs an agent";
  if (c.verb == "takeover" && c.agent.empty()) return "takeover needs an agent, or by";
  if (c.verb == "hand_over" && c.queue.empty()) return "hand_over needs a queue";
  if (c.verb == "label" && !c.what["priority"].is_null() &&
      std::find(conversation_priorities.begin(), conversation_priorities.end(), c.what["priority"].text_or({})) == conversation_priorities.end())
    return "priority is low, normal, high or urgent";
  if (c.verb == "label" && (c.what["tags"].size() > conversation_tags_max || c.what["more_tags"].size() > conversation_tags_max)) return "too many tags";
  if (c.verb == "snooze" && !c.what["until"].is_null()) {
    const auto until = parse_time(c.what["until"].text_or({}));
    if (!until || *until <= turn.at) return "until is an instant in the future: 2026-12-24T18:00:00Z";
  }
  if (c.verb == "reply") return bad_reply(turn, c.what);
  if (c.verb == "reopen" && c.by.empty()) return "reopen needs by";
  if (c.verb == "split") return bad_split(turn, c.id, c.what["message"].text_or({}));
  constexpr std::array<std::string_view, 9> verbs{"takeover", "assign", "hand_over", "hand_back", "snooze", "resolve", "reopen", "label", "merge"};
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
  if (const Value more = c.what["more_tags"]; more.is(Kind::list)) set(turn, c.id, {{"tags", tags_of_both(find_conversation(turn.subject, c.id)["tags"], more, turn.arena)}});
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
  if (c.verb == "merge") merge_into(turn, c.id, c.what);
  if (c.verb == "split") split_off(turn, c.id, c.what);
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

Command command_of(std::string_view id, const Value& what) {
  Command c{id, what["do"].text_or({}), what["by"].text_or({}), what["agent"].text_or({}), what["queue"].text_or({}), what};
  if (c.verb == "takeover" && c.agent.empty()) c.agent = c.by;
  return c;
}

/// The commands of `several`, each with its `by`; of any other the one.
std::vector<Command> commands_of(std::string_view id, const Value& what, Arena& arena) {
  if (what["do"].text_or({}) != "several") return {command_of(id, what)};
  std::vector<Command> all;
  const Value list = what["commands"];
  for (const Value& one : list.is(Kind::list) ? list.items() : std::span<const Value>{}) all.push_back(command_of(id, MapBuilder(arena, one).add("by", what["by"]).build()));
  return all;
}

/// All of them, before anything is done; a reply is the first, as it is what can be refused.
std::string bad_commands(const Turn& turn, const std::vector<Command>& all) {
  if (all.empty() || all.size() > commands_of_one_max) return "several has 1 to " + std::to_string(commands_of_one_max) + " commands";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (std::string why = bad_command(turn, all[i]); !why.empty()) return why;
    if (i > 0 && all[i].verb == "reply") return "a reply is the first of several commands";
    if (all.size() > 1 && (all[i].verb == "merge" || all[i].verb == "split")) return std::string(all[i].verb) + " stands alone";
  }
  return {};
}

Told obey_all(Turn& turn, const Event& event, const std::vector<Command>& all, const Value& now) {
  const std::string_view id = all.front().id;
  for (const Command& c : all) {
    if (c.verb == "merge")
      if (auto bad = bad_merge(turn, c.id, c.what); !bad.code.empty()) return refused(turn, std::string(bad.code), std::move(bad.why), now);
    if (c.verb != "reply") obey(turn, c);
    else if (Told told = reply(turn, event, c, now); !told.code.empty()) return told;
  }
  return Told{{}, {}, find_conversation(turn.subject, id)};
}

}  // namespace

void take_command(Turn& turn, const Event& event) {
  const Value what = event.data["command"];
  const std::string id = conversation_of(event);
  const Value now = id.empty() ? Value() : find_conversation(turn.subject, id);
  const std::vector<Command> all = commands_of(id, what, turn.arena);
  const std::int64_t epoch = now["epoch"].integer_or(1), expected = what["epoch"].integer_or(-1);
  if (now.is_null()) turn.made.told = refused(turn, "not_found", "there is no conversation " + id, {});
  else if (now["state"].text_or({}) == "merged") turn.made.told = refused(turn, "conflict", id + " was taken into " + std::string(now["merged_into"].text_or({})), now);
  else if (std::string why = bad_commands(turn, all); !why.empty()) turn.made.told = refused(turn, "bad_command", std::move(why), now);
  else if (expected != epoch)
    turn.made.told = refused(turn, "conflict", std::string(what["do"].text_or({})) + " of " + id + " expects the epoch " + std::to_string(expected) + ", and it is " + std::to_string(epoch), now);
  else turn.made.told = obey_all(turn, event, all, now);
}

}  // namespace shopbell
