#include "liquid/casing.h"
#include "liquid/filters.h"
#include "liquid/compare.h"
#include "liquid/number.h"
#include "liquid/rendering.h"
#include "liquid/lexer.h"
#include "liquid/scanner.h"
#include "liquid/text.h"

#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace shopbell::liquid {
namespace {

constexpr auto npos = std::string_view::npos;

std::string_view text(const FilterCall& c) { return text_of(c.input, c.r); }
std::string_view text(const FilterCall& c, std::size_t arg) { return text_of(c.arg(arg), c.r); }
Datum kept(const FilterCall& c, std::string_view made) { return Value(c.r.keep(made)); }

Datum downcase(const FilterCall& c) { return kept(c, to_lower(text(c))); }
Datum upcase(const FilterCall& c) { return kept(c, to_upper(text(c))); }
Datum capitalize(const FilterCall& c) { return kept(c, to_capitalized(text(c))); }

Datum joined(const FilterCall& c, std::string_view a, std::string_view b) {
  if (!c.r.count_bytes(a.size() + b.size())) return {};
  char* to = c.r.arena().make<char>(a.size() + b.size() + 1);
  std::copy(a.begin(), a.end(), to);
  std::copy(b.begin(), b.end(), to + a.size());
  return Value(std::string_view(to, a.size() + b.size()));
}

Datum append(const FilterCall& c) { return joined(c, text(c), text(c, 0)); }
Datum prepend(const FilterCall& c) { return joined(c, text(c, 0), text(c)); }

// Ruby's gsub reads \0 and \& in the replacement as what was found, \` and \' as what stands before
// and behind it, \1 and \+ as a group that is not there, and \\ as one backslash.
void expand(std::string& to, std::string_view replacement, std::string_view in, std::size_t at, std::size_t length) {
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '\\' || i + 1 == replacement.size()) {
      to += replacement[i];
      continue;
    }
    const char next = replacement[++i];
    if (next == '0' || next == '&') to += in.substr(at, length);
    else if (next == '`') to += in.substr(0, at);
    else if (next == '\'') to += in.substr(at + length);
    else if (next == '\\') to += '\\';
    else if (next != '+' && !is_digit(next)) (to += '\\') += next;
  }
}

enum class Which : std::uint8_t { all, first, last };

Datum replaced(const FilterCall& c, std::string_view replacement, Which which) {
  const std::string_view in = text(c);
  const std::string_view what = text(c, 0);
  if (which != Which::last && replacement.find("\\k<") != npos && in.find(what) != npos)
    return c.r.fail("render", "internal", "\\k<name> stands for a named group, and a text that is looked for has none");
  const auto put = [&](std::string& to, std::size_t at) {
    if (which == Which::last) to += replacement;
    else expand(to, replacement, in, at, what.size());
  };
  std::string to;
  std::size_t done = 0;
  std::size_t at = which == Which::last ? in.rfind(what) : in.find(what);
  while (at != npos) {
    to.append(in, done, at - done);
    put(to, at);
    done = at + what.size();
    if (to.size() > c.r.setting().limits.assigned_bytes_max) break;
    if (which != Which::all) break;
    if (what.empty()) {
      if (at >= in.size()) break;
      at = std::min(at + utf8_length(in[at]), in.size());  // the last character may be cut off
    } else {
      at = in.find(what, done);
    }
  }
  to.append(in, std::min(done, in.size()), npos);
  return kept(c, to);
}

Datum replace(const FilterCall& c) { return replaced(c, text(c, 1), Which::all); }
Datum replace_first(const FilterCall& c) { return replaced(c, text(c, 1), Which::first); }
Datum replace_last(const FilterCall& c) { return replaced(c, text(c, 1), Which::last); }
Datum remove(const FilterCall& c) { return replaced(c, {}, Which::all); }
Datum remove_first(const FilterCall& c) { return replaced(c, {}, Which::first); }
Datum remove_last(const FilterCall& c) { return replaced(c, {}, Which::last); }

Datum strip_both(const FilterCall& c) { return Value(strip(text(c))); }
Datum lstrip(const FilterCall& c) { return Value(strip_left(text(c))); }
Datum rstrip(const FilterCall& c) { return Value(strip_right(text(c))); }

// The byte at which code point `n` begins.
std::size_t byte_of(std::string_view in, std::int64_t n) {
  std::size_t i = 0;
  for (; n > 0 && i < in.size(); --n) i += utf8_length(in[i]);
  return std::min(i, in.size());
}

Datum slice(const FilterCall& c) {
  const auto offset = to_integer(c.arg(0));
  const auto length = c.size() > 1 && c.arg(1).truthy() ? to_integer(c.arg(1)) : std::optional<std::int64_t>(1);
  if (!offset || !length) return c.r.refuse("invalid integer");
  const bool list = c.input.is(Kind::list);
  const std::string_view in = list ? std::string_view() : text(c);
  const auto size = static_cast<std::int64_t>(list ? c.input.value.size() : utf8_count(in));
  const std::int64_t from = *offset < 0 ? *offset + size : *offset;
  if (from < 0 || from > size || *length < 0) return list ? Datum(Value::list({})) : Datum(Value(""));
  const std::int64_t count = std::min(*length, size - from);
  if (list) return Value::list(c.input.value.items().subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(count)));
  const std::size_t begin = byte_of(in, from);
  return Value(in.substr(begin, byte_of(in.substr(begin), count)));
}

Datum truncate(const FilterCall& c) {
  constexpr std::int64_t usual = 50;
  if (c.input.is_nil()) return {};
  const auto length = c.size() > 0 ? to_integer(c.arg(0)) : std::optional(usual);
  if (!length) return c.r.refuse("invalid integer");
  const std::string_view in = text(c);
  const std::string_view mark = c.size() > 1 ? text(c, 1) : "...";
  if (static_cast<std::int64_t>(utf8_count(in)) <= *length) return Value(in);
  const auto mark_length = static_cast<std::int64_t>(utf8_count(mark));
  const std::int64_t room = *length <= mark_length ? 0 : *length - mark_length;
  return joined(c, in.substr(0, byte_of(in, room)), mark);
}

Datum truncatewords(const FilterCall& c) {
  constexpr std::int64_t usual = 15;
  if (c.input.is_nil()) return {};
  const auto given = c.size() > 0 ? to_integer(c.arg(0)) : std::optional(usual);
  if (!given) return c.r.refuse("invalid integer");
  const std::string_view in = text(c);
  std::int64_t left = std::max<std::int64_t>(1, *given);
  std::string to;
  std::size_t i = 0;
  const auto skip_space = [&] { while (i < in.size() && (is_space(in[i]) || in[i] == '\0')) ++i; };
  for (skip_space(); i < in.size() && left > 0; --left) {
    const std::size_t word = i;
    while (i < in.size() && !is_space(in[i]) && in[i] != '\0') ++i;
    if (!to.empty()) to += ' ';
    to.append(in, word, i - word);
    if (left > 1) skip_space();
  }
  if (i >= in.size()) return Value(in);  // white space behind the last word counts as more
  to += c.size() > 1 ? text(c, 1) : "...";
  return kept(c, to);
}

void split_on_space(std::string_view in, ListBuilder& to) {
  for (std::size_t i = 0; i < in.size();) {
    while (i < in.size() && (is_space(in[i]) || in[i] == '\0')) ++i;
    const std::size_t word = i;
    while (i < in.size() && !is_space(in[i]) && in[i] != '\0') ++i;
    if (i > word) to.add(Value(in.substr(word, i - word)));
  }
}

// As Ruby's split: a single space means any white space, nothing means characters, and empty texts
// at the end are dropped.
Datum split(const FilterCall& c) {
  const std::string_view in = text(c);
  const std::string_view by = text(c, 0);
  ListBuilder parts(c.r.arena());
  if (by == " ") {
    split_on_space(in, parts);
  } else if (by.empty()) {
    for (std::size_t i = 0; i < in.size(); i += utf8_length(in[i])) parts.add(Value(in.substr(i, utf8_length(in[i]))));
  } else {
    std::string_view trimmed = in;
    while (trimmed.ends_with(by)) trimmed.remove_suffix(by.size());
    for (std::size_t i = 0; !trimmed.empty();) {
      const std::size_t end = trimmed.find(by, i);
      parts.add(Value(trimmed.substr(i, end - i)));
      if (end == npos) break;
      i = end + by.size();
    }
  }
  if (!c.r.count_bytes(parts.size() * sizeof(Value)) || !c.r.count_step(parts.size())) return {};
  return parts.build();
}

Datum strip_newlines(const FilterCall& c) {
  const std::string_view in = text(c);
  std::string to;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] == '\n' || (in[i] == '\r' && i + 1 < in.size() && in[i + 1] == '\n')) continue;
    to += in[i];
  }
  return kept(c, to);
}

Datum default_filter(const FilterCall& c) {
  Datum otherwise = c.arg(0);
  Datum options = c.arg(1);
  if (c.size() == 1 && otherwise.is(Kind::map) && otherwise.value.find("allow_false") != nullptr && otherwise.value.size() == 1) {
    options = otherwise;
    otherwise = Value("");
  }
  if (c.size() == 0) otherwise = Value("");
  const bool allow_false = options.is(Kind::map) && Datum(options.value["allow_false"]).truthy();
  const bool missing = allow_false ? c.input.is_nil() : !c.input.truthy();
  return missing || is_empty(c.input) ? otherwise : c.input;
}

constexpr std::array filters{
    Filter{"append", append, 1, 1},
    Filter{"capitalize", capitalize, 0, 0},
    Filter{"default", default_filter, 0, 2},
    Filter{"downcase", downcase, 0, 0},
    Filter{"lstrip", lstrip, 0, 0},
    Filter{"prepend", prepend, 1, 1},
    Filter{"remove", remove, 1, 1},
    Filter{"remove_first", remove_first, 1, 1},
    Filter{"remove_last", remove_last, 1, 1},
    Filter{"replace", replace, 1, 2},
    Filter{"replace_first", replace_first, 1, 2},
    Filter{"replace_last", replace_last, 2, 2},
    Filter{"rstrip", rstrip, 0, 0},
    Filter{"slice", slice, 1, 2},
    Filter{"split", split, 1, 1},
    Filter{"strip", strip_both, 0, 0},
    Filter{"strip_newlines", strip_newlines, 0, 0},
    Filter{"truncate", truncate, 0, 2},
    Filter{"truncatewords", truncatewords, 0, 2},
    Filter{"upcase", upcase, 0, 0},
};

}  // namespace

std::span<const Filter> text_filters() { return filters; }

}  // namespace shopbell::liquid
