// Chance: whatever order a customer, a person and machines act in, no machine talks over a person.

#include "base/json.h"
#include "core/conversations.h"
#include "load/load.h"
#include "play/world.h"
#include "support/catch.h"
#include "support/random.h"

#include <memory>

using namespace shopbell;

namespace {

constexpr std::string_view id = "chat:t1";
constexpr auto heard = R"({"intent":"other","to_person":false})";
constexpr auto greeter = R"yaml(
workflow: greeter
on: message.received
steps:
  - classify: {}
    as: heard
  - reply: "Hello"
  - log: "went on"
)yaml";

std::shared_ptr<const Workflow> read(const std::string& yaml) {
  auto read = load_workflow({"workflows/w.yaml", yaml, {}, {}});
  REQUIRE(read.value);
  return *read.value;
}

Workflows talkers() {
  return {ShopFacts{"demo", "The Demo Shop", "", "EUR", "UTC", "en"},
          {read(greeter), read("workflow: per-order\non: message.received\nper: \"'order:' + message.from\"\nsteps:\n  - wait: 1m\n  - reply: hm\n"),
           read("workflow: later\non: message.received\nsteps:\n  - wait: 30s\n  - parallel:\n      - [ reply: one ]\n      - [ reply: two ]\n")}};
}

/// A customer, a person, and machines that speak when their calls happen to begin. An attempt begins at some time behind the
/// commit that ordered it, if its call is still open then: as in the shard.
class Interleaving {
 public:
  Interleaving(const Workflows& workflows, std::uint64_t seed) : world_(workflows, arena_), random_(seed) {
    world_.now = from_ms(1'800'000'000'000);
    world_.watch = [this](const play::Took& took) {
      for (const Note& note : took.made.notes) refused += note.code == "superseded";
    };
    event("message.received", R"("message":{"channel":"chat","conversation":"t1","from":"ann","text":"hi"})");
  }

  void step() {
    switch (random_.below(6)) {
      case 0: return event("message.received", R"("message":{"channel":"chat","conversation":"t1","from":"ann","text":"hi"})");
      case 1: return world_.pass_until(world_.now + Millis{random_.below(2) == 0 ? 10'000 : 60'000});
      case 2: return command("takeover", true);
      case 3: return person_ ? command("hand_back", false) : void();
      default: return attempt();
    }
  }

  int talked = 0, over = 0, taken = 0, refused = 0;

 private:
  void event(const std::string& type, const std::string& data) {
    Event event;
    event.id = arena_.copy(std::to_string(++events_));
    event.source = "test";
    event.type = arena_.copy(type);
    event.subject = "customer:7";
    event.at = world_.now;
    event.data = parse_json(arena_.copy("{\"customer\":{\"id\":7}," + data + "}"), arena_).value();
    world_.give("customer:7", {world_.now, Received{event, 0, {}, {}}});
  }

  void command(const std::string& verb, bool person) {
    const std::int64_t epoch = find_conversation(world_.subject("customer:7"), id)["epoch"].integer_or(0);
    event("conversation.command", R"("conversation":{"id":"t1","channel":"chat"},"command":{"do":")" + verb + R"(","by":"eva","epoch":)" +
                                      std::to_string(epoch) + "}");
    taken += person;
    person_ = person;
  }

  void attempt() {
    if (world_.calls().empty()) return;
    const play::OpenCall call = world_.calls()[random_.below(world_.calls().size())];
    const bool speaks = call.order.action == "reply";
    talked += speaks;
    over += speaks && person_;
    Finished finished;
    finished.run = call.order.call.run;
    finished.call = call.order.call.key;
    finished.attempt = static_cast<std::uint32_t>(call.order.call.attempt);
    finished.status = random_.below(4) == 0 ? Outcome::Status::retry : Outcome::Status::done;
    finished.output = parse_json(heard, arena_).value();
    world_.finish(call, finished);
  }

  Arena arena_{1 << 16};
  play::World world_;
  testing::Random random_;
  int events_ = 0;
  bool person_ = false;
};

}  // namespace

TEST_CASE("in 10,000 random interleavings no machine speaks after a takeover") {
  constexpr int rounds = 10'000, steps = 6;
  const Workflows workflows = talkers();
  int talked = 0, over = 0, taken = 0, refused = 0;
  for (int round = 0; round < rounds; ++round) {
    Interleaving interleaving(workflows, static_cast<std::uint64_t>(round) + 1);
    for (int step = 0; step < steps; ++step) interleaving.step();
    talked += interleaving.talked;
    over += interleaving.over;
    taken += interleaving.taken;
    refused += interleaving.refused;
  }
  CHECK(over == 0);
  CHECK(talked > rounds / 4);
  CHECK(taken > rounds / 2);
  CHECK(refused > rounds / 8);
}
