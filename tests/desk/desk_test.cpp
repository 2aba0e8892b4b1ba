#include "desk/desk.h"

#include "base/time.h"
#include "support/catch.h"
#include "support/random.h"

#include <algorithm>

using namespace shopbell;
using namespace shopbell::desk;
using shopbell::testing::Random;

namespace {

Time minute(int m) { return parse_time("2026-11-20T09:00:00Z").value() + Millis{m * 60'000}; }

Rules two_queues() {
  Rules rules;
  rules.queues = {{"care", "Care", {"spanish"}, 1, {}, ""}, {"sales", "Sales", {}, 2, {}, ""}};
  rules.agents = {{"ana", "Ana", {"spanish"}, 2, {}}, {"ben", "Ben", {}, 1, {"sales"}}};
  return rules;
}

Row row(const std::string& queue, int priority, int since, std::optional<Time> due = {}) {
  return {queue, priority, due, minute(since), "", ""};
}

std::string told(const std::vector<Moved>& moved) {
  std::string text;
  for (const Moved& m : moved) text += (text.empty() ? "" : ", ") + m.ticket + " " + m.former + ">" + m.agent;
  return text;
}

struct House {
  Rules rules = two_queues();
  Desk desk{};
  int now = 0;

  std::string settled() { return told(settle(desk, rules, minute(now++))); }
  std::string is(const std::string& agent, Presence presence) {
    desk.seats[agent].presence = presence;
    return settled();
  }
  std::string opens(const std::string& id, const Row& r) {
    put(desk, id, r);
    return settled();
  }
  std::string closes(const std::string& id) {
    desk.tickets.erase(id);
    return settled();
  }
};

// Said anew, without the code of the desk: whether somebody could take what waits.
std::string somebody_idle_beside_work(const Desk& desk, const Rules& rules) {
  for (const auto& [id, r] : desk.tickets) {
    if (!r.agent.empty()) continue;
    for (const Agent& a : rules.agents) {
      const auto seat = desk.seats.find(a.name);
      if (seat == desk.seats.end() || seat->second.presence != Presence::online) continue;
      const auto load = std::count_if(desk.tickets.begin(), desk.tickets.end(), [&](const auto& t) { return t.second.agent == a.name; });
      if (load >= a.capacity) continue;
      bool may = a.queues.empty() || std::count(a.queues.begin(), a.queues.end(), r.queue) > 0;
      for (const Queue& q : rules.queues)
        if (q.name == r.queue)
          for (const std::string& skill : q.skills) may = may && std::count(a.skills.begin(), a.skills.end(), skill) > 0;
      if (may) return id + " waits beside " + a.name;
    }
  }
  return "";
}

Rules random_rules(Random& random) {
  const std::vector<std::string> skills{"spanish", "returns", "vip"};
  const auto some = [&](const std::vector<std::string>& of, unsigned percent) {
    std::vector<std::string> made;
    for (const std::string& one : of)
      if (random.chance(percent)) made.push_back(one);
    return made;
  };
  Rules rules;
  for (const char* name : {"a", "b", "c"}) rules.queues.push_back({name, name, some(skills, 20), static_cast<int>(random.below(4)), {}, ""});
  for (const char* name : {"x", "y", "z", "w"})
    rules.agents.push_back({name, name, some(skills, 60), 1 + static_cast<int>(random.below(4)), some({"a", "b", "c"}, 50)});
  return rules;
}

void check(const Desk& desk, const Rules& rules) {
  CHECK(somebody_idle_beside_work(desk, rules).empty());
  for (const auto& [id, r] : desk.tickets) {
    if (r.agent.empty()) continue;
    const auto seat = desk.seats.find(r.agent);
    CHECK((seat != desk.seats.end() && seat->second.presence != Presence::offline));
  }
  for (const Agent& a : rules.agents) {
    const auto load = std::count_if(desk.tickets.begin(), desk.tickets.end(), [&](const auto& t) { return t.second.agent == a.name; });
    CHECK(load <= a.capacity);
  }
}

}  // namespace

TEST_CASE("what waits is given out when somebody who fits comes, the most urgent first") {
  House house;
  CHECK(house.opens("low", row("care", 1, 1)).empty());
  house.opens("old", row("care", 2, 2));
  house.opens("due", row("care", 2, 3, minute(10)));
  house.opens("urgent", row("care", 3, 9));
  CHECK(house.is("ben", Presence::online).empty());
  CHECK(house.is("ana", Presence::online) == "due >ana, urgent >ana");
  CHECK(house.closes("urgent") == "old >ana");
}

TEST_CASE("who is away keeps what it has and gets nothing; who goes offline gives it back, and gets it again when there is room") {
  House house;
  house.is("ana", Presence::online);
  CHECK(house.opens("t1", row("care", 1, 1)) == "t1 >ana");
  CHECK(house.is("ana", Presence::away).empty());
  CHECK(house.opens("t2", row("care", 1, 2)).empty());
  CHECK(house.is("ana", Presence::offline) == "t1 ana>");
  house.rules.agents.push_back({"eva", "Eva", {"spanish"}, 9, {}});
  house.desk.seats["eva"].presence = Presence::online;
  CHECK(house.is("ana", Presence::online) == "t1 ana>ana, t2 >eva");
}

TEST_CASE("a ticket that nobody else can have goes to the one who is left when its agent goes") {
  House house;
  house.is("ben", Presence::online);
  CHECK(house.opens("t1", row("sales", 1, 1)) == "t1 >ben");
  house.is("ana", Presence::online);
  CHECK(house.is("ben", Presence::offline) == "t1 ben>ana");
}

TEST_CASE("an agent who is struck off the list has nothing any more") {
  House house;
  house.is("ana", Presence::online);
  house.opens("t1", row("care", 1, 1));
  house.rules.agents.clear();
  CHECK(house.settled() == "t1 ana>");
}

TEST_CASE("work is shared by the part of each one's capacity that is free") {
  House house;
  house.rules.agents = {{"big", "", {}, 4, {}}, {"small", "", {}, 2, {}}};
  house.is("big", Presence::online);
  house.is("small", Presence::online);
  std::string all;
  for (int i = 1; i <= 6; ++i) all += house.opens("t" + std::to_string(i), row("sales", 1, i)) + " ";
  CHECK(all == "t1 >big t2 >small t3 >big t4 >small t5 >big t6 >big ");
  CHECK(house.opens("t7", row("sales", 1, 7)).empty());
}

TEST_CASE("a full desk takes no more, and says so; what is there may still change") {
  Desk desk;
  for (std::size_t i = 0; i < desk_tickets_max; ++i) REQUIRE(put(desk, std::to_string(i), {}));
  CHECK_FALSE(put(desk, "one more", {}));
  CHECK(put(desk, "7", row("care", 3, 1)));
}

TEST_CASE("how long it takes is the median of the last hour, or when the shop opens") {
  Desk desk;
  for (const auto& [at, took] : {std::pair{-70, 1}, {-50, 10}, {-40, 20}, {-5, 60}})
    add_reply(desk, {minute(at), Millis{took * 60'000}, "care"});
  CHECK(promise(desk, "care", {}, minute(0)).about == Millis{20 * 60'000});
  CHECK(promise(desk, "care", {}, minute(15)).about == Millis{40 * 60'000});
  CHECK_FALSE(promise(desk, "sales", {}, minute(0)).about);
  Calendar afternoon;
  for (auto& day : afternoon.week) day = {*parse_span("14:00-18:00")};
  const Promise closed = promise(desk, "care", {&afternoon, find_zone("Europe/Madrid")}, minute(0));
  CHECK_FALSE(closed.about);
  CHECK(format_rfc3339(*closed.opens) == "2026-11-20T13:00:00Z");
}

TEST_CASE("over 1,000 random days no ticket waits while somebody who fits it is free, and nobody has too much") {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    Random random(seed);
    CAPTURE(seed);
    Rules rules = random_rules(random);
    Desk desk;
    for (int step = 0; step < 40; ++step) {
      const std::string id = std::to_string(random.below(20));
      const auto what = random.below(10);
      if (what < 4) put(desk, id, row(rules.queues[random.below(3)].name, static_cast<int>(random.below(4)), step));
      else if (what < 6) desk.tickets.erase(id);
      else desk.seats[rules.agents[random.below(rules.agents.size())].name].presence = static_cast<Presence>(random.below(3));
      const Desk before = desk;
      const auto moved = settle(desk, rules, minute(step));
      check(desk, rules);
      for (const auto& [ticket, r] : desk.tickets) {
        const bool changed = before.tickets.at(ticket).agent != r.agent;
        CHECK(changed == (std::count_if(moved.begin(), moved.end(), [&](const Moved& m) { return m.ticket == ticket; }) == 1));
      }
      CHECK(settle(desk, rules, minute(step)).empty());
    }
  }
}
