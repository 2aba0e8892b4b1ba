#include "desk/report.h"

#include "base/json.h"
#include "base/time.h"
#include "support/catch.h"

using namespace shopbell;
using namespace shopbell::desk;

namespace {

Time day(int d, int hour = 9) { return parse_time("2026-11-01T00:00:00Z").value() + Millis{(std::int64_t{d} * 24 + hour) * 3'600'000}; }

Ticket ticket(const std::string& about, const std::string& queue, const std::string& intent, std::vector<TicketEvent> events) {
  return {about, queue, "normal", "help", intent, "", std::move(events)};
}

std::string of(const Value& group, std::string_view name) { return to_json(group[name]); }

}  // namespace

TEST_CASE("contacts are contained when no ticket came of them and nobody came back within seven days") {
  Arena arena;
  Facts facts{day(1, 0), day(10, 0), {}, {}, {}};
  facts.messages = {{"customer:1", day(1)}, {"customer:1", day(1, 10)},       // one contact, contained
                    {"customer:2", day(2)}, {"customer:2", day(8)},           // back after six days: the second one is contained
                    {"customer:3", day(3)},                                   // to people
                    {"customer:4", day(4)}, {"customer:4", day(12)},          // back after eight days, and that is not of this time
                    {"customer:5", day(0)}};                                  // began before
  facts.tickets = {{"t3", ticket("customer:3", "care", "", {{day(3, 20), Happened::opened}})}};
  const Value total = report(facts, arena)["total"];
  CHECK(of(total, "contacts") == "5");
  CHECK(of(total, "to_people") == "1");
  CHECK(of(total, "back_within_7_days") == "1");
  CHECK(of(total, "contained") == "3");
}

TEST_CASE("a contained contact is confirmed by the customer's last word on an answer; who asks for a person has asked once") {
  Arena arena;
  Facts facts{day(1, 0), day(10, 0), {}, {}, {}};
  facts.messages = {{"customer:1", day(1)}, {"customer:1", day(1, 10), true}, {"customer:1", day(1, 11), true},
                    {"customer:2", day(2)}, {"customer:3", day(3)}, {"customer:4", day(4)}, {"customer:5", day(5)}, {"customer:5", day(7)}};
  facts.tickets = {{"t4", ticket("customer:4", "care", "", {{day(4, 20), Happened::opened}})}};
  facts.rated = {{"customer:1", "faq/a.md#x", day(1, 10), false}, {"customer:1", "faq/a.md#y", day(1, 12), true},
                 {"customer:2", "faq/a.md#x", day(2, 10), true}, {"customer:2", "faq/a.md#x", day(2, 11), false},  // it did not, after all
                 {"customer:4", "faq/a.md#x", day(4, 10), true},                                              // a ticket came of it
                 {"customer:5", "", day(5, 10), true},                                                        // and came back
                 {"customer:9", "faq/a.md#y", day(11), true}};                                                // not of this time
  const Value made = report(facts, arena), total = made["total"];
  CHECK(of(total, "confirmed") == "1");
  CHECK(of(total, "asked_for_person") == "1");
  CHECK(of(total, "answers_rated") == "6");
  CHECK(total["answers_helped"].number_or(0) == Approx(4.0 / 6));
  CHECK(of(made["sources"], "faq/a.md#x") == R"({"answers_rated":4,"answers_helped":0.5})");
  CHECK(made["sources"].size() == 2);
  for (const Member& number : total.members())
    if (!number.key.text().ends_with("_answers")) CHECK(made["definitions"][number.key.text()].is(Kind::string));
}

TEST_CASE("first replies and resolutions are of people, medians, by queue and intent; a reopening is no resolution") {
  Arena arena;
  Facts facts{day(1, 0), day(10, 0), {}, {}, {}};
  const auto closed = [](int d, int reply, int end) {
    return std::vector<TicketEvent>{{day(d), Happened::opened}, {day(d, 9 + reply), Happened::person_replied}, {day(d, 9 + end), Happened::resolved}};
  };
  facts.tickets = {{"a", ticket("customer:1", "care", "returns", closed(1, 1, 2))},
                   {"b", ticket("customer:2", "care", "sizing", closed(2, 3, 8))},
                   {"c", ticket("customer:3", "sales", "sizing", closed(3, 2, 4))},
                   {"old", ticket("customer:4", "care", "returns", closed(0, 1, 1))}};
  facts.tickets["c"].events.push_back({day(5), Happened::reopened});
  const Value made = report(facts, arena);
  CHECK(of(made["total"], "tickets") == "3");
  CHECK(of(made["total"], "reopened") == "1");
  CHECK(of(made["total"], "first_reply_ms") == std::to_string(2 * 3'600'000));
  CHECK(of(made["total"], "resolution_ms") == std::to_string(5 * 3'600'000));
  CHECK(of(made["queues"]["care"], "tickets") == "2");
  CHECK(of(made["queues"]["sales"], "resolution_ms") == "null");
  CHECK(of(made["intents"]["sizing"], "first_reply_ms") == std::to_string(150 * 60'000));
  CHECK(of(made["workflows"]["help"], "tickets") == "3");
}

TEST_CASE("csat, nps and ces are counted as the field counts them, and belong to the queue of their ticket") {
  Arena arena;
  Facts facts{day(1, 0), day(10, 0), {}, {}, {}};
  facts.tickets = {{"a", ticket("customer:1", "care", "returns", {{day(1), Happened::opened}})}};
  for (const int score : {5, 4, 3, 1}) facts.answers.push_back({"csat", "thanks", "a", static_cast<double>(score)});
  for (const int score : {10, 9, 8, 0}) facts.answers.push_back({"nps", "loyalty", "", static_cast<double>(score)});
  for (const int score : {7, 4}) facts.answers.push_back({"ces", "loyalty", "", static_cast<double>(score)});
  const Value made = report(facts, arena);
  CHECK(made["total"]["csat"].number_or(-1) == 0.5);
  CHECK(made["total"]["nps"].number_or(-1) == 25);
  CHECK(made["total"]["ces"].number_or(-1) == 5.5);
  CHECK(made["queues"]["care"]["csat_answers"].integer_or(0) == 4);
  CHECK(made["workflows"]["loyalty"]["nps"].number_or(-1) == 25);
  CHECK(made["queues"]["care"]["nps"].is_null());
}

TEST_CASE("each number of the report has its meaning beside it") {
  Arena arena;
  const Value made = report({day(1), day(2), {}, {}, {}}, arena);
  for (const Member& number : made["total"].members()) {
    const std::string name(number.key.text_or({}));
    INFO(name);
    CHECK((made["definitions"].find(name) != nullptr || name.ends_with("_answers")));
  }
}
