#include "support.h"

#include <fmt/format.h>

using namespace shopbell;
using namespace shopbell::cel;
using namespace shopbell::cel::test;

namespace {

struct Wrong {
  std::string_view source;
  std::string_view code;
  std::string_view underlined;
};

std::string repeat(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

}  // namespace

TEST_CASE("a mistake of syntax is told with its place") {
  for (const Wrong& wrong : {Wrong{"1 +", "syntax", ""},
                             {"a = 1", "syntax", "="},
                             {"a & b", "syntax", "&"},
                             {"'abc", "syntax", "'abc"},
                             {"'ab\nc'", "syntax", "'ab"},
                             {"f(1, 2", "syntax", ""},
                             {"[1, 2", "syntax", ""},
                             {"{'a' 1}", "syntax", "1"},
                             {"a.1", "syntax", ".1"},
                             {"a b", "syntax", "b"},
                             {"a and b", "syntax", "and"},
                             {"true ? 1", "syntax", ""},
                             {"while", "syntax", "while"},
                             {"a.in", "syntax", "in"},
                             {"order{total: 1}", "syntax", "{"},
                             {"'\\q'", "bad_escape", "\\q"},
                             {"'\\ud800'", "bad_escape", "\\ud800"},
                             {"'\\x1'", "bad_escape", "\\x"},
                             {"9223372036854775808", "out_of_range", "9223372036854775808"},
                             {"1e999", "out_of_range", "1e999"},
                             {"12ab", "syntax", "12a"},
                             {"-5u", "syntax", "5u"},
                             {"#", "syntax", "#"},
                             {"[1].all(x.y, true)", "bad_macro", "x.y"},
                             {"{}.all(k, k, true)", "bad_macro", "k"},
                             {"has(a)", "bad_macro", "a"},
                             {"cel.bind(1, 2, 3)", "bad_macro", "1"}}) {
    INFO(wrong.source);
    const Error error = mistake(wrong.source);
    CHECK(error.code == wrong.code);
    CHECK(underlined(wrong.source, error) == wrong.underlined);
  }
}

TEST_CASE("words that are operators elsewhere get a hint") {
  CHECK(mistake("a and b").hint == "write '&&'");
  CHECK(mistake("a or b").hint == "write '||'");
  CHECK(mistake("a = b").message == "'=' compares nothing: write '=='");
}

TEST_CASE("precedence is cel-spec's") {
  for (const auto& [source, expected] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"1 + 2 * 3", "7"},
           {"(1 + 2) * 3", "9"},
           {"10 - 4 - 3", "3"},
           {"2 * 3 % 4", "2"},
           {"1 < 2 == true", "true"},
           {"false && true || true", "true"},
           {"true || true && false", "true"},
           {"false ? 1 : true ? 2 : 3", "2"},
           {"!true || true", "true"},
           {"-2 * 3", "-6"},
           {"- 5 + 7", "2"},
           {"1 in [1] == true", "true"},
           {"[1, 2,][1]", "2"},
           {"{'a': 1,}.a", "1"},
           {"1 // the rest is a comment", "1"},
           {"0x1f + 1", "32"},
           {"2.5e1", "25"},
           {".5 + .5", "1"}}) {
    INFO(source);
    CHECK(result(source) == expected);
  }
}

TEST_CASE("each limit of the source is an error with a place") {
  CHECK(mistake(std::string(source_bytes_max + 1, ' ')).code == "source_too_long");
  CHECK(mistake(repeat("(", nesting_max + 1) + "1" + repeat(")", nesting_max + 1)).code == "nesting_too_deep");
  CHECK(mistake(repeat("!", nesting_max + 1) + "true").code == "nesting_too_deep");
  CHECK(mistake("a" + repeat(".b", nesting_max)).code == "nesting_too_deep");
  CHECK(mistake("1" + repeat(" + 1", nesting_max)).code == "nesting_too_deep");
  CHECK(mistake("[" + repeat("1,", nodes_max) + "1]").code == "too_many_nodes");
  const std::string pattern(regex_bytes_max + 1, 'a');
  const Error long_pattern = mistake(fmt::format("'a'.matches('{}')", pattern));
  CHECK(long_pattern.code == "regex_too_long");
  CHECK(long_pattern.offset == 12);
  CHECK(mistake("'a'.matches('((a{100}){100}){100}')").code == "bad_regex");
  CHECK(mistake("'a'.matches('(" + repeat("\\\\pL{900}", 20) + ")')").code == "regex_too_large");
  CHECK(mistake("'\xff'").code == "syntax");
}

TEST_CASE("what breaks a limit is underlined") {
  const std::string pattern(regex_bytes_max + 1, 'a');
  for (const std::string& source :
       {std::string(source_bytes_max + 1, ' '), repeat("(", nesting_max + 1) + "1" + repeat(")", nesting_max + 1),
        "a" + repeat(".b", nesting_max), "[" + repeat("1,", nodes_max) + "1]",
        fmt::format("true && 'a'.matches('{}')", pattern), "'a'.matches('(" + repeat("\\\\pL{900}", 20) + ")')"}) {
    const Error error = mistake(source);
    INFO(error.code);
    CHECK(error.length > 0);
    CHECK(error.offset + error.length <= source.size());
  }
}

TEST_CASE("at its limits a source still compiles") {
  CHECK(result(repeat("(", nesting_max - 1) + "1" + repeat(")", nesting_max - 1)) == "1");
  CHECK(result(repeat("true && ", 5000) + "true") == "true");
  CHECK(result("1" + repeat(" + 1", nesting_max - 2)) == std::to_string(nesting_max - 1));
}
