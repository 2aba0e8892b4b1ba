#include "intake/cloudevent.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

const Time received = from_ms(1'800'000'000'000);  // 2027-01-15T08:00:00Z

/// A good event with members replaced or added.
std::string event_with(const std::string& more) {
  return R"({"specversion":"1.0","id":"e1","source":"api/erp","type":"order.placed")" +
         (more.empty() ? "" : "," + more) + "}";
}

Result<Taken> read(const std::string& json, Arena& arena) { return read_event(json, received, arena); }

std::string subject_of(const std::string& data) {
  Arena arena;
  return std::string(subject_of_data(*parse_json(data, arena), arena));
}

}  // namespace

TEST_CASE("an event is read with all that it says") {
  Arena arena;
  const auto taken = read(
      event_with(R"("time":"2026-11-21T21:27:34.5+01:00","subject":"order:9","data":{"order":{"id":9}})"), arena);
  REQUIRE(taken);
  CHECK(taken->event.id == "e1");
  CHECK(taken->event.source == "api/erp");
  CHECK(taken->event.type == "order.placed");
  CHECK(taken->event.subject == "order:9");
  CHECK(format_rfc3339(taken->event.at) == "2026-11-21T20:27:34.5Z");
  CHECK(to_json(taken->event.data) == R"({"order":{"id":9}})");
  CHECK(
      taken->line ==
      R"({"specversion":"1.0","id":"e1","source":"api/erp","type":"order.placed","subject":"order:9","time":"2026-11-21T20:27:34.5Z","received":"2027-01-15T08:00:00Z","data":{"order":{"id":9}}})");
}

TEST_CASE("an event's numbers and times are of the types that its schema gives them") {
  Arena arena;
  const auto taken = read(event_with(R"("data":{"order":{"id":9,"total":40,"placed_at":"2026-11-21T21:27:34+01:00","items":[{"price":2,"quantity":3}],)"
                                     R"("own":{"total":1}},"else":{"total":40}})"), arena);
  REQUIRE(taken);
  const Value order = taken->event.data["order"];
  CHECK(order["total"].is(Kind::real));
  CHECK(order["placed_at"].is(Kind::timestamp));
  CHECK(order["items"].items()[0]["price"].is(Kind::real));
  CHECK(order["items"].items()[0]["quantity"].is(Kind::integer));
  CHECK(order["own"]["total"].is(Kind::integer));
  CHECK(taken->event.data["else"]["total"].is(Kind::integer));
  CHECK(to_json(order) == R"({"id":9,"total":40.0,"placed_at":"2026-11-21T20:27:34Z","items":[{"price":2.0,"quantity":3}],"own":{"total":1}})");
}

TEST_CASE("an event without time, subject and data happened when it came, to the shop") {
  Arena arena;
  for (const char* more : {"", R"("time":null,"subject":null,"data":null)"}) {
    INFO(more);
    const auto taken = read(event_with(more), arena);
    REQUIRE(taken);
    CHECK(taken->event.at == received);
    CHECK(taken->event.subject == "shop");
    CHECK(taken->event.data.is(Kind::map));
    CHECK(taken->event.data.size() == 0);
  }
}

TEST_CASE("a line of the log reads back as the event that was written") {
  Arena arena;
  const auto taken = read(
      event_with(
          R"("data":{"customer":{"email":"Ann@Example.com"},"text":"a\nb\u0000\u2028\"","n":[1,2.5,3.0,null,18446744073709551615]})"),
      arena);
  REQUIRE(taken);
  CHECK(taken->line.find('\n') == std::string::npos);
  Arena other;
  const auto again = read_line(taken->line, other);
  REQUIRE(again);
  CHECK(again->id == taken->event.id);
  CHECK(again->source == taken->event.source);
  CHECK(again->type == taken->event.type);
  CHECK(again->subject == "customer:ann@example.com");
  CHECK(again->at == taken->event.at);
  CHECK(same(again->data, taken->event.data));
}

TEST_CASE("a line carries a raw body as it was sent") {
  Arena arena;
  auto taken = read(event_with(R"("data":{"order":{"id":9},"raw":{"total":1.5}})"), arena);
  REQUIRE(taken);
  std::string line;
  append_line(line, taken->event, received, R"({"total":1.50})");
  CHECK(line.ends_with(R"("data":{"order":{"id":9},"raw":{"total":1.50}}})"));
}

TEST_CASE("what is no event is refused, and the message says what is wrong") {
  const auto [json, code, message] = GENERATE(table<std::string, std::string, std::string>({
      {R"({"id":"e1","source":"s","type":"t"})", "bad_event", "`specversion` is not \"1.0\""},
      {R"({"specversion":"0.3","id":"e1","source":"s","type":"t"})", "bad_event", "`specversion` is not \"1.0\""},
      {R"({"specversion":1.0,"id":"e1","source":"s","type":"t"})", "bad_event", "`specversion` is not \"1.0\""},
      {R"({"specversion":"1.0","source":"s","type":"t"})", "bad_event", "`id` is missing"},
      {R"({"specversion":"1.0","id":null,"source":"s","type":"t"})", "bad_event", "`id` is missing"},
      {R"({"specversion":"1.0","id":7,"source":"s","type":"t"})", "bad_event", "`id` is no text"},
      {R"({"specversion":"1.0","id":"","source":"s","type":"t"})", "bad_event", "`id` is empty"},
      {R"({"specversion":"1.0","id":"a\u0000b","source":"s","type":"t"})", "bad_event",
       "`id` has a control character in it"},
      {R"({"specversion":"1.0","id":"e1","source":"","type":"t"})", "bad_event", "`source` is empty"},
      {R"({"specversion":"1.0","id":"e1","source":"s"})", "bad_event", "`type` is missing"},
      {event_with(R"("subject":"")"), "bad_event", "`subject` is empty"},
      {event_with(R"("time":"yesterday")"), "bad_event", "`time` is no RFC 3339 time"},
      {event_with(R"("time":"2026-02-30T00:00:00Z")"), "bad_event", "`time` is no RFC 3339 time"},
      {event_with(R"("time":1700000000)"), "bad_event", "`time` is no text"},
      {event_with(R"("data":[1])"), "bad_event", "`data` is no JSON object"},
      {event_with(R"("data":"x")"), "bad_event", "`data` is no JSON object"},
      {event_with(R"("data_base64":"e30=")"), "bad_event", "`data_base64` is not taken: `data` is a JSON object"},
      {event_with(R"("Subject":"x")"), "bad_event",
       "\"Subject\" is no name of an attribute: lower-case letters and digits"},
      {"[]", "bad_event", "an event is a JSON object"},
      {"null", "bad_event", "an event is a JSON object"},
  }));
  INFO(json);
  Arena arena;
  const auto taken = read(json, arena);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == code);
  CHECK(taken.error().message == message);
  CHECK(http_status(taken.error()) == 422);
}

TEST_CASE("what is no JSON is a bad request") {
  for (const char* json : {"", "{", "{\"id\":\"\xff\"}", "{\"id\":\"a\x01\"}", "{} {}", "{\"id\":1e400}", "\xef\xbb"}) {
    INFO(json);
    Arena arena;
    const auto taken = read(json, arena);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == "bad_json");
    CHECK(http_status(taken.error()) == 400);
  }
}

TEST_CASE("extension attributes are allowed") {
  Arena arena;
  CHECK(read(event_with(R"("traceparent":"00-1","datacontenttype":"application/json","dataschema":"x:y","n1":7)"),
             arena));
}

TEST_CASE("limits hold at their figure and not above it") {
  struct Case {
    const char* name;
    std::size_t max;
  };
  const Case c = GENERATE(Case{"id", event_id_bytes_max}, Case{"source", event_source_bytes_max},
                          Case{"type", event_type_bytes_max}, Case{"subject", event_subject_bytes_max});
  INFO(c.name);
  const auto read_with = [&](std::size_t bytes) {
    Arena arena;
    return bool(read(event_with("\"" + std::string(c.name) + "\":\"" + std::string(bytes, 'x') + "\""), arena));
  };
  CHECK(read_with(c.max));
  CHECK_FALSE(read_with(c.max + 1));
}

TEST_CASE("data may be nested so deep that the records around it can still be read, and no deeper") {
  const auto nested = [](std::size_t depth) {
    return event_with("\"data\":{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}");
  };
  Arena arena;
  CHECK(read(nested(event_depth_max), arena));
  const auto deeper = read(nested(event_depth_max + 1), arena);
  REQUIRE_FALSE(deeper);
  CHECK(deeper.error().code == "bad_event");
}

TEST_CASE("an event larger than a line may be is too large") {
  Arena arena;
  CHECK(read(event_with("\"data\":{\"t\":\"" + std::string(event_bytes_max - 500, 'x') + "\"}"), arena));
  const auto taken = read(event_with("\"data\":{\"t\":\"" + std::string(event_bytes_max, 'x') + "\"}"), arena);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == "event_too_large");
  CHECK(http_status(taken.error()) == 413);
}

TEST_CASE("a batch is an array, or one event, and is taken whole or not at all") {
  Arena arena;
  const std::string good = event_with("");
  CHECK(read_batch(good, received, arena)->size() == 1);
  CHECK(read_batch("[]", received, arena)->empty());
  CHECK(read_batch("[" + good + "," + event_with("\"id\":\"e2\"") + "]", received, arena)->size() == 2);
  const auto bad = read_batch("[" + good + ",7]", received, arena);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().message == "event 2: an event is a JSON object");
}

TEST_CASE("lines are events, empty ones are none, and a bad one is named by its number") {
  Arena arena;
  const std::string good = event_with("");
  const auto taken = read_lines(good + "\r\n\n  \n" + event_with("\"id\":\"e2\""), received, arena);
  REQUIRE(taken);
  REQUIRE(taken->size() == 2);
  CHECK(taken->at(1).event.id == "e2");
  const auto bad = read_lines(good + "\n\n{\n", received, arena);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().code == "bad_json");
  CHECK(bad.error().message.starts_with("line 3: "));
  CHECK(read_lines("", received, arena)->empty());
}

TEST_CASE("a batch has a limit, as lines have") {
  Arena arena;
  std::string array = "[", lines;
  for (std::size_t i = 0; i <= events_max; ++i) {
    array += (i > 0 ? "," : "") + event_with("");
    lines += event_with("") + "\n";
  }
  CHECK(read_batch(array + "]", received, arena).error().code == "too_many_events");
  CHECK(read_lines(lines, received, arena).error().code == "too_many_events");
  lines.resize(lines.size() - event_with("").size() - 1);
  CHECK(read_lines(lines, received, arena)->size() == events_max);
}

TEST_CASE("who an event is about is found in its nouns") {
  const auto [data, subject] = GENERATE(table<std::string, std::string>({
      {R"({"customer":{"id":7,"email":"a@example.com"},"order":{"id":1}})", "customer:7"},
      {R"({"customer":{"id":"c-7"}})", "customer:c-7"},
      {R"({"customer":{"id":null,"email":" Ann@Example.COM "},"order":{"id":1}})", "customer:ann@example.com"},
      {R"({"customer":{"id":"","email":""},"order":{"id":1}})", "order:1"},
      {R"({"message":{"from":"+34600"},"order":{"id":1}})", "customer:+34600"},
      {R"({"conversation":{"from":"Ann@example.com"}})", "customer:ann@example.com"},
      {R"({"order":{"id":18446744073709551615},"product":{"id":9}})", "order:18446744073709551615"},
      {R"({"product":{"id":9}})", "product:9"},
      {R"({"message":{"from":"U7"}})", "customer:U7"},
      {R"({"cart":{"id":"c1"},"product":{"id":9}})", "cart:c1"},
      {R"({"checkout":{"cart_token":"c1","token":"t1"}})", "cart:c1"},
      {R"({"checkout":{"token":"t1"}})", "checkout:t1"},
      {R"({"customer":[],"order":{"id":{}},"product":{"id":1.5}})", "shop"},
      {"{}", "shop"},
  }));
  INFO(data);
  CHECK(subject_of(data) == subject);
}

TEST_CASE("the same source and id are the same event, whatever else differs") {
  Arena arena;
  const auto first = read(event_with(R"("data":{"a":1})"), arena);
  const auto again = read(event_with(R"("data":{"a":2},"time":"2026-01-01T00:00:00Z")"), arena);
  const auto other_id = read(event_with(R"("id":"e2")"), arena);
  const auto other_source = read(event_with(R"("source":"api/pos")"), arena);
  CHECK(first->digest.size() == 16);
  CHECK(first->digest == again->digest);
  CHECK(first->digest != other_id->digest);
  CHECK(first->digest != other_source->digest);
  // Written down in the store: it must never change.
  CHECK(to_hex(event_digest("api/erp", "e1")) == to_hex(sha256({"api/erp", "e1"}).substr(0, 16)));
  CHECK(event_digest("a", "bc") != event_digest("ab", "c"));
}
