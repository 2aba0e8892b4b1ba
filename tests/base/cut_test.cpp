// A text that is too long for one message.

#include "support/catch.h"

#include <shopbell/cut.h>
#include <shopbell/text.h>

#include <string>
#include <vector>

using namespace shopbell;

namespace {

auto bytes(std::size_t max) {
  return [max](std::string_view text) { return text.size() <= max; };
}

std::vector<std::string> parts_of(std::string_view text, std::size_t max) {
  std::vector<std::string> parts;
  while (!text.empty() && parts.size() < 1000) {
    const Cut made = cut(text, bytes(max));
    REQUIRE_FALSE(made.first.empty());
    parts.emplace_back(made.first);
    text = made.rest;
  }
  return parts;
}

}  // namespace

TEST_CASE("a long text is cut behind a paragraph, else a line, a sentence, a word, a character") {
  struct Case {
    std::string text;
    std::size_t max;
    std::vector<std::string> parts;
  };
  const Case c = GENERATE(
      Case{"It fits.", 8, {"It fits."}},
      Case{"First words. More of it.\n\nThe second one.", 40, {"First words. More of it.", "The second one."}},
      Case{"A line with. A stop\nanother line with words", 30, {"A line with. A stop", "another line with words"}},
      Case{"It is on its way. You will hear from us.", 30, {"It is on its way.", "You will hear from us."}},
      Case{"Está en camino. ¿Necesita algo más hoy?", 30, {"Está en camino.", "¿Necesita algo más hoy?"}},
      Case{"you can see it at https://shop.example/a/b-c", 32, {"you can see it at", "https://shop.example/a/b-c"}},
      Case{"short. words without a stop go on and on", 30, {"short. words without a stop go", "on and on"}},
      Case{"exactly fits", 7, {"exactly", "fits"}},                    // the blank is cut away
      Case{"ご注文の商品は明日届きます", 21, {"ご注文の商品は", "明日届きます"}},  // no blanks: where a line may be broken
      Case{"xxxxxxxxxx", 4, {"xxxx", "xxxx", "xx"}},
      Case{"ééééé", 5, {"éé", "éé", "é"}},
      Case{"xxe\u0301xx", 4, {"xx", "e\u0301x", "x"}},                 // a letter and its accent stay together
      Case{"xx👩‍👩‍👧xx", 20, {"xx👩‍👩‍👧", "xx"}},
      Case{"👩‍👩‍👧", 12, {"👩‍👩", "‍👧"}});                                    // it cannot be helped
  INFO(c.text);
  CHECK(parts_of(c.text, c.max) == c.parts);
}

TEST_CASE("whatever the text and the measure, nothing but white space is lost, and each part is whole UTF-8 that fits") {
  const std::vector<std::string> pieces{"a", "word ", "é", "👩‍👩‍👧", "ни ", "\n", "\n\n", ". ", "注文", "  ", "!", "e\u0301", "https://x.example/y "};
  std::uint64_t dice = 88172645463325252ULL;
  const auto roll = [&](std::size_t n) {
    dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
    return static_cast<std::size_t>(dice % n);
  };
  const auto dense = [](std::string_view text) {
    std::string made;
    for (const char c : text)
      if (c != ' ' && c != '\n') made += c;
    return made;
  };
  for (int i = 0; i < 2000; ++i) {
    std::string text = "x";
    for (std::size_t n = roll(40); n > 0; --n) text += pieces[roll(pieces.size())];
    const std::size_t max = 4 + roll(60);
    std::string joined;
    for (const std::string& part : parts_of(text, max)) {
      CHECK(part.size() <= max);
      CHECK(utf8_valid(part));
      joined += part;
    }
    REQUIRE(dense(joined) == dense(text));
  }
}

TEST_CASE("what cannot fit says so") {
  CHECK(cut("é", bytes(1)).first.empty());
  CHECK(cut("", bytes(1)).rest.empty());
}
