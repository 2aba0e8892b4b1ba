#pragma once

#include "support/catch.h"

#include "base/diagnostic.h"
#include "base/json.h"
#include "liquid/liquid.h"

#include <string>
#include <string_view>

namespace shopbell::liquid {

/// The text, or "ERROR code: message" when it does not parse or render.
inline std::string render(std::string_view text, std::string_view data = "{}", Setting setting = {}, ParseOptions options = {}) {
  const auto parsed = parse(text, options);
  if (!parsed) return "ERROR " + parsed.error().front().code + ": " + parsed.error().front().message;
  Arena arena;
  const auto scope = parse_json(data, arena);
  REQUIRE(scope);
  const auto result = parsed->render(*scope, arena, setting);
  return result ? *result : "ERROR " + result.error().code + ": " + result.error().message;
}

inline std::string render_html(std::string_view text, std::string_view data = "{}", Setting setting = {}) {
  return render(text, data, setting, {.html = true});
}

inline Template template_of(std::string_view text, ParseOptions options = {}) {
  auto parsed = parse(text, options);
  REQUIRE(parsed);
  return *parsed;
}

struct Example {
  std::string_view text;
  std::string_view expected;
};

}  // namespace shopbell::liquid
