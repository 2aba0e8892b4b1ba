#include "base/json.h"

#include "base/known_name.h"
#include "base/shape.h"
#include "base/time.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

namespace shopbell {
namespace {

namespace sj = simdjson;

tl::unexpected<Error> bad(sj::error_code code) {
  return fail("bad_json", std::string("this is not JSON: ") + sj::error_message(code));
}

// Reads simdjson's tape (its doc/tape.md) to Values, word by word. Texts stay where simdjson put them, which is the arena.
class Reader {
 public:
  Reader(const sj::dom::document& document, Arena& arena, bool recurs)
      : tape_(document.tape.get()), texts_(reinterpret_cast<const char*>(document.string_buf.get())), arena_(arena), recurs_(recurs) {}

  Value root() {
    std::size_t at = 1;  // behind the word of the root
    return value(at);
  }

 private:
  Value value(std::size_t& at) {
    const std::uint64_t word = tape_[at++];
    switch (static_cast<char>(word >> 56)) {
      case 't': return Value(true);
      case 'f': return Value(false);
      case 'l': return Value(static_cast<std::int64_t>(tape_[at++]));
      case 'u': return Value(tape_[at++]);
      case 'd': return Value(std::bit_cast<double>(tape_[at++]));
      case '"': return text(word);
      case '[': return list(word, at);
      case '{': return map(word, at);
      default: return Value();
    }
  }

  Value text(std::uint64_t word) const {
    const char* from = texts_ + (word & 0x00ff'ffff'ffff'ffff);
    std::uint32_t size = 0;
    std::memcpy(&size, from, sizeof size);
    return Value(std::string_view(from + sizeof size, size));
  }

  Value list(std::uint64_t word, std::size_t& at) {
    const std::size_t end = end_of(word);
    Value* items = arena_.make<Value>(count(word, at));
    std::size_t size = 0;
    while (at < end) items[size++] = value(at);
    ++at;
    return Value::list({items, size});
  }

  Value map(std::uint64_t word, std::size_t& at) {
    const std::size_t end = end_of(word);
    Member* members = arena_.make<Member>(count(word, at));
    std::size_t size = 0;
    while (at < end) {
      members[size].key = text(tape_[at++]);
      members[size++].value = value(at);
    }
    ++at;
    return recurs_ ? adopt_recurring(arena_, {members, size}) : adopt_map(arena_, {members, size});
  }

  /// Where the word of the closing bracket stands.
  static std::size_t end_of(std::uint64_t word) { return (word & 0xffff'ffff) - 1; }

  // simdjson keeps 24 bits of it; of more than that no fewer words follow.
  std::size_t count(std::uint64_t word, std::size_t at) const {
    const std::size_t known = (word >> 32) & 0xff'ffff;
    return known < 0xff'ffff ? known : end_of(word) - at;
  }

  const std::uint64_t* tape_;
  const char* texts_;
  Arena& arena_;
  bool recurs_;
};

// simdjson's own buffers, but for that of the texts, which is the arena's: so no text is copied twice.
class Parser {
 public:
  sj::error_code parse(std::string_view text, Arena& arena, bool recurs, Value& to) {
    if (const auto code = reserve(std::max(text.size(), bytes_min)); code != sj::SUCCESS) return code;
    // Each text has its size before and a zero behind it, and the shortest is written as three bytes: `"",`.
    document_.string_buf.reset(arena.make<std::uint8_t>(5 * text.size() / 3 + sj::SIMDJSON_PADDING + 64));
    sj::dom::element root;
    const auto code = parser_.parse_into_document(document_, text.data(), text.size()).get(root);
    if (code == sj::SUCCESS) to = Reader(document_, arena, recurs).root();
    document_.string_buf.release();
    return code;
  }

 private:
  static constexpr std::size_t bytes_min = 4096;

  sj::error_code reserve(std::size_t bytes) {
    if (parser_.max_depth() != json_depth_max)
      if (const auto code = parser_.allocate(bytes_min, json_depth_max); code != sj::SUCCESS) return code;
    return document_.capacity() < bytes ? document_.allocate(bytes) : sj::SUCCESS;
  }

  sj::dom::parser parser_;
  sj::dom::document document_;
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

template <class Word>
void put_word(char* to, std::uint64_t word) {
  const auto narrow = static_cast<Word>(word);
  std::memcpy(to, &narrow, sizeof narrow);
}

/// Where the first such byte stands, from `i` on. Eight bytes at a time, as far as none of them is special.
std::size_t plain_until(std::string_view text, std::size_t i) {
  for (; i + 8 <= text.size() && !has_special(word_at<std::uint64_t>(text.data() + i)); i += 8) {}
  for (; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) break;
  }
  return i;
}

/// Copies a text that has no such byte, while looking for one: false when it has. The last bytes are read once more with
/// some of those before them, so that no copy is a call.
bool copy_plain(char* to, std::string_view text) {
  const char* from = text.data();
  const std::size_t size = text.size();
  if (size < 4) {
    for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
    return plain_until(text, 0) == size;
  }
  if (size < 8) {
    const std::uint64_t first = word_at<std::uint32_t>(from), last = word_at<std::uint32_t>(from + size - 4);
    put_word<std::uint32_t>(to, first);
    put_word<std::uint32_t>(to + size - 4, last);
    return !has_special(first | last << 32);
  }
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    const std::uint64_t word = word_at<std::uint64_t>(from + i);
    if (has_special(word)) return false;
    put_word<std::uint64_t>(to + i, word);
  }
  const std::uint64_t last = word_at<std::uint64_t>(from + size - 8);
  put_word<std::uint64_t>(to + size - 8, last);
  return !has_special(last);
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

// Rare: room for the worst.
void append_escaped(End& to, std::string_view text) {
  constexpr std::size_t escaped_bytes = 6;
  char* const begin = to.room(text.size() * escaped_bytes + 2);
  char* at = begin;
  *at++ = '"';
  for (std::size_t done = 0; done < text.size();) {
    const std::size_t next = plain_until(text, done);
    at = std::copy_n(text.data() + done, next - done, at);
    if (next < text.size()) at = write_escaped(at, static_cast<unsigned char>(text[next]));
    done = next + 1;
  }
  *at++ = '"';
  to.take(static_cast<std::size_t>(at - begin));
}

void append_text(End& to, std::string_view text) {
  char* const at = to.room(text.size() + 2);
  at[0] = '"';
  if (!copy_plain(at + 1, text)) return append_escaped(to, text);
  at[text.size() + 1] = '"';
  to.take(text.size() + 2);
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
    to.put(layout.pretty ? std::string_view(": ") : std::string_view(":"));
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

namespace {

Result<Value> parse(std::string_view text, Arena& arena, bool recurs) {
  if (text.empty()) return bad(sj::EMPTY);  // simdjson copies from where it points, be that nowhere
  thread_local Parser parser;
  Value root;
  if (const auto code = parser.parse(text, arena, recurs, root); code != sj::SUCCESS) return bad(code);
  return root;
}

}  // namespace

Result<Value> parse_json(std::string_view text, Arena& arena) { return parse(text, arena, false); }

Result<Value> parse_body(std::string_view text, Arena& arena) { return parse(text, arena, true); }

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
