// How sources behave: what is usual is learned, and silence is told of once.

#include "serve/sources.h"

#include "support/catch.h"

using namespace shopbell;

namespace {

const Time start = from_ms(1'800'000'000'000);
constexpr Millis minutes(std::int64_t n) { return Millis{n * 60'000}; }

SourceConfig shopify(const char* name, Millis silent_after = Millis{0}) {
  SourceConfig source;
  source.name = name;
  source.platform = "shopify";
  source.silent_after = silent_after;
  return source;
}

/// Events `gap` apart; gives when the last came.
Time hear(Sources& sources, int events, Millis gap, Time from = start) {
  for (int i = 0; i < events; ++i) sources.heard("shopify/s", from += gap);
  return from;
}

SourceRow only(const Sources& sources) {
  const auto rows = sources.all();
  REQUIRE(rows.size() == 1);
  return rows[0];
}

}  // namespace

TEST_CASE("a source's usual gap is learned from what comes") {
  Sources sources({shopify("s")}, {});
  hear(sources, 100, minutes(2));
  CHECK(only(sources).gap_ms == minutes(2).count());
  CHECK(only(sources).events == 100);
  CHECK(only(sources).last == start + minutes(200));
}

TEST_CASE("a source is silent when it is quiet for longer than it ever is, and that is said once") {
  struct Case {
    const char* what;
    int events;
    Millis gap, quiet, silent_after;
    bool silent;
  };
  const auto c = GENERATE(values<Case>({
      {"within the hour", 100, minutes(1), minutes(60), Millis{0}, false},
      {"after the hour", 100, minutes(1), minutes(61), Millis{0}, true},
      {"a slow one after three gaps", 100, minutes(100), minutes(300), Millis{0}, false},
      {"a slow one after more", 100, minutes(100), minutes(301), Millis{0}, true},
      {"of which too little is known", 19, minutes(1), minutes(10'000), Millis{0}, false},
      {"that has its own time", 2, minutes(1), minutes(16), minutes(15), true},
      {"within its own time", 2, minutes(1), minutes(15), minutes(15), false},
      {"that was never heard", 0, minutes(1), minutes(10'000), minutes(15), false},
  }));
  INFO(c.what);
  Sources sources({shopify("s", c.silent_after)}, {});
  const Time last = hear(sources, c.events, c.gap);
  const auto silent = sources.silent(last + c.quiet);
  REQUIRE(silent.size() == (c.silent ? 1 : 0));
  if (!c.silent) return;
  CHECK(sources.silent(last + c.quiet + minutes(1)).empty());
  CHECK(silent[0].name == "shopify/s");
  CHECK(silent[0].last == last);
  CHECK(silent[0].quiet == c.quiet);
  sources.heard("shopify/s", last + c.quiet + minutes(2));
  CHECK_FALSE(only(sources).silent);
  CHECK(sources.silent(last + c.quiet + minutes(100'000)).size() == 1);
}

TEST_CASE("the night is no silence once it was seen") {
  Sources sources({shopify("s")}, {});
  Time at = start;
  for (int day = 0; day < 3; ++day) {
    at = hear(sources, 200, minutes(4), at);
    if (day > 0) CHECK(sources.silent(at + minutes(10 * 60)).empty());
    at += minutes(10 * 60);
  }
}

TEST_CASE("what was refused is counted with its reason, and rows are handed out when they have changed") {
  Sources sources({shopify("s")}, {});
  CHECK(sources.changed().size() == 1);
  CHECK(sources.changed().empty());
  sources.refused("shopify/s", "the signature does not match", start);
  const auto rows = sources.changed();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].rejected == 1);
  CHECK(rows[0].reason == "the signature does not match");
  CHECK(rows[0].last == Time{});
}

TEST_CASE("habits outlive a restart, and so many sources are followed at most") {
  Sources first({shopify("s")}, {});
  const Time last = hear(first, 100, minutes(1));
  Sources second({shopify("s")}, first.all());
  CHECK(second.silent(last + minutes(61)).size() == 1);
  for (std::size_t i = 0; i < sources_known_max + 5; ++i) second.heard("api/" + std::to_string(i), last);
  CHECK(second.all().size() == sources_known_max);
}

TEST_CASE("source.silent is an event about the shop, the same for the same silence") {
  const Silent silent{"shopify/s", "shopify", start, minutes(90), minutes(1)};
  const Entry entry = silence_of(silent, start + minutes(90));
  CHECK(entry.subject == "shop");
  CHECK(std::get<Received>(entry.input.what).event.type == "source.silent");
  CHECK(entry.line.find(R"("quiet_s":5400)") != std::string_view::npos);
  CHECK(entry.digest == silence_of(silent, start + minutes(95)).digest);
}

TEST_CASE("metrics name each source, whatever stands in its name") {
  std::string text;
  append_metrics(text, {{"api/a\"b\\c\n", start, 1500, 0, 7, 2, start, "why", true}});
  CHECK(text.find(R"(shopbell_source_events_total{source="api/a\"b\\c\n"} 7)") != std::string::npos);
  CHECK(text.find(R"(shopbell_source_usual_gap_seconds{source="api/a\"b\\c\n"} 1.5)") != std::string::npos);
  CHECK(text.find(R"(shopbell_source_silent{source="api/a\"b\\c\n"} 1)") != std::string::npos);
}
