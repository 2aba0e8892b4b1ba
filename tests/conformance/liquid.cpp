// golden-liquid and Shopify's liquid-spec as JSON lines; the encoding is told by the README beside them.

#include "suites.h"

#include "base/json.h"
#include "base/time.h"
#include "liquid/liquid.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>

namespace shopbell::conformance {
namespace {

using namespace std::string_view_literals;

constexpr auto clock_of_the_specs = "2024-01-01T00:01:58Z"sv;

Value decode(const Value& v, Arena& arena);

Value decode_list(std::span<const Value> items, Arena& arena) {
  ListBuilder list(arena);
  for (const Value& item : items) list.add(decode(item, arena));
  return list.build();
}

Value decode_map(const Value& v, Arena& arena) {
  MapBuilder map(arena);
  for (const Member& m : v.members()) map.add(m.key, decode(m.value, arena));
  return map.build();
}

Value decode_range(std::span<const Value> ends, Arena& arena) {
  ListBuilder list(arena);
  for (std::int64_t i = ends[0].integer_or(0); i <= ends[1].integer_or(0); ++i) list.add(Value(i));
  return list.build();
}

// Data in the suite's encoding. A date without a time is a text in our data.
Value decode(const Value& v, Arena& arena) {
  if (v.is(Kind::list)) return decode_list(v.items(), arena);
  if (!v.is(Kind::map)) return v;
  if (const Value* f = v.find("$float")) return Value(std::strtod(std::string(f->text_or("0")).c_str(), nullptr));
  if (const Value* d = v.find("$date")) return *d;
  if (const Value* r = v.find("$range")) return decode_range(r->items(), arena);
  if (const Value* t = v.find("$time")) {
    const auto at = parse_rfc3339(t->text_or(""));
    return at ? Value::timestamp(at->seconds, at->nanos) : *t;
  }
  const Value* pairs = v.find("$map");
  if (pairs == nullptr) return decode_map(v, arena);
  MapBuilder map(arena);
  for (const Value& pair : pairs->items()) map.add(decode(pair.items()[0], arena), decode(pair.items()[1], arena));
  return map.build();
}

bool has_feature(const Value& c, std::string_view feature) {
  const auto features = c["features"].items();
  return std::any_of(features.begin(), features.end(), [&](const Value& f) { return f.text_or("") == feature; });
}

// JSON has no symbols: data reaches us with texts as keys, and so an output that shows how Ruby prints a
// hash (the suite's note says so) is read with texts as keys, too.
std::string with_texts_as_keys(const Value& c, std::string_view output) {
  std::string text(output);
  if (c["note"].text_or("") == "output contains Ruby hash inspect format") RE2::GlobalReplace(&text, R"(([{ ]):(\w+)=>)", R"(\1"\2"=>)");
  return text;
}

struct Outcome {
  bool parsed = false;
  std::optional<std::string> output;
  std::string error;
};

Outcome run(const Value& c, bool lax, Arena& arena) {
  Outcome outcome;
  const bool spec = c["source"].text_or("") != "golden-liquid";
  const liquid::ParseOptions options{.html = false, .lax = lax, .late_filters = spec || lax};
  liquid::Partials partials;
  for (const Member& m : c["partials"].members()) {
    auto partial = liquid::parse(m.value.text_or(""), options);
    if (partial) partials.add(std::string(m.key.text()), *partial);
    else partials.add_broken(std::string(m.key.text()), partial.error().front());
  }
  const auto parsed = liquid::parse(c["template"].text_or(""), options);
  if (!parsed) {
    outcome.error = "Liquid::SyntaxError: " + parsed.error().front().message;
    return outcome;
  }
  outcome.parsed = true;
  liquid::Setting setting;
  setting.now = *parse_time(clock_of_the_specs);
  setting.timezone = "";
  setting.partials = &partials;
  setting.name = c["template_name"].text_or("");
  setting.blank_tag_errors = has_feature(c, "strict2_blank_body_errors");
  setting.inline_errors = c["render_errors_inline"].boolean_or(lax);
  const auto text = parsed->render(decode(c["data"], arena), arena, setting);
  if (text) outcome.output = *text;
  else outcome.error = text.error().message;
  return outcome;
}

std::string lower(std::string_view text) {
  std::string to(text);
  std::transform(to.begin(), to.end(), to.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return to;
}

// Messages are told apart without their case, as liquid-spec does.
bool has_all(const std::string& text, const Value& parts) {
  const std::string lowered = lower(text);
  return std::all_of(parts.items().begin(), parts.items().end(), [&](const Value& part) { return lowered.find(lower(part.text_or(""))) != std::string::npos; });
}

// Ruby's (?m) lets the dot match a line break, and its ^ and $ stand at lines.
bool matches(const std::string& text, std::string_view pattern) {
  std::string re2_pattern(pattern);
  RE2::GlobalReplace(&re2_pattern, R"(\(\?m\))", "(?s)");
  return RE2::PartialMatch(text, "(?m)" + re2_pattern);
}

// Empty: as expected.
std::string verdict(const Value& c, const Outcome& outcome, bool& worded) {
  const Value expect = c["expect"];
  if (const Value* parts = expect.find("parse_error_contains")) {
    worded = has_all(outcome.error, *parts);
    return outcome.parsed ? "parses" : "";
  }
  if (const Value* parts = expect.find("render_error_contains")) {
    worded = has_all(outcome.error, *parts);
    return outcome.output ? "renders " + *outcome.output : "";
  }
  if (expect["error"].boolean_or(false)) return outcome.output ? "renders " + *outcome.output : "";
  if (!outcome.output) return "fails: " + outcome.error;
  const std::string& text = *outcome.output;
  bool good = true;
  if (const Value* exact = expect.find("output")) good = text == with_texts_as_keys(c, exact->text_or(""));
  if (const Value* any = expect.find("output_any_of")) good = good && std::any_of(any->items().begin(), any->items().end(), [&](const Value& v) { return v.text_or("") == text; });
  if (const Value* pattern = expect.find("output_matches")) good = good && matches(text, pattern->text_or(""));
  if (const Value* parts = expect.find("output_contains")) good = good && has_all(text, *parts);
  return good ? "" : fmt::format("renders {}", to_json(Value(text)));
}

bool names_mode(const Value& c, std::string_view mode) {
  const auto modes = c["error_mode"].items();
  return std::any_of(modes.begin(), modes.end(), [&](const Value& m) { return m.text_or("") == mode; });
}

enum class Mode : std::uint8_t { strict2, lax, strict2_or_lax, none };

// This engine has the modes strict2 and lax. A case that names neither (none at all, or Shopify's older
// strict, which lies between them) holds in one of the two: golden's are from an engine that is strict
// where it can be and lax where it must.
Mode mode_of(const Value& c) {
  const std::string_view category = c["category"].text_or("core");
  if (category != "core" && category != "lax") return Mode::none;
  if (names_mode(c, "strict2")) return Mode::strict2;
  if (names_mode(c, "lax") || names_mode(c, "warn") || category == "lax") return Mode::lax;
  return Mode::strict2_or_lax;
}

std::string verdict_in(const Value& c, Mode mode, Arena& arena, bool& worded) {
  const std::string wrong = verdict(c, run(c, mode == Mode::lax, arena), worded);
  if (wrong.empty() || mode != Mode::strict2_or_lax || c["expect"].find("error") != nullptr) return wrong;
  return verdict(c, run(c, true, arena), worded).empty() ? "" : wrong;
}

}  // namespace

int run_liquid(std::span<const std::string> files) {
  int passed = 0, failed = 0, skipped = 0, worded_differently = 0;
  for (const std::string& file : files) {
    std::ifstream lines(file);
    if (!lines) {
      fmt::print(stderr, "cannot read {}\n", file);
      return 2;
    }
    for (std::string line; std::getline(lines, line);) {
      Arena arena;
      const auto c = parse_json(line, arena);
      if (!c) {
        fmt::print("{}: {}\n", file, c.error().message);
        ++failed;
        continue;
      }
      const Mode mode = mode_of(*c);
      if (mode == Mode::none) {
        ++skipped;
        continue;
      }
      bool worded = true;
      const std::string wrong = verdict_in(*c, mode, arena, worded);
      if (!worded) ++worded_differently;
      if (wrong.empty()) ++passed;
      else ++failed;
      if (!wrong.empty()) fmt::print("{}: {}\n", (*c)["id"].text_or("?"), wrong);
    }
  }
  if (worded_differently > 0) fmt::print("{} errors are worded differently\n", worded_differently);
  if (skipped > 0) fmt::print("{} skipped: for Ruby only, or with filters of Shopify's themes\n", skipped);
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace shopbell::conformance
