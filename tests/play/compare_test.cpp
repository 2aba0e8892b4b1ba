#include "base/hash.h"
#include "play/compare.h"
#include "support.h"

#include <filesystem>

using namespace shopbell;
using namespace shopbell::play;

namespace {

const std::string thanks = "workflow: thanks\non: order.placed\nsteps:\n  - email: { subject: thanks, text: hello, to: \"{{ customer.email }}\" }\n";
const std::string large_alone = "workflow: thanks\non: order.placed\nif: order.total > 100.0\nsteps:\n  - email: { subject: thanks, text: hello, to: \"{{ customer.email }}\" }\n";

/// A shop in a folder with one workflow, and a log of two orders beside it.
struct Place {
  test::TempDir dir;

  std::string shop(const std::string& name, const std::string& yaml) const {
    const std::string folder = dir.path() + "/" + name;
    std::filesystem::create_directories(folder + "/workflows");
    std::ofstream(folder + "/shopbell.yaml") << "shop: demo\nname: Demo\nurl: https://demo.example\n";
    std::ofstream(folder + "/workflows/thanks.yaml") << yaml;
    return folder;
  }
  std::string log() const {
    const std::string file = dir.path() + "/log.jsonl";
    std::ofstream(file) << line_of("1", "2026-01-01T10:00:00Z", "order.placed", R"({"customer":{"id":1,"email":"a@example.com"},"order":{"id":1,"total":40.0}})")
                        << line_of("2", "2026-01-01T11:00:00Z", "order.placed", R"({"customer":{"id":2,"email":"b@example.com"},"order":{"id":2,"total":400.0}})");
    return file;
  }
};

Candidate loaded(const std::string& name, const std::string& folder) {
  auto read = load_candidate(name, folder);
  for (const Diagnostic& d : read.diagnostics) UNSCOPED_INFO(to_text(d));
  REQUIRE(read.value);
  return std::move(*read.value);
}

}  // namespace

TEST_CASE("two versions of a shop are compared over its log in one call, and what is found outlives them") {
  const Place place;
  Findings found;
  {
    const Candidate now = loaded("the edit", place.shop("edit", large_alone)), before = loaded("as it is", place.shop("shop", thanks));
    Question question;
    question.logs = {place.log()};
    found = compare({&now, &before}, question).value();
  }
  const auto json = parse_json_document(to_json(found));
  INFO(to_json(found));
  CHECK(json->root().at_path("now.name").text() == "the edit");
  CHECK(json->root().at_path("now.messages").integer() == 1);
  CHECK(json->root().at_path("against.messages").integer() == 2);
  CHECK(json->root().at_path("customers.fewer").integer() == 1);
  CHECK(json->root().at_path("changes").items()[0]["customer"].text() == "customer:1");
  CHECK(json->root().at_path("log.cut").is_null());
}

TEST_CASE("a backtest can be cancelled, and a bound that is reached is told with what was found until then") {
  const Place place;
  const Candidate now = loaded("now", place.shop("shop", thanks));
  Question question;
  // Four logs of one stretch each would be one; a second file is a stretch of its own.
  question.logs = {place.dir.path() + "/logs"};
  std::filesystem::create_directories(place.dir.path() + "/logs");
  std::filesystem::copy_file(place.log(), place.dir.path() + "/logs/2026-01-01.1.jsonl");
  std::ofstream(place.dir.path() + "/logs/2026-01-02.1.jsonl")
      << line_of("3", "2026-01-02T10:00:00Z", "order.placed", R"({"customer":{"id":3,"email":"c@example.com"},"order":{"id":3,"total":40.0}})");
  SECTION("nothing stops it") {
    std::uint64_t bytes = 0, all = 0;
    question.bounds.go_on = [&](const Progress& progress) { return bytes = progress.bytes, all = progress.bytes_all, true; };
    CHECK(compare({&now}, question)->log.events == 3);
    CHECK(bytes > 0);
    CHECK(bytes == all);
  }
  SECTION("somebody cancels it") {
    question.bounds.go_on = [](const Progress& progress) { return progress.log.events < 2; };
    CHECK(compare({&now}, question).error().code == "cancelled");
  }
  SECTION("its time is over") {
    question.bounds.until = std::chrono::steady_clock::time_point::min();
    const auto found = compare({&now}, question);
    CHECK(found->log.cut == "time");
    CHECK(found->log.events == 2);
    CHECK(found->versions[0].messages == 2);
  }
  SECTION("it has met too many customers") {
    question.bounds.subjects_max = 1;
    CHECK(compare({&now}, question)->log.cut == "subjects");
  }
}

TEST_CASE("what a person answered is played, and is no message of a workflow") {
  const Place place;
  const Candidate now = loaded("now", place.shop("shop", thanks));
  const auto command = [](const std::string& id, const std::string& at, const std::string& rest) {
    return line_of(id, at, "conversation.command", R"({"conversation":{"id":"c1","channel":"log"},"command":{"by":"ana",)" + rest + "}}", "customer:1");
  };
  const std::string before = line_of("1", "2026-01-01T10:00:00Z", "message.received", R"({"customer":{"id":1},"message":{"id":"m1","channel":"log","from":"1","text":"hello","conversation":"c1"}})") +
                             command("2", "2026-01-01T10:01:00Z", R"("do":"takeover","agent":"ana","epoch":1)");
  const auto inputs_of = [&](const std::string& log) {
    Question question;
    question.logs = {place.dir.path() + "/log.jsonl"};
    std::ofstream(question.logs[0]) << log;
    const auto found = compare({&now}, question);
    REQUIRE(found);
    CHECK(found->versions[0].messages == 0);
    CHECK(found->versions[0].tally.by_channel.empty());
    return found->versions[0].tally.inputs;
  };
  const std::uint64_t without = inputs_of(before);
  const std::string seen = id_of({"message", "shopify/s", "1"});
  CHECK(inputs_of(before + command("3", "2026-01-01T10:02:00Z", R"("do":"reply","text":"I look into it","epoch":2,"last_seen":")" + seen + '"')) == without + 2);  // and its call is answered
}

TEST_CASE("a folder with mistakes is no candidate, and workflows can be left alone that are there") {
  const Place place;
  const auto broken = load_candidate("now", place.shop("broken", "workflow: thanks\non: order.placed\nif: order.totl > 1\nsteps: []\n"));
  CHECK_FALSE(broken.value);
  CHECK_FALSE(broken.diagnostics.empty());
  Candidate now = loaded("now", place.shop("shop", thanks));
  CHECK(keep_only({"nobody"}, {&now}).error().code == "no_such_workflow");
  REQUIRE(keep_only({"thanks"}, {&now}));
  CHECK(now.workflows->all().size() == 1);
}
