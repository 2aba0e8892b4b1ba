// Customers, tickets, messages, sources, reports, queues, agents, segments, requests.

#include "base/json.h"
#include "base/time.h"
#include "serve/customers.h"
#include "serve/queues.h"
#include "serve/report.h"
#include "serve/v1_command.h"
#include "serve/views.h"

#include <shopbell/text.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace shopbell::v1 {
namespace {

constexpr std::size_t timeline_max = 100;

Result<Filter> filter_of(V1Parts& parts, const V1Ask& ask) {
  Filter filter;
  filter.subject = ask.param("subject");
  filter.queue = ask.param("queue");
  filter.workflow = ask.param("workflow");
  filter.run = ask.param("run");
  return known_as(*parts.reader, filter);
}

template <class Row>
std::string next_of(const std::vector<Row>& rows, std::size_t asked) { return rows.size() == asked ? std::to_string(rows.back().key) : std::string(); }

Value customer_item(const Subject& s, Arena& arena) {
  const Value& p = s.profile;
  std::string name(p["name"].text_or({}));
  if (name.empty()) name = std::string(p["first_name"].text_or({})) + " " + std::string(p["last_name"].text_or({}));
  ListBuilder segments(arena);
  const Value in = p["in_segments"];
  for (const Member& m : in.is(Kind::map) ? in.members() : std::span<const Member>{}) segments.add(m.key);
  return make_map(arena, {{"id", arena.copy(s.id)}, {"name", arena.copy(trimmed(name))}, {"email", p["email"]}, {"phone", p["phone"]}, {"orders_count", p["orders_count"]},
                          {"total_spent", p["lifetime_value"]}, {"last_at", p["last_seen"]}, {"segments", segments.build()}, {"tags", p["tags"]}});
}

std::int64_t days_of(const V1Ask& ask) {
  const std::string text = ask.param("days");
  std::int64_t days = report_days_otherwise;
  std::from_chars(text.data(), text.data() + text.size(), days);
  return std::clamp<std::int64_t>(days, 1, report_days_max);
}

/// One row for each day, oldest first.
Value series(const desk::Facts& facts, std::int64_t days, Arena& arena) {
  ListBuilder list(arena);
  const Millis day{24 * 3'600'000};
  for (std::int64_t i = days; i-- > 0;) {
    desk::Facts one;
    one.to = facts.to - day * i;
    one.from = one.to - day;
    for (const desk::Heard& m : facts.messages)
      if (m.at >= one.from && m.at < one.to + desk::comes_back) one.messages.push_back(m);
    for (const desk::Rated& r : facts.rated)
      if (r.at >= one.from && r.at < one.to + desk::comes_back) one.rated.push_back(r);
    const auto messages = std::count_if(one.messages.begin(), one.messages.end(), [&](const desk::Heard& m) { return m.at < one.to; });
    for (const auto& [id, ticket] : facts.tickets)
      if (ticket.opened() >= one.from && ticket.opened() < one.to) one.tickets.emplace(id, ticket);
    const Value total = desk::report(one, arena)["total"];
    list.add(make_map(arena, {{"day", arena.copy(format_rfc3339(one.to - Millis{1}).substr(0, 10))}, {"messages", std::int64_t{messages}}, {"contacts", total["contacts"]}, {"contained", total["contained"]}, {"confirmed", total["confirmed"]},
                              {"tickets", total["tickets"]}, {"first_reply_ms", total["first_reply_ms"]}}));
  }
  return list.build();
}

}  // namespace

V1Answer list_customers(V1Parts& parts, V1Ask& ask) {
  const auto found = parts.console->customers(trimmed(ask.param("q")), ask.param("after"), ask.limit());
  if (!found) return tl::unexpected(found.error());
  ListBuilder items(ask.arena);
  std::set<std::string> shown;
  for (const std::string& id : found->ids) {
    const auto customer = find_customer(*parts.reader, id, ask.arena);
    if (!customer) return tl::unexpected(customer.error());
    if (*customer && shown.insert((*customer)->id).second) items.add(customer_item(**customer, ask.arena));
  }
  return v1_list(ask, items, found->next);
}

V1Answer show_customer(V1Parts& parts, V1Ask& ask) {
  const auto found = find_customer(*parts.reader, ask.args[0], ask.arena);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail("not_found", "nobody is called so");
  const auto shown = view(*parts.reader, **found, timeline_max, ask.arena);
  if (!shown) return tl::unexpected(shown.error());
  return v1_json(*shown);
}

V1Answer list_tickets(V1Parts& parts, V1Ask& ask) {
  const auto filter = filter_of(parts, ask);
  if (!filter) return tl::unexpected(filter.error());
  const auto rows = parts.reader->tickets(*filter, {ask.after(), ask.limit()});
  if (!rows) return tl::unexpected(rows.error());
  ListBuilder items(ask.arena);
  for (const TicketView& row : *rows) {
    const auto shown = with_status(*parts.reader, view(row, ask.arena), ask.arena);
    if (!shown) return tl::unexpected(shown.error());
    items.add(*shown);
  }
  return v1_list(ask, items, next_of(*rows, ask.limit()));
}

V1Answer list_messages(V1Parts& parts, V1Ask& ask) {
  const auto filter = filter_of(parts, ask);
  if (!filter) return tl::unexpected(filter.error());
  const auto rows = parts.reader->messages(*filter, {ask.after(), ask.limit()});
  if (!rows) return tl::unexpected(rows.error());
  ListBuilder items(ask.arena);
  for (const MessageView& row : *rows) items.add(view(row, ask.arena));
  return v1_list(ask, items, next_of(*rows, ask.limit()));
}

V1Answer list_requests(V1Parts& parts, V1Ask& ask) {
  const auto rows = parts.reader->requests({ask.after(), ask.limit()});
  if (!rows) return tl::unexpected(rows.error());
  ListBuilder items(ask.arena);
  for (const RequestView& row : *rows) items.add(view(row, ask.arena));
  return v1_list(ask, items, next_of(*rows, ask.limit()));
}

V1Answer list_sources(V1Parts& parts, V1Ask& ask) {
  const auto rows = parts.reader->sources();
  if (!rows) return tl::unexpected(rows.error());
  ListBuilder items(ask.arena);
  for (const SourceRow& row : *rows) items.add(view(row, ask.arena));
  return v1_list(ask, items, {});
}

V1Answer show_report(V1Parts& parts, V1Ask& ask) {
  const std::int64_t days = days_of(ask);
  const auto facts = read_facts(*parts.reader, ask.now - Millis{days * 24 * 3'600'000}, ask.now);
  if (!facts) return tl::unexpected(facts.error());
  return v1_json(MapBuilder(ask.arena, desk::report(*facts, ask.arena)).add("series", series(*facts, days, ask.arena)).build());
}

V1Answer show_queues(V1Parts& parts, V1Ask& ask) {
  const auto desk = read_desk(*parts.reader);
  if (!desk) return tl::unexpected(desk.error());
  return v1_json(view(*desk, *parts.workflows()->shop().desk, ask.now, ask.arena));
}

// An event of the log like any other.
V1Answer set_agent(V1Parts& parts, V1Ask& ask) {
  const auto event = presence_event(parts.workflows()->shop().desk.get(), ask.args[0], to_json(ask.body), ask.now);
  if (!event) return tl::unexpected(event.error());
  auto job = event_job(*event, ask.now);
  if (!job) return tl::unexpected(job.error());
  return offer(parts, ask, std::move(*job), [&ask](const ServerResponse& response) -> V1Answer {
    if (response.status == 503) return v1_problem(503, "busy", "the engine cannot take more at the moment; send this again");
    return v1_json(make_map(ask.arena, {{"name", ask.arena.copy(ask.args[0])}, {"status", ask.body["status"]}}));
  });
}

V1Answer list_segments(V1Parts& parts, V1Ask& ask) {
  const auto counts = parts.reader->segments();
  if (!counts) return tl::unexpected(counts.error());
  ListBuilder items(ask.arena);
  for (const SegmentCount& c : *counts) items.add(make_map(ask.arena, {{"name", ask.arena.copy(c.segment)}, {"count", static_cast<std::int64_t>(c.count)}}));
  return v1_list(ask, items, {});
}

V1Answer show_segment(V1Parts& parts, V1Ask& ask) {
  const auto found = parts.reader->members(ask.args[0], ask.param("after"), ask.limit());
  if (!found) return tl::unexpected(found.error());
  ListBuilder items(ask.arena);
  for (const std::string& member : *found) items.add(ask.arena.copy(member));
  return v1_list(ask, items, found->size() == ask.limit() ? found->back() : std::string());
}

}  // namespace shopbell::v1
