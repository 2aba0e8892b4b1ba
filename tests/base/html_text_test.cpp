#include "base/html_text.h"

#include "support/catch.h"

using namespace shopbell;

TEST_CASE("HTML is text as one reads it") {
  const auto [html, text] = GENERATE(table<std::string, std::string>({
      {"<p>hi</p>", "hi"},
      {"Hello <b>Ann</b>,<br/>it is\r\n   here.", "Hello Ann,\nit is here."},
      {"<html><head><title>x</title><style>a{}</style></head><body><div>one</div><div>two</div></body></html>", "one\ntwo"},
      {"mine<blockquote><p>theirs <blockquote>older</blockquote></p></blockquote>", "mine"},
      {"2 < 3 &lt; 4 &amp;amp; &#8364;&#x20AC;&nbsp;&unknown; &", "2 < 3 < 4 &amp; €€ &unknown; &"},
      {"<!-- <p>no</p> -->yes<p", "yes"},
      {"<script>if (a < b) x('</p>')</script>text", "text"},
      {"", ""},
  }));
  INFO(html);
  CHECK(html_text(html) == text);
}
