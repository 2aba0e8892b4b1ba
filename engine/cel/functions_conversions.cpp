// bool(), int(), uint(), double(), string(), bytes(), timestamp(), duration(), type(), dyn(), size().

#include "cel/compare.h"
#include "cel/duration.h"
#include "cel/library.h"
#include "cel/network.h"
#include "cel/numbers.h"

#include "base/time.h"
#include "base/utf8.h"

#include <fmt/format.h>

#include <array>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace shopbell::cel {
namespace {

constexpr double two_63 = 9223372036854775808.0;
constexpr double two_64 = 18446744073709551616.0;

Value out_of_range(Call& call, std::string_view type) {
  return call.fail("out_of_range", fmt::format("the number is out of range of {}", type));
}

Value bad_text(Call& call, const Value& text, std::string_view type) {
  return call.fail("bad_argument", fmt::format("{} is no {}", to_text(text, 60), type));
}

Value same_value(Call&, const Value* args) { return args[0]; }

Value bool_of_text(Call& call, const Value* args) {
  constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "FALSE", "False"};
  const std::string_view text = args[0].text();
  if (std::find(yes.begin(), yes.end(), text) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), text) != no.end()) return false;
  return bad_text(call, args[0], "bool");
}

template <class T>
Value whole_of_text(Call& call, const Value* args, std::string_view type) {
  std::string_view text = args[0].text();
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return out_of_range(call, type);
  return error == std::errc{} && end == text.data() + text.size() ? Value(number)
                                                                  : bad_text(call, args[0], type);
}

Value int_of_text(Call& call, const Value* args) { return whole_of_text<std::int64_t>(call, args, "int"); }
Value uint_of_text(Call& call, const Value* args) { return whole_of_text<std::uint64_t>(call, args, "uint"); }

Value int_of_uint(Call& call, const Value* args) {
  return args[0].uint() > static_cast<std::uint64_t>(INT64_MAX)
             ? out_of_range(call, "int")
             : Value(static_cast<std::int64_t>(args[0].uint()));
}

// The ends of the range are out of it: a double that near cannot say which integer it means.
Value int_of_real(Call& call, const Value* args) {
  const double d = args[0].real();
  return d > -two_63 && d < two_63 ? Value(static_cast<std::int64_t>(d)) : out_of_range(call, "int");
}

Value int_of_timestamp(Call&, const Value* args) { return args[0].seconds(); }

Value uint_of_int(Call& call, const Value* args) {
  return args[0].integer() < 0 ? out_of_range(call, "uint")
                               : Value(static_cast<std::uint64_t>(args[0].integer()));
}

Value uint_of_real(Call& call, const Value* args) {
  const double d = args[0].real();
  return d >= 0 && d < two_64 ? Value(static_cast<std::uint64_t>(d)) : out_of_range(call, "uint");
}

Value double_of_int(Call&, const Value* args) { return static_cast<double>(args[0].integer()); }
Value double_of_uint(Call&, const Value* args) { return static_cast<double>(args[0].uint()); }

Value double_of_text(Call& call, const Value* args) {
  const std::string text(args[0].text());
  char* end = nullptr;
  const double d = std::strtod(text.c_str(), &end);
  const bool leading_space = !text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0;
  if (text.empty() || leading_space || end != text.c_str() + text.size())
    return bad_text(call, args[0], "double");
  const bool named_infinity = text.find_first_of("iI") != std::string::npos;
  return std::isinf(d) && !named_infinity ? out_of_range(call, "double") : Value(d);
}

Value string_of_number(Call& call, const Value* args) { return call.text(number_text(args[0])); }
Value string_of_bool(Call&, const Value* args) { return args[0].boolean() ? "true" : "false"; }
Value string_of_timestamp(Call& call, const Value* args) {
  return call.text(format_rfc3339(args[0].seconds(), args[0].nanos()));
}
Value string_of_duration(Call& call, const Value* args) {
  return call.text(format_seconds(args[0].seconds(), args[0].nanos()));
}
Value string_of_ip(Call& call, const Value* args) { return call.text(format_address(args[0].text())); }
Value string_of_cidr(Call& call, const Value* args) { return call.text(format_block(args[0].text())); }

Value string_of_bytes(Call& call, const Value* args) {
  if (!utf8_valid(args[0].text())) return call.fail("bad_argument", "the bytes are not valid UTF-8");
  return Value(args[0].text());
}

Value bytes_of_text(Call&, const Value* args) { return Value::bytes(args[0].text()); }

// RFC 3339 allows a space for the T, and a 60th second; timestamps of CEL have neither.
bool is_strict(std::string_view text) { return text.size() > 18 && text[10] != ' ' && text.substr(17, 2) != "60"; }

Value timestamp_of_text(Call& call, const Value* args) {
  const std::string_view text = args[0].text();
  const auto instant = is_strict(text) ? parse_rfc3339(text) : std::nullopt;
  if (!instant)
    return call.fail("bad_argument", fmt::format("{} is no timestamp in range", to_text(args[0], 60)),
                     "write it like 2026-11-21T20:27:00Z");
  return make_timestamp(call, Nanos{instant->seconds} * 1'000'000'000 + instant->nanos);
}

Value timestamp_of_int(Call& call, const Value* args) {
  return make_timestamp(call, Nanos{args[0].integer()} * 1'000'000'000);
}

Value duration_of_text(Call& call, const Value* args) {
  const auto nanos = parse_duration_nanos(args[0].text());
  if (!nanos)
    return call.fail("bad_argument", fmt::format("{} is no duration", to_text(args[0], 60)),
                     "write it like 90s, 15m, 1h30m, 7d, 2w or P1DT2H");
  return make_duration(call, *nanos);
}

Value type_of(Call&, const Value* args) { return Value::of_text(Kind::type, type_name(args[0])); }

Value size_of_text(Call& call, const Value* args) {
  if (!call.spend(args[0].size() / 10)) return call.too_costly();
  return static_cast<std::int64_t>(utf8_count(args[0].text()));
}

Value size_of(Call&, const Value* args) { return static_cast<std::int64_t>(args[0].size()); }

constexpr auto g = Style::global;
constexpr auto m = Style::member;

constexpr Entry entries[] = {
    {"bool", g, "bool", "bool", same_value},
    {"bool", g, "string", "bool", bool_of_text},
    {"int", g, "int", "int", same_value},
    {"int", g, "uint", "int", int_of_uint},
    {"int", g, "double", "int", int_of_real},
    {"int", g, "string", "int", int_of_text},
    {"int", g, "timestamp", "int", int_of_timestamp},
    {"uint", g, "uint", "uint", same_value},
    {"uint", g, "int", "uint", uint_of_int},
    {"uint", g, "double", "uint", uint_of_real},
    {"uint", g, "string", "uint", uint_of_text},
    {"double", g, "double", "double", same_value},
    {"double", g, "int", "double", double_of_int},
    {"double", g, "uint", "double", double_of_uint},
    {"double", g, "string", "double", double_of_text},
    {"string", g, "string", "string", same_value},
    {"string", g, "bool", "string", string_of_bool},
    {"string", g, "int", "string", string_of_number},
    {"string", g, "uint", "string", string_of_number},
    {"string", g, "double", "string", string_of_number},
    {"string", g, "bytes", "string", string_of_bytes},
    {"string", g, "timestamp", "string", string_of_timestamp},
    {"string", g, "duration", "string", string_of_duration},
    {"string", g, "net.IP", "string", string_of_ip},
    {"string", g, "net.CIDR", "string", string_of_cidr},
    {"bytes", g, "bytes", "bytes", same_value},
    {"bytes", g, "string", "bytes", bytes_of_text},
    {"timestamp", g, "timestamp", "timestamp", same_value},
    {"timestamp", g, "string", "timestamp", timestamp_of_text},
    {"timestamp", g, "int", "timestamp", timestamp_of_int},
    {"duration", g, "duration", "duration", same_value},
    {"duration", g, "string", "duration", duration_of_text},
    {"dyn", g, "param:A", "dyn", same_value},
    {"type", g, "param:A", "type(param:A)", type_of},
    {"size", g, "string", "int", size_of_text},
    {"size", g, "bytes", "int", size_of},
    {"size", g, "list(param:A)", "int", size_of},
    {"size", g, "map(param:A, param:B)", "int", size_of},
    {"size", m, "string", "int", size_of_text},
    {"size", m, "bytes", "int", size_of},
    {"size", m, "list(param:A)", "int", size_of},
    {"size", m, "map(param:A, param:B)", "int", size_of},
};

}  // namespace

std::span<const Entry> conversion_functions() { return entries; }

}  // namespace shopbell::cel
