#include "cel/format.h"

#include "cel/compare.h"
#include "cel/network.h"
#include "cel/numbers.h"

#include "base/time.h"
#include "base/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace shopbell::cel {
namespace {

constexpr int precision_max = 100;
constexpr int depth_max = 100;

struct Clause {
  char letter = 0;
  int precision = 6;
};

// What is wrong, or nothing.
using Wrong = std::optional<std::string>;

Wrong not_for(char letter, const Value& v) {
  return fmt::format("%{} does not take {}", letter, type_name(v));
}

Wrong append_plain(Call& call, std::string& to, const Value& v, int depth);

Wrong append_list(Call& call, std::string& to, const Value& list, int depth) {
  to += '[';
  for (std::size_t i = 0; i < list.items().size(); ++i) {
    if (i > 0) to += ", ";
    if (auto wrong = append_plain(call, to, list.items()[i], depth + 1)) return wrong;
  }
  to += ']';
  return std::nullopt;
}

// In the order of the keys' texts, so that the same map always gives the same text.
Wrong append_map(Call& call, std::string& to, const Value& map, int depth) {
  std::vector<std::pair<std::string, const Value*>> entries;
  for (const Member& m : map.members()) {
    entries.emplace_back(std::string{}, &m.value);
    if (auto wrong = append_plain(call, entries.back().first, m.key, depth + 1)) return wrong;
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  to += '{';
  for (std::size_t i = 0; i < entries.size(); ++i) {
    to += fmt::format("{}{}: ", i > 0 ? ", " : "", entries[i].first);
    if (auto wrong = append_plain(call, to, *entries[i].second, depth + 1)) return wrong;
  }
  to += '}';
  return std::nullopt;
}

Wrong append_plain(Call& call, std::string& to, const Value& v, int depth) {
  if (depth > depth_max) return "the value is nested too deep";
  if (!call.spend(v.size() / 10 + 1)) return "cost";
  switch (v.kind()) {
    case Kind::null: to += "null"; break;
    case Kind::boolean: to += v.boolean() ? "true" : "false"; break;
    case Kind::integer:
    case Kind::uint:
    case Kind::real: to += number_text(v); break;
    case Kind::string:
    case Kind::type: to += v.text(); break;
    case Kind::bytes:
      if (!utf8_valid(v.text())) return "the bytes are not valid UTF-8";
      to += v.text();
      break;
    case Kind::timestamp: to += format_rfc3339(v.seconds(), v.nanos()); break;
    case Kind::duration: to += format_seconds(v.seconds(), v.nanos()); break;
    case Kind::list: return append_list(call, to, v, depth);
    case Kind::map: return append_map(call, to, v, depth);
    case Kind::ip: to += format_address(v.text()); break;
    case Kind::cidr: to += format_block(v.text()); break;
    default: return not_for('s', v);
  }
  return std::nullopt;
}

bool is_special(const Value& v) { return v.is(Kind::real) && !std::isfinite(v.real()); }

Wrong append_decimal(std::string& to, const Value& v) {
  const bool good = v.is(Kind::integer) || v.is(Kind::uint) || v.is(Kind::real);
  if (!good) return not_for('d', v);
  to += number_text(v);
  return std::nullopt;
}

Wrong append_real(std::string& to, const Value& v, Clause clause) {
  if (!v.is_number()) return not_for(clause.letter, v);
  if (is_special(v))
    to += real_text(v.real());
  else if (clause.letter == 'f')
    to += fmt::format("{:.{}f}", v.number_or(0), clause.precision);
  else
    to += fmt::format("{:.{}e}", v.number_or(0), clause.precision);
  return std::nullopt;
}

// An integer in base 2, 8 or 16 with its sign; bytes and strings in base 16.
Wrong append_based(std::string& to, const Value& v, char letter) {
  const bool hex = letter == 'x' || letter == 'X';
  if (hex && (v.is(Kind::string) || v.is(Kind::bytes))) {
    for (const char c : v.text())
      to += letter == 'x' ? fmt::format("{:02x}", static_cast<unsigned char>(c))
                          : fmt::format("{:02X}", static_cast<unsigned char>(c));
    return std::nullopt;
  }
  if (letter == 'b' && v.is(Kind::boolean)) {
    to += v.boolean() ? '1' : '0';
    return std::nullopt;
  }
  if (!v.is(Kind::integer) && !v.is(Kind::uint)) return not_for(letter, v);
  const bool minus = v.is(Kind::integer) && v.integer() < 0;
  const std::uint64_t bits = v.is(Kind::uint) ? v.uint() : static_cast<std::uint64_t>(v.integer());
  const std::uint64_t magnitude = minus ? 0 - bits : bits;
  if (minus) to += '-';
  switch (letter) {
    case 'b': to += fmt::format("{:b}", magnitude); break;
    case 'o': to += fmt::format("{:o}", magnitude); break;
    case 'x': to += fmt::format("{:x}", magnitude); break;
    default: to += fmt::format("{:X}", magnitude); break;
  }
  return std::nullopt;
}

Wrong append_clause(Call& call, std::string& to, const Value& v, Clause clause) {
  switch (clause.letter) {
    case 's': return append_plain(call, to, v, 0);
    case 'd': return append_decimal(to, v);
    case 'f':
    case 'e': return append_real(to, v, clause);
    case 'b':
    case 'o':
    case 'x':
    case 'X': return append_based(to, v, clause.letter);
    default: return fmt::format("%{} is no clause of format()", clause.letter);
  }
}

// Reads a clause behind its "%".
Wrong read_clause(std::string_view format, std::size_t& at, Clause& clause) {
  if (at < format.size() && format[at] == '.') {
    clause.precision = 0;
    const std::size_t begin = ++at;
    for (; at < format.size() && format[at] >= '0' && format[at] <= '9'; ++at)
      clause.precision = std::min(clause.precision * 10 + (format[at] - '0'), precision_max + 1);
    if (at == begin || clause.precision > precision_max)
      return fmt::format("a precision is a number up to {}", precision_max);
  }
  if (at == format.size()) return "the format ends in the middle of a clause";
  clause.letter = format[at++];
  return std::nullopt;
}

Wrong append_all(Call& call, std::string& to, std::string_view format, std::span<const Value> values) {
  std::size_t next = 0;
  for (std::size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      to += format[at++];
      continue;
    }
    if (format.substr(++at).starts_with('%')) {
      to += format[at++];
      continue;
    }
    Clause clause;
    if (auto wrong = read_clause(format, at, clause)) return wrong;
    if (next == values.size()) return fmt::format("the list has no element {}", next);
    if (auto wrong = append_clause(call, to, values[next++], clause)) return wrong;
    if (!call.spend(1)) return "cost";
  }
  return std::nullopt;
}

}  // namespace

Value format_text(Call& call, const Value* args) {
  if (!call.spend(args[0].size() / 10)) return call.too_costly();
  std::string text;
  const Wrong wrong = append_all(call, text, args[0].text(), args[1].items());
  if (call.spent() || !call.spend(text.size() / 10)) return call.too_costly();
  return wrong ? call.fail("bad_format", *wrong) : call.text(text);
}

}  // namespace shopbell::cel
