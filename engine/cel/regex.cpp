#include "cel/regex.h"

#include "cel/cel.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace shopbell::cel {

Result<Regex> Regex::compile(std::string_view pattern) {
  if (pattern.size() > regex_bytes_max)
    return fail("regex_too_long", fmt::format("the pattern has more than {} bytes", regex_bytes_max));
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(regex_memory_max);
  Regex regex;
  regex.re2_ = std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (regex.re2_->ok()) return regex;
  if (regex.re2_->error_code() == re2::RE2::ErrorPatternTooLarge)
    return fail("regex_too_large", fmt::format("the pattern needs more than {} bytes", regex_memory_max));
  return fail("bad_regex", fmt::format("the pattern is wrong: {}", regex.re2_->error()));
}

bool Regex::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *re2_);
}

}  // namespace shopbell::cel
