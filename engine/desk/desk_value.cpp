// The desk as it is kept, and back.
#include "desk/desk.h"

#include <shopbell/value.h>

namespace shopbell::desk {
namespace {

std::span<const Member> members_of(const Value& map) {
  return map.is(Kind::map) ? map.members() : std::span<const Member>{};
}

std::string text_of(const Value& value, std::string_view name) { return std::string(value[name].text_or({})); }

std::optional<Time> time_of(const Value& ms) {
  if (ms.is_null()) return {};
  return from_ms(ms.integer_or(0));
}

}  // namespace

Value to_value(const Row& row, Arena& arena) {
  return make_map(arena, {{"queue", arena.copy(row.queue)},
                          {"priority", row.priority},
                          {"due", row.due ? Value(to_ms(*row.due)) : Value()},
                          {"since", Value(to_ms(row.since))},
                          {"agent", arena.copy(row.agent)},
                          {"former", arena.copy(row.former)}});
}

Row row_of(const Value& value) {
  return {text_of(value, "queue"), static_cast<int>(value["priority"].integer_or(1)),
          time_of(value["due"]),           from_ms(value["since"].integer_or(0)),
          text_of(value, "agent"),         text_of(value, "former")};
}

Value to_value(const Desk& desk, Arena& arena) {
  MapBuilder tickets(arena), seats(arena);
  for (const auto& [id, row] : desk.tickets) tickets.add(arena.copy(id), to_value(row, arena));
  for (const auto& [agent, seat] : desk.seats)
    seats.add(arena.copy(agent), make_map(arena, {{"presence", presences[static_cast<std::size_t>(seat.presence)]},
                                                  {"last", Value(to_ms(seat.last))}}));
  ListBuilder replies(arena);
  for (const Reply& reply : desk.replies)
    replies.add(make_map(arena, {{"at", Value(to_ms(reply.at))},
                                 {"took", Value(std::int64_t{reply.took.count()})},
                                 {"queue", arena.copy(reply.queue)}}));
  return make_map(arena, {{"tickets", tickets.build()}, {"seats", seats.build()}, {"replies", replies.build()}});
}

Desk desk_of(const Value& value) {
  Desk desk;
  for (const Member& m : members_of(value["tickets"])) desk.tickets.emplace(m.key.text_or({}), row_of(m.value));
  for (const Member& m : members_of(value["seats"]))
    desk.seats[std::string(m.key.text_or({}))] = {presence_of(m.value["presence"].text_or({})).value_or(Presence::offline),
                                                  from_ms(m.value["last"].integer_or(0))};
  const Value replies = value["replies"];
  for (const Value& r : replies.is(Kind::list) ? replies.items() : std::span<const Value>{})
    desk.replies.push_back({from_ms(r["at"].integer_or(0)), Millis{r["took"].integer_or(0)}, text_of(r, "queue")});
  return desk;
}

}  // namespace shopbell::desk
