// Markdown becomes questions and answers. Headings are the `#` form of CommonMark, outside of fenced code.

#include "hear/faq.h"

#include <shopbell/text.h>

namespace shopbell {
namespace {

// "How long does it take?" is "how-long-does-it-take", as GitHub makes anchors of headings.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const std::string& word : words_of(heading)) {
    if (word == "?" || word == "!" || word.front() == '<') continue;
    anchor += (anchor.empty() ? "" : "-") + word;
  }
  return anchor;
}

// The heading's text, or nothing.
std::string_view heading_of(std::string_view line) {
  const std::size_t marks = line.find_first_not_of('#');
  if (marks == 0 || marks == std::string_view::npos || marks > 6 || line[marks] != ' ') return {};
  std::string_view text = trimmed(line.substr(marks));
  const std::size_t end = text.find_last_not_of('#');
  if (end != std::string_view::npos && end + 1 < text.size() && text[end] == ' ') text = trimmed(text.substr(0, end));
  return text;
}

class FaqReader {
 public:
  explicit FaqReader(std::string_view name) : name_(name) {}

  void line(std::string_view line) {
    if (trimmed(line).starts_with("```")) fenced_ = !fenced_;
    const std::string_view heading = fenced_ ? std::string_view{} : heading_of(line);
    if (heading.empty()) {
      now_.text += std::string(line) + "\n";
      return;
    }
    if (!trimmed(now_.text).empty()) end();
    now_.text.clear();
    if (now_.questions.empty()) now_.source = std::string(name_) + "#" + anchor_of(heading);
    now_.questions.emplace_back(heading);
  }

  std::vector<FaqEntry> take() {
    end();
    return std::move(entries_);
  }

 private:
  void end() {
    now_.text = std::string(trimmed(now_.text));
    if (!now_.questions.empty() && !now_.text.empty()) entries_.push_back(std::move(now_));
    now_ = {};
  }
  std::string_view name_;
  std::vector<FaqEntry> entries_;
  FaqEntry now_;
  bool fenced_ = false;
};

}  // namespace

std::vector<FaqEntry> read_faq(std::string_view name, std::string_view markdown) {
  FaqReader reader(name);
  while (!markdown.empty()) {
    const std::size_t end = std::min(markdown.find('\n'), markdown.size());
    std::string_view line = markdown.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    reader.line(line);
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  return reader.take();
}

}  // namespace shopbell
