// Which attempts may be under way, on virtual time.

#include "serve/destinations.h"
#include "support/catch.h"

#include <deque>

using namespace shopbell;

namespace {

using How = Destinations::Ended;
const std::string dead = "http https://dead.example", well = "email";

Time at(std::int64_t ms) { return from_ms(1'800'000'000'000 + ms); }

}  // namespace

TEST_CASE("so many attempts are under way at once, for each destination by itself") {
  Destinations d({.calls_max = 2});
  CHECK(d.begin(dead, false, at(0)));
  CHECK(d.begin(dead, false, at(0)));
  CHECK_FALSE(d.begin(dead, false, at(0)));
  CHECK(d.room_at(dead, false, at(0)) == Time::max());
  CHECK(d.begin(well, false, at(0)));
  d.ended(dead, How::answered, at(1));
  CHECK(d.room(dead, false, at(1)) == 1);
}

TEST_CASE("the circuit opens after failures one after the other, longer each time, and one attempt closes it") {
  Destinations d({.failures_max = 3});
  for (int i = 0; i < 3; ++i) {
    REQUIRE(d.begin(dead, false, at(0)));
    d.ended(dead, How::unanswered, at(0));
  }
  CHECK(d.is_open(dead, at(0)));
  CHECK_FALSE(d.begin(dead, false, at(999)));
  CHECK(d.room_at(dead, false, at(1)) == at(1'000));
  CHECK(d.room(well, false, at(1)) > 1);

  REQUIRE(d.begin(dead, false, at(1'000)));
  CHECK_FALSE(d.begin(dead, false, at(1'000)));  // one shows whether somebody is there
  d.ended(dead, How::unanswered, at(1'500));
  CHECK(d.room_at(dead, false, at(1'500)) == at(3'500));

  REQUIRE(d.begin(dead, false, at(3'500)));
  d.ended(dead, How::answered, at(3'600));
  CHECK_FALSE(d.is_open(dead, at(3'600)));
  CHECK(d.room(dead, false, at(3'600)) > 1);
}

TEST_CASE("an opening lasts a minute at most, and attempts from before it say nothing new") {
  Destinations d({.failures_max = 1});
  for (int i = 0; i < 5; ++i) REQUIRE(d.begin(dead, false, at(0)));
  for (int i = 0; i < 5; ++i) d.ended(dead, How::unanswered, at(0));
  CHECK(d.room_at(dead, false, at(0)) == at(1'000));
  Time now = at(1'000);
  for (int i = 0; i < 30; ++i) {
    REQUIRE(d.begin(dead, false, now));
    d.ended(dead, How::unanswered, now);
    now = d.room_at(dead, false, now);
  }
  CHECK(d.begin(dead, false, now));
  d.ended(dead, How::unanswered, now);
  CHECK(d.room_at(dead, false, now) == now + Millis{60'000});
}

TEST_CASE("an attempt that was broken off by the engine itself says nothing of the far side") {
  Destinations d({.failures_max = 1});
  REQUIRE(d.begin(dead, false, at(0)));
  d.ended(dead, How::broken_off, at(0));
  CHECK_FALSE(d.is_open(dead, at(0)));
}

TEST_CASE("further attempts are a tenth of the first ones, and one a second") {
  Destinations d;
  int first = 0, again = 0;
  for (std::int64_t ms = 0; ms < 100'000; ms += 10) {  // a hundred first attempts a second, each fails half the time
    if (d.begin(dead, false, at(ms))) {
      ++first;
      d.ended(dead, ms % 20 == 0 ? How::answered : How::unanswered, at(ms));
    }
    if (d.begin(dead, true, at(ms))) {
      ++again;
      d.ended(dead, How::answered, at(ms));
    }
  }
  CHECK(first == 10'000);
  CHECK(again >= 1'000);
  CHECK(again <= 1'000 + 100 + 10);  // a tenth, one a second, and those to begin with
}

TEST_CASE("without first attempts a further one may be made each second") {
  Destinations d;
  while (d.begin(dead, true, at(0))) d.ended(dead, How::answered, at(0));
  const Time next = d.room_at(dead, true, at(0));
  CHECK(next > at(0));
  CHECK(next <= at(1'001));
  CHECK(d.begin(dead, true, next));
}

// Four hundred calls a second to a destination that answers in 20 ms, as many to one that never answers within 10 s,
// and 64 places for both.
TEST_CASE("a dead destination does not slow the others") {
  Destinations d;
  constexpr std::size_t places = 64;
  std::deque<std::pair<std::int64_t, std::string>> under_way;  // by when they end
  std::deque<std::int64_t> waiting;
  std::int64_t longest = 0, done = 0;
  for (std::int64_t ms = 0; ms < 60'000; ++ms) {
    for (auto& [end, to] : under_way)
      if (end == ms) d.ended(to, to == well ? How::answered : How::unanswered, at(ms));
    std::erase_if(under_way, [&](const auto& u) { return u.first == ms; });
    if (ms % 5 == 0) waiting.insert(waiting.end(), 2, ms);
    for (int i = 0; i < 2 && ms % 5 == 0 && under_way.size() < places; ++i)
      if (d.begin(dead, false, at(ms))) under_way.emplace_back(ms + 10'000, dead);
    while (!waiting.empty() && under_way.size() < places && d.begin(well, false, at(ms))) {
      longest = std::max(longest, ms - waiting.front());
      waiting.pop_front();
      ++done;
      under_way.emplace_back(ms + 20, well);
    }
  }
  CHECK(done >= 23'990);
  CHECK(longest == 0);
}

TEST_CASE("destinations that are not used any more are forgotten") {
  Destinations d;
  for (std::size_t i = 0; i < 2 * destinations_known_max; ++i) {
    REQUIRE(d.begin("http " + std::to_string(i), false, at(0)));
    d.ended("http " + std::to_string(i), How::answered, at(0));
  }
  CHECK(d.room("http 1", false, at(0)) > 0);
}
