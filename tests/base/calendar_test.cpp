#include "base/calendar.h"

#include "base/time.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

Calendar weekdays_nine_to_six() {
  Calendar c;
  for (std::size_t day = 1; day <= 5; ++day)
    c.week[day] = {*parse_span("09:00-13:00"), *parse_span("14:00-18:00")};
  c.holidays = {*parse_day("2026-12-25")};
  return c;
}

std::string opens(const Calendar& c, const std::string& zone, const std::string& at) {
  const auto time = opening(c, *find_zone(zone), parse_time(at).value());
  return time ? format_rfc3339(*time) : "never";
}

std::string quiet_until(const std::string& span, const std::string& zone, const std::string& at) {
  return format_rfc3339(end_of_quiet(*parse_span(span), *find_zone(zone), parse_time(at).value()));
}

}  // namespace

TEST_CASE("opening hours: open now, later today, tomorrow, after the weekend, after a holiday") {
  const Calendar c = weekdays_nine_to_six();
  CHECK(opens(c, "Europe/Madrid", "2026-11-20T09:30:00Z") == "2026-11-20T09:30:00Z");
  CHECK(opens(c, "Europe/Madrid", "2026-11-20T07:59:59Z") == "2026-11-20T08:00:00Z");
  CHECK(opens(c, "Europe/Madrid", "2026-11-20T12:00:00Z") == "2026-11-20T13:00:00Z");
  CHECK(opens(c, "Europe/Madrid", "2026-11-20T17:00:00Z") == "2026-11-23T08:00:00Z");
  CHECK(opens(c, "Europe/Madrid", "2026-12-24T17:00:00Z") == "2026-12-28T08:00:00Z");
}

TEST_CASE("opening hours go by the wall clock across its changes") {
  const Calendar c = weekdays_nine_to_six();
  CHECK(opens(c, "Europe/Madrid", "2026-03-27T18:00:00Z") == "2026-03-30T07:00:00Z");
  CHECK(opens(c, "Europe/Madrid", "2026-10-23T18:00:00Z") == "2026-10-26T08:00:00Z");
  Calendar night;
  for (auto& day : night.week) day = {*parse_span("22:00-02:30")};
  CHECK(opens(night, "Europe/Madrid", "2026-10-25T01:15:00Z") ==
        "2026-10-25T01:15:00Z");  // 2:15 for the second time
  CHECK(opens(night, "Europe/Madrid", "2026-10-25T01:30:00Z") == "2026-10-25T21:00:00Z");
}

TEST_CASE("a calendar that never opens says so") {
  CHECK(opens({}, "UTC", "2026-11-20T09:30:00Z") == "never");
}

TEST_CASE("quiet hours over midnight end in the morning, in the zone of whom they protect") {
  CHECK(quiet_until("21:00-08:00", "Europe/Madrid", "2026-11-20T19:59:59Z") == "2026-11-20T19:59:59Z");
  CHECK(quiet_until("21:00-08:00", "Europe/Madrid", "2026-11-20T20:00:00Z") == "2026-11-21T07:00:00Z");
  CHECK(quiet_until("21:00-08:00", "America/New_York", "2026-11-20T10:00:00Z") == "2026-11-20T13:00:00Z");
  CHECK(quiet_until("13:00-15:00", "UTC", "2026-11-20T14:00:00Z") == "2026-11-20T15:00:00Z");
  CHECK(quiet_until("21:00-08:00", "Europe/Madrid", "2026-03-28T22:00:00Z") == "2026-03-29T06:00:00Z");
}

TEST_CASE("spans and days are read strictly") {
  for (const char* text :
       {"9-18", "09:00", "25:00-26:00", "09:60-10:00", "09:00-09:00", "09:00-18:00 ", "24:00-08:00"})
    CHECK_FALSE(parse_span(text));
  CHECK(parse_span("00:00-24:00")->to == 1440);
  for (const char* text : {"2026-02-30", "2026-2-3", "26-12-25", "2026-12-25x"}) CHECK_FALSE(parse_day(text));
}
