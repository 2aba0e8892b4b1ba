#pragma once
// What a reader sees of HTML, as plain text: enough for a mail or a chat message. Pure.

#include <string>
#include <string_view>

namespace shopbell {

/// Blocks and breaks become lines; style, script, head and what is quoted (<blockquote>) are left out; entities are characters.
std::string html_text(std::string_view html);

}  // namespace shopbell
