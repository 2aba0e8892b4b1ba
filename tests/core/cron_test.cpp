#include "core/cron.h"

#include "base/time.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

std::string fires(const std::string& spec, const std::string& zone, const std::string& after, int times) {
  const auto cron = parse_cron(spec);
  INFO(spec);
  REQUIRE(cron);
  REQUIRE(find_zone(zone) != nullptr);
  std::string text;
  Time at = parse_time(after).value();
  for (int i = 0; i < times; ++i) {
    const auto next = next_fire(*cron, *find_zone(zone), at);
    if (!next) return text + "never";
    REQUIRE(*next > at);
    at = *next;
    text += format_rfc3339(at).substr(5, 11) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("a schedule that names an hour fires once per local date, also when the clock changes") {
  // In Madrid the clock goes from 2:00 to 3:00 at 01:00Z on 2026-03-29, and from 3:00 to 2:00 at 01:00Z on
  // 2026-10-25.
  CHECK(fires("30 2 * * *", "Europe/Madrid", "2026-03-27T12:00:00Z", 4) ==
        "03-28T01:30 03-29T01:00 03-30T00:30 03-31T00:30 ");
  CHECK(fires("30 2 * * *", "Europe/Madrid", "2026-10-23T12:00:00Z", 4) ==
        "10-24T00:30 10-25T01:30 10-26T01:30 10-27T01:30 ");
  CHECK(fires("0,30 2 * * *", "Europe/Madrid", "2026-03-28T12:00:00Z", 3) ==
        "03-29T01:00 03-30T00:00 03-30T00:30 ");
}

TEST_CASE("in each zone and on each day of a year, a daily schedule fires exactly once") {
  for (const char* name : {"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll",
                           "Europe/Dublin", "Pacific/Chatham"}) {
    const Zone& zone = *find_zone(name);
    for (const char* spec : {"30 1 * * *", "15 2 * * *", "0 3 * * *", "0 0 * * *"}) {
      INFO(name << " " << spec);
      const Cron cron = parse_cron(spec).value();
      Time at = next_fire(cron, zone, parse_time("2026-01-01T12:00:00Z").value()).value();
      std::int64_t day = to_local(zone, at).ms / 86'400'000;
      for (int i = 0; i < 365; ++i) {
        at = next_fire(cron, zone, at).value();
        const std::int64_t next_day = to_local(zone, at).ms / 86'400'000;
        REQUIRE(next_day == ++day);
      }
    }
  }
}

TEST_CASE("a schedule of every hour, or of some minutes of each, goes by the hours as they pass") {
  CHECK(fires("0 * * * *", "Europe/Madrid", "2026-03-28T23:30:00Z", 4) ==
        "03-29T00:00 03-29T01:00 03-29T02:00 03-29T03:00 ");
  CHECK(fires("0 * * * *", "Europe/Madrid", "2026-10-24T23:30:00Z", 4) ==
        "10-25T00:00 10-25T01:00 10-25T02:00 10-25T03:00 ");
  CHECK(fires("*/20 * * * *", "Australia/Lord_Howe", "2026-04-04T14:50:00Z", 4) ==
        "04-04T15:10 04-04T15:30 04-04T15:50 04-04T16:10 ");
}

TEST_CASE("fields: names, lists, ranges, steps, both days, and what never comes") {
  CHECK(fires("0 9 * * mon", "UTC", "2026-11-21T00:00:00Z", 2) == "11-23T09:00 11-30T09:00 ");
  CHECK(fires("0 9 * * 7", "UTC", "2026-11-21T00:00:00Z", 2) == "11-22T09:00 11-29T09:00 ");
  CHECK(fires("0 9,18 1 JAN,jul *", "UTC", "2026-11-21T00:00:00Z", 3) ==
        "01-01T09:00 01-01T18:00 07-01T09:00 ");
  CHECK(fires("5/20 8 * * *", "UTC", "2026-11-21T00:00:00Z", 4) ==
        "11-21T08:05 11-21T08:25 11-21T08:45 11-22T08:05 ");
  CHECK(fires("0 0 13 * FRI", "UTC", "2026-11-12T12:00:00Z", 3) == "11-13T00:00 11-20T00:00 11-27T00:00 ");
  CHECK(fires("0 0 */2 * FRI", "UTC", "2026-11-12T12:00:00Z", 2) == "11-13T00:00 11-27T00:00 ");
  CHECK(fires("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", 1) == "02-29T00:00 ");
  CHECK(fires("0 0 31 4 *", "UTC", "2026-01-01T00:00:00Z", 1) == "never");
  CHECK(fires("@weekly", "UTC", "2026-11-21T00:00:00Z", 1) == "11-22T00:00 ");
}

TEST_CASE("a schedule that cannot be is refused, with the place") {
  struct Mistake {
    std::string spec, part;
  };
  for (const Mistake& m : {Mistake{"61 9 * * *", "61"},
                           {"0 9 * * MOO", "MOO"},
                           {"0 9 * *", "0 9 * *"},
                           {"0 9 0 * *", "0"},
                           {"0 18-9 * * *", "18-9"},
                           {"*/0 * * * *", "0"},
                           {"@sometimes", "@sometimes"},
                           {"", ""},
                           {"1/2/3 * * * *", "1/2/3"},
                           {"0 9 * * 1,,2", ""}}) {
    INFO(m.spec);
    const auto cron = parse_cron(m.spec);
    REQUIRE_FALSE(cron);
    CHECK(m.spec.substr(cron.error().offset, cron.error().length) == m.part);
  }
}
