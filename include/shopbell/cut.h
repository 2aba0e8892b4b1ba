#pragma once
// A text that is too long for one message, cut where a reader would pause. Pure; any thread.

#include <functional>
#include <string_view>

namespace shopbell {

struct Cut {
  std::string_view first, rest;  // of the text, without the white space between them; `rest` is empty when all fits
};

/// The longest beginning that fits, cut behind a paragraph, else a line, a sentence, a word (where a line may be broken in a
/// script without blanks), as long as that leaves at least half of what would fit; else between two characters as a reader
/// counts them (grapheme clusters, Unicode's annex 29), or two code points. `fits` holds for every beginning of a text that it
/// holds for. `first` is empty when not even one code point fits.
Cut cut(std::string_view text, const std::function<bool(std::string_view)>& fits);

}  // namespace shopbell
