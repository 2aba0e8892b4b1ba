// Tables as programs write them, and as they should not be.

#include "intake/csv.h"
#include "support/catch.h"

#include <fmt/format.h>

using namespace shopbell;

namespace {

/// "1:a|b" for each record, "!" and the message for an error.
std::vector<std::string> records(std::string_view text, char separator = 0) {
  CsvReader reader(text, separator);
  std::vector<std::string> all;
  while (const auto record = reader.next())
    all.push_back(*record ? fmt::format("{}:{}", (**record).line, fmt::join((**record).fields, "|")) : "!" + record->error().message);
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("CSV is read as RFC 4180 has it, with what programs make of it") {
  struct Case {
    const char* what;
    std::string text;
    Texts records;
  };
  const std::vector<Case> cases{
      {"plain, ended by CRLF", "a,b\r\nc,d\r\n", {"1:a|b", "2:c|d"}},
      {"the last line may lack its break", "a,b\nc,d", {"1:a|b", "2:c|d"}},
      {"old Macs ended lines by CR", "a,b\rc,d\r", {"1:a|b", "2:c|d"}},
      {"quotes hold separators, breaks and quotes", "a,\"b,\r\n\"\"c\"\"\"\nd,e\n", {"1:a|b,\r\n\"c\"", "3:d|e"}},
      {"empty fields, quoted or not", ",\"\",\n", {"1:||"}},
      {"a byte order mark is no part of the first name", "\xef\xbb\xbf" "a,b\n", {"1:a|b"}},
      {"semicolons", "a;b\n1,5;2\n", {"1:a|b", "2:1,5|2"}},
      {"tabs", "a\tb\n1\t2\n", {"1:a|b", "2:1|2"}},
      {"commas within quotes do not make the separator", "\"x,y,z\";b\n", {"1:x,y,z|b"}},
      {"a quote within a field without quotes is itself", "5\" pipe,b\n", {"1:5\" pipe|b"}},
      {"empty lines are none", "a\n\n\r\nb\n", {"1:a", "4:b"}},
      {"blanks stay", " a , b\n", {"1: a | b"}},
      {"nothing", "", {}},
  };
  for (const Case& one : cases) {
    INFO(one.what);
    CHECK(records(one.text) == one.records);
  }
  CHECK(records("a,b;c\n", ',') == Texts{"1:a|b;c"});
}

TEST_CASE("a record that cannot be read is told with its line, and the next one is read") {
  CHECK(records("a\n\"b\nc\n") == Texts{"1:a", "!line 2: a quote is not closed", "3:c"});
  CHECK(records("a\n\"b\"x,y\nc\n") == Texts{"1:a", "!line 2: something stands behind a closing quote", "3:c"});
  CHECK(records("a\n\xff\nc\n") == Texts{"1:a", "!line 2: this is not UTF-8", "3:c"});
}

TEST_CASE("what is larger than a record may be is refused, and no more memory taken") {
  const std::string wide(csv_columns_max, ',');
  CHECK(records(wide + "\na\n").front().starts_with("!line 1: more than"));
  const std::string open = "a\n\"" + std::string(csv_record_bytes_max + 1, 'x');
  CHECK(records(open) == Texts{"1:a", "!line 2: a quote is not closed"});
}
