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
      {"{% render 'again' %}", "ERROR nesting: Nesting too deep (in partial 'again')"},
  }));
  INFO(text);
  CHECK(render(text, R"({"rows": [{"n": 7}, {"n": 8}]})", setting) == expected);
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
