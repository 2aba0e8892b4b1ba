#include "core/segments.h"

#include "load/load.h"
#include "reading.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

/// What is wrong with a segments.yaml: all that check says of it.
std::string mistakes(const std::string& yaml) {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\nfields: { customer: { club: flag } }\n");
  folder.write("segments.yaml", yaml);
  const std::string alone = all_text(check_paths({folder.path("segments.yaml")}));
  CHECK(alone == all_text(load_shop(folder.path()).diagnostics));
  return alone;
}

}  // namespace

TEST_CASE("segments are conditions over the customer, by name") {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\nfields: { customer: { club: flag } }\n");
  folder.write("segments.yaml",
               "vip: customer.lifetime_value >= 1000\n"
               "member: { if: customer.club, title: In the club }\n"
               "at_risk: customer.last_order.at < now - duration('90d')\n");
  const auto read = load_shop(folder.path());
  CHECK(all_text(read.diagnostics) == "");
  REQUIRE(read.value);
  const auto& segments = read.value->config.facts.segments;
  REQUIRE(segments);
  REQUIRE(segments->all.size() == 3);
  CHECK(segments->all[0].name == "at_risk");
  CHECK(segments->all[1].title == "In the club");
  CHECK(segments->read_now);
}

TEST_CASE("a shop without segments.yaml has none, and one without `now` need not look at the clock") {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\n");
  CHECK_FALSE(load_shop(folder.path()).value.value().config.facts.segments);
  folder.write("segments.yaml", "vip: customer.orders_count > 3\n");
  CHECK_FALSE(load_shop(folder.path()).value.value().config.facts.segments->read_now);
}

TEST_CASE("each mistake of segments.yaml has its place and a hint") {
  struct Case {
    const char *yaml, *place, *message;
  };
  for (const Case& c : {
           Case{"vip: customer.lifetime_valu >= 1000\n", ":1:15: ", "did you mean customer.lifetime_value?"},
           Case{"vip: customer.orders_count\n", ":1:6: ", "the segment vip must be true or false"},
           Case{"ok: customer.verified\nvip: custmer.id == 1\n", ":2:6: ", "custmer"},
           Case{"VIP!: customer.verified\n", ":1:1: ", "a segment's name is made of small letters"},
           Case{"vip: { title: Best }\n", ":1:8: ", "needs the key if"},
           Case{"vip: { if: customer.verified, titel: Best }\n", ":1:31: ", "title"},
           Case{"vip: order.total > 5\n", ":1:6: ", "order"},
           Case{"vip: \"'a' in customer.segments\"\n", ":1:6: ", "a segment cannot be made of other segments"},
           Case{"late: customer.last_seen < now - duration('90 days')\n", ":1:34: ", "write it like 90s, 15m, 1h30m, 7d, 2w or P1DT2H"},
           Case{"- vip\n", ":1:1: ", "a map of segments"},
       }) {
    INFO(c.yaml);
    const std::string said = mistakes(c.yaml);
    INFO(said);
    CHECK(said.find(std::string("segments.yaml") + c.place) != std::string::npos);
    CHECK(said.find(c.message) != std::string::npos);
  }
}

TEST_CASE("a shop has at most segments_max segments") {
  std::string yaml;
  for (std::size_t i = 0; i < segments_max; ++i) yaml += "s" + std::to_string(i) + ": customer.verified\n";
  CHECK(mistakes(yaml) == "");
  CHECK(mistakes(yaml + "more: customer.verified\n").find("at most 100 segments") != std::string::npos);
}

TEST_CASE("workflows may start when a segment is entered or left, and read which") {
  const auto good = read_workflow("on: [segment.entered, { event: segment.left, where: segment.name == 'vip' }]\nsteps:\n  - note: \"{{ segment.title }} {{ customer.segments }}\"\n");
  CHECK(all_text(good.diagnostics) == "");
  const auto wrong = read_workflow("on: segment.entered\nif: segment.nam == 'vip'\nsteps: [log: x]\n");
  CHECK(all_text(wrong.diagnostics).find("did you mean segment.name?") != std::string::npos);
}
