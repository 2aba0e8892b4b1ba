// Escaping, encoding and what turns text into HTML.

#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"
#include "liquid/filters.h"
#include "liquid/lexer.h"
#include "liquid/rendering.h"
#include "liquid/text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace shopbell::liquid {
namespace {

constexpr auto npos = std::string_view::npos;

std::string_view text(const FilterCall& c) { return text_of(c.input, c.r); }
Datum kept(const FilterCall& c, std::string_view made) { return Value(c.r.keep(made)); }
Datum kept_safe(const FilterCall& c, std::string_view made) { return safe_text(c.r.keep(made)); }

Datum escape(const FilterCall& c) {
  if (c.input.is_nil()) return {};
  const std::string_view in = text(c);
  if (!needs_escape(in)) return safe_text(in);
  std::string to;
  append_escaped(to, in);
  return kept_safe(c, to);
}

// Whether "&amp;" or "&#39;" stands at the front.
bool is_entity(std::string_view in) {
  std::size_t i = 1;
  const bool numeric = i < in.size() && in[i] == '#';
  if (numeric) ++i;
  const std::size_t begin = i;
  while (i < in.size() && (numeric ? is_digit(in[i]) : is_letter(in[i]))) ++i;
  return i > begin && i < in.size() && in[i] == ';';
}

Datum escape_once(const FilterCall& c) {
  const std::string_view in = text(c);
  std::string to;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] == '&' && is_entity(in.substr(i))) to += '&';
    else append_escaped(to, in.substr(i, 1));
  }
  return kept_safe(c, to);
}

// Removes all that stands between marks; the search for a missing end mark is made once.
std::string without(std::string_view in, std::span<const std::pair<std::string_view, std::string_view>> marks) {
  std::string to;
  std::vector<bool> endless(marks.size());
  for (std::size_t i = 0; i < in.size();) {
    std::size_t skip = 0;
    for (std::size_t m = 0; m < marks.size() && in[i] == '<' && skip == 0; ++m) {
      if (endless[m] || !in.substr(i).starts_with(marks[m].first)) continue;
      const std::size_t end = in.find(marks[m].second, i + marks[m].first.size());
      if (end == npos) endless[m] = true;
      else skip = end + marks[m].second.size() - i;
    }
    if (skip == 0) to += in[i];
    i += std::max<std::size_t>(skip, 1);
  }
  return to;
}

Datum strip_html(const FilterCall& c) {
  static constexpr std::pair<std::string_view, std::string_view> blocks[] = {{"<script", "</script>"}, {"<!--", "-->"}, {"<style", "</style>"}};
  static constexpr std::pair<std::string_view, std::string_view> tags[] = {{"<", ">"}};
  return kept(c, without(without(text(c), blocks), tags));
}

Datum newline_to_br(const FilterCall& c) {
  std::string escaped;
  std::string_view in = text(c);
  if (c.r.html() && !c.input.is(Object::Kind::safe)) {
    append_escaped(escaped, in);
    in = escaped;
  }
  std::string to;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool pair = in[i] == '\r' && i + 1 < in.size() && in[i + 1] == '\n';
    if (pair) ++i;
    if (in[i] == '\n') to += "<br />\n";
    else to += in[i];
  }
  return c.r.html() ? kept_safe(c, to) : kept(c, to);
}

Datum url_encode(const FilterCall& c) {
  static constexpr char hex[] = "0123456789ABCDEF";
  if (c.input.is_nil()) return {};
  std::string to;
  for (const char ch : text(c)) {
    if (is_word(ch) || ch == '-' || ch == '.' || ch == '~') {
      to += ch;
    } else if (ch == ' ') {
      to += '+';
    } else {
      to += '%';
      to += hex[static_cast<unsigned char>(ch) >> 4];
      to += hex[ch & 15];
    }
  }
  return kept(c, to);
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char l = static_cast<char>(c | 32);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

Datum url_decode(const FilterCall& c) {
  if (c.input.is_nil()) return {};
  const std::string_view in = text(c);
  std::string to;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] == '%' && i + 2 >= in.size()) {
      to += in.substr(i);
      break;
    }
    if (in[i] == '%' && hex_digit(in[i + 1]) >= 0 && hex_digit(in[i + 2]) >= 0) {
      to += static_cast<char>(hex_digit(in[i + 1]) * 16 + hex_digit(in[i + 2]));
      i += 2;
    } else {
      to += in[i] == '+' ? ' ' : in[i];
    }
  }
  if (!utf8_valid(to)) return c.r.refuse("invalid byte sequence in UTF-8");
  return kept(c, to);
}

std::string url_alphabet(std::string coded, bool to_url) {
  for (char& ch : coded) {
    if (to_url) ch = ch == '+' ? '-' : ch == '/' ? '_' : ch;
    else ch = ch == '-' ? '+' : ch == '_' ? '/' : ch;
  }
  return coded;
}

Datum base64_encode(const FilterCall& c) { return kept(c, to_base64(text(c))); }
Datum base64_url_safe_encode(const FilterCall& c) { return kept(c, url_alphabet(to_base64(text(c)), true)); }

Datum decoded(const FilterCall& c, const std::optional<std::string>& bytes, std::string_view filter) {
  if (!bytes) return c.r.refuse("invalid base64 provided to " + std::string(filter));
  return utf8_valid(*bytes) ? kept(c, *bytes) : Datum(Value::bytes(c.r.keep(*bytes)));
}

Datum base64_decode(const FilterCall& c) {
  const std::string_view in = text(c);
  return decoded(c, in.size() % 4 == 0 ? from_base64(in) : std::nullopt, "base64_decode");
}

Datum base64_url_safe_decode(const FilterCall& c) {
  return decoded(c, from_base64(url_alphabet(std::string(text(c)), false)), "base64_url_safe_decode");
}

Datum raw(const FilterCall& c) { return safe_text(text(c)); }

Datum json(const FilterCall& c) {
  if (!c.input.is_plain()) {
    std::string quoted;
    append_json_string(quoted, text(c));
    return kept(c, quoted);
  }
  return kept(c, to_json(c.input.value));
}

constexpr std::array filters{
    Filter{"base64_decode", base64_decode, 0, 0},
    Filter{"base64_encode", base64_encode, 0, 0},
    Filter{"base64_url_safe_decode", base64_url_safe_decode, 0, 0},
    Filter{"base64_url_safe_encode", base64_url_safe_encode, 0, 0},
    Filter{"escape", escape, 0, 0},
    Filter{"escape_once", escape_once, 0, 0},
    Filter{"h", escape, 0, 0},
    Filter{"json", json, 0, 0},
    Filter{"newline_to_br", newline_to_br, 0, 0},
    Filter{"raw", raw, 0, 0},
    Filter{"strip_html", strip_html, 0, 0},
    Filter{"url_decode", url_decode, 0, 0},
    Filter{"url_encode", url_encode, 0, 0},
};

}  // namespace

std::span<const Filter> html_filters() { return filters; }

}  // namespace shopbell::liquid
