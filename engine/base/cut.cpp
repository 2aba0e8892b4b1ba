// Sentences, words and characters are ICU's knowledge.

#include <shopbell/cut.h>

#include <shopbell/text.h>

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <memory>

namespace shopbell {
namespace {

using Breaks = icu::BreakIterator;
using Make = Breaks* (*)(const icu::Locale&, UErrorCode&);

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The last such boundary of the text in (after, upto]; 0: there is none. `behind_white`: only those that follow white space.
std::size_t last_boundary(std::string_view text, std::size_t after, std::size_t upto, Make make, bool behind_white) {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<Breaks> breaks(make(icu::Locale::getRoot(), error));
  UText utf8 = UTEXT_INITIALIZER;
  utext_openUTF8(&utf8, text.data(), static_cast<std::int64_t>(text.size()), &error);
  if (U_SUCCESS(error)) breaks->setText(&utf8, error);
  std::size_t found = 0;
  const auto end = static_cast<std::int32_t>(upto);
  if (U_SUCCESS(error))
    for (std::int32_t at = breaks->isBoundary(end) ? end : breaks->preceding(end); at != Breaks::DONE && static_cast<std::size_t>(at) > after; at = breaks->previous()) {
      if (behind_white && !is_white(text[static_cast<std::size_t>(at) - 1])) continue;
      found = static_cast<std::size_t>(at);
      break;
    }
  utext_close(&utf8);
  return found;
}

/// The end of the longest beginning that fits, at a code point.
std::size_t longest(std::string_view text, const std::function<bool(std::string_view)>& fits) {
  const auto back = [&](std::size_t at) {
    while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
    return at;
  };
  std::size_t low = 0, high = text.size();
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (fits(text.substr(0, back(middle)))) low = middle;
    else high = middle - 1;
  }
  return back(low);
}

std::size_t behind(std::string_view text, std::string_view mark, std::size_t after, std::size_t upto) {
  const std::size_t at = text.substr(0, upto + mark.size()).rfind(mark);
  return at == std::string_view::npos || at <= after ? 0 : at;
}

/// Where a reader would pause, at or before `upto`.
std::size_t pause(std::string_view text, std::size_t upto) {
  const std::size_t half = upto / 2;
  if (const std::size_t at = behind(text, "\n\n", half, upto)) return at;
  if (const std::size_t at = behind(text, "\n", half, upto)) return at;
  const std::size_t with_white = upto < text.size() && is_white(text[upto]) ? upto + 1 : upto;  // which is cut away
  if (const std::size_t at = last_boundary(text, half, with_white, Breaks::createSentenceInstance, true)) return at;
  if (const std::size_t at = last_boundary(text, half, with_white, Breaks::createLineInstance, true)) return at;
  if (const std::size_t at = last_boundary(text, half, upto, Breaks::createLineInstance, false)) return at;
  if (const std::size_t at = last_boundary(text, 0, upto, Breaks::createCharacterInstance, false)) return at;
  return upto;
}

}  // namespace

Cut cut(std::string_view text, const std::function<bool(std::string_view)>& fits) {
  if (fits(text)) return {text, {}};
  const std::size_t end = longest(text, fits);
  if (end == 0) return {{}, text};
  const std::size_t at = pause(text, end);
  const Cut made{trimmed(text.substr(0, at)), trimmed(text.substr(at))};
  return made.first.empty() ? Cut{text.substr(0, end), text.substr(end)} : made;
}

}  // namespace shopbell
