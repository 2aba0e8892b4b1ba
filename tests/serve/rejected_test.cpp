// Refused requests are kept within bounds, and go when they are too old or name somebody who is to be forgotten.

#include "serve/rejected.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temp_dir.h"

#include <algorithm>
#include <fstream>

using namespace shopbell;

namespace {

constexpr Time start{Millis{1'700'000'000'000}};

RejectedRequest request(std::string body, Time at = start) { return {0, at, "store", "bad_signature", "it is not signed right", {}, "X-Signature: abc\n", std::move(body), true}; }

std::size_t kept(Rejected& rejected, Time now = start) { return rejected.list("store", 0, 1000, now)->size(); }

}  // namespace

TEST_CASE("of what anybody can send a bounded number is kept, and of a long one the reason alone") {
  const test::TempDir folder;
  const auto rejected = Rejected::open(folder.path());
  REQUIRE(rejected);
  for (std::size_t i = 0; i < rejected_a_minute_max + 10; ++i) (*rejected)->keep(request("{}"));
  CHECK(eventually([&] { return kept(**rejected) == rejected_a_minute_max; }));
  for (std::size_t minute = 1; minute < 7; ++minute) {
    for (std::size_t i = 0; i < rejected_a_minute_max; ++i) (*rejected)->keep(request("{}", start + Millis{60'000} * static_cast<std::int64_t>(minute)));
    CHECK(eventually([&] { return kept(**rejected) == std::min(rejected_max, (minute + 1) * rejected_a_minute_max); }));
  }
  (*rejected)->keep(request(std::string(rejected_body_bytes_max + 1, 'x'), start + Millis{3'600'000}));
  CHECK(eventually([&] {
    const auto newest = (*rejected)->list("store", 0, 1, start);
    return newest->size() == 1 && !newest->front().whole && newest->front().body.empty();
  }));
  CHECK((*rejected)->list("another", 0, 10, start)->empty());
  CHECK(kept(**rejected, start + Millis{3'600'000} + rejected_kept + Millis{1}) == 0);
}

TEST_CASE("a refused request that names somebody goes with an erasure, and is nowhere in the file") {
  const test::TempDir folder;
  const auto rejected = Rejected::open(folder.path());
  REQUIRE(rejected);
  (*rejected)->keep(request(R"({"email":"Eve@Example.com"})"));
  (*rejected)->keep(request(R"({"email":"ada@example.com"})"));
  CHECK(eventually([&] { return kept(**rejected) == 2; }));
  REQUIRE((*rejected)->forget(Person{{"customer:7"}, {"eve@example.com"}, {}}));
  const auto left = (*rejected)->list("store", 0, 10, start);
  REQUIRE(left->size() == 1);
  CHECK(left->front().body == R"({"email":"ada@example.com"})");
  CHECK(left->front().headers == "X-Signature: abc\n");
  (*rejected)->stop();
  std::ifstream file(folder.path() + "/rejected.db", std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}).find("Eve@Example.com") == std::string::npos);
}
