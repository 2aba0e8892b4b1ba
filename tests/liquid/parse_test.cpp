#include "support.h"

namespace shopbell::liquid {
namespace {

// "line:column code message" of each mistake.
std::vector<std::string> mistakes(std::string_view text) {
  const auto parsed = parse(text);
  std::vector<std::string> found;
  if (parsed) return found;
  for (const Error& e : parsed.error()) {
    const Diagnostic d = diagnostic_at("t.liquid", text, e.offset, e);
    found.push_back(std::to_string(d.line) + ":" + std::to_string(d.column) + " " + e.code + " " + e.message + (e.hint.empty() ? "" : " (" + e.hint + ")"));
  }
  return found;
}

TEST_CASE("a mistake has its line, its column and what to do instead") {
  const auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"Hello\n{{ name | upcas }}", "2:11 unknown_filter Unknown filter 'upcas' (did you mean upcase?)"},
      {"{% asign x = 1 %}", "1:4 unknown_tag Unknown tag 'asign' (did you mean assign?)"},
      {"a\n  {{ 'open }}", "2:6 syntax Unexpected character ' (the text that begins here has no closing quote)"},
      {"{{ a.b. }}", "1:9 syntax Expected id but found end_of_string"},
      {"{% if a %}x", "1:1 syntax 'if' tag was never closed (it ends with endif)"},
      {"x {{ a", "1:3 syntax Variable '{{ a' was not properly terminated (it has no closing }})"},
      {"{% for x of y %}{% endfor %}", "1:10 syntax For loops require an 'in' clause (write it like: for item in order.items)"},
      {"{% if a %}{% endfor %}{% endif %}", "1:14 syntax 'endfor' is not a valid delimiter for if tags. use endif"},
      {"{{ 1 | plus }}", "1:8 syntax Filter 'plus' takes 1 arguments, not 0"},
      {"é {{ ö }}", "1:6 syntax Unexpected character ö"},
  }));
  INFO(text);
  const auto found = mistakes(text);
  REQUIRE(found.size() == 1);
  CHECK(found[0] == expected);
}

TEST_CASE("all mistakes of a template are told at once") {
  const auto found = mistakes("{{ a | no_such }}\n{% if | %}{{ b. }}{% endif %}\n{% nope %}");
  REQUIRE(found.size() == 4);
  CHECK(found[0].starts_with("1:8 unknown_filter"));
  CHECK(found[1].starts_with("2:7 syntax"));
  CHECK(found[2].starts_with("2:17 syntax"));
  CHECK(found[3].starts_with("3:4 unknown_tag"));
}

TEST_CASE("at most twenty mistakes are told") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{{ | }}";
  CHECK(mistakes(text).size() == parse_errors_max);
}

TEST_CASE("a caret stands under the mistake") {
  const std::string text = "Dear {{ customer.name | capitalise }},";
  const auto parsed = parse(text);
  REQUIRE_FALSE(parsed);
  const Error& e = parsed.error()[0];
  const std::string shown = to_text(diagnostic_at("mail.liquid", text, e.offset, e));
  CHECK(shown.find("mail.liquid:1:25: error: Unknown filter 'capitalise'") != std::string::npos);
  CHECK(shown.find("                        ^~~~~~~~~~") != std::string::npos);
  CHECK(shown.find("did you mean capitalize?") != std::string::npos);
}

TEST_CASE("nesting has a limit, in tags and in brackets") {
  const auto nested = [](std::string_view open, std::string_view inside, std::string_view close, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += open;
    text += inside;
    for (int i = 0; i < times; ++i) text += close;
    return text;
  };
  CHECK(parse(nested("{% if a %}", "x", "{% endif %}", 90)));
  const auto tags = parse(nested("{% if a %}", "x", "{% endif %}", 200));
  REQUIRE_FALSE(tags);
  CHECK(tags.error()[0].code == "nesting");
  CHECK(parse("{{ " + nested("a[", "b", "]", 90) + " }}"));
  const auto brackets = parse("{{ " + nested("a[", "b", "]", 100'000) + " }}");
  REQUIRE_FALSE(brackets);
  CHECK(brackets.error()[0].code == "nesting");
}

TEST_CASE("a template has a largest size") {
  CHECK(parse(std::string(template_bytes_max, 'x')));
  const auto parsed = parse(std::string(template_bytes_max + 1, 'x'));
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error()[0].code == "too_large");
}

TEST_CASE("the fields that a template reads are known, with loops followed to their lists") {
  const auto parsed = template_of(
      "{{ customer.first_name }}{% assign total = order.total | plus: order.tax %}{{ total }}"
      "{% for item in order.items %}{{ item.title }}{{ forloop.index }}{% for t in item.tags %}{{ t }}{% endfor %}{% endfor %}"
      "{{ order.lines[0].sku }}{{ shop['name'] }}");
  CHECK(parsed.fields_read() == std::vector<std::string>{"customer.first_name", "order.items", "order.items[].tags", "order.items[].tags[]",
                                                         "order.items[].title", "order.lines[].sku", "order.tax", "order.total", "shop.name"});
  CHECK(parsed.text().substr(parsed.readings()[0].offset, parsed.readings()[0].length) == "customer.first_name");
}

TEST_CASE("an old template is read as Shopify's first parser read it") {
  static constexpr Example examples[] = {
      {"{{ foo=>bar }}", "baz"},                     // names in what stands together
      {"{{ foo;bar | upcase }}", "BAZ"},
      {"{{ ['foo'].bar }}", "baz"},
      {"{{ [['name'] }}", "foo"},                    // a bracket that is never closed
      {"{% assign 5 = 'b' %}{% cycle .5, .4 %}", "b"},
      {"{% case foo=>bar %}{% when 'baz' %}one{% endcase %}", "one"},
      {"{{ & }}{{ ] }}.", "."},
  };
  for (const auto& [text, expected] : examples) {
    INFO(text);
    CHECK(render(text, R"({"foo": {"bar": "baz"}, "name": "foo"})", {}, {.lax = true}) == expected);
    CHECK_FALSE(parse(text));
  }
}

TEST_CASE("a file's name says whether it is HTML") {
  CHECK(is_html("cart.html.liquid"));
  CHECK(is_html("cart.html"));
  CHECK_FALSE(is_html("cart.liquid"));
  CHECK_FALSE(is_html("html.liquid"));
}

}  // namespace
}  // namespace shopbell::liquid
