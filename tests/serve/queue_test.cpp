// Who is turned away when the queue is full: those that come again, before those that send only once.

#include "serve/shard.h"

#include "support/catch.h"

#include <filesystem>

using namespace shopbell;

namespace {

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "shopbell-queue-XXXXXX").string();
  Folder() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

Job job(bool comes_again, std::size_t events = 1) {
  Job made;
  made.comes_again = comes_again;
  for (std::size_t i = 0; i < events; ++i) made.entries.push_back({"shop", {{}, Due{}}, {}, {}});
  return made;
}

}  // namespace

TEST_CASE("room in the queue is kept for a platform that sends only once") {
  const Folder folder;
  auto store = Store::open(folder.path);
  REQUIRE(store);
  Metrics metrics;
  ShardLimits limits;
  limits.queue_events_max = 8;
  limits.kept_events = 2;
  Shard shard(std::move(*store), std::make_shared<const Workflows>(), limits, metrics, {});  // takes no turns
  const auto offer = [&](bool comes_again, std::size_t events = 1) {
    Job one = job(comes_again, events);
    return shard.offer(one);
  };
  for (int i = 0; i < 6; ++i) CHECK(offer(true));
  CHECK_FALSE(offer(true));
  CHECK_FALSE(offer(false, 3));
  CHECK(offer(false));
  CHECK_FALSE(offer(true));
  CHECK(offer(false));
  CHECK_FALSE(offer(false));
}
