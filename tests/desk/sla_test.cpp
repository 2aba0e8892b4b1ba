#include "desk/sla.h"

#include "base/time.h"
#include "support/slow_sla.h"
#include "support/catch.h"
#include "support/random.h"

using namespace shopbell;
using namespace shopbell::desk;
using shopbell::testing::Random;
using shopbell::testing::SlowClock;
using shopbell::testing::SlowSla;
using shopbell::testing::WallClock;

namespace {

Time at(const std::string& text) { return parse_time(text).value(); }

Calendar weekdays() {
  Calendar c;
  for (std::size_t day = 1; day <= 5; ++day) c.week[day] = {*parse_span("09:00-13:00"), *parse_span("14:00-18:00")};
  c.holidays = {*parse_day("2026-12-25")};
  return c;
}

constexpr Millis hour{3'600'000};

struct Story {
  Calendar calendar = weekdays();
  Goals goals{hour, 2 * hour, 16 * hour};
  std::vector<TicketEvent> events{};

  Sla at_time(const std::string& now) const {
    return sla_of(events, goals, {&calendar, find_zone("Europe/Madrid")}, at(now));
  }
};

std::string due(const Clock& clock) { return clock.due ? format_rfc3339(*clock.due) : "never"; }

Calendar random_calendar(Random& random, const WallClock& wall) {
  Calendar c;
  for (auto& day : c.week) {
    const auto spans = random.below(4);
    for (std::uint64_t i = 0; i < spans; ++i) {
      const int from = static_cast<int>(random.below(24 * 12)) * 5;
      day.push_back({from, from + 5 + static_cast<int>(random.below(random.chance(20) ? 288 : 60)) * 5});
    }
  }
  for (auto n = random.below(4); n > 0; --n) c.holidays.insert(random.between(wall.first_day(), wall.last_day()));
  return c;
}

void same(const Clock& fast, const SlowClock& slow, const WallClock& wall) {
  CHECK(fast.runs == slow.runs);
  CHECK(fast.spent == Millis{slow.spent * testing::minute_ms});
  CHECK(fast.met == slow.met);
  CHECK(fast.missed == slow.missed);
  CHECK(fast.late == slow.late);
  if (!slow.runs || slow.late) return;
  const bool within = fast.due && *fast.due <= wall.at(wall.minutes());
  CHECK((within ? format_rfc3339(*fast.due) : "") == (slow.due < 0 ? "" : format_rfc3339(wall.at(slow.due))));
}

void one_ticket(Random& random, WallClock& wall) {
  const Calendar calendar = random_calendar(random, wall);
  const std::vector<bool> open = testing::open_minutes(calendar, wall);
  const auto goal = [&] { return random.chance(15) ? 0 : static_cast<int>(random.below(random.chance(30) ? 3000 : 300)); };
  const int goals[] = {goal(), goal(), goal()};
  int minute = testing::day_minutes + static_cast<int>(random.below(2000));
  SlowSla slow(open, goals[0], goals[1], goals[2]);
  std::vector<TicketEvent> events;
  for (auto n = 1 + random.below(12); n > 0; --n) {
    const auto what = events.empty() ? Happened::opened : static_cast<Happened>(random.below(9));
    events.push_back({wall.at(minute), what});
    slow.happens(what);
    const int until = minute + static_cast<int>(random.below(random.chance(50) ? 60 : 900));
    for (; minute < until; ++minute) slow.minute_passes(minute);
  }
  slow.look_ahead(minute);
  const Goals promised{Millis{goals[0] * testing::minute_ms}, Millis{goals[1] * testing::minute_ms}, Millis{goals[2] * testing::minute_ms}};
  const Sla fast = sla_of(events, promised, {&calendar, wall.zone}, wall.at(minute));
  same(fast.first_reply, slow.first, wall);
  same(fast.next_reply, slow.next, wall);
  same(fast.resolution, slow.resolution, wall);
}

}  // namespace

TEST_CASE("a first reply is due in open time: over lunch, over night, over a weekend and a holiday") {
  const struct {
    const char *opened, *due;
  } cases[] = {{"2026-11-20T08:30:00Z", "2026-11-20T09:30:00Z"},
               {"2026-11-20T11:30:00Z", "2026-11-20T13:30:00Z"},
               {"2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z"},
               {"2026-11-20T16:40:00Z", "2026-11-23T08:40:00Z"},
               {"2026-11-21T10:00:00Z", "2026-11-23T09:00:00Z"},
               {"2026-12-24T16:30:00Z", "2026-12-28T08:30:00Z"},
               {"2026-03-27T16:30:00Z", "2026-03-30T07:30:00Z"}};
  for (const auto& c : cases) {
    Story story;
    story.events = {{at(c.opened), Happened::opened}};
    CHECK(due(story.at_time(c.opened).first_reply) == c.due);
  }
}

TEST_CASE("what is due when the shop closes is late after it, also before the shop opens again") {
  Story story;
  story.events = {{at("2026-11-20T16:00:00Z"), Happened::opened}};
  CHECK(due(story.at_time("2026-11-20T16:30:00Z").first_reply) == "2026-11-20T17:00:00Z");
  CHECK_FALSE(story.at_time("2026-11-20T17:00:00Z").late());
  CHECK(story.at_time("2026-11-20T17:00:00.001Z").late());
}

TEST_CASE("a bot stops no clock; a person does, and a message after that asks for the next reply") {
  Story story;
  story.events = {{at("2026-11-20T08:00:00Z"), Happened::opened},
                  {at("2026-11-20T08:10:00Z"), Happened::bot_replied},
                  {at("2026-11-20T08:20:00Z"), Happened::person_replied},
                  {at("2026-11-20T08:30:00Z"), Happened::customer_wrote},
                  {at("2026-11-20T08:50:00Z"), Happened::customer_wrote}};
  CHECK(story.at_time("2026-11-20T08:15:00Z").first_reply.runs);
  const Sla sla = story.at_time("2026-11-20T09:00:00Z");
  CHECK(sla.first_reply.met == 1);
  CHECK(sla.first_reply.spent == Millis{20 * 60'000});
  CHECK(due(sla.next_reply) == "2026-11-20T10:30:00Z");
  CHECK(sla.next_due() == at("2026-11-20T10:30:00Z"));
}

TEST_CASE("a snooze stops the clock of the resolution, not those of replies; a message of the customer's ends it") {
  Story story;
  story.events = {{at("2026-11-20T08:00:00Z"), Happened::opened},
                  {at("2026-11-20T08:15:00Z"), Happened::snoozed}};
  Sla sla = story.at_time("2026-11-20T09:30:00Z");
  CHECK(sla.first_reply.late);
  CHECK(sla.resolution.spent == Millis{15 * 60'000});
  story.events.push_back({at("2026-11-20T09:30:00Z"), Happened::customer_wrote});
  sla = story.at_time("2026-11-20T10:00:00Z");
  CHECK(sla.resolution.spent == Millis{45 * 60'000});
}

TEST_CASE("passing a ticket on does not make the customer's wait new; handing one over after a reply asks for a first reply") {
  Story story;
  story.events = {{at("2026-11-20T08:00:00Z"), Happened::opened}, {at("2026-11-20T08:50:00Z"), Happened::handed_over}};
  CHECK(due(story.at_time("2026-11-20T08:50:00Z").first_reply) == "2026-11-20T09:00:00Z");
  story.events.push_back({at("2026-11-20T08:55:00Z"), Happened::person_replied});
  story.events.push_back({at("2026-11-20T09:00:00Z"), Happened::handed_over});
  CHECK(due(story.at_time("2026-11-20T09:00:00Z").first_reply) == "2026-11-20T10:00:00Z");
}

TEST_CASE("a reopened ticket needs a first reply again, and its resolution goes on where it was") {
  Story story;
  story.events = {{at("2026-11-20T08:00:00Z"), Happened::opened},
                  {at("2026-11-20T09:00:00Z"), Happened::resolved},
                  {at("2026-11-20T10:00:00Z"), Happened::reopened}};
  CHECK(story.at_time("2026-11-20T09:30:00Z").resolution.met == 1);
  const Sla sla = story.at_time("2026-11-20T10:30:00Z");
  CHECK(sla.resolution.spent == Millis{90 * 60'000});
  CHECK(sla.resolution.met == 0);
  CHECK(due(sla.first_reply) == "2026-11-20T11:00:00Z");
}

TEST_CASE("without hours the shop never sleeps, and what is not promised is never late") {
  const std::vector<TicketEvent> events{{at("2026-11-21T03:00:00Z"), Happened::opened}};
  const Sla sla = sla_of(events, {hour, {}, {}}, {}, at("2026-11-21T09:00:00Z"));
  CHECK(sla.first_reply.late);
  CHECK_FALSE(sla.resolution.due);
  CHECK(sla.resolution.spent == 6 * hour);
  const Calendar never;
  CHECK_FALSE(sla_of(events, {hour, {}, {}}, {&never, find_zone("UTC")}, at("2026-11-21T09:00:00Z")).first_reply.due);
}

TEST_CASE("a warning is due that much open time before the end, and not at all where it would be before the beginning") {
  const Time at = from_ms(1'763'974'800'000);
  const std::vector<TicketEvent> opened{{at, Happened::opened}};
  const Goals goals{.first_reply = Millis{3'600'000}, .next_reply = {}, .resolution = Millis{600'000}, .warn_before = Millis{600'000}};
  const Sla sla = sla_of(opened, goals, {}, at);
  CHECK(sla.first_reply.near == at + Millis{3'000'000});
  CHECK(sla.first_reply.due == at + Millis{3'600'000});
  CHECK_FALSE(sla.resolution.near);
  CHECK(sla.resolution.due == at + Millis{600'000});
}

TEST_CASE("over 10,000 random calendars and tickets it is what counting minute by minute gives") {
  std::vector<WallClock> clocks;
  for (const auto& [zone, from] : std::initializer_list<std::pair<const char*, const char*>>{
           {"Europe/Madrid", "2026-03-20T00:00:00Z"},
           {"Europe/Madrid", "2026-10-16T00:00:00Z"},
           {"America/New_York", "2026-03-01T00:00:00Z"},
           {"Australia/Lord_Howe", "2026-03-28T00:00:00Z"},
           {"Asia/Kathmandu", "2026-12-24T00:00:00Z"},
           {"Pacific/Apia", "2011-12-24T00:00:00Z"}})
    clocks.emplace_back(zone, at(from), 20);
  for (std::uint64_t seed = 1; seed <= 10'000; ++seed) {
    Random random(seed);
    WallClock& wall = clocks[static_cast<std::size_t>(random.below(clocks.size()))];
    CAPTURE(seed);
    one_ticket(random, wall);
  }
}
