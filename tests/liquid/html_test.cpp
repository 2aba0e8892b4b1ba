#include "support.h"

namespace shopbell::liquid {
namespace {

TEST_CASE("in HTML every output is escaped once, and what is HTML already is not") {
  const auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"{{ name }}", "&lt;b&gt;Eve &amp; Co&lt;/b&gt;"},
      {"{{ name | raw }}", "<b>Eve & Co</b>"},
      {"{{ name | escape }}", "&lt;b&gt;Eve &amp; Co&lt;/b&gt;"},
      {"{{ name | upcase }}", "&lt;B&gt;EVE &amp; CO&lt;/B&gt;"},
      {"{{ list }}", "&lt;i&gt;&amp;"},
      {"{{ list | join: '<br>' }}", "&lt;i&gt;&lt;br&gt;&amp;"},
      {"{% echo name %}", "&lt;b&gt;Eve &amp; Co&lt;/b&gt;"},
      {"{% cycle name %}", "&lt;b&gt;Eve &amp; Co&lt;/b&gt;"},
      {"{% capture c %}<p>{{ name }}</p>{% endcapture %}{{ c }}", "<p>&lt;b&gt;Eve &amp; Co&lt;/b&gt;</p>"},
      {"{% capture c %}<p>{{ name }}</p>{% endcapture %}{{ c | append: name }}", "&lt;p&gt;&amp;lt;b&amp;gt;Eve &amp;amp; Co&amp;lt;/b&amp;gt;&lt;/p&gt;&lt;b&gt;Eve &amp; Co&lt;/b&gt;"},
      {"{{ lines | newline_to_br }}", "&lt;a&gt;<br />\nb"},
      {"{{ lines | escape | newline_to_br }}", "&lt;a&gt;<br />\nb"},
      {"{{ name | link_to: 'https://x.example/?a=1&b=2', 'say \"hi\"' }}", "<a href=\"https://x.example/?a=1&amp;b=2\" title=\"say &quot;hi&quot;\">&lt;b&gt;Eve &amp; Co&lt;/b&gt;</a>"},
      {"<p title='{{ quote }}'>", "<p title='&#39; onclick=&#39;x'>"},
  }));
  INFO(text);
  CHECK(render_html(text, R"({"name": "<b>Eve & Co</b>", "list": ["<i>", "&"], "lines": "<a>\nb", "quote": "' onclick='x"})") == expected);
}

TEST_CASE("plain text is not escaped") { CHECK(render("{{ name }}", R"({"name": "Ben & Jerry"})") == "Ben & Jerry"); }

TEST_CASE("text from a customer is never parsed as a template") {
  const auto hostile = GENERATE("{{ shop.secret }}", "{% include 'other' %}", "{{ 'x' | raw }}", "%}{{ shop.secret }}", "{% raw %}");
  INFO(hostile);
  Arena arena;
  const Value scope = make_map(arena, {{"note", Value(hostile)}, {"shop", make_map(arena, {{"secret", Value("s3cret")}})}});
  const auto result = template_of("{{ note }}{% assign n = note | append: '' %}{{ n }}{% capture c %}{{ note }}{% endcapture %}{{ c }}").render(scope, arena, {});
  REQUIRE(result);
  CHECK(*result == std::string(hostile) + hostile + hostile);
  CHECK(result->find("s3cret") == std::string::npos);
}

TEST_CASE("a link does not run a script") {
  for (const std::string_view url : {"javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x"}) {
    Arena arena;
    const Value scope = make_map(arena, {{"url", Value(url)}});
    const auto result = template_of("{{ 'x' | link_to: url }}", {.html = true}).render(scope, arena, {});
    INFO(url);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "render");
  }
  CHECK(render_html("{{ 'x' | link_to: '/pages/a:b' }}") == "<a href=\"/pages/a:b\">x</a>");
}

TEST_CASE("bytes that are no UTF-8 do not get into a message") {
  CHECK(render("{{ '/w==' | base64_decode }}") == "\uFFFD");
}

}  // namespace
}  // namespace shopbell::liquid
