#include "liquid/text.h"

#include "base/time.h"
#include "base/utf8.h"
#include "liquid/number.h"
#include "liquid/rendering.h"
#include "liquid/strftime.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace shopbell::liquid {
namespace {

constexpr std::array<bool, 256> special_characters = [] {
  std::array<bool, 256> table{};
  for (const char c : {'&', '<', '>', '"', '\''}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_special(char c) { return special_characters[static_cast<unsigned char>(c)]; }

void append_integer(std::string& to, std::int64_t n) {
  char buffer[24];
  to.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, n).ptr);
}

void append_quoted(std::string& to, std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  to += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"': to += "\\\""; break;
      case '\\': to += "\\\\"; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      case '\f': to += "\\f"; break;
      case '\v': to += "\\v"; break;
      case '\a': to += "\\a"; break;
      case '\b': to += "\\b"; break;
      case '\x1b': to += "\\e"; break;
      case '#':
        if (i + 1 < text.size() && (text[i + 1] == '{' || text[i + 1] == '$' || text[i + 1] == '@')) to += '\\';
        to += c;
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
          to += c;
        } else {
          to += "\\x";
          to += hex[static_cast<unsigned char>(c) >> 4];
          to += hex[c & 15];
        }
    }
  }
  to += '"';
}

void append_map(std::string& to, const Value& map, const Setting& setting) {
  to += '{';
  bool first = true;
  for (const Member& m : map.members()) {
    if (!first) to += ", ";
    first = false;
    append_inspected(to, m.key, setting);
    to += "=>";
    append_inspected(to, m.value, setting);
  }
  to += '}';
}

void append_list(std::string& to, std::span<const Value> items, const Setting& setting) {
  to += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) to += ", ";
    append_inspected(to, items[i], setting);
  }
  to += ']';
}

// What is not UTF-8 must not get into a message.
void append_bytes(std::string& to, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) append_utf8(to, next_utf8(bytes, i));
}

void append_scalar(std::string& to, const Value& v, const Setting& setting) {
  switch (v.kind()) {
    case Kind::null:
    case Kind::error: return;
    case Kind::boolean: to += v.boolean() ? "true" : "false"; return;
    case Kind::integer: append_integer(to, v.integer()); return;
    case Kind::uint: to += std::to_string(v.uint()); return;
    case Kind::real: to += real_text(v.real()); return;
    case Kind::bytes: append_bytes(to, v.text()); return;
    case Kind::string:
    case Kind::type:
    case Kind::ip:
    case Kind::cidr: to += v.text(); return;
    case Kind::timestamp: append_time(to, v, setting); return;
    case Kind::duration: to += format_seconds(v.seconds(), v.nanos()); return;
    case Kind::map: append_map(to, v, setting); return;
    case Kind::list:
    case Kind::optional: return;
  }
}

// A list within a list prints its elements too.
void append_joined(std::string& to, const Value& v, const Setting& setting) {
  if (!v.is(Kind::list) && !v.is(Kind::optional)) return append_scalar(to, v, setting);
  for (const Value& item : v.items()) append_joined(to, item, setting);
}

void append_object(std::string& to, const Object& o) {
  switch (o.kind) {
    case Object::Kind::range: {
      const auto& range = static_cast<const RangeObject&>(o);
      append_integer(to, range.first);
      to += "..";
      append_integer(to, range.last);
      return;
    }
    case Object::Kind::wide: to += wide_text(static_cast<const WideObject&>(o).number); return;
    case Object::Kind::forloop: to += "Liquid::ForloopDrop"; return;
    case Object::Kind::tablerowloop: to += "Liquid::TablerowloopDrop"; return;
    case Object::Kind::self: to += "Liquid::SelfDrop"; return;
    case Object::Kind::empty:
    case Object::Kind::blank:
    case Object::Kind::safe: return;
  }
}

}  // namespace

void append_inspected(std::string& to, const Value& v, const Setting& setting) {
  switch (v.kind()) {
    case Kind::null: to += "nil"; return;
    case Kind::string: append_quoted(to, v.text()); return;
    case Kind::list:
    case Kind::optional: append_list(to, v.items(), setting); return;
    default: append_scalar(to, v, setting); return;
  }
}

void append_text(std::string& to, const Datum& d, const Setting& setting) {
  if (d.is_plain()) append_joined(to, d.value, setting);
  else append_object(to, *d.object);
}

void append_filter_text(std::string& to, const Datum& d, const Setting& setting) {
  if (d.is(Kind::list)) append_list(to, d.value.items(), setting);
  else append_text(to, d, setting);
}

std::string_view text_of(const Datum& d, Rendering& r) {
  if (d.is_text()) return d.value.text();
  if (d.is_nil()) return {};
  std::string text;
  append_filter_text(text, d, r.setting());
  return r.keep(text);
}

bool needs_escape(std::string_view text) { return std::any_of(text.begin(), text.end(), is_special); }

void append_escaped(std::string& to, std::string_view text) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_special(text[i])) continue;
    to.append(text, done, i - done);
    switch (text[i]) {
      case '&': to += "&amp;"; break;
      case '<': to += "&lt;"; break;
      case '>': to += "&gt;"; break;
      case '"': to += "&quot;"; break;
      default: to += "&#39;";
    }
    done = i + 1;
  }
  to.append(text, done, text.size() - done);
}

std::string_view class_name(const Datum& d) {
  if (!d.is_plain()) return d.is(Object::Kind::wide) ? "Integer" : d.is(Object::Kind::range) ? "Range" : "Object";
  switch (d.value.kind()) {
    case Kind::null: return "nil";
    case Kind::boolean: return d.value.boolean() ? "true" : "false";
    case Kind::integer:
    case Kind::uint: return "Integer";
    case Kind::real: return "Float";
    case Kind::list: return "Array";
    case Kind::map: return "Hash";
    case Kind::timestamp: return "Time";
    default: return "String";
  }
}

}  // namespace shopbell::liquid
