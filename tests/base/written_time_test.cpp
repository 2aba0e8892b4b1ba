// Times as tables have them.

#include "base/time.h"
#include "base/written_time.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

std::string read(std::string_view text, const char* zone = "UTC") {
  const auto at = parse_written_time(text, *find_zone(zone));
  return at ? format_rfc3339(*at) : "none";
}

}  // namespace

TEST_CASE("times are read as shops' exports and spreadsheets write them") {
  CHECK(read("2025-10-07 09:50:26 +0200") == "2025-10-07T07:50:26Z");
  CHECK(read("2025-10-07T09:50:26.5Z") == "2025-10-07T09:50:26.5Z");
  CHECK(read("2025-10-07 09:50:26 UTC") == "2025-10-07T09:50:26Z");
  CHECK(read("2025-10-07 09:50 -05:30") == "2025-10-07T15:20:00Z");
  CHECK(read("2025-10-07 09:50") == "2025-10-07T09:50:00Z");
  CHECK(read(" 2025-10-07 ") == "2025-10-07T00:00:00Z");
  CHECK(read("9/6/2016  6:29:00") == "2016-09-06T06:29:00Z");
  CHECK(read("12/31/2016 12:05 AM") == "2016-12-31T00:05:00Z");
  CHECK(read("12/31/2016 12:05 PM") == "2016-12-31T12:05:00Z");
  CHECK(read("31.12.2016 23:05") == "2016-12-31T23:05:00Z");
}

TEST_CASE("a time without an offset is of the zone's clock, also when that changes") {
  CHECK(read("2025-07-01 12:00", "Europe/Madrid") == "2025-07-01T10:00:00Z");
  CHECK(read("2025-03-30 02:30", "Europe/Madrid") == "2025-03-30T01:00:00Z");
  CHECK(read("2025-10-26 02:30", "Europe/Madrid") == "2025-10-26T00:30:00Z");
  CHECK(read("2025-07-01 12:00 +0000", "Europe/Madrid") == "2025-07-01T12:00:00Z");
}

TEST_CASE("what is no time is none") {
  for (const char* text : {"", "yesterday", "2025-13-01", "2025-02-30", "2025-10-07 24:00", "2025-10-07 09", "2025-10-07 09:60", "13/45/2016",
                           "2025-10-07 09:50 +0200x", "2025-10-07 09:50 east", "12/31/2016 13:05 PM", "20251007", "07.10.25"}) {
    INFO(text);
    CHECK(read(text) == "none");
  }
}
