#include "base/json.h"

#include "base/time.h"

#include <simdjson.h>

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
  Reader(Arena& arena, std::size_t text_bytes) : arena_(arena), text_(arena.make<char>(text_bytes)) {}

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
    if (!from.empty()) std::memcpy(text_, from.data(), from.size());
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

  Arena& arena_;
  char* text_;  // where the next one goes
};

/// Where the first byte stands, from `i` on, that a JSON string must or should escape: controls, quote, backslash.
std::size_t plain_until(std::string_view text, std::size_t i) {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
  for (; i + 8 <= text.size(); i += 8) {  // eight bytes at a time, as far as none of them is special
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    const std::uint64_t controls = (word - ones * 0x20) & ~word & highs;
    if (controls | has_zero(word ^ (ones * '"')) | has_zero(word ^ (ones * '\\')) | has_zero(word ^ (ones * 0x7f))) break;
  }
  for (; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) break;
  }
  return i;
}

template <class Number>
void append_number(std::string& to, Number n) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, n).ptr;
  to.append(buffer, end);
}

void append_double(std::string& to, double d) {
  if (!std::isfinite(d)) {
    to += "null";
    return;
  }
  const std::size_t before = to.size();
  append_number(to, d);
  // 3.0 must read back as a double, not as the int 3.
  if (to.find_first_of(".e", before) == std::string::npos) to += ".0";
}

struct Layout {
  bool pretty;
  int level = 0;

  void line(std::string& to) const {
    if (!pretty) return;
    to += '\n';
    to.append(static_cast<std::size_t>(level) * 2, ' ');
  }
};

void append_key(std::string& to, const Value& key) {
  if (key.is(Kind::string)) return append_json_string(to, key.text());
  std::string text;
  append_json(text, key);
  if (!text.empty() && text.front() == '"') to += text;
  else append_json_string(to, text);
}

void append(std::string& to, const Value& v, Layout layout);

void append_list(std::string& to, std::span<const Value> items, Layout layout) {
  to += '[';
  ++layout.level;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) to += ',';
    layout.line(to);
    append(to, items[i], layout);
  }
  --layout.level;
  if (!items.empty()) layout.line(to);
  to += ']';
}

void append_map(std::string& to, std::span<const Member> members, Layout layout) {
  to += '{';
  ++layout.level;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) to += ',';
    layout.line(to);
    append_key(to, members[i].key);
    to += layout.pretty ? ": " : ":";
    append(to, members[i].value, layout);
  }
  --layout.level;
  if (!members.empty()) layout.line(to);
  to += '}';
}

void append(std::string& to, const Value& v, Layout layout) {
  switch (v.kind()) {
    case Kind::null:
    case Kind::error: to += "null"; return;
    case Kind::boolean: to += v.boolean() ? "true" : "false"; return;
    case Kind::integer: append_number(to, v.integer()); return;
    case Kind::uint: append_number(to, v.uint()); return;
    case Kind::real: append_double(to, v.real()); return;
    case Kind::string:
    case Kind::type: append_json_string(to, v.text()); return;
    case Kind::bytes:
    case Kind::ip:
    case Kind::cidr: to += '"' + to_base64(v.text()) + '"'; return;
    case Kind::timestamp: append_json_string(to, format_rfc3339(v.seconds(), v.nanos())); return;
    case Kind::duration: append_json_string(to, format_seconds(v.seconds(), v.nanos())); return;
    case Kind::list: append_list(to, v.items(), layout); return;
    case Kind::optional: append(to, v.items().empty() ? Value() : v.items()[0], layout); return;
    case Kind::map: append_map(to, v.members(), layout); return;
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
  static constexpr char hex[] = "0123456789abcdef";
  to += '"';
  std::size_t done = 0;
  for (std::size_t i = plain_until(text, 0); i < text.size(); i = plain_until(text, done)) {
    to.append(text, done, i - done);
    done = i + 1;
    const auto c = static_cast<unsigned char>(text[i]);
    switch (c) {
      case '"': to += "\\\""; break;
      case '\\': to += "\\\\"; break;
      case '\n': to += "\\n"; break;
      case '\r': to += "\\r"; break;
      case '\t': to += "\\t"; break;
      default: to += "\\u00"; to += hex[c >> 4]; to += hex[c & 15];
    }
  }
  to.append(text, done, text.size() - done);
  to += '"';
}

void append_json(std::string& to, const Value& v) { append(to, v, {false}); }

std::string to_json(const Value& v) {
  std::string text;
  append_json(text, v);
  return text;
}

std::string to_pretty_json(const Value& v) {
  std::string text;
  append(text, v, {true});
  return text;
}

}  // namespace shopbell
