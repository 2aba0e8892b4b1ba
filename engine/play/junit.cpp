#include "play/junit.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell::play {
namespace {

/// XML 1.0 has no way to write most control characters: they become blanks.
std::string xml(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '<') made += "&lt;";
    else if (c == '>') made += "&gt;";
    else if (c == '&') made += "&amp;";
    else if (c == '"') made += "&quot;";
    else made += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
  }
  return made;
}

}  // namespace

std::string junit(const std::vector<JUnitCase>& cases) {
  const auto failures = std::count_if(cases.begin(), cases.end(), [](const JUnitCase& c) { return !c.failure.empty(); });
  std::string to = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\">\n", cases.size(), failures);
  for (auto first = cases.begin(); first != cases.end();) {
    const auto last = std::find_if(first, cases.end(), [&](const JUnitCase& c) { return c.file != first->file; });
    const auto failed = std::count_if(first, last, [](const JUnitCase& c) { return !c.failure.empty(); });
    to += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n", xml(first->file), last - first, failed);
    for (; first != last; ++first) {
      to += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"", xml(first->file), xml(first->name), first->seconds);
      if (first->failure.empty()) to += "/>\n";
      else to += fmt::format(">\n      <failure message=\"not as expected\">{}</failure>\n    </testcase>\n", xml(first->failure));
    }
    to += "  </testsuite>\n";
  }
  return to + "</testsuites>\n";
}

}  // namespace shopbell::play
