#include "base/diagnostic.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/known_name.h"
#include "base/shape.h"
#include "base/time.h"
#include "support/catch.h"

#include <atomic>
#include <thread>

using namespace shopbell;

TEST_CASE("a map finds its members by name, few or many") {
  Arena arena;
  for (const int count : {0, 1, 8, 9, 100, 3000}) {
    MapBuilder builder(arena);
    for (int i = 0; i < count; ++i) builder.add(arena.copy("key" + std::to_string(i)), i);
    const Value map = builder.build();
    REQUIRE(map.size() == static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      const std::string key = "key" + std::to_string(i);
      REQUIRE(map.find(key) != nullptr);
      CHECK(map.find(key, key_hash(key))->integer() == i);
      CHECK(map.find_key(Value(key))->integer() == i);
    }
    CHECK(map.find("absent") == nullptr);
  }
}

TEST_CASE("a name that stands twice keeps its first place and its last value") {
  Arena arena;
  for (const int others : {1, 20}) {
    MapBuilder builder(arena);
    builder.add("a", 1);
    for (int i = 0; i < others; ++i) builder.add(arena.copy("k" + std::to_string(i)), i);
    const Value map = builder.add("a", 2).build();
    CHECK(map.size() == static_cast<std::size_t>(others) + 1);
    CHECK(map.members()[0].key.text() == "a");
    CHECK(map["a"].integer() == 2);
  }
}

TEST_CASE("JSON comes back as it went in") {
  Arena arena;
  const auto text = GENERATE(as<std::string>{}, R"(null)", R"([1,-2,18446744073709551615,1.5,3.0,true,false])",
                             R"({"a":{"b":["x\n\"\\é😀"]},"":{}})", R"("\u007f")", R"([])", R"(1e+300)");
  const auto v = parse_json(text, arena);
  REQUIRE(v);
  CHECK(to_json(*v) == text);
}

TEST_CASE("what is not JSON is refused with a reason") {
  Arena arena;
  const auto text = GENERATE(as<std::string>{}, "", "{", "[1,]", "{\"a\":1,}", "nul", "\"\xff\"", "1 2", "\"a\nb\"", "[01]");
  const auto v = parse_json(text, arena);
  REQUIRE_FALSE(v);
  CHECK(v.error().code == "bad_json");
}

TEST_CASE("JSON deeper than its limit is refused, not followed") {
  Arena arena;
  CHECK(parse_json(std::string(90, '[') + std::string(90, ']'), arena));
  CHECK_FALSE(parse_json(std::string(100'000, '[') + std::string(100'000, ']'), arena));
}

TEST_CASE("a document outlives what it was made from") {
  Document kept;
  {
    Arena arena;
    kept = Document(*parse_json(R"({"order":{"total":12.5,"tags":["a","b"]}})", arena));
  }
  CHECK(kept->at_path("order.total").real() == 12.5);
  CHECK(kept->at_path("order.tags").items()[1].text() == "b");
  CHECK(kept->at_path("order.none.deeper").is_null());
}

TEST_CASE("durations are read in every form the language names") {
  struct Case { const char* text; std::int64_t ms; };
  const auto c = GENERATE(values<Case>({{"90s", 90'000}, {"15m", 900'000}, {"1h30m", 5'400'000}, {"7d", 604'800'000},
                                        {"2w", 1'209'600'000}, {"250ms", 250}, {"P1DT2H", 93'600'000}, {"PT5M", 300'000}, {"0s", 0}}));
  REQUIRE(parse_duration(c.text));
  CHECK(parse_duration(c.text)->count() == c.ms);
}

TEST_CASE("what is not a duration is refused with a hint") {
  const auto text = GENERATE(as<std::string>{}, "", "5", "h", "-1h", "1x", "30m1h", "1h 30m", "P", "PT", "P1DT", "99999999d", "1.5h");
  const auto d = parse_duration(text);
  REQUIRE_FALSE(d);
  CHECK(d.error().hint.find("1h30m") != std::string::npos);
}

TEST_CASE("durations are written as short as they can be") {
  CHECK(format_duration(Millis{5'400'000}) == "1h30m");
  CHECK(format_duration(Millis{0}) == "0s");
  CHECK(format_duration(Millis{86'400'250}) == "1d250ms");
}

TEST_CASE("RFC 3339 instants are read and written") {
  CHECK(format_rfc3339(*parse_time("2026-11-21T21:27:34+01:00")) == "2026-11-21T20:27:34Z");
  CHECK(format_rfc3339(*parse_time("1969-12-31T23:59:59.25Z")) == "1969-12-31T23:59:59.25Z");
  CHECK_FALSE(parse_time("2026-02-30T00:00:00Z"));
  CHECK_FALSE(parse_time("2026-02-20T00:00:00"));
  CHECK_FALSE(parse_time("2026-02-20T25:00:00Z"));
}

TEST_CASE("base64 is read and written") {
  CHECK(to_base64("hello") == "aGVsbG8=");
  CHECK(*from_base64("aGVsbG8=") == "hello");
  CHECK(*from_base64("aGVsbG8") == "hello");
  CHECK(to_base64("").empty());
  CHECK(from_base64("")->empty());
  CHECK_FALSE(from_base64("a"));
  CHECK_FALSE(from_base64("a*=="));
}

TEST_CASE("ids depend on where one part of the cause ends") {
  CHECK(id_of({"ab", "c"}) != id_of({"a", "bc"}));
  CHECK(id_of({"ab", "c"}).size() == 32);
}

TEST_CASE("a mistake is shown with its line, a caret and a hint") {
  const std::string source = "a: 1\nif: órder.totl > 3\n";
  const auto at = static_cast<std::uint32_t>(source.find("totl"));
  const Diagnostic d = diagnostic_at("w.yaml", source, at, {"unknown_field", "no field totl", "did you mean total?", 0, 4});
  CHECK(to_text(d) ==
        "w.yaml:2:11: error: no field totl\n"
        "    2 | if: órder.totl > 3\n"
        "      |           ^~~~\n"
        "      = did you mean total?\n");
}

TEST_CASE("the nearest name is meant, a far one is not") {
  const std::vector<std::string_view> names{"order", "customer", "stop_on", "steps"};
  CHECK(did_you_mean("setps", names) == "did you mean steps?");
  CHECK(did_you_mean("Order", names) == "did you mean order?");
  CHECK(did_you_mean("zebra", names).empty());
}

TEST_CASE("a text of any length comes back from JSON, wherever in it a character stands that must be escaped") {
  for (std::size_t size = 0; size < 40; ++size) {
    for (std::size_t at = 0; at <= size; ++at) {
      std::string text(size, 'x');
      if (at < size) text[at] = at % 2 == 0 ? '"' : '\x01';
      Arena arena;
      const std::string json = to_json(make_map(arena, {{text, Value(text)}}));
      const auto read = parse_json_document(json);
      REQUIRE(read);
      CHECK(read->root()[text].text_or("none") == text);
    }
  }
}

TEST_CASE("a name that is known before is found wherever it stands, and when it stands elsewhere the next time") {
  const KnownName name("wanted_name");
  const auto map_of = [](Arena& arena, std::size_t before, std::size_t behind) {
    MapBuilder map(arena);
    for (std::size_t i = 0; i < before + behind; ++i) {
      if (i == before) map.add("wanted_name", 7);
      map.add(arena.copy("wanted_nam" + std::to_string(i)), 0);
    }
    return map.build();
  };
  for (const std::size_t before : {0U, 3U, 20U, 20U, 1U, 0U}) {
    Arena arena;
    const Value map = map_of(arena, before, 9);
    REQUIRE(name.find_in(map) != nullptr);
    CHECK(name.find_in(map)->integer_or(0) == 7);
  }
  Arena arena;
  CHECK(name.find_in(make_map(arena, {{"wanted_nama", 1}})) == nullptr);
  CHECK(name.find_in(make_map(arena, {})) == nullptr);
  CHECK(name.find_in(Value("wanted_name")) == nullptr);
}

TEST_CASE("a body whose maps have known shapes is read like any other") {
  const auto body_of = [](const char* ninth, const char* tenth, bool more) {
    std::string body = "{";
    for (int i = 0; i < 8; ++i) body += "\"name_" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    return body + "\"" + ninth + "\":8,\"" + tenth + "\":9" + (more ? ",\"last\":10}" : "}");
  };
  const KnownName known("name_9"), gone("gone");
  const std::string bodies[] = {body_of("name_8", "name_9", false), body_of("name_8", "name_9", false), body_of("name_9", "name_8", false),
                                body_of("name_8", "name_8", false), body_of("name_0", "name_9", true), body_of("name_8", "nbme_9", false),
                                body_of("gone", "name_9", false),   body_of("name_8", "name_9", true),  body_of("name_8", "name_9", false)};
  for (int round = 0; round < 3; ++round)
    for (const std::string& body : bodies) {
      INFO(body);
      Arena arena;
      const auto plain = parse_json(body, arena), shaped = parse_body(body, arena);
      REQUIRE(shaped);
      CHECK(to_json(*shaped) == to_json(*plain));
      for (const Member& m : plain->members()) CHECK((*shaped)[m.key.text()].integer_or(-1) == m.value.integer_or(-2));
      for (const KnownName* name : {&known, &gone}) {
        const Value* there = name->find_in(*plain);
        const Value* found = name->find_in(*shaped);
        REQUIRE((found == nullptr) == (there == nullptr));
        if (found != nullptr) CHECK(found->integer_or(-1) == there->integer_or(-2));
      }
    }
}

TEST_CASE("more shapes than are kept are read all the same, on any thread") {
  const auto read_all = [](std::atomic<int>& wrong) {
    for (std::size_t i = 0; i < 2 * shapes_max; ++i) {
      Arena arena;
      const std::string name = "name_" + std::to_string(i);
      std::string body = "{\"" + name + "\":1";
      for (int k = 0; k < 9; ++k) body += ",\"k" + std::to_string(k) + "\":2";
      const auto read = parse_body(body + "}", arena);
      wrong += !read || (*read)[name].integer_or(0) != 1 || (*read)["k8"].integer_or(0) != 2 || read->size() != 10;
    }
  };
  std::atomic<int> wrong{0};
  std::thread other([&] { read_all(wrong); });
  read_all(wrong);
  other.join();
  CHECK(wrong == 0);
}

TEST_CASE("a map of distinct names is one like any other") {
  for (const std::size_t size : {1U, 8U, 9U, 40U}) {
    Arena arena;
    Member* members = arena.make<Member>(size);
    std::vector<std::uint32_t> hashes;
    for (std::size_t i = 0; i < size; ++i) {
      members[i] = {Value(arena.copy("name" + std::to_string(i))), Value(static_cast<std::int64_t>(i))};
      hashes.push_back(key_hash(members[i].key.text()));
    }
    const Value map = adopt_distinct(arena, {members, size}, hashes);
    CHECK(same(map, freeze_map(arena, {members, size})));
    for (std::size_t i = 0; i < size; ++i) CHECK(map["name" + std::to_string(i)].integer_or(-1) == static_cast<std::int64_t>(i));
    CHECK(map.find("name") == nullptr);
  }
}
