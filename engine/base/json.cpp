#include "base/json.h"

#include "base/time.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>

namespace shopbell {
namespace {

namespace sj = simdjson;

tl::unexpected<Error> bad(sj::error_code code) {
  return fail("bad_json", std::string("this is not JSON: ") + sj::error_message(code));
}

class Reader {
 public:
  /// `text_bytes`: of all texts together at most; no text is longer than what it was written as.
  Reader(Arena& arena, std::size_t text_bytes) : arena_(arena), text_(arena.make<char>(text_bytes + short_bytes)) {}

  Value value(sj::dom::element e) {
    switch (e.type()) {
      case sj::dom::element_type::NULL_VALUE: return Value();
      case sj::dom::element_type::BOOL: return Value(bool(e.get_bool().value_unsafe()));
      case sj::dom::element_type::INT64: return Value(std::int64_t{e.get_int64().value_unsafe()});
      case sj::dom::element_type::UINT64: return Value(std::uint64_t{e.get_uint64().value_unsafe()});
      case sj::dom::element_type::DOUBLE: return Value(e.get_double().value_unsafe());
      case sj::dom::element_type::STRING: return text(e.get_string().value_unsafe());
      case sj::dom::element_type::ARRAY: return list(e.get_array().value_unsafe());
      case sj::dom::element_type::OBJECT: return map(e.get_object().value_unsafe());
    }
    return Value();
  }

 private:
  Value text(std::string_view from) {
    const std::string_view copy(text_, from.size());
    // simdjson's buffer of texts goes on behind the last one, as ours does: a fixed number of bytes is copied by
    // two moves, any other by a call.
    if (from.size() <= short_bytes) std::memcpy(text_, from.data(), short_bytes);
    else std::memcpy(text_, from.data(), from.size());
    text_ += from.size();
    return Value(copy);
  }

  Value list(sj::dom::array array) {
    Value* items = arena_.make<Value>(count(array));
    std::size_t size = 0;
    for (sj::dom::element e : array) items[size++] = value(e);
    return Value::list({items, size});
  }

  Value map(sj::dom::object object) {
    Member* members = arena_.make<Member>(count(object));
    std::size_t size = 0;
    for (auto [key, element] : object) members[size++] = {text(key), value(element)};
    return adopt_map(arena_, {members, size});
  }

  // simdjson keeps 24 bits of it.
  template <class Elements>
  static std::size_t count(const Elements& elements) {
    if (elements.size() < 0xffffff) return elements.size();
    return static_cast<std::size_t>(std::distance(elements.begin(), elements.end()));
  }

  static constexpr std::size_t short_bytes = 16;
  static_assert(short_bytes <= sj::SIMDJSON_PADDING);

  Arena& arena_;
  char* text_;  // where the next one goes
};

/// Whether one of eight bytes is one that a JSON string must or should escape: a control, quote or backslash.
bool has_special(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t w) { return (w - ones) & ~w & highs; };
  const std::uint64_t controls = (word - ones * 0x20) & ~word & highs;
  return (controls | has_zero(word ^ (ones * '"')) | has_zero(word ^ (ones * '\\')) | has_zero(word ^ (ones * 0x7f))) != 0;
}

template <class Word>
std::uint64_t word_at(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Where the first such byte stands, from `i` on. Eight bytes at a time, as far as none of them is special; the
/// last ones with some of those before them once more.
std::size_t plain_until(std::string_view text, std::size_t i) {
  for (; i + 8 <= text.size() && !has_special(word_at<std::uint64_t>(text.data() + i)); i += 8) {}
  const std::size_t left = text.size() - i;
  const char* const end = text.data() + text.size();
  if (left < 8 && left + i >= 8 && !has_special(word_at<std::uint64_t>(end - 8))) return text.size();
  if (left >= 4 && left < 8 && !has_special(word_at<std::uint32_t>(end - left) | word_at<std::uint32_t>(end - 4) << 32)) return text.size();
  for (; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) break;
  }
  return i;
}

/// The end of a text that grows: room is asked for once a piece, where std::string would ask for each byte.
class End {
 public:
  explicit End(std::string& to) : to_(to), size_(to.size()) {}
  ~End() { to_.resize(size_); }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  /// Where at least so many bytes may be written; then take() as many as were.
  char* room(std::size_t bytes) {
    if (to_.size() - size_ < bytes) {  // what is asked for is cleared: little at first
      to_.resize(size_ + bytes + more_);
      more_ = std::min(2 * more_, more_bytes_max);
    }
    return to_.data() + size_;
  }
  void take(std::size_t bytes) { size_ += bytes; }

  void put(char c) {
    *room(1) = c;
    ++size_;
  }
  void put(std::string_view text) {
    std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }

 private:
  static constexpr std::size_t more_bytes_max = 4096;

  std::string& to_;
  std::size_t size_;
  std::size_t more_ = 64;
};

char* write_escaped(char* to, unsigned char c) {
  static constexpr char hex[] = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"': *to++ = '"'; break;
    case '\\': *to++ = '\\'; break;
    case '\n': *to++ = 'n'; break;
    case '\r': *to++ = 'r'; break;
    case '\t': *to++ = 't'; break;
    default: to = std::copy_n("u00", 3, to); *to++ = hex[c >> 4]; *to++ = hex[c & 15];
  }
  return to;
}

void append_text(End& to, std::string_view text) {
  constexpr std::size_t escaped_bytes = 6;
  char* at = to.room(text.size() + 2 + escaped_bytes);
  char* const begin = at;
  *at++ = '"';
  std::size_t done = plain_until(text, 0);
  at = std::copy_n(text.data(), done, at);
  if (done < text.size()) {  // rare: now there is room for the worst
    const auto written = static_cast<std::size_t>(at - begin);
    at = to.room(written + (text.size() - done) * escaped_bytes + 1) + written;
    while (done < text.size()) {
      at = write_escaped(at, static_cast<unsigned char>(text[done++]));
      const std::size_t next = plain_until(text, done);
      at = std::copy_n(text.data() + done, next - done, at);
      done = next;
    }
  }
  *at++ = '"';
  to.take(static_cast<std::size_t>(at - to.room(0)));
}

template <class Number>
void append_number(End& to, Number n) {
  constexpr std::size_t digits_max = 40;
  char* const begin = to.room(digits_max);
  to.take(static_cast<std::size_t>(std::to_chars(begin, begin + digits_max, n).ptr - begin));
}

void append_double(End& to, double d) {
  constexpr std::size_t digits_max = 40;
  if (!std::isfinite(d)) return to.put("null");
  char* const begin = to.room(digits_max + 2);
  char* end = std::to_chars(begin, begin + digits_max, d).ptr;
  // 3.0 must read back as a double, not as the int 3.
  if (std::string_view(begin, end).find_first_of(".e") == std::string_view::npos) end = std::copy_n(".0", 2, end);
  to.take(static_cast<std::size_t>(end - begin));
}

struct Layout {
  bool pretty;
  int level = 0;

  void line(End& to) const {
    if (!pretty) return;
    to.put('\n');
    for (int i = 0; i < level; ++i) to.put("  ");
  }
};

void append_key(End& to, const Value& key) {
  if (key.is(Kind::string)) return append_text(to, key.text());
  const std::string text = to_json(key);
  if (!text.empty() && text.front() == '"') to.put(text);
  else append_text(to, text);
}

void append(End& to, const Value& v, Layout layout);

void append_list(End& to, std::span<const Value> items, Layout layout) {
  to.put('[');
  ++layout.level;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) to.put(',');
    layout.line(to);
    append(to, items[i], layout);
  }
  --layout.level;
  if (!items.empty()) layout.line(to);
  to.put(']');
}

void append_map(End& to, std::span<const Member> members, Layout layout) {
  to.put('{');
  ++layout.level;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) to.put(',');
    layout.line(to);
    append_key(to, members[i].key);
    to.put(layout.pretty ? ": " : ":");
    append(to, members[i].value, layout);
  }
  --layout.level;
  if (!members.empty()) layout.line(to);
  to.put('}');
}

void append(End& to, const Value& v, Layout layout) {
  switch (v.kind()) {
    case Kind::null:
    case Kind::error: return to.put("null");
    case Kind::boolean: return to.put(v.boolean() ? "true" : "false");
    case Kind::integer: return append_number(to, v.integer());
    case Kind::uint: return append_number(to, v.uint());
    case Kind::real: return append_double(to, v.real());
    case Kind::string:
    case Kind::type: return append_text(to, v.text());
    case Kind::bytes:
    case Kind::ip:
    case Kind::cidr: return append_text(to, to_base64(v.text()));
    case Kind::timestamp: return append_text(to, format_rfc3339(v.seconds(), v.nanos()));
    case Kind::duration: return append_text(to, format_seconds(v.seconds(), v.nanos()));
    case Kind::list: return append_list(to, v.items(), layout);
    case Kind::optional: return append(to, v.items().empty() ? Value() : v.items()[0], layout);
    case Kind::map: return append_map(to, v.members(), layout);
  }
}

}  // namespace

Result<Value> parse_json(std::string_view text, Arena& arena) {
  if (text.empty()) return bad(sj::EMPTY);  // simdjson copies from where it points, be that nowhere
  thread_local sj::dom::parser parser;
  if (parser.max_depth() != json_depth_max && parser.allocate(4096, json_depth_max) != sj::SUCCESS)
    return fail("out_of_memory", "no memory for the JSON parser");
  sj::dom::element root;
  if (const auto code = parser.parse(text.data(), text.size()).get(root); code != sj::SUCCESS) return bad(code);
  return Reader(arena, text.size()).value(root);
}

Result<Document> parse_json_document(std::string_view text) {
  auto arena = std::make_unique<Arena>();
  auto root = parse_json(text, *arena);
  if (!root) return tl::unexpected(root.error());
  return Document(std::move(arena), *root);
}

void append_json_string(std::string& to, std::string_view text) {
  const std::size_t plain = plain_until(text, 0);
  if (plain < text.size()) {
    End end(to);
    return append_text(end, text);
  }
  to += '"';
  to += text;
  to += '"';
}

void append_json(std::string& to, const Value& v) {
  End end(to);
  append(end, v, {false});
}

std::string to_json(const Value& v) {
  std::string text;
  append_json(text, v);
  return text;
}

std::string to_pretty_json(const Value& v) {
  std::string text;
  {
    End end(text);
    append(end, v, {true});
  }
  return text;
}

}  // namespace shopbell
