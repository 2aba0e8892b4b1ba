#include "core/surveys.h"

#include "base/hash.h"
#include "base/time.h"
#include "core/profile.h"

#include <algorithm>
#include <vector>

namespace shopbell {
namespace {

constexpr std::string_view reopened_tickets = "reopened_tickets";  // {ticket: ms} in the profile

std::vector<Value> list_of(const Turn& turn) {
  const Value kept = turn.subject.profile["surveys"];
  if (!kept.is(Kind::list)) return {};
  return {kept.items().begin(), kept.items().end()};
}

void set_member(Turn& turn, std::string_view name, const Value& value) {
  const Value& profile = turn.subject.profile;
  turn.set_profile((profile.is(Kind::map) ? MapBuilder(turn.arena, profile) : MapBuilder(turn.arena)).add(name, value).build());
}

void set_list(Turn& turn, std::vector<Value> surveys) {
  if (surveys.size() > surveys_max) surveys.erase(surveys.begin());
  set_member(turn, "surveys", make_list(turn.arena, surveys));
}

std::string_view ticket_of(const Value& survey) { return survey["ticket"].text_or({}); }

void keep(Turn& turn, const Event& event) {
  const Value survey = event.data["survey"];
  MapBuilder kept(turn.arena);
  for (const std::string_view name : {"id", "kind", "score", "ticket", "workflow", "name"})
    if (!survey[name].is_null()) kept.add(name, survey[name]);
  if (const Value why = survey["comment"]; !why.is_null()) kept.add("why", why);
  auto surveys = list_of(turn);
  surveys.push_back(kept.add("at", Value(event.at)).build());
  set_list(turn, std::move(surveys));
}

void keep_why(Turn& turn, const Value& commented) {
  auto surveys = list_of(turn);
  for (Value& survey : surveys)
    if (survey["id"].text_or({}) == commented["id"].text_or({}) && survey["why"].is_null())
      survey = MapBuilder(turn.arena, survey).add("why", commented["comment"]).build();
  set_list(turn, std::move(surveys));
}

// The score leaves the mean; what was said last stays said.
void uncount(Turn& turn, const Value& survey) {
  const Value before = turn.subject.profile["satisfaction"];
  if (survey["kind"].text_or("csat") != "csat" || !before.is(Kind::map)) return;
  const std::int64_t answers = before["answers"].integer_or(0) - 1;
  const double sum = before["sum"].number_or(0) - survey["score"].number_or(0);
  set_member(turn, "satisfaction", answers < 1 ? Value() : MapBuilder(turn.arena, before).add("answers", answers).add("sum", sum).add("average", sum / static_cast<double>(answers)).build());
}

void tell_withdrawn(Turn& turn, const Value& survey, const Event& cause, std::uint32_t depth) {
  Event event;
  event.id = turn.arena.copy(id_of({survey_withdrawn, survey["id"].text_or({}), cause.id}));
  event.source = "shopbell";
  event.type = survey_withdrawn;
  event.subject = turn.arena.copy(turn.subject.id);
  event.at = turn.at;
  event.data = make_map(turn.arena, {{"survey", survey}});
  turn.made.following.push_back({turn.subject.id, {event, depth + 1, {}, {}}});
  turn.note("survey_withdrawn", "the answer about ticket " + std::string(ticket_of(survey)) + " counts no more: it was reopened");
}

void withdraw(Turn& turn, const Event& event, std::uint32_t depth) {
  const std::string_view ticket = event.data["ticket"]["id"].text_or({});
  if (ticket.empty()) return;
  const Value before = turn.subject.profile[reopened_tickets];
  MapBuilder reopened = before.is(Kind::map) && before.size() < surveys_max ? MapBuilder(turn.arena, before) : MapBuilder(turn.arena);
  set_member(turn, reopened_tickets, reopened.add(turn.arena.copy(ticket), Value(to_ms(event.at))).build());
  std::vector<Value> stay;
  for (const Value& survey : list_of(turn)) {
    if (ticket_of(survey) != ticket) {
      stay.push_back(survey);
      continue;
    }
    uncount(turn, survey);
    tell_withdrawn(turn, survey, event, depth);
  }
  set_list(turn, std::move(stay));
}

}  // namespace

bool refuse_survey(Turn& turn, const Event& event) {
  if (event.type != "survey.answered" || !has_profile(turn.subject.id)) return false;
  const Value survey = event.data["survey"];
  const std::string_view ticket = ticket_of(survey);
  if (ticket.empty()) return false;
  const auto surveys = list_of(turn);
  const bool had = std::any_of(surveys.begin(), surveys.end(), [&](const Value& s) { return ticket_of(s) == ticket; });
  const Value reopened = turn.subject.profile[reopened_tickets][ticket];
  const auto asked_at = parse_time(survey["asked_at"].text_or({}));
  const bool old = !reopened.is_null() && asked_at && to_ms(*asked_at) <= reopened.integer_or(0);
  if (had || old)
    turn.note("survey_refused", std::string("the answer about ticket ").append(ticket) + (old ? " does not count: it was reopened since" : " does not count: there is one"));
  return had || old;
}

void keep_survey(Turn& turn, const Event& event, std::uint32_t depth) {
  if (!has_profile(turn.subject.id)) return;
  if (event.type == "survey.answered") return keep(turn, event);
  if (event.type == "survey.commented") return keep_why(turn, event.data["survey"]);
  if (event.type == "ticket.reopened") withdraw(turn, event, depth);
}

}  // namespace shopbell
