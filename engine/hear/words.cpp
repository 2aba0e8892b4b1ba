// A message becomes words. Case and accents are ICU's knowledge.

#include "hear/features.h"

#include "base/utf8.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <array>

namespace shopbell {
namespace {

constexpr std::size_t loud_letters_min = 6;

/// Small, and without what stands on or under it.
char32_t folded(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  const UChar32 small = u_foldCase(static_cast<UChar32>(c), U_FOLD_CASE_DEFAULT);
  UErrorCode error = U_ZERO_ERROR;
  static const UNormalizer2* const parts = unorm2_getNFDInstance(&error);
  std::array<UChar, 8> made{};
  const std::int32_t size = unorm2_getDecomposition(parts, small, made.data(), made.size(), &error);
  if (U_FAILURE(error) || size <= 0) return static_cast<char32_t>(small);
  UChar32 base = 0;
  std::int32_t at = 0;
  U16_NEXT(made.data(), at, size, base);
  return static_cast<char32_t>(base);
}

bool is_letter(char32_t c) {
  return c < 0x80 ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') : u_isalpha(static_cast<UChar32>(c)) != 0;
}
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_mark(char32_t c) { return c >= 0x300 && u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK; }
bool stands_alone(char32_t c) {
  if (c < 0x80) return c == '?' || c == '!' || c == '$';
  const auto code = static_cast<UChar32>(c);
  return u_charType(code) == U_CURRENCY_SYMBOL || u_hasBinaryProperty(code, UCHAR_EXTENDED_PICTOGRAPHIC) != 0;
}

class Words {
 public:
  void take(char32_t c) {
    if (c == '\'' || c == 0x2019 || is_mark(c)) return;  // "don't" and "dont" are one
    const bool shout = c == '!' || c == '?';
    if (shout && shout_before_) insistent_ = true;
    shout_before_ = shout;
    if (is_letter(c)) return take_letter(c);
    if (is_digit(c)) return take_digit(c);
    end_word();
    if (!stands_alone(c)) return;
    append_utf8(word_, c);
    end_word();
  }

  bool full() const { return words_.size() >= heard_words_max; }

  std::vector<std::string> done() {
    end_word();
    if (letters_ >= loud_letters_min && capitals_ * 10 >= letters_ * 7) words_.emplace_back("<loud>");
    if (insistent_) words_.emplace_back("<!!>");
    if (stretched_) words_.emplace_back("<long>");
    return std::move(words_);
  }

 private:
  void take_letter(char32_t c) {
    ++letters_;
    capitals_ += c < 0x80 ? c <= 'Z' : u_isupper(static_cast<UChar32>(c)) != 0;
    const char32_t small = folded(c);
    repeated_ = small == last_ ? repeated_ + 1 : 1;
    last_ = small;
    if (repeated_ > 2) stretched_ = true;
    else append_utf8(word_, small);
  }

  void take_digit(char32_t c) {
    ++digits_;
    last_ = 0;
    word_ += static_cast<char>(c);
  }

  void end_word() {
    if (digits_ >= 3)
      for (char& c : word_)
        if (is_digit(static_cast<unsigned char>(c))) c = '0';
    if (!word_.empty() && !full()) words_.push_back(std::move(word_));
    word_.clear();
    digits_ = repeated_ = 0;
    last_ = 0;
  }

  std::vector<std::string> words_;
  std::string word_;
  char32_t last_ = 0;
  std::size_t letters_ = 0, capitals_ = 0, digits_ = 0, repeated_ = 0;
  bool shout_before_ = false, insistent_ = false, stretched_ = false;
};

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  text = text.substr(0, heard_bytes_max);
  Words words;
  for (std::size_t at = 0; at < text.size() && !words.full();) words.take(next_utf8(text, at));
  return words.done();
}

}  // namespace shopbell
