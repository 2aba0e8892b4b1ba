// The functions that CEL in a platform file has on top of its own.

#include "load/platform_parts.h"

#include "base/automatic_mail.h"
#include "base/html_text.h"
#include "base/json.h"
#include "base/quotes.h"
#include "base/time.h"
#include "base/written_time.h"
#include "cel/call.h"
#include "core/profile.h"

#include <shopbell/text.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

namespace shopbell {
namespace {

Value number(cel::Call& call, const Value* args) {
  if (args[0].is_number()) return args[0].number_or(0);
  const std::string_view text = trimmed(args[0].text_or(""));
  double d = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), d, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(d))
    return call.fail("bad_argument", "this is no number");
  return d;
}

Value words(cel::Call& call, const Value* args) {
  if (args[0].is(Kind::list)) return args[0];
  if (!args[0].is(Kind::string)) return call.fail("bad_argument", "this is no text");
  ListBuilder list(call.arena());
  std::string_view rest = args[0].text();
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (const auto bare = trimmed(word); !bare.empty()) list.add(bare);
  }
  return list.build();
}

Value sum(cel::Call& call, const Value* args) {
  if (!args[0].is(Kind::list)) return call.fail("bad_argument", "this is no list");
  bool whole = true;
  double total = 0;
  for (const Value& v : args[0].items()) {
    if (!v.is_number()) return call.fail("bad_argument", "this is no list of numbers");
    whole = whole && !v.is(Kind::real);
    total += v.number_or(0);
  }
  constexpr double exact_max = 9007199254740992.0;  // above it a double skips whole numbers
  return whole && std::abs(total) < exact_max ? Value(static_cast<std::int64_t>(total)) : Value(total);
}

Value time_text(cel::Call& call, const Value* args) {
  if (parse_time(args[0].text_or(""))) return args[0];
  return call.fail("bad_argument", "this is no RFC 3339 time");
}

Value instant(cel::Call& call, const Value* args) {
  const std::string_view name = args[1].text_or("");
  const Zone* zone = find_zone(name.empty() ? "UTC" : name);
  if (zone == nullptr) return call.fail("bad_argument", "there is no such time zone");
  const auto at = parse_written_time(args[0].text_or(""), *zone);
  if (!at) return call.fail("bad_argument", "this is no time");
  return Value(*at);
}

Value json(cel::Call& call, const Value* args) {
  const auto parsed = parse_json(args[0].text_or(""), call.arena());
  return parsed ? *parsed : call.fail("bad_argument", "this is no JSON");
}

Value major(cel::Call& call, const Value* args) {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();
  const std::int64_t amount = args[0].integer_or(none);
  if (amount == none || !args[1].is(Kind::string))
    return call.fail("bad_argument", "this is no amount and currency");
  std::string currency(args[1].text());
  for (char& c : currency) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return major_units(amount, currency);
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// "Ann Lee <ann@example.com>" is her address and her name.
Value mail_address(cel::Call& call, const Value* args) {
  std::string_view text = trimmed(args[0].text_or(""));
  if (const std::size_t open = text.rfind('<'); open != std::string_view::npos && text.ends_with('>'))
    text = trimmed(text.substr(open + 1, text.size() - open - 2));
  if (text.find('@') == std::string_view::npos || text.find(' ') != std::string_view::npos)
    return call.fail("bad_argument", "this is no mail address");
  return text;
}

// Of a header that holds one address and no more.
Value mail_only(cel::Call& call, const Value* args) {
  const Value address = mail_address(call, args);
  if (address.text_or("").find_first_of(",;:<>\"") == std::string_view::npos && args[0].text_or("").find(',') == std::string_view::npos) return address;
  return call.fail("bad_argument", "there is more than one address");
}

Value mail_name(cel::Call& call, const Value* args) {
  const std::string_view text = args[0].text_or("");
  const std::size_t open = text.rfind('<');
  std::string_view name = trimmed(text.substr(0, open == std::string_view::npos ? 0 : open));
  if (name.size() > 1 && name.starts_with('"') && name.ends_with('"')) name = name.substr(1, name.size() - 2);
  if (name.empty()) return call.fail("bad_argument", "there is no name");
  return name;
}

/// The value of the first header of that name, unfolded; nothing: there is none.
std::optional<std::string> header_of(std::string_view rest, std::string_view name) {
  std::optional<std::string> value;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const bool folded = line.starts_with(' ') || line.starts_with('\t');
    if (value && !folded) break;
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (value) value->append(" ").append(trimmed(line));
    else if (!folded && colon < line.size() && same_letters(line.substr(0, colon), name)) value = trimmed(line.substr(colon + 1));
  }
  return value;
}

Value mail_header(cel::Call& call, const Value* args) {
  const auto value = header_of(args[0].text_or(""), args[1].text_or(""));
  if (!value) return call.fail("bad_argument", "there is no such header");
  return call.text(*value);
}

Value mail_automatic(cel::Call& call, const Value* args) {
  if (!args[0].is(Kind::string)) return call.fail("bad_argument", "these are no headers");
  return Value(is_automatic_mail([&](const char* name) { return header_of(args[0].text(), name).value_or(std::string()); }));
}

// The message ids of a header, without their brackets.
Value mail_ids(cel::Call& call, const Value* args) {
  std::string_view rest = args[0].text_or("");
  ListBuilder ids(call.arena());
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n<>,"), rest.size()));
    if (rest.empty()) break;
    const std::string_view id = rest.substr(0, rest.find_first_of(" \t\r\n<>,"));
    if (id.find('@') != std::string_view::npos) ids.add(call.text(id));
    rest.remove_prefix(id.size());
  }
  return ids.build();
}

// What was written, without what was quoted.
Value mail_said(cel::Call& call, const Value* args) {
  if (!args[0].is(Kind::string)) return call.fail("bad_argument", "this is no text");
  return call.text(without_quotes(args[0].text()));
}

// HTML as one reads it.
Value plain_text(cel::Call& call, const Value* args) {
  if (!args[0].is(Kind::string)) return call.fail("bad_argument", "this is no text");
  return call.text(html_text(args[0].text()));
}

}  // namespace

cel::Env platform_env() {
  cel::Env env;
  env.declare("body", cel::Type(), "The platform's body.");
  env.declare("it", cel::Type(), "What the shape is about.");
  const auto function = [&](const char* name, std::size_t params, cel::Env::Code code) {
    env.declare(cel::Env::Function{.name = name,
                                   .params = std::vector<cel::Type>(params),
                                   .result = cel::Type(),
                                   .member = false,
                                   .code = code});
  };
  function("number", 1, number);
  function("words", 1, words);
  function("sum", 1, sum);
  function("time", 1, time_text);
  function("instant", 2, instant);
  function("json", 1, json);
  function("major", 2, major);
  function("mail_address", 1, mail_address);
  function("mail_only", 1, mail_only);
  function("mail_automatic", 1, mail_automatic);
  function("mail_name", 1, mail_name);
  function("mail_header", 2, mail_header);
  function("mail_ids", 1, mail_ids);
  function("mail_said", 1, mail_said);
  function("plain_text", 1, plain_text);
  return env;
}

}  // namespace shopbell
