// The string extension: positions are code points.
// https://github.com/google/cel-go/blob/master/ext/README.md#strings

#include "cel/format.h"
#include "cel/library.h"

#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell::cel {
namespace {

// The byte at which code point `index` begins; npos when the text has fewer.
std::size_t byte_of(std::string_view text, std::int64_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at += utf8_length(text[at]);
  return index == 0 ? std::min(at, text.size()) : std::string_view::npos;
}

Value bad_index(Call& call, std::int64_t index) {
  return call.fail("out_of_range", fmt::format("index out of range: {}", index));
}

bool pay(Call& call, std::size_t bytes) { return call.spend(bytes / 10 + 1); }

Value char_at(Call& call, const Value* args) {
  const std::string_view text = args[0].text();
  if (!pay(call, text.size())) return call.too_costly();
  const std::size_t at = args[1].integer() < 0 ? std::string_view::npos : byte_of(text, args[1].integer());
  if (at == std::string_view::npos) return bad_index(call, args[1].integer());
  return Value(at == text.size() ? std::string_view{} : text.substr(at, utf8_length(text[at])));
}

Value position(std::string_view text, std::size_t byte) {
  return byte == std::string_view::npos ? Value(-1)
                                        : Value(static_cast<std::int64_t>(utf8_count(text.substr(0, byte))));
}

Value index_of(Call& call, const Value* args) {
  if (!pay(call, args[0].size())) return call.too_costly();
  return position(args[0].text(), args[0].text().find(args[1].text()));
}

Value index_of_from(Call& call, const Value* args) {
  const std::string_view text = args[0].text();
  if (!pay(call, text.size())) return call.too_costly();
  const std::size_t from = args[2].integer() < 0 ? std::string_view::npos : byte_of(text, args[2].integer());
  if (from == std::string_view::npos) return bad_index(call, args[2].integer());
  return position(text, text.find(args[1].text(), from));
}

Value last_index_of(Call& call, const Value* args) {
  if (!pay(call, args[0].size())) return call.too_costly();
  return position(args[0].text(), args[0].text().rfind(args[1].text()));
}

Value last_index_of_from(Call& call, const Value* args) {
  const std::string_view text = args[0].text();
  if (!pay(call, text.size())) return call.too_costly();
  const std::size_t from = args[2].integer() < 0 ? std::string_view::npos : byte_of(text, args[2].integer());
  if (from == std::string_view::npos) return bad_index(call, args[2].integer());
  return position(text, text.rfind(args[1].text(), from));
}

template <char first, char last>
Value change_case(Call& call, const Value* args) {
  if (!pay(call, args[0].size())) return call.too_costly();
  const std::string_view text = args[0].text();
  char* to = call.arena().make<char>(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    to[i] = text[i] >= first && text[i] <= last ? static_cast<char>(text[i] ^ 0x20) : text[i];
  return Value(std::string_view(to, text.size()));
}

Value replace_some(Call& call, std::string_view text, std::string_view old, std::string_view with,
                   std::int64_t times) {
  std::string result;
  std::size_t at = 0;
  for (; times != 0; --times) {
    const std::size_t found = text.find(old, at);
    if (found == std::string_view::npos) break;
    // An empty text stands before each code point and at the end.
    const std::size_t step = old.empty() && found < text.size() ? utf8_length(text[found]) : old.size();
    result.append(text.substr(at, found - at)).append(with);
    if (old.empty()) result.append(text.substr(found, step));
    at = found + step;
    if (!pay(call, with.size() + step)) return call.too_costly();
    if (old.empty() && step == 0) break;
  }
  if (at < text.size()) result.append(text.substr(at));
  return pay(call, result.size()) ? call.text(result) : call.too_costly();
}

Value replace(Call& call, const Value* args) {
  return replace_some(call, args[0].text(), args[1].text(), args[2].text(), -1);
}
Value replace_times(Call& call, const Value* args) {
  return replace_some(call, args[0].text(), args[1].text(), args[2].text(), args[3].integer());
}

Value split_some(Call& call, std::string_view text, std::string_view separator, std::int64_t parts_max) {
  if (!pay(call, text.size())) return call.too_costly();
  ListBuilder parts(call.arena());
  if (parts_max == 0) return parts.build();
  std::size_t at = 0;
  while (parts_max < 0 || static_cast<std::int64_t>(parts.size()) + 1 < parts_max) {
    const std::size_t found = separator.empty()
                                  ? (at < text.size() ? at + utf8_length(text[at]) : text.size())
                                  : text.find(separator, at);
    if (found == std::string_view::npos || (separator.empty() && found >= text.size())) break;
    parts.add(Value(text.substr(at, found - at)));
    at = found + separator.size();
    if (!call.spend(1)) return call.too_costly();
  }
  if (!separator.empty() || at < text.size()) parts.add(Value(text.substr(at)));
  return parts.build();
}

Value split(Call& call, const Value* args) { return split_some(call, args[0].text(), args[1].text(), -1); }
Value split_parts(Call& call, const Value* args) {
  return split_some(call, args[0].text(), args[1].text(), args[2].integer());
}

Value cut(Call& call, std::string_view text, std::int64_t from, std::int64_t to) {
  if (!pay(call, text.size())) return call.too_costly();
  const std::size_t begin = from < 0 ? std::string_view::npos : byte_of(text, from);
  if (begin == std::string_view::npos) return bad_index(call, from);
  const std::size_t end = to < 0 ? std::string_view::npos : byte_of(text, to);
  if (end == std::string_view::npos) return bad_index(call, to);
  if (end < begin)
    return call.fail("out_of_range", fmt::format("the end {} is before the start {}", to, from));
  return Value(text.substr(begin, end - begin));
}

Value substring_from(Call& call, const Value* args) {
  const std::string_view text = args[0].text();
  if (!pay(call, text.size())) return call.too_costly();
  const std::size_t begin = args[1].integer() < 0 ? std::string_view::npos : byte_of(text, args[1].integer());
  return begin == std::string_view::npos ? bad_index(call, args[1].integer()) : Value(text.substr(begin));
}

Value substring(Call& call, const Value* args) {
  return cut(call, args[0].text(), args[1].integer(), args[2].integer());
}

// Unicode's White_Space.
bool is_space(char32_t c) {
  return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

Value trim(Call& call, const Value* args) {
  const std::string_view text = args[0].text();
  if (!pay(call, text.size())) return call.too_costly();
  std::size_t begin = text.size();
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    if (is_space(next_utf8(text, at))) continue;
    begin = std::min(begin, from);
    end = at;
  }
  return Value(begin < end ? text.substr(begin, end - begin) : std::string_view{});
}

Value join_with(Call& call, const Value& list, std::string_view separator) {
  std::string joined;
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    const Value& item = list.items()[i];
    if (!item.is(Kind::string)) return call.fail("no_such_overload", "join() needs a list of strings");
    if (!call.spend((item.size() + separator.size()) / 10 + 1)) return call.too_costly();
    if (i > 0) joined += separator;
    joined += item.text();
  }
  return call.text(joined);
}

Value join(Call& call, const Value* args) { return join_with(call, args[0], {}); }
Value join_separated(Call& call, const Value* args) { return join_with(call, args[0], args[1].text()); }

Value reverse(Call& call, const Value* args) {
  const std::string_view text = args[0].text();
  if (!pay(call, text.size())) return call.too_costly();
  char* to = call.arena().make<char>(text.size());
  std::size_t end = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    next_utf8(text, at);
    end -= at - from;
    std::copy(text.begin() + static_cast<std::ptrdiff_t>(from),
              text.begin() + static_cast<std::ptrdiff_t>(at), to + end);
  }
  return Value(std::string_view(to, text.size()));
}

Value quote(Call& call, const Value* args) {
  constexpr std::string_view special = "\a\b\f\n\r\t\v\\\"";
  constexpr std::string_view letters = "abfnrtv\\\"";
  if (!pay(call, args[0].size())) return call.too_costly();
  std::string quoted = "\"";
  for (const char c : args[0].text()) {
    const std::size_t known = special.find(c);
    if (known == std::string_view::npos)
      quoted += c;
    else
      (quoted += '\\') += letters[known];
  }
  return call.text(quoted + '"');
}

constexpr auto g = Style::global;
constexpr auto m = Style::member;

constexpr Entry entries[] = {
    {"charAt", m, "string, int", "string", char_at},
    {"indexOf", m, "string, string", "int", index_of},
    {"indexOf", m, "string, string, int", "int", index_of_from},
    {"lastIndexOf", m, "string, string", "int", last_index_of},
    {"lastIndexOf", m, "string, string, int", "int", last_index_of_from},
    {"lowerAscii", m, "string", "string", change_case<'A', 'Z'>},
    {"upperAscii", m, "string", "string", change_case<'a', 'z'>},
    {"replace", m, "string, string, string", "string", replace},
    {"replace", m, "string, string, string, int", "string", replace_times},
    {"split", m, "string, string", "list(string)", split},
    {"split", m, "string, string, int", "list(string)", split_parts},
    {"substring", m, "string, int", "string", substring_from},
    {"substring", m, "string, int, int", "string", substring},
    {"trim", m, "string", "string", trim},
    {"join", m, "list(string)", "string", join},
    {"join", m, "list(string), string", "string", join_separated},
    {"reverse", m, "string", "string", reverse},
    {"strings.quote", g, "string", "string", quote},
    {"format", m, "string, list(dyn)", "string", format_text},
};

}  // namespace

std::span<const Entry> text_extension_functions() { return entries; }

}  // namespace shopbell::cel
