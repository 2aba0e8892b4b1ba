#include "cli/table.h"

#include "base/utf8.h"

#include <algorithm>

namespace shopbell::cli {

std::string Table::text() const {
  std::vector<std::size_t> widths(heads_.size());
  const auto measure = [&widths](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], utf8_count(row[i]));
  };
  measure(heads_);
  std::for_each(rows_.begin(), rows_.end(), measure);
  std::string to;
  const auto write = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      to += row[i];
      if (i + 1 < row.size()) to.append(widths[i] - utf8_count(row[i]) + 2, ' ');
    }
    while (!to.empty() && to.back() == ' ') to.pop_back();
    to += '\n';
  };
  write(heads_);
  std::for_each(rows_.begin(), rows_.end(), write);
  return to;
}

std::string fit(std::string_view text, std::size_t width) {
  std::string to;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    if (count + 1 == width && utf8_count(text.substr(at)) > 1) return to + "…";
    const char32_t c = next_utf8(text, at);
    append_utf8(to, c < 0x20 || (c >= 0x7f && c < 0xa0) ? U' ' : c);
  }
  return to;
}

}  // namespace shopbell::cli
