// What a customer answered, and when it counts.

#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

struct Surveyed : Shop {
  Surveyed() { add(workflow("heard", {"survey.answered"}, act(note, fields("text", written("{{ survey.score }}"))))); }
  void answers(const std::string& id, int score, const std::string& ticket, const std::string& asked_at = "2027-01-15T08:00:00Z", const std::string& kind = "csat") {
    event("survey.answered", R"({"survey":{"id":")" + id + R"(","kind":")" + kind + R"(","score":)" + std::to_string(score) + R"(,"ticket":")" + ticket +
                                 R"(","asked_at":")" + asked_at + "\"}}");
  }
  void reopens(const std::string& ticket) { event("ticket.reopened", R"({"ticket":{"id":")" + ticket + "\"}}"); }
  Value satisfaction() { return subject().profile["satisfaction"]; }
};

}  // namespace

TEST_CASE("an answer counts in the customer's satisfaction, and starts workflows; its why is kept beside it") {
  Surveyed shop;
  shop.answers("s1", 5, "t1");
  shop.answers("s2", 2, "t2");
  shop.event("survey.commented", R"({"survey":{"id":"s2","comment":"it took a week"}})");
  CHECK(shop.satisfaction()["answers"].integer_or(0) == 2);
  CHECK(shop.satisfaction()["average"].number_or(0) == 3.5);
  CHECK(shop.log == std::vector<std::string>{"5", "2"});
  CHECK(shop.subject().profile["surveys"].items()[1]["why"].text_or("") == "it took a week");
}

TEST_CASE("one end of a ticket has one answer") {
  Surveyed shop;
  shop.answers("s1", 5, "t1");
  shop.answers("s2", 1, "t1");
  CHECK(shop.satisfaction()["answers"].integer_or(0) == 1);
  CHECK(shop.log.size() == 1);
  CHECK(shop.noted("survey_refused", "there is one"));
}

TEST_CASE("a reopening withdraws the answer, also one that is still to come; the next end may be answered anew") {
  Surveyed shop;
  shop.answers("s0", 3, "other");
  shop.answers("s1", 5, "t1");
  shop.pass("1h");
  shop.reopens("t1");
  CHECK(shop.satisfaction()["answers"].integer_or(0) == 1);
  CHECK(shop.satisfaction()["average"].number_or(0) == 3);
  CHECK(shop.noted("survey_withdrawn", "t1"));
  shop.answers("s1b", 5, "t1");
  CHECK(shop.noted("survey_refused", "reopened since"));
  CHECK(shop.satisfaction()["answers"].integer_or(0) == 1);
  shop.answers("s2", 1, "t1", "2027-01-15T10:00:00Z");
  CHECK(shop.satisfaction()["average"].number_or(0) == 2);
}

TEST_CASE("what is no satisfaction is kept, and not mixed with it") {
  Surveyed shop;
  shop.answers("s1", 9, "", "2027-01-15T08:00:00Z", "nps");
  CHECK(shop.satisfaction().is_null());
  CHECK(shop.subject().profile["surveys"].size() == 1);
}
