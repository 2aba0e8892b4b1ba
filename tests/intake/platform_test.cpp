#include "load/embedded.h"
#include "support.h"

#include "base/json.h"
#include "intake/mapping.h"
#include "load/vocabulary.h"

#include <fstream>
#include <iterator>

using namespace shopbell;

namespace {

const std::string head = R"(platform: p
verify: { scheme: hmac_sha256, encoding: base64, signature: S }
topic: T
)";

/// What the data of the topic `t` becomes for a body.
std::string mapped(const std::string& yaml, const std::string& body) {
  const auto platform = platform_of(head + yaml);
  Arena arena;
  return to_json(
      map_body(platform->find_topic("t")->data, *parse_json(body, arena), *parse_json(body, arena), arena));
}

std::string mapped_field(const std::string& field, const std::string& body) {
  return mapped("topics: { t: { type: x.y, data: { f: " + field + " } } }\n", body);
}

}  // namespace

TEST_CASE("every platform that is part of the program reads without a mistake") {
  REQUIRE_FALSE(embedded_platforms().empty());
  for (const EmbeddedFile& file : embedded_platforms()) {
    const auto read = load_platform(std::string(file.name), std::string(file.text));
    for (const Diagnostic& d : read.diagnostics) UNSCOPED_INFO(to_text(d));
    REQUIRE(read.value);
    CHECK((*read.value)->name + ".yaml" == file.name);
    CHECK(find_platform((*read.value)->name) != nullptr);
  }
  CHECK(find_platform("amazon") == nullptr);
}

TEST_CASE("the platform file that the README shows reads without a mistake") {
  std::ifstream in(SHOPBELL_SOURCE_DIR "/workflows/platforms/README.md");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t from = text.find("```yaml\n") + 8;
  REQUIRE(from > 8);
  platform_of(text.substr(from, text.find("```", from) - from));
}

TEST_CASE("a field is what its expression says, or is not there") {
  const auto [field, body, data] = GENERATE(table<std::string, std::string, std::string>({
      {"body.a", R"({"a":1})", R"({"f":1})"},
      {"body.a.b", R"({"a":{"b":"x"}})", R"({"f":"x"})"},
      {"body.a", R"({"a":null})", "null"},
      {"body.a.b", R"({"a":null})", "null"},
      {"body.a", "{}", "null"},
      {"'body.?a'", "{}", "null"},
      {"'body.?a'", R"({"a":[]})", R"({"f":[]})"},
      {"number(body.a)", R"({"a":"199.00"})", R"({"f":199.0})"},
      {"number(body.a)", R"({"a":" -1.5 "})", R"({"f":-1.5})"},
      {"number(body.a)", R"({"a":7})", R"({"f":7.0})"},
      {"number(body.a)", R"({"a":"7 EUR"})", "null"},
      {"number(body.a)", R"({"a":""})", "null"},
      {"number(body.a)", R"({"a":"inf"})", "null"},
      {"words(body.a)", R"({"a":"vip, new ,,"})", R"({"f":["vip","new"]})"},
      {"words(body.a)", R"({"a":""})", R"({"f":[]})"},
      {"words(body.a)", R"({"a":["x, y"]})", R"({"f":["x, y"]})"},
      {"words(body.a)", R"({"a":7})", "null"},
      {"sum(body.a)", R"({"a":[1,2]})", R"({"f":3})"},
      {"sum(body.a)", R"({"a":[1,0.5]})", R"({"f":1.5})"},
      {"sum(body.a)", R"({"a":[]})", R"({"f":0})"},
      {"sum(body.a)", R"({"a":["1"]})", "null"},
      {"time(body.a)", R"({"a":"2021-12-31T19:00:00-05:00"})", R"({"f":"2021-12-31T19:00:00-05:00"})"},
      {"time(body.a)", R"({"a":"2019-01-01"})", "null"},
      {"[body.a, body.b]", R"({"a":null,"b":2})", R"({"f":2})"},
      {"[body.a, body.b]", R"({"a":1,"b":2})", R"({"f":1})"},
      {"{ g: body.a, h: body.b }", R"({"b":2})", R"({"f":{"h":2}})"},
      {"{ g: body.a, h: body.b }", "{}", "null"},
  }));
  INFO(field << " of " << body);
  CHECK(mapped_field(field, body) == data);
}

TEST_CASE("a shape is used for a thing, for each of a list, and within another shape") {
  const std::string yaml = R"(shapes:
  item: { sku: it.sku, order: body.id }
  order: { id: it.id, items: { each: it.lines, shape: item } }
topics:
  t: { type: x.y, data: { order: { of: body, shape: order } } }
)";
  CHECK(mapped(yaml, R"({"id":1,"lines":[{"sku":"a"},{"sku":"b"}]})") ==
        R"({"order":{"id":1,"items":[{"sku":"a","order":1},{"sku":"b","order":1}]}})");
  CHECK(mapped(yaml, R"({"id":1,"lines":[]})") == R"({"order":{"id":1,"items":[]}})");
  CHECK(mapped(yaml, R"({"id":1,"lines":null})") == R"({"order":{"id":1}})");
  CHECK(mapped(yaml, "{}") == "null");
}

TEST_CASE("a list of a body is mapped up to a limit") {
  std::string body = R"({"l":[)";
  for (std::size_t i = 0; i <= mapped_items_max; ++i) body += i > 0 ? ",1" : "1";
  const auto platform = platform_of(head +
                                    "shapes: { one: { v: it } }\ntopics: { t: { type: x.y, data: { l: { "
                                    "each: body.l, shape: one } } } }\n");
  Arena arena;
  const Value data = map_body(platform->find_topic("t")->data, *parse_json(body + "]}", arena), {}, arena);
  CHECK(data["l"].size() == mapped_items_max);
}

TEST_CASE("mistakes in a platform file are shown where they stand, all at once") {
  const auto read = load_platform("p.yaml", R"(platform: p
verfy: { scheme: hmac_sha256 }
verify: { scheme: md5, encoding: base32, signature: S }
topic: T
shapes:
  order: { id: it.id, total: nunber(it.total), items: { each: it.lines, shape: item } }
topics:
  a: { typ: x.y, data: { order: { of: body, shape: ordr } } }
ignored:
  - { why: because, topics: [a] }
)");
  CHECK_FALSE(read.value);
  std::vector<std::pair<std::uint32_t, std::string>> found;
  for (const Diagnostic& d : read.diagnostics) found.emplace_back(d.line, d.message);
  const auto has = [&](std::uint32_t line, std::string_view part) {
    for (const auto& [at, message] : found)
      if (at == line && message.find(part) != std::string::npos) return true;
    return false;
  };
  for (const auto& [line, message] : found) UNSCOPED_INFO(line << ": " << message);
  CHECK(has(2, "verfy"));
  CHECK(has(3, "md5"));
  CHECK(has(3, "base32"));
  CHECK(has(6, "nunber"));
  CHECK(has(6, "\"item\""));
  CHECK(has(8, "typ"));
  CHECK(has(8, "\"ordr\""));
  CHECK(has(10, "stands twice"));
}

TEST_CASE("a platform file is checked against the schemas of the events that it makes") {
  const auto [topic, message] = GENERATE(table<std::string, std::string>({
      {"type: order.placd, data: { order: { id: body.id } }", "there is no event type order.placd"},
      {"type: order.placed, data: { oder: { id: body.id } }", "order.placed has no field oder"},
      {"type: order.placed, data: { order: { totl: body.id } }", "order has no field totl"},
      {"type: order.placed, data: { order: { items: 'size(body.l)' } }", "this is of type int"},
      {"type: order.placed, data: { order: { items_count: '[1]' } }", "this is of type list(int)"},
      {"type: order.placed, data: { order: { total: { a: body.a } } }", "this is a map"},
      {"type: order.placed, data: { order: { total: { each: body.l, shape: s } } }", "this is a list"},
      {"type: order.placed, data: { order: { items: { each: body.l, shape: s } } }",
       "item has no field made_up"},
  }));
  const auto read =
      load_platform("p.yaml", head + "shapes: { s: { made_up: it.x } }\ntopics: { t: { " + topic + " } }\n");
  INFO(topic);
  CHECK_FALSE(read.value);
  REQUIRE(read.diagnostics.size() == 1);
  INFO(read.diagnostics[0].message);
  CHECK(read.diagnostics[0].message.starts_with(message));
}

TEST_CASE("what a platform says becomes of the schema's type, or is left out") {
  const auto [field, body, data] = GENERATE(table<std::string, std::string, std::string>({
      {"total", R"("199.00")", "199.0"},
      {"total", "7", "7.0"},
      {"total", R"("7 EUR")", "null"},
      {"total", R"("")", "null"},
      {"total", "true", "null"},
      {"items_count", R"("3")", "3"},
      {"items_count", "3.0", "3"},
      {"items_count", "3.5", "null"},
      {"name", "1001", R"("1001")"},
      {"name", "18446744073709551615", R"("18446744073709551615")"},
      {"name", "[1]", "null"},
      {"test", R"("true")", "true"},
      {"test", R"("yes")", "null"},
      {"placed_at", R"("2021-12-31T19:00:00-05:00")", R"("2022-01-01T00:00:00Z")"},
      {"placed_at", R"("2023-07-05 14:13:10")", R"("2023-07-05T14:13:10Z")"},
      {"placed_at", R"("1697043223")", R"("2023-10-11T16:53:43Z")"},
      {"placed_at", "1697043223", R"("2023-10-11T16:53:43Z")"},
      {"placed_at", "1697043223250", R"("2023-10-11T16:53:43.25Z")"},
      {"placed_at", "1e300", "null"},
      {"placed_at", R"("yesterday")", "null"},
      {"tags", R"(["a", 1, null, {}])", R"(["a","1"])"},
      {"tags", R"("a")", "null"},
      {"id", R"({"a":1})", R"({"a":1})"},
      {"billing_address", R"({"city":"Bern","zip":3000,"made_up":1})", R"({"city":"Bern","zip":"3000"})"},
      {"billing_address", R"({"made_up":1})", "null"},
  }));
  INFO(field << " of " << body);
  const auto platform = platform_of(head + "topics: { t: { type: order.placed, data: { order: { " + field +
                                    ": body.v } } } }\n");
  Arena arena;
  const Value sent = *parse_json(R"({"v":)" + body + "}", arena);
  const Value made = map_body(platform->find_topic("t")->data, sent, sent, arena);
  CHECK(to_json(made["order"][field]) == data);
  CHECK(misfits("order.placed", made).empty());
}

TEST_CASE("a schema refuses what is not of its types") {
  const auto [data, wrong] = GENERATE(table<std::string, std::string>({
      {R"({"order":{"id":1,"total":1.5,"tags":["a"],"note":null},"raw":[1]})", ""},
      {R"({"order":{"total":"1.5"}})", "order.total is a text, not double"},
      {R"({"order":{"tags":[1]}})", "order.tags[] is a whole number, not string"},
      {R"({"order":{"made_up":1}})", "order.made_up is not in the schema"},
      {R"({"order":[]})", "order is a list, not order"},
      {R"({"product":{}})", "product is no noun of order.placed"},
  }));
  Arena arena;
  const auto found = misfits("order.placed", *parse_json(data, arena));
  CHECK((found.empty() ? "" : found[0]) == wrong);
  CHECK(misfits("order.placd", {}).size() == 1);
}

TEST_CASE("a topic is found by its name, else by its family") {
  const auto platform = platform_of(head + R"(topics: { a/b: { type: x.y, data: { v: body.v } } }
ignored: [{ why: never, topics: [a/*, c] }]
)");
  REQUIRE(platform->find_topic("a/b"));
  CHECK(platform->find_topic("a/b")->types.size() == 1);
  REQUIRE(platform->find_topic("a/z"));
  CHECK(platform->find_topic("a/z")->ignored == "never");
  CHECK(platform->find_topic("c"));
  CHECK(platform->find_topic("c/d") == nullptr);
  CHECK(platform->find_topic("a.b") == nullptr);
  CHECK(platform->find_topic("") == nullptr);
}
