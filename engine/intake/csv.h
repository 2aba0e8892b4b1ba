#pragma once
// Comma-separated values, RFC 4180, and what programs make of it: a byte order mark, semicolons or tabs for
// commas, any line break, empty lines. UTF-8. One thread.

#include <shopbell/error.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t csv_columns_max = 1000;
constexpr std::size_t csv_record_bytes_max = 1024 * 1024;

struct CsvRecord {
  std::vector<std::string> fields;
  std::uint64_t line = 0;   // where it begins, from 1
  std::string_view text;    // as it stands there, without its line break
};

class CsvReader {
 public:
  /// `text` outlives the reader. `separator` 0: what stands most often in the first line of , ; and tab.
  explicit CsvReader(std::string_view text, char separator = 0);

  /// The next record that has something in it; nothing: the end. After an error the one behind it is read. Errors
  /// begin with "line N": "bad_csv" (a quote that is not closed, or something behind a closing one), "not_utf8",
  /// "too_large".
  std::optional<Result<CsvRecord>> next();
  char separator() const { return separator_; }

 private:
  Result<CsvRecord> record();
  Result<std::string> quoted();
  std::string plain();
  bool at_break() const { return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }
  void skip_break();
  void skip_line();

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  char separator_;
};

}  // namespace shopbell
