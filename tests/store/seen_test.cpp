// For how long an event is known to have been had.

#include "store/support.h"

using namespace shopbell;
using namespace shopbell::testing;

namespace {

constexpr std::int64_t day = 24 * 3600;

std::uint64_t seen(Store& store, const std::string& id) {
  return value_of(store.load({}, {event_digest("shop", id)})).seen[0];
}

void commit(Store& store, const std::string& id, std::int64_t when) {
  Batch batch = next(store, {event(id)}, at(when));
  for (InputRow& row : batch.inputs) row.at = at(when);
  REQUIRE(store.commit(batch) == Committed::done);
}

}  // namespace

TEST_CASE("an event is the same for thirty days; after that it is a new one, and known from then on") {
  const bool reopens = GENERATE(false, true);
  const Folder folder;
  auto store = open_or_throw(folder.path());
  const auto pass = [&] {
    if (!reopens) return;
    store.reset();
    store = open_or_throw(folder.path());
  };
  commit(*store, "a", 0);
  commit(*store, "b", 30 * day);
  pass();
  CHECK(seen(*store, "a") == 1);
  commit(*store, "c", 30 * day + 1);
  CHECK(seen(*store, "a") == 0);
  commit(*store, "a", 30 * day + 2);
  pass();
  CHECK(seen(*store, "a") == 4);
  for (int i = 0; i < 300; ++i) commit(*store, "more" + std::to_string(i), 31 * day);
  pass();
  CHECK(seen(*store, "a") == 4);
  CHECK(seen(*store, "b") == 2);
  commit(*store, "d", 61 * day);
  CHECK(seen(*store, "a") == 0);
}
