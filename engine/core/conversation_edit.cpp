#include "core/conversation_edit.h"

#include "base/hash.h"
#include "core/ask.h"
#include "core/conversations.h"
#include "core/replayed.h"
#include "core/profile_draft.h"
#include "core/runs.h"
#include "core/step.h"
#include "core/inquiry.h"

#include <algorithm>

namespace shopbell::conversing {

void keep(Turn& turn, std::int64_t epoch, const Value& list) {
  turn.subject.conversations = MapBuilder(turn.arena, turn.subject.conversations).add("epoch", Value(epoch)).add("list", list).build();
  turn.made.subject_changed = true;
}

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

namespace {

Run* clock_of(Turn& turn, std::string_view id) {
  for (Run& run : turn.subject.runs)
    if (is_snooze(run) && run.vars["conversation"].text_or({}) == id) return &run;
  return nullptr;
}

}  // namespace

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

}  // namespace shopbell::conversing
