#include "intake/csv.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::string_view utf8_mark = "\xef\xbb\xbf";

char most_frequent_separator(std::string_view text) {
  std::array<std::pair<char, std::size_t>, 3> counted{{{',', 0}, {';', 0}, {'\t', 0}}};
  bool within = false;
  for (const char c : text) {
    if (c == '"') within = !within;
    if (!within && (c == '\n' || c == '\r')) break;
    for (auto& [separator, count] : counted) count += !within && c == separator;
  }
  return std::max_element(counted.begin(), counted.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, char separator) : text_(text) {
  if (text_.starts_with(utf8_mark)) text_.remove_prefix(utf8_mark.size());
  separator_ = separator != 0 ? separator : most_frequent_separator(text_);
}

std::optional<Result<CsvRecord>> CsvReader::next() {
  while (at_ < text_.size() && at_break()) skip_break();
  if (at_ >= text_.size()) return std::nullopt;
  const std::uint64_t line = line_;
  const std::size_t from = at_;
  auto read = record();
  if (!read) return fail(read.error().code, fmt::format("line {}: {}", line, read.error().message));
  read->line = line;
  read->text = text_.substr(from, at_ - from);
  skip_break();
  if (read->text.size() > csv_record_bytes_max || read->fields.size() > csv_columns_max)
    return fail("too_large", fmt::format("line {}: more than {} columns or {} bytes", line, csv_columns_max, csv_record_bytes_max));
  if (!utf8_valid(read->text)) return fail("not_utf8", fmt::format("line {}: this is not UTF-8", line));
  return read;
}

Result<CsvRecord> CsvReader::record() {
  CsvRecord made;
  for (;;) {
    if (at_ < text_.size() && text_[at_] == '"') {
      auto field = quoted();
      if (!field) return tl::unexpected(field.error());
      made.fields.push_back(std::move(*field));
    } else {
      made.fields.push_back(plain());
    }
    if (at_break()) return made;
    if (text_[at_] == separator_) {
      ++at_;
      continue;
    }
    skip_line();
    return fail("bad_csv", "something stands behind a closing quote");
  }
}

Result<std::string> CsvReader::quoted() {
  std::string field;
  const std::size_t begin = at_++;
  const std::uint64_t line = line_;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') ++at_;
    else if (text_[at_] == '"') return ++at_, field;
    if (text_[at_] == '\n') ++line_;
    field += text_[at_];
    if (field.size() > csv_record_bytes_max) break;
  }
  // What follows may be right: only this line is lost.
  at_ = begin;
  line_ = line;
  skip_line();
  return fail("bad_csv", "a quote is not closed");
}

std::string CsvReader::plain() {
  const std::size_t begin = at_;
  while (!at_break() && text_[at_] != separator_) ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

void CsvReader::skip_break() {
  if (at_ >= text_.size()) return;
  if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
  ++at_;
  ++line_;
}

void CsvReader::skip_line() {
  while (!at_break()) ++at_;
  skip_break();
}

}  // namespace shopbell
