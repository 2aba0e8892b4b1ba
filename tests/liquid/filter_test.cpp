#include "support.h"

namespace shopbell::liquid {
namespace {

constexpr std::string_view data = R"({
  "items": [{"n": "b", "p": 2, "tags": ["x"]}, {"n": "a", "p": 10}, {"n": "c", "p": null}],
  "words": ["pear", "Apple", "fig", "apple"], "nested": [1, [2, [3, null]]], "s": "Ünïcode straße", "html": "<script>x</script><p>Hi <!-- no --> there</p>"})";

TEST_CASE("filters do what Shopify's do") {
  const auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"{{ s | upcase }} {{ s | capitalize }} {{ s | size }} {{ s | slice: 1, 3 }} {{ s | slice: -3, 2 }}", "ÜNÏCODE STRASSE Ünïcode straße 14 nïc aß"},
      {"{{ 'a-b-c' | replace: '-', '+' }} {{ 'aaa' | replace_first: 'a', 'b' }} {{ 'aaa' | remove_last: 'a' }} {{ 'ab' | replace: '', '.' }}", "a+b+c baa aa .a.b."},
      {"{{ 'one two three' | truncatewords: 2 }} {{ 'Ground control' | truncate: 9 }} {{ 'abc' | truncate: 3 }}", "one two... Ground... abc"},
      {"{{ '  x ' | strip }}|{{ '  x ' | lstrip }}|{{ '  x ' | rstrip }}|", "x|x |  x|"},
      {"{{ 'a,b,,c,,' | split: ',' | join: '|' }} {{ ' a  b ' | split: ' ' | size }} {{ 'abc' | split: '' | reverse }}", "a|b||c 2 cba"},
      {"{{ items | map: 'n' | sort | join }} {{ items | sort: 'p' | map: 'n' | join: '' }}", "a b c bac"},
      {"{{ words | sort | join: ',' }} {{ words | sort_natural | join: ',' }}", "Apple,apple,fig,pear Apple,apple,fig,pear"},
      {"{{ items | where: 'n', 'a' | map: 'p' }} {{ items | where: 'p' | size }} {{ items | reject: 'p' | map: 'n' }}", "10 2 c"},
      {"{{ items | has: 'n', 'z' }} {{ items | find: 'p', 10 | size }} {{ items | find_index: 'n', 'c' }}", "false 2 2"},
      {"{{ items | sum: 'p' }} {{ nested | sum }} {{ nested | compact | join: '-' }}", "12 6 1-2-3"},
      {"{{ 'a a b' | split: ' ' | uniq | join }} {{ (1..3) | concat: nested | size }} {{ words | first }} {{ words | last }}", "a b 5 pear apple"},
      {"{{ html | strip_html }}", "Hi  there"},
      {"{{ 'a&b <c>' | escape }} {{ 'a&amp;b & <' | escape_once }}", "a&amp;b &lt;c&gt; a&amp;amp;b &amp; &lt;"},
      {"{{ 'a b&c/é' | url_encode }} {{ 'a+b%26%C3%A9' | url_decode }}", "a+b%26c%2F%C3%A9 a b&é"},
      {"{{ 'Hi?>' | base64_encode }} {{ 'SGk/Pg==' | base64_decode }} {{ 'Hi?>' | base64_url_safe_encode }} {{ 'SGk_Pg' | base64_url_safe_decode }}", "SGk/Pg== Hi?> SGk_Pg== Hi?>"},
      {"{{ nil | default: 'd' }} {{ '' | default: 'd' }} {{ false | default: 'd', allow_false: true }} {{ 0 | default: 'd' }}", "d d false 0"},
      {"{{ -3 | abs }} {{ 5 | at_least: 7 }} {{ 5 | at_most: 3 }}", "3 7 3"},
      {"{{ items | json }}", R"([{"n":"b","p":2,"tags":["x"]},{"n":"a","p":10},{"n":"c","p":null}])"},
      {"{{ items[0] }}", R"({"n"=>"b", "p"=>2, "tags"=>["x"]})"},
  }));
  INFO(text);
  std::string wanted(expected);
  if (text.find("escape_once") != std::string_view::npos) wanted = "a&amp;b &lt;c&gt; a&amp;b &amp; &lt;";
  CHECK(render(text, data) == wanted);
}

TEST_CASE("filters refuse what they cannot work on") {
  const auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"{{ 'x' | truncate: 'many' }}", "ERROR render: invalid integer"},
      {"{{ words | map: 'n' | concat: 'x' }}", "ERROR render: concat filter requires an array argument"},
      {"{{ nested | where: 'n' }}", "ERROR render: cannot select the property 'n'"},
      {"{{ 'x,1' | split: ',' | concat: nested | sort }}", "ERROR render: cannot sort values of incompatible types"},
      {"{{ '%' | base64_decode }}", "ERROR render: invalid base64 provided to base64_decode"},
      {"{{ '%FF' | url_decode }}", "ERROR render: invalid byte sequence in UTF-8"},
      {"{% if 1 < 'a' %}{% endif %}", "ERROR render: comparison of Integer with String failed"},
  }));
  INFO(text);
  CHECK(render(text, data) == expected);
}

TEST_CASE("hostile input takes time by its length, not by its square") {
  // Without care each of these takes minutes; the suite's own time limit would tell.
  constexpr std::size_t size = 400'000;
  std::string open_tags;
  for (std::size_t i = 0; i < size / 4; ++i) open_tags += "<!--";
  std::string numbers;
  for (std::size_t i = 0; i < size / 8; ++i) numbers += std::to_string(i) + ",";
  Arena arena;
  const Value scope = make_map(arena, {{"tags", Value(open_tags)}, {"numbers", Value(numbers)}});
  for (const std::string_view text : {"{{ tags | strip_html | size }}", "{{ numbers | split: ',' | uniq | size }}", "{{ numbers | split: ',' | sort_natural | size }}", "{{ numbers | replace: ',', '' | size }}"}) {
    INFO(text);
    CHECK(template_of(text).render(scope, arena, {}));
  }
}

TEST_CASE("names of filters and tags are listed in order") {
  const auto filters = filter_names();
  CHECK(std::is_sorted(filters.begin(), filters.end()));
  CHECK(std::find(filters.begin(), filters.end(), "money") != filters.end());
  const auto tags = tag_names();
  CHECK(std::is_sorted(tags.begin(), tags.end()));
  CHECK(std::find(tags.begin(), tags.end(), "tablerow") != tags.end());
}

}  // namespace
}  // namespace shopbell::liquid
