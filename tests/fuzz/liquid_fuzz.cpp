// Any bytes as a template: parsing and rendering must end, within their limits, with a text or errors
// whose places lie in the template.

#include "base/json.h"
#include "base/time.h"
#include "liquid/liquid.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace shopbell::liquid {
namespace {

const Document& data() {
  static const Document document = *parse_json_document(
      R"({"a": 1, "b": "<text> & 2024-02-29", "c": [1, 2.5, "x", null, true, [3]], "d": {"e": {"f": "g"}, "first": "h"}, "n": -0.0, "big": 18446744073709551615})");
  return document;
}

const Partials& partials() {
  static const Partials all = [] {
    Partials p;
    p.add("p", *parse("{{ a }}{% assign a = a | plus: 1 %}{% render 'q' with b %}"));
    p.add("q", *parse("[{{ q }}{{ forloop.index }}]{% break %}"));
    p.add("r", *parse("{% include 'r' %}"));
    return p;
  }();
  return all;
}

void run(std::string_view text, ParseOptions options) {
  const auto parsed = parse(text, options);
  if (!parsed) {
    if (parsed.error().empty()) std::abort();
    for (const Error& e : parsed.error())
      if (e.offset > text.size()) std::abort();
    return;
  }
  (void)parsed->fields_read();
  Setting setting;
  setting.now = *parse_time("2024-01-01T00:01:58Z");
  setting.partials = &partials();
  setting.shop_url = "https://demo.example";
  setting.inline_errors = options.late_filters;
  setting.limits.steps_max = 20'000;
  setting.limits.output_bytes_max = 1 << 16;
  setting.limits.assigned_bytes_max = 1 << 18;
  Arena arena;
  const auto result = parsed->render(data().root(), arena, setting);
  if (result && result->size() > setting.limits.output_bytes_max) std::abort();
}

}  // namespace
}  // namespace shopbell::liquid

// The first byte chooses the options, so that a corpus reaches them all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  shopbell::liquid::run(text, {.html = (bytes[0] & 1) != 0, .lax = (bytes[0] & 2) != 0, .late_filters = (bytes[0] & 4) != 0});
  return 0;
}
