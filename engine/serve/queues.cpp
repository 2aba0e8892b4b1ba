#include "serve/queues.h"

#include "base/json.h"
#include "base/time.h"
#include "core/desk.h"
#include "core/subject.h"
#include "desk/ticket.h"

#include <algorithm>

namespace shopbell {
namespace {

Result<Value> profile_of(Reader& reader, const std::string& subject, Arena& arena) {
  const auto state = reader.subject_state(subject);
  if (!state) return tl::unexpected(state.error());
  if (!*state) return Value();
  const auto decoded = decode_subject(subject, **state, arena);
  if (!decoded) return tl::unexpected(decoded.error());
  return decoded->profile;
}

Value time_or_null(const std::optional<Time>& at, Arena& arena) {
  return at ? Value(arena.copy(format_rfc3339(*at))) : Value();
}

Value queue_view(const desk::Desk& desk, const desk::Queue& queue, Time now, Arena& arena) {
  std::int64_t waiting = 0, assigned = 0, late = 0;
  std::optional<Time> oldest, next_due;
  for (const auto& [id, row] : desk.tickets) {
    if (row.queue != queue.name) continue;
    ++(row.agent.empty() ? waiting : assigned);
    if (row.agent.empty()) oldest = std::min(oldest.value_or(row.since), row.since);
    if (row.due && *row.due < now) ++late;
    else if (row.due) next_due = std::min(next_due.value_or(*row.due), *row.due);
  }
  const auto about = desk::promise(desk, queue.name, {}, now).about;
  return make_map(arena, {{"name", arena.copy(queue.name)},
                          {"title", arena.copy(queue.title)},
                          {"waiting", waiting},
                          {"assigned", assigned},
                          {"late", late},
                          {"oldest", time_or_null(oldest, arena)},
                          {"next_due", time_or_null(next_due, arena)},
                          {"first_reply_ms", about ? Value(std::int64_t{about->count()}) : Value()}});
}

Value agent_view(const desk::Desk& desk, const desk::Agent& agent, Arena& arena) {
  const auto seat = desk.seats.find(agent.name);
  const auto presence = seat == desk.seats.end() ? desk::Presence::offline : seat->second.presence;
  const auto has = std::count_if(desk.tickets.begin(), desk.tickets.end(), [&](const auto& t) { return t.second.agent == agent.name; });
  return make_map(arena, {{"name", arena.copy(agent.name)},
                          {"title", arena.copy(agent.title)},
                          {"status", desk::presences[static_cast<std::size_t>(presence)]},
                          {"tickets", std::int64_t{has}},
                          {"capacity", agent.capacity}});
}

}  // namespace

Result<desk::Desk> read_desk(Reader& reader) {
  Arena arena;
  const auto profile = profile_of(reader, std::string(desk_subject), arena);
  if (!profile) return tl::unexpected(profile.error());
  return desk::desk_of(*profile);
}

Value view(const desk::Desk& desk, const desk::Rules& rules, Time now, Arena& arena) {
  ListBuilder queues(arena), agents(arena);
  for (const desk::Queue& queue : rules.queues) queues.add(queue_view(desk, queue, now, arena));
  for (const desk::Agent& agent : rules.agents) agents.add(agent_view(desk, agent, arena));
  return make_map(arena, {{"queues", queues.build()}, {"agents", agents.build()}});
}

Result<Value> with_status(Reader& reader, const Value& ticket, Arena& arena) {
  const auto profile = profile_of(reader, std::string(ticket_scheme).append(ticket["id"].text_or({})), arena);
  if (!profile) return tl::unexpected(profile.error());
  if (profile->is_null()) return ticket;
  const desk::Ticket life = desk::ticket_of(*profile);
  const std::string_view status = !life.is_open() ? "closed" : life.agent.empty() ? "open" : "assigned";
  return MapBuilder(arena, ticket).add("status", status).add("agent", arena.copy(life.agent)).build();
}

Result<std::string> presence_event(const desk::Rules* rules, std::string_view agent, std::string_view body, Time now) {
  Arena arena;
  const auto asked = parse_json(body, arena);
  const std::string_view status = asked ? (*asked)["status"].text_or({}) : std::string_view();
  if (!desk::presence_of(status)) return fail("bad_body", "the body is {\"status\": \"online\"}, or away, or offline");
  if (rules == nullptr || rules->find_agent(agent) == nullptr)
    return fail("not_found", "there is no agent " + std::string(agent), "`agents` in shopbell.yaml names them");
  const std::string at = format_rfc3339(now);
  const std::string id = std::string(agent) + " " + at;
  return to_json(make_map(arena, {{"specversion", "1.0"},
                                  {"id", id},
                                  {"source", "shopbell/agents"},
                                  {"type", agent_changed},
                                  {"subject", desk_subject},
                                  {"time", at},
                                  {"data", make_map(arena, {{"agent", make_map(arena, {{"name", agent}, {"status", status}})}})}}));
}

}  // namespace shopbell
