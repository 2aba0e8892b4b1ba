#include "core/profile.h"

#include "base/json.h"
#include "base/time.h"
#include "core/conversation.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

constexpr std::int64_t noon = 1'800'000'000'000;

/// A customer's life, event by event.
class Life {
 public:
  const Value& event(std::string_view type, std::string_view data, std::int64_t minutes = 0) {
    Event event;
    event.type = type;
    event.at = from_ms(noon + minutes * 60'000);
    event.data = parse_json(data, arena_).value();
    profile_ = learn(profile_, event, "EUR", arena_);
    return profile_;
  }

 private:
  Arena arena_;
  Value profile_;
};

}  // namespace

TEST_CASE("orders are counted and summed in minor units, by currency") {
  Life life;
  life.event("order.placed", R"({"order":{"id":1,"total":0.1,"currency":"EUR"}})");
  life.event("order.placed", R"({"order":{"id":2,"total":0.2,"currency":"EUR"}})", 1);
  life.event("order.placed", R"({"order":{"id":3,"total":500,"currency":"JPY"}})", 2);
  const Value& p = life.event("order.placed", R"({"order":{"id":4,"total":1.234,"currency":"KWD"}})", 3);
  CHECK(p["orders_count"].integer() == 4);
  CHECK(p["lifetime_value"].real() == 0.3);
  CHECK(to_json(p["spent"]) == R"({"EUR":30,"JPY":500,"KWD":1234})");
  CHECK(p.at_path("last_order.id").integer() == 4);
}

TEST_CASE("an order that is told twice counts once") {
  Life life;
  life.event("order.placed", R"({"order":{"id":1,"total":10,"currency":"EUR"}})");
  const Value& p = life.event("order.placed", R"({"order":{"id":1,"total":10,"currency":"EUR"}})", 5);
  CHECK(p["orders_count"].integer() == 1);
  CHECK(p["lifetime_value"].real() == 10.0);
}

TEST_CASE("the platform's own counters are believed when they are ahead, not when they are late") {
  Life life;
  life.event("order.placed",
             R"({"order":{"id":1,"total":10,"currency":"EUR"},"customer":{"orders_count":0,"lifetime_value":0}})");
  CHECK(life.event("customer.updated", R"({"customer":{"orders_count":5,"lifetime_value":99.99}})", 1)["orders_count"]
            .integer() == 5);
  const Value& p = life.event("order.placed",
                              R"({"order":{"id":2,"total":0.01,"currency":"EUR"},"customer":{"orders_count":3}})", 2);
  CHECK(p["orders_count"].integer() == 6);
  CHECK(p["lifetime_value"].real() == 100.0);
}

TEST_CASE("the last order's status follows its events in order of their time, whatever the order they come in") {
  Life life;
  life.event("order.placed", R"({"order":{"id":1,"name":"#1","total":10,"currency":"EUR"}})");
  CHECK(life.event("order.fulfilled", R"({"order":{"id":1}})", 10).at_path("last_order.status").text() == "fulfilled");
  CHECK(life.event("order.paid", R"({"order":{"id":1}})", 5).at_path("last_order.status").text() == "fulfilled");
  CHECK(life.event("order.cancelled", R"({"order":{"id":77}})", 11).at_path("last_order.status").text() == "fulfilled");
  const Value& p = life.event("order.cancelled", R"({"order":{"id":1}})", 12);
  CHECK(p.at_path("last_order.status").text() == "cancelled");
  CHECK(p.at_path("last_order.name").text() == "#1");
  CHECK(life.event("order.placed", R"({"order":{"id":0}})", -5).at_path("last_order.id").integer() == 1);
}

TEST_CASE("newer words win, older ones only fill gaps, and nothing said changes nothing") {
  Life life;
  life.event("customer.updated", R"({"customer":{"email":"new@example.com","consent":{"email":true}}})", 10);
  life.event("customer.updated",
             R"({"customer":{"email":"old@example.com","first_name":"Ana","consent":{"email":false}}})", 5);
  const Value& p = life.event("customer.updated", R"({"customer":{"email":null,"unknown":"x"}})", 20);
  CHECK(p["email"].text() == "new@example.com");
  CHECK(p["first_name"].text() == "Ana");
  CHECK(p.at_path("consent.email").boolean());
  CHECK(p.find("unknown") == nullptr);
  CHECK(format_rfc3339(p["first_seen"].seconds(), 0) == "2027-01-15T08:05:00Z");
  CHECK(format_rfc3339(p["last_seen"].seconds(), 0) == "2027-01-15T08:20:00Z");
}

TEST_CASE("hostile fields do not grow a profile") {
  Life life;
  const std::string long_text(2000, 'x');
  std::string tags;
  for (int i = 0; i < 400; ++i) tags += (i > 0 ? ",\"t" : "\"t") + std::to_string(i) + '"';
  life.event("customer.updated", R"({"customer":{"first_name":")" + long_text + R"(","consent":{"a":{"b":[")" +
                                     long_text + R"("]}},"tags":[)" + tags + R"(,")" + long_text + R"("]}})");
  for (int i = 0; i < 100; ++i)
    life.event("order.placed", R"({"order":{"id":)" + std::to_string(i) + R"(,"total":1e300,"currency":"C)" +
                                   std::to_string(i) + "\"}}");
  const Value& p = life.event(
      "order.placed", R"({"order":{"id":")" + long_text + R"(","total":"7","currency":")" + long_text + R"("}})");
  CHECK(p.find("first_name") == nullptr);
  CHECK(p.find("consent") == nullptr);
  CHECK(p["tags"].size() == profile_tags_max);
  CHECK(p["spent"].size() == profile_currencies_max);
  CHECK(to_json(p).size() < 8000);
}

TEST_CASE("amounts turn into minor units and back") {
  struct Case {
    double amount;
    const char* currency;
    std::int64_t minor;
  };
  const auto c = GENERATE(values<Case>({{12.34, "EUR", 1234},
                                        {0.1 + 0.2, "USD", 30},
                                        {1.005, "EUR", 100},
                                        {1999, "JPY", 1999},
                                        {1.2345, "KWD", 1235},
                                        {-5.5, "EUR", -550},
                                        {1e300, "EUR", 0}}));
  CHECK(minor_units(c.amount, c.currency) == c.minor);
  if (c.minor != 0) CHECK(major_units(c.minor, c.currency) == Approx(c.amount).margin(0.006));
}

TEST_CASE("a text is cut between code points") {
  CHECK(cut_text("häuser", 2) == "h");
  CHECK(cut_text("häuser", 3) == "hä");
  CHECK(cut_text("abc", 3) == "abc");
  CHECK(cut_text("😀", 3).empty());
}
