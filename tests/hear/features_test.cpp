#include "hear/features.h"
#include "support/catch.h"

#include <algorithm>

using namespace shopbell;

using Words = std::vector<std::string>;

TEST_CASE("a message becomes words without case, accents and what varies") {
  const auto [text, words] = GENERATE(table<std::string, Words>({
      {"Where is my order", {"where", "is", "my", "order"}},
      {"DEVOLUCIÓN, por favor", {"devolucion", "por", "favor"}},
      {"Grüße aus Köln", {"gruße", "aus", "koln"}},
      {"don't / don\xe2\x80\x99t / dont", {"dont", "dont", "dont"}},
      {"order 12345 and 67890, size 42", {"order", "00000", "and", "00000", "size", "42"}},
      {"pleeeease", {"pleease", "<long>"}},
      {"WHERE IS MY ORDER???", {"where", "is", "my", "order", "?", "?", "?", "<loud>", "<!!>"}},
      {"why? I paid \xe2\x82\xac" "20", {"why", "?", "i", "paid", "\xe2\x82\xac", "20"}},
      {"love it\xf0\x9f\x98\x8d", {"love", "it", "\xf0\x9f\x98\x8d"}},
      {"", {}},
      {"...", {}},
      {"a\xff\xfe" "b", {"a", "b"}},
      {"заказ ЗАКАЗ", {"заказ", "заказ"}},
  }));
  INFO(text);
  CHECK(words_of(text) == words);
}

TEST_CASE("no message is longer than what is looked at") {
  std::string text;
  for (std::size_t i = 0; i < heard_words_max * 4; ++i) text += "w" + std::string(1, static_cast<char>('a' + i % 26)) + " ";
  CHECK(words_of(text).size() == heard_words_max);
  CHECK(words_of(std::string(heard_bytes_max, ' ') + "behind").empty());
  const std::string cut = std::string(heard_bytes_max - 1, 'a') + "\xc3\xa9";
  CHECK_FALSE(words_of(cut).empty());  // and a letter that is cut in two breaks nothing
}

TEST_CASE("each feature stands once, with how often it occurs, by growing hash") {
  const auto features = features_of("no no no refund");
  REQUIRE(!features.empty());
  CHECK(std::is_sorted(features.begin(), features.end(), [](const Feature& a, const Feature& b) { return a.hash < b.hash; }));
  CHECK(std::adjacent_find(features.begin(), features.end(),
                           [](const Feature& a, const Feature& b) { return a.hash == b.hash; }) == features.end());
  CHECK(std::any_of(features.begin(), features.end(),
                    [](const Feature& f) { return f.group == FeatureGroup::word && f.count == 3; }));
}

TEST_CASE("a misspelt word shares most of its letters with the right one") {
  const auto right = features_of("delivery"), wrong = features_of("delivry");
  std::size_t shared = 0;
  for (const Feature& a : right)
    shared += std::any_of(wrong.begin(), wrong.end(), [&](const Feature& b) { return a.hash == b.hash; });
  CHECK(shared * 2 > wrong.size());
}
