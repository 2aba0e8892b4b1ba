#include "load/load.h"
#include "load/yaml.h"

#include "base/json.h"
#include "support/catch.h"

#include <cstdlib>
#include <fstream>
#include <functional>

using namespace shopbell;

namespace {

std::string json_of(std::string_view text) {
  Report report("x.yaml", text);
  const yaml::NodePtr root = yaml::parse(report);
  Arena arena;
  return root && !report.failed() ? to_json(yaml::to_value(*root, arena)) : "refused: " + report.take().at(0).code;
}

const yaml::Node* at_path(const yaml::Node& root, std::string_view key) { return root.find(key); }

}  // namespace

TEST_CASE("scalars mean what the core schema of YAML 1.2 says") {
  const std::pair<std::string, std::string> cases[] = {
      {"yes", "\"yes\""},      {"no", "\"no\""},       {"on", "\"on\""},      {"off", "\"off\""},   {"true", "true"},      {"False", "false"},
      {"'true'", "\"true\""},  {"~", "null"},          {"null", "null"},      {"", "null"},         {"\"\"", "\"\""},      {"12", "12"},
      {"-7", "-7"},            {"+7", "7"},            {"0x1F", "31"},        {"0o17", "15"},       {"017", "17"},         {"1_000", "\"1_000\""},
      {"1.5", "1.5"},          {"1e3", "1000.0"},      {".5", "0.5"},         {"12:30", "\"12:30\""}, {"2026-11-21", "\"2026-11-21\""},
      {"18446744073709551615", "18446744073709551615"}, {"!!str 12", "\"12\""}, {"1h30m", "\"1h30m\""}, {"0x-1", "\"0x-1\""}};
  for (const auto& [written, meant] : cases) {
    INFO(written);
    CHECK(json_of("v: " + written + "\n") == "{\"v\":" + meant + "}");
  }
}

TEST_CASE("what a shop's files never need is refused") {
  const std::pair<std::string, std::string> cases[] = {
      {"a: 1\na: 2\n", "duplicate_key"},
      {"a: 1\n---\nb: 2\n", "several_documents"},
      {"? [a, b]\n: 1\n", "bad_key"},
      {"a: {{ b }}\n", "bad_key"},
      {"base: &b { x: 1 }\na:\n  <<: *b\n", "merge_key"},
      {"a: !secret x\n", "unknown_tag"},
      {"a: !!int x\n", "bad_tag"},
      {"a: &x [*x]\n", "alias_loop"},
      {"a: *nobody\n", "bad_yaml"},
      {"a: [1, 2\n", "bad_yaml"},
      {"a:\n\t- b\n", "bad_yaml"},
      {std::string("a: b\0c\n", 7), "control_character"},
      {"a: \xff\n", "bad_utf8"},
      {"\xef\xbb\xbf" "a: b\n", "byte_order_mark"},
  };
  for (const auto& [text, code] : cases) {
    INFO(text);
    CHECK(json_of(text) == "refused: " + code);
  }
}

TEST_CASE("aliases may be used, and cannot be made into a bomb") {
  CHECK(json_of("a: &x [1, 2]\nb: *x\n") == R"({"a":[1,2],"b":[1,2]})");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + "," + before + "," + before + "," + before + "]\n";
  }
  CHECK(json_of(bomb) == "refused: too_many_nodes");
  std::string heavy = "t: &t \"" + std::string(100'000, 'x') + "\"\nl: [";
  for (int i = 0; i < 100; ++i) heavy += "*t, ";
  CHECK(json_of(heavy + "1]\n") == "refused: too_large");
}

TEST_CASE("nodes, depth and bytes have limits") {
  CHECK(json_of(std::string(yaml_depth_max + 1, '[') + std::string(yaml_depth_max + 1, ']')) == "refused: too_deep");
  CHECK(json_of(std::string(yaml_depth_max, '[') + std::string(yaml_depth_max, ']')).starts_with("[[["));
  std::string many = "l:\n";
  for (std::size_t i = 0; i < yaml_nodes_max; ++i) many += "- x\n";
  CHECK(json_of(many) == "refused: too_many_nodes");
  CHECK(json_of("a: \"" + std::string(yaml_bytes_max, 'x') + "\"\n") == "refused: too_large");
}

TEST_CASE("every byte of a scalar knows where it stands, however it is written") {
  // In each text the letter Z is shown where it stands.
  const std::string texts[] = {
      "v: plain Z\n",
      "v: plain that goes\n  on to a Z here\n",
      "v: \"double Z\"\n",
      "v: \"esc \\\" \\u00e9 \\n Z\"\n",
      "v: \"folded\n  over\n\n  lines Z\"\n",
      "v: \"joined \\\n   Z\"\n",
      "v: 'it''s Z'\n",
      "v: |\n  first\n  second Z\n",
      "v: |2\n    kept\n  Z\n",
      "v: >-\n  folded\n  here\n\n  and Z\n",
      "v: >\n  one\n\n    more\n    Z\n  two\n",
      "v: é ü Z\r\n",
      "v: &anchor Z\n",
      "v: !!str Z\n",
      "{ v: [ a, Z ] }\n",
  };
  for (const std::string& text : texts) {
    INFO(text);
    Report report("x.yaml", text);
    const yaml::NodePtr root = yaml::parse(report);
    REQUIRE(root);
    const yaml::Node* node = at_path(*root, "v");
    REQUIRE(node != nullptr);
    if (node->is_list()) node = node->items.back().get();
    const std::size_t z = node->text.find('Z');
    REQUIRE(z != std::string::npos);
    const Place place = yaml::place_within(*node, text, static_cast<std::uint32_t>(z), 1);
    CHECK(place.offset == text.find('Z'));
    CHECK(place.length == 1);
  }
}

TEST_CASE("the YAML test suite is read without harm, and what is read is read right") {
  const char* root = std::getenv("SHOPBELL_CONFORMANCE");
  std::ifstream in((root != nullptr ? std::string(root) : std::string()) + "/yaml/cases.jsonl");
  if (root == nullptr || !in) {
    WARN("skipped: SHOPBELL_CONFORMANCE does not name a folder with yaml/cases.jsonl");
    return;
  }
  // yaml-cpp 0.7 chomps these two otherwise than the suite wants.
  const std::vector<std::string_view> known{"L24T/01", "NAT4"};
  int read = 0, scalars = 0, exact = 0;
  const std::function<void(const yaml::Node&, std::string_view)> walk = [&](const yaml::Node& node, std::string_view text) {
    if (node.is_scalar() && node.text.size() > 1) {
      const auto from = yaml::spelling_of(node, text);
      REQUIRE(from.size() == node.text.size() + 1);
      CHECK(from.back() <= text.size());
      ++scalars;
      exact += from.front() != from[node.text.size() - 1];
    }
    for (const auto& item : node.items) walk(*item, text);
    for (const auto& entry : node.entries) walk(*entry.key, text), walk(*entry.value, text);
  };
  for (std::string line; std::getline(in, line);) {
    Arena arena;
    const auto parsed = parse_json(line, arena);
    REQUIRE(parsed);
    const std::string id((*parsed)["id"].text()), text((*parsed)["yaml"].text());
    INFO(id);
    Report report(id, text);
    const yaml::NodePtr tree = yaml::parse(report);
    CHECK((tree != nullptr || report.failed()));
    for (const Diagnostic& d : report.take()) CHECK(!to_text(d).empty());
    if (!tree) continue;
    walk(*tree, text);
    const std::string_view json = (*parsed)["json"].text_or("");
    if (report.failed() || json.empty() || (*parsed)["expect"].text() != "ok") continue;
    const auto wanted = parse_json(json, arena);
    if (!wanted || std::find(known.begin(), known.end(), id) != known.end()) continue;
    CHECK(to_json(yaml::to_value(*tree, arena)) == to_json(*wanted));
    ++read;
  }
  CHECK(read > 100);
  CHECK(exact * 100 >= scalars * 98);
}
