#pragma once
// Patterns by RE2: linear in the text, bounded in memory.

#include <shopbell/error.h>

#include <memory>
#include <string_view>

namespace re2 {
class RE2;
}

namespace shopbell::cel {

class Regex {
 public:
  /// Errors: "bad_regex", "regex_too_long", "regex_too_large".
  static Result<Regex> compile(std::string_view pattern);

  /// Whether it matches any part of the text.
  bool matches(std::string_view text) const;
  const re2::RE2& re2() const { return *re2_; }

 private:
  std::shared_ptr<const re2::RE2> re2_;
};

}  // namespace shopbell::cel
