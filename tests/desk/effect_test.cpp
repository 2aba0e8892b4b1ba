// What a workflow does for sales, counted on a small log.

#include "desk/effect.h"
#include "support/catch.h"

using namespace shopbell;
using namespace shopbell::desk;

namespace {

constexpr Time start{Millis{1'700'000'000'000}};
constexpr Millis day{86'400'000};

}  // namespace

TEST_CASE("who ordered within a week behind the workflow's first beginning counts once, with all that was ordered then") {
  Arena arena;
  const Value all = effect({{"cart", "customer:1", start}, {"cart", "customer:1", start + day * 3}, {"cart", "customer:2", start}, {"cart", "customer:3", start}},
                           {{"customer:1", start, "EUR", 99}, {"customer:1", start + day, "EUR", 20}, {"customer:1", start + day * 2, "EUR", 5.5}, {"customer:2", start + day * 8, "EUR", 10}, {"customer:3", start + day, "USD", 1}, {"customer:9", start + day, "EUR", 7}},
                           arena);
  const Value cart = all["cart"];
  CHECK(cart["customers"].integer() == 3);
  CHECK(cart["ordered"].integer() == 2);
  CHECK(cart["revenue"]["EUR"].number_or(0) == 25.5);
  CHECK(cart["revenue"]["USD"].number_or(0) == 1);
  CHECK(cart["conversion"].number_or(0) == Approx(2.0 / 3));
}
