#include "serve/report.h"

#include "base/json.h"
#include "base/time.h"
#include "core/desk.h"
#include "core/replayed.h"
#include "core/subject.h"
#include "teach/lessons.h"

#include <algorithm>
#include <set>

namespace shopbell {
namespace {

constexpr std::size_t page_max = 500;
constexpr std::string_view asks_person = "asks_person";

/// Calls `take` with each event of the type since `from`, newest first.
template <class Take>
Result<void> each_event(Reader& reader, std::string_view type, Time from, Take take) {
  Filter filter;
  filter.type = type;
  for (Page page{0, page_max};;) {
    const auto rows = reader.events(filter, page);
    if (!rows) return tl::unexpected(rows.error());
    for (const EventView& row : *rows) {
      if (row.at < from) return {};
      if (row.kind != "event" || is_replayed(row.subject)) continue;
      if (Result<void> good = take(row); !good) return good;
    }
    if (rows->size() < page_max) return {};
    page.before = rows->back().key;
  }
}

Result<void> read_ticket(Reader& reader, const std::string& id, desk::Facts& facts) {
  if (facts.tickets.contains(id)) return {};
  const auto state = reader.subject_state(std::string(ticket_scheme) + id);
  if (!state) return tl::unexpected(state.error());
  if (!*state) return {};
  Arena arena;
  const auto subject = decode_subject(id, **state, arena);
  if (!subject) return tl::unexpected(subject.error());
  facts.tickets.emplace(id, desk::ticket_of(subject->profile));
  return {};
}

Result<void> read_tickets(Reader& reader, desk::Facts& facts) {
  for (Page page{0, page_max};;) {
    const auto rows = reader.tickets({}, page);
    if (!rows) return tl::unexpected(rows.error());
    for (const TicketView& row : *rows) {
      if (row.row.at < facts.from) return {};
      if (Result<void> good = read_ticket(reader, row.row.id, facts); !good) return good;
    }
    if (rows->size() < page_max) return {};
    page.before = rows->back().key;
  }
}

/// The event as the log has it; null where that is no longer kept.
Result<Document> event_of(Reader& reader, std::uint64_t key) {
  const auto line = reader.line(key);
  if (!line) return line.error().code == "log_gone" || line.error().code == "no_line" ? Result<Document>(Document()) : tl::unexpected(line.error());
  auto event = parse_json_document(*line);
  return event ? std::move(event) : Result<Document>(Document());
}

struct Answers {
  std::set<std::string> withdrawn;                        // ids of surveys
  std::vector<std::pair<Time, Document>> given;           // what `survey` was, newest first
};

Result<Answers> read_answers(Reader& reader, Time from) {
  Answers answers;
  for (const std::string_view type : {"survey.withdrawn", "survey.answered"}) {
    const auto good = each_event(reader, type, from, [&](const EventView& row) -> Result<void> {
      const auto event = event_of(reader, row.key);
      if (!event) return tl::unexpected(event.error());
      const Value survey = event->root()["data"]["survey"];
      if (survey.is_null()) return {};
      if (type == "survey.withdrawn") answers.withdrawn.emplace(survey["id"].text_or({}));
      else answers.given.emplace_back(row.at, Document(survey));
      return {};
    });
    if (!good) return tl::unexpected(good.error());
  }
  return answers;
}

// An answer to a question from before a reopening says nothing of the end that it was asked about.
bool is_old(const desk::Ticket* ticket, const Value& survey, Time answered) {
  const auto asked = parse_time(survey["asked_at"].text_or({}));
  if (ticket == nullptr || !asked) return false;
  return std::any_of(ticket->events.begin(), ticket->events.end(), [&](const desk::TicketEvent& event) {
    return event.what == desk::Happened::reopened && event.at >= *asked && event.at <= answered;
  });
}

Result<void> take_answers(Reader& reader, Answers answers, desk::Facts& facts) {
  std::set<std::string> had;  // tickets: the first answer that was not withdrawn is the one that counted
  std::reverse(answers.given.begin(), answers.given.end());
  for (const auto& [at, document] : answers.given) {
    const Value survey = document.root();
    const std::string ticket(survey["ticket"].text_or({}));
    if (at < facts.from || at >= facts.to || answers.withdrawn.contains(std::string(survey["id"].text_or({})))) continue;
    if (!ticket.empty()) {
      if (Result<void> good = read_ticket(reader, ticket, facts); !good) return good;
      const auto known = facts.tickets.find(ticket);
      if (is_old(known == facts.tickets.end() ? nullptr : &known->second, survey, at) || !had.insert(ticket).second) continue;
    }
    facts.answers.push_back({std::string(survey["kind"].text_or("csat")), std::string(survey["workflow"].text_or({})), ticket, survey["score"].number_or(0), at});
  }
  return {};
}

Result<void> read_ratings(Reader& reader, desk::Facts& facts) {
  return each_event(reader, "answer.rated", facts.from, [&](const EventView& row) -> Result<void> {
    if (row.at >= facts.to + desk::comes_back) return {};
    const auto event = event_of(reader, row.key);
    if (!event) return tl::unexpected(event.error());
    const Value rating = event->root().at_path("data.faq_rating");
    if (rating["helped"].is(Kind::boolean))
      facts.rated.push_back({row.subject, std::string(rating["source"].text_or({})), row.at, rating["helped"].boolean_or(false)});
    return {};
  });
}

}  // namespace

Result<desk::Facts> read_facts(Reader& reader, Time from, Time to) {
  desk::Facts facts{from, to, {}, {}, {}};
  // A contact that was under way already is none of this time: it has to be seen where it began.
  auto good = each_event(reader, "message.received", from - desk::contact_gap, [&](const EventView& row) -> Result<void> {
    if (row.at >= to + desk::comes_back) return {};
    const auto event = event_of(reader, row.key);
    if (!event) return tl::unexpected(event.error());
    const std::string_view text = event->root().at_path("data.message.text").text_or({});
    facts.messages.push_back({row.subject, row.at, built_in_ear().needs_person(text) == asks_person});
    return {};
  });
  if (good) good = read_ratings(reader, facts);
  if (good) good = read_tickets(reader, facts);
  if (!good) return tl::unexpected(good.error());
  auto answers = read_answers(reader, from);
  if (!answers) return tl::unexpected(answers.error());
  good = take_answers(reader, std::move(*answers), facts);
  if (!good) return tl::unexpected(good.error());
  return facts;
}

}  // namespace shopbell
