#include "scripted.h"

using namespace shopbell;

TEST_CASE("a handoff asks for a ticket in its queue") {
  Arena arena;
  const auto effects = decide_action(
      "handoff", R"({"queue":" care ","priority":"high","reason":"angry\n","note":"be kind"})", arena);
  REQUIRE(effects);
  REQUIRE(effects->ticket);
  CHECK(effects->ticket->queue == "care");
  CHECK(effects->ticket->priority == "high");
  CHECK(effects->ticket->reason == "angry");
  CHECK(effects->ticket->note == "be kind");
  CHECK(to_json(effects->output) == R"({"queue":"care","priority":"high"})");
}

TEST_CASE("a handoff whose queue renders to nothing fails, and an unset priority is normal") {
  Arena arena;
  const auto nowhere = decide_action("handoff", R"({"queue":" ","priority":null})", arena);
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == "no_queue");
  CHECK(decide_action("handoff", R"({"queue":"care","priority":null})", arena)->ticket->priority == "normal");
}

TEST_CASE("tags are given and taken without blanks around them, and empty ones do not count") {
  Arena arena;
  const auto effects = decide_action("tag", R"({"add":["vip "," ","new"],"remove":["old"]})", arena);
  REQUIRE(effects);
  CHECK(effects->tags_added == std::vector<std::string>{"vip", "new"});
  CHECK(effects->tags_removed == std::vector<std::string>{"old"});
}

TEST_CASE("a tag longer than 255 bytes is refused, one of 255 is not") {
  Arena arena;
  const auto tagged = [&](std::size_t bytes) {
    return decide_action("tag", R"({"add":[")" + std::string(bytes, 'x') + R"("]})", arena);
  };
  CHECK(tagged(255));
  REQUIRE_FALSE(tagged(256));
  CHECK(tagged(256).error().code == "bad_tag");
}

TEST_CASE("a note goes into the run's notes, an empty one does not") {
  Arena arena;
  CHECK(decide_action("note", R"({"text":"third complaint\n"})", arena)->notes ==
        std::vector<std::string>{"third complaint"});
  CHECK(decide_action("note", R"({"text":"\n"})", arena)->notes.empty());
}

TEST_CASE("a customer's text cannot forge a second line of the log") {
  Arena arena;
  const auto effects = decide_action("log", R"({"text":"hello\r\n[error] forged\u001b[31m\n"})", arena);
  REQUIRE(effects);
  CHECK(effects->log == "hello  [error] forged [31m");
}
