#include "support.h"

namespace shopbell::liquid {
namespace {

TEST_CASE("tags do what merchants know them to do") {
  const auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"{% assign x = 'a,b,c' | split: ',' %}{% for i in x reversed %}{{ i }}{{ forloop.rindex }} {% endfor %}", "c3 b2 a1 "},
      {"{% for i in (1..9) limit: 2 offset: 3 %}{{ i }}{% endfor %}-{% for i in (1..9) limit: 2 offset: continue %}{{ i }}{% endfor %}", "45-67"},
      {"{% for i in list limit: 2 %}{{ i }}{% endfor %}-{% for i in list offset: continue %}{{ i }}{% endfor %}", "xy-z"},
      {"{% for i in none %}x{% else %}nothing{% endfor %}", "nothing"},
      {"{% for i in (1..5) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}", "13"},
      {"{% case n %}{% when 1, 2 %}few{% when 3 or 4 %}some{% else %}many{% endcase %}", "some"},
      {"{% unless n == 3 %}a{% elsif true %}b{% endunless %}", "b"},
      {"{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}", "aba"},
      {"{% increment c %}{% increment c %}{% decrement d %}", "01-1"},
      {"{% capture t %}<{{ n }}>{% endcapture %}{{ t }}{{ t }}", "<3><3>"},
      {"{% liquid\n assign y = n | times: 2\n if y > 5\n  echo y\n endif %}", "6"},
      {"{% raw %}{{ n }}{% endraw %}{% comment %}{{ no }}{% endcomment %}{%# nor this %}", "{{ n }}"},
      {"a \n {%- if true -%} \n b \n {%- endif -%} \n c", "abc"},
      {"{% tablerow i in list cols: 2 %}{{ i }}{% endtablerow %}",
       "<tr class=\"row1\">\n<td class=\"col1\">x</td><td class=\"col2\">y</td></tr>\n<tr class=\"row2\"><td class=\"col1\">z</td></tr>\n"},
      {"{% for i in (1..2) %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{{ j }} {% endfor %}{% endfor %}", "11 12 21 22 "},
      {"{% for p in map %}{{ p[0] }}={{ p[1] }};{% endfor %}", "k=v;w=2;"},
      {"{% for i in (1..4) %}{% ifchanged %}{{ i | divided_by: 2 }}{% endifchanged %}{% endfor %}", "012"},
  }));
  INFO(text);
  CHECK(render(text, R"({"n": 3, "list": ["x", "y", "z"], "map": {"k": "v", "w": 2}})") == expected);
}

TEST_CASE("numbers count as in a shop, not as in a processor") {
  const auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"{{ 0.1 | plus: 0.2 }}", "0.3"},
      {"{{ 19.99 | times: 3 }}", "59.97"},
      {"{{ 10 | divided_by: 4 }} {{ 10 | divided_by: 4.0 }}", "2 2.5"},
      {"{{ -7 | divided_by: 2 }} {{ -7 | modulo: 3 }}", "-4 2"},
      {"{{ 4.6 | round }} {{ 4.3456 | round: 2 }} {{ 1234 | round: -2 }}", "5 4.35 1200"},
      {"{{ '3.5' | ceil }} {{ '3.5' | floor }} {{ 'x' | plus: 1 }}", "4 3 1"},
      {"{{ 9223372036854775807 | plus: 1 }}", "9223372036854775808"},
      {"{{ 1e3 }}", "ERROR syntax: Expected end_of_string but found id"},
      {"{{ 1 | divided_by: 0 }}", "ERROR render: divided by 0"},
      {"{{ 3.0 }} {{ 100000.5 }} {{ 0.00001 }}", "3.0 100000.5 1.0e-05"},
  }));
  INFO(text);
  CHECK(render(text) == expected);
}

TEST_CASE("the largest numbers there are count and range without harm") {
  static constexpr Example examples[] = {
      {"{{ (0..666666666666666666666) | size }}", "9223372036854775807"},
      {"{{ (-9223372036854775808..9223372036854775807) | size }}", "9223372036854775807"},
      {"{% for i in (9223372036854775806..99999999999999999999.5) %}{{ i }} {% endfor %}", "9223372036854775806 9223372036854775807 "},
      {"{{ 3330000000114519000000000000000000015400 }} {{ '3330000000114519000000000000000000015400x' | plus: 0 }}", "3.330000000114519e+39 3.330000000114519e+39"},
      {"{% for i in (1..m) limit: 1 %}{{ i }}{% endfor %}", "1"},
      {"{% tablerow i in (1..2) limit: d %}{{ i }}{% endtablerow %}", "<tr class=\"row1\">\n<td class=\"col1\">1</td><td class=\"col2\">2</td></tr>\n"},
  };
  for (const auto& [text, expected] : examples) {
    INFO(text);
    CHECK(render(text, R"({"m": "99999999999999999999999", "d": 1e300})") == expected);
  }
}

TEST_CASE("a character that is cut off does not lead beyond the text") {
  CHECK(render("{{ 'a\xE2' | replace: '', \"\\'\" }}") == "a\xE2" "a\xE2\xE2");
}

TEST_CASE("what is true, empty, blank and equal") {
  const auto holds = [](std::string_view condition) {
    return render("{% if " + std::string(condition) + " %}yes{% endif %}", R"({"empty_text": "", "spaces": "  ", "zero": 0, "list": [1, 2], "none": [], "map": {"a": 1}, "nothing": null})") == "yes";
  };
  for (const std::string_view condition : {"zero", "empty_text", "empty_text == empty", "spaces == blank", "none == empty", "nothing == blank", "list contains 2", "map contains 'a'", "1 == 1.0", "'a' < 'b'", "(1..3) contains 2", "list != none", "false or true and true", "nothing == nil"}) {
    INFO(condition);
    CHECK(holds(condition));
  }
  for (const std::string_view condition : {"nothing", "false", "spaces == empty", "nothing > 1", "list contains '2'", "1 == '1'", "true and false or false", "missing.deep.path"}) {
    INFO(condition);
    CHECK_FALSE(holds(condition));
  }
}

TEST_CASE("a rendering that fails gives no text and the place of the mistake") {
  const std::string_view text = "Hello,\nyou owe {{ amount | divided_by: parts }}.";
  Arena arena;
  const auto result = template_of(text).render(*parse_json(R"({"amount": 5, "parts": 0})", arena), arena, {});
  REQUIRE_FALSE(result);
  const Diagnostic d = diagnostic_at("t", text, result.error().offset, result.error());
  CHECK(d.line == 2);
  CHECK(d.column == 21);
  CHECK(result.error().length == std::string_view("divided_by").size());
}

TEST_CASE("partials see what they should, and no more") {
  Partials partials;
  partials.add("shared.liquid", template_of("{{ x }}{{ arg }}{% assign made = 'm' %}"));
  partials.add("_row", template_of("[{{ row.n }}{{ forloop.index }}]"));
  partials.add("again", template_of("{% render 'again' %}"));
  partials.add_broken("broken", Error{"syntax", "Expected id", "", 3, 1});
  Setting setting;
  setting.partials = &partials;
  const auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"{% assign x = 1 %}{% include 'shared', arg: 2 %}{{ made }}", "12m"},
      {"{% assign x = 1 %}{% render 'shared', arg: 2 %}{{ made }}", "2"},
      {"{% render 'row' for rows as row %}", "[71][82]"},
      {"{% include 'missing' %}", "ERROR no_such_partial: Could not find asset missing"},
      {"{% render 'broken' %}", "ERROR syntax: Expected id (in partial 'broken')"},
      {"{% render 'again' %}", "ERROR nesting: Nesting too deep (in partial 'again', line 1, column 1)"},
  }));
  INFO(text);
  CHECK(render(text, R"({"rows": [{"n": 7}, {"n": 8}]})", setting) == expected);
}

TEST_CASE("a mistake in a partial has both places: in it, and of the tag that brought it in") {
  Partials partials;
  partials.add("outer", template_of("a\n{% render 'inner', n: n %}"));
  partials.add("inner", template_of("b\nc {{ 1 | divided_by: n }}"));
  Setting setting;
  setting.partials = &partials;
  const std::string_view text = "x\n\n  {% include 'outer', n: 0 %}";
  Arena arena;
  const auto result = template_of(text).render({}, arena, setting);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "divided by 0 (in partial 'inner', line 2, column 10)");
  CHECK(text.substr(result.error().offset, result.error().length) == "{% include 'outer', n: 0 %}");
}

// How many steps a rendering takes: the smallest limit that it keeps.
std::uint64_t steps_of(const Template& t, std::string_view data) {
  Setting setting;
  Arena arena;
  const auto scope = parse_json(data, arena);
  REQUIRE(scope);
  std::uint64_t low = 0, high = setting.limits.steps_max;
  while (low + 1 < high) {
    setting.limits.steps_max = (low + high) / 2;
    (t.render(*scope, arena, setting) ? high : low) = setting.limits.steps_max;
  }
  return high;
}

TEST_CASE("twice as much to write takes twice as many steps") {
  const auto t = template_of("{% for i in items %}{{ i | upcase | append: '.' }}{% if i == 'x' %}{{ items | size }}{% endif %}{% endfor %}{{ items | join: ' ' }}");
  const auto list = [](std::size_t n) {
    std::string json = "{\"items\": [\"x\"";
    for (std::size_t i = 1; i < n; ++i) json += ",\"x\"";
    return json + "]}";
  };
  const std::uint64_t once = steps_of(t, list(500)), twice = steps_of(t, list(1000));
  CHECK(twice > once);
  CHECK(twice <= 2 * once);
}

TEST_CASE("each limit is named, and has a place") {
  const auto met = [](std::string_view code, std::string_view text, const Limits& limits, const Partials* partials) {
    Setting setting;
    setting.limits = limits;
    setting.partials = partials;
    Arena arena;
    const auto result = template_of(text).render({}, arena, setting);
    INFO(text);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == code);
    const Diagnostic d = diagnostic_at("t", text, result.error().offset, result.error());
    CHECK(d.line == 2);
    CHECK(result.error().length > 0);
  };
  Partials partials;
  partials.add("deeper", template_of("\n\n\n{% render 'deeper' %}"));
  met("limit_steps", "\n{% for i in (1..99) %}x{% endfor %}\n", {.steps_max = 50}, nullptr);
  met("limit_output", "\n{% for i in (1..99) %}x{% endfor %}\n", {.output_bytes_max = 50}, nullptr);
  met("limit_output", "\n{{ '0123456789' }}\n", {.output_bytes_max = 9}, nullptr);
  met("limit_assigned", "\n{% capture s %}0123456789{% endcapture %}\n", {.assigned_bytes_max = 9}, nullptr);
  met("limit_assigned", "\n{{ '0123456789' | append: 'x' }}\n", {.assigned_bytes_max = 9}, nullptr);
  met("nesting", "\n{% if true %}{% if true %}x{% endif %}{% endif %}\n", {.depth_max = 1}, nullptr);
  met("nesting", "\n{% render 'deeper' %}\n", {}, &partials);
}

TEST_CASE("each limit is met with an error") {
  Setting setting;
  setting.limits.steps_max = 1000;
  CHECK(render("{% for i in (1..400) %}x{% endfor %}", "{}", setting).size() == 400);
  CHECK(render("{% for i in (1..100000000) %}x{% endfor %}", "{}", setting).starts_with("ERROR limit_steps"));
  CHECK(render("{{ (1..1000000000) | join }}", "{}", setting).starts_with("ERROR limit_steps"));
  setting.limits = {};
  setting.limits.output_bytes_max = 100;
  CHECK(render("{% for i in (1..10) %}0123456789{% endfor %}", "{}", setting).size() == 100);
  CHECK(render("{% for i in (1..11) %}0123456789{% endfor %}", "{}", setting).starts_with("ERROR limit_output"));
  setting.limits = {};
  setting.limits.assigned_bytes_max = 10'000;
  CHECK(render("{% assign s = 'x' %}{% for i in (1..100) %}{% assign s = s | append: s %}{% endfor %}", "{}", setting).starts_with("ERROR limit_assigned"));
  CHECK(render("{% for i in (1..2000) %}{% capture s %}0123456789{% endcapture %}{% endfor %}", "{}", setting).starts_with("ERROR limit_assigned"));
  CHECK(render("{% assign s = 'xxxxxxxx' %}{{ s | replace: 'x', s | replace: 'x', s | replace: 'x', s | replace: 'x', s | replace: 'x', s }}", "{}", setting).starts_with("ERROR limit_assigned"));
  setting.limits = {};
  setting.limits.depth_max = 3;
  CHECK(render("{% if true %}{% if true %}x{% endif %}{% endif %}", "{}", setting) == "x");
  CHECK(render("{% if true %}{% if true %}{% if true %}x{% endif %}{% endif %}{% endif %}", "{}", setting).starts_with("ERROR nesting"));
  setting.limits = {};
  setting.limits.partial_depth_max = 2;
  Partials partials;
  partials.add("a", template_of("a{% render 'b' %}"));
  partials.add("b", template_of("b{% render 'c' %}"));
  partials.add("c", template_of("c"));
  setting.partials = &partials;
  CHECK(render("{% render 'b' %}", "{}", setting) == "bc");
  CHECK(render("{% render 'a' %}", "{}", setting).starts_with("ERROR nesting"));
}

TEST_CASE("one template renders again and again, each time from the beginning") {
  const auto parsed = template_of("{% increment n %}{% cycle 'a', 'b' %}{% assign x = x | plus: 1 %}{{ x }}");
  for (int i = 0; i < 3; ++i) {
    Arena arena;
    CHECK(parsed.render({}, arena, {}).value() == "0a1");
  }
}

}  // namespace
}  // namespace shopbell::liquid
