#include "core/state.h"

#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace shopbell {
namespace {

constexpr int level_max = 40;         // deeper trees are written as texts within the text
constexpr int unwrap_depth_max = 60;  // of such texts within each other: far above what append_state() makes

bool json_text(std::string_view text) {
  // Almost all texts are ASCII, and that is quick to see.
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii || utf8_valid(text);
}

void append(std::string& to, const Value& v, int level);

void append_marked(std::string& to, std::string_view kind, std::string_view text) {
  to += "{\"$\":\"";
  to += kind;
  to += "\",\"v\":";
  append_json_string(to, text);
  to += '}';
}

void append_pair(std::string& to, std::int64_t seconds, std::int32_t nanos, std::string_view kind) {
  to += "{\"$\":\"";
  to += kind;
  to += "\",\"v\":[" + std::to_string(seconds) + ',' + std::to_string(nanos) + "]}";
}

void append_items(std::string& to, std::span<const Value> items, int level) {
  to += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) to += ',';
    append(to, items[i], level + 1);
  }
  to += ']';
}

bool json_map(std::span<const Member> members) {
  return std::all_of(members.begin(), members.end(),
                     [](const Member& m) { return m.key.is(Kind::string) && json_text(m.key.text()); }) &&
         (members.empty() || members[0].key.text() != "$");
}

void append_map(std::string& to, std::span<const Member> members, int level) {
  if (!json_map(members)) {
    to += "{\"$\":\"map\",\"v\":[";
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) to += ',';
      append(to, members[i].key, level + 2);
      to += ',';
      append(to, members[i].value, level + 2);
    }
    to += "]}";
    return;
  }
  to += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) to += ',';
    append_json_string(to, members[i].key.text());
    to += ':';
    append(to, members[i].value, level + 1);
  }
  to += '}';
}

void append_text(std::string& to, std::string_view text) {
  if (json_text(text)) append_json_string(to, text);
  else append_marked(to, "string", to_base64(text));
}

void append_real(std::string& to, double d) {
  if (std::isfinite(d)) append_json(to, Value(d));
  else append_marked(to, "real", std::isnan(d) ? "nan" : d > 0 ? "inf" : "-inf");
}

void append(std::string& to, const Value& v, int level) {
  if (level >= level_max && v.size() > 0 && (v.is(Kind::list) || v.is(Kind::map) || v.is(Kind::optional))) {
    std::string inner;
    append(inner, v, 0);
    return append_marked(to, "json", inner);
  }
  switch (v.kind()) {
    case Kind::null:
    case Kind::boolean:
    case Kind::integer: return append_json(to, v);
    case Kind::error: to += "null"; return;
    case Kind::real: return append_real(to, v.real());
    case Kind::uint: return append_marked(to, "uint", std::to_string(v.uint()));
    case Kind::string: return append_text(to, v.text());
    case Kind::bytes: return append_marked(to, "bytes", to_base64(v.text()));
    case Kind::type: return append_marked(to, "type", to_base64(v.text()));
    case Kind::ip: return append_marked(to, "ip", to_base64(v.text()));
    case Kind::cidr: return append_marked(to, "cidr", to_base64(v.text()));
    case Kind::timestamp: return append_pair(to, v.seconds(), v.nanos(), "timestamp");
    case Kind::duration: return append_pair(to, v.seconds(), v.nanos(), "duration");
    case Kind::optional:
      to += "{\"$\":\"optional\",\"v\":";
      append_items(to, v.items(), level + 1);
      to += '}';
      return;
    case Kind::list: return append_items(to, v.items(), level);
    case Kind::map: return append_map(to, v.members(), level);
  }
}

bool is_marked(const Value& v) {
  const auto members = v.members();
  return !members.empty() && members[0].key.text_or({}) == "$";
}

bool has_mark(const Value& v) {
  if (v.is(Kind::list)) return std::any_of(v.items().begin(), v.items().end(), has_mark);
  if (!v.is(Kind::map)) return false;
  if (is_marked(v)) return true;
  return std::any_of(v.members().begin(), v.members().end(), [](const Member& m) { return has_mark(m.value); });
}

class Reviver {
 public:
  explicit Reviver(Arena& arena) : arena_(arena) {}

  Value value(const Value& v) {
    if (v.is(Kind::list)) return list(v.items());
    if (!v.is(Kind::map)) return v;
    if (is_marked(v)) return marked(v["$"].text_or({}), v["v"]);
    std::vector<Member> members;
    members.reserve(v.size());
    for (const Member& m : v.members()) members.push_back({m.key, value(m.value)});
    return freeze_map(arena_, members);
  }

  bool bad() const { return bad_; }

 private:
  Value refuse() {
    bad_ = true;
    return {};
  }

  Value list(std::span<const Value> items) {
    std::vector<Value> made;
    made.reserve(items.size());
    for (const Value& item : items) made.push_back(value(item));
    return make_list(arena_, made);
  }

  Value marked(std::string_view kind, const Value& v) {
    if (kind == "map") return map(v.items());
    if (kind == "optional" && v.is(Kind::list)) {
      const auto items = list(v.items()).items();
      return Value::optional(items.empty() ? nullptr : items.data());
    }
    if ((kind == "timestamp" || kind == "duration") && v.is(Kind::list) && v.size() == 2) return pair(kind, v.items());
    if (!v.is(Kind::string)) return refuse();
    if (kind == "uint") return uint(v.text());
    if (kind == "real") return real(v.text());
    if (kind == "json") return json(v.text());
    return text(kind, v.text());
  }

  Value map(std::span<const Value> pairs) {
    if (pairs.size() % 2 != 0) return refuse();
    std::vector<Member> members;
    for (std::size_t i = 0; i < pairs.size(); i += 2) members.push_back({value(pairs[i]), value(pairs[i + 1])});
    return freeze_map(arena_, members);
  }

  Value pair(std::string_view kind, std::span<const Value> parts) {
    const std::int64_t seconds = parts[0].integer_or(0);
    const auto nanos = static_cast<std::int32_t>(parts[1].integer_or(0));
    return kind == "timestamp" ? Value::timestamp(seconds, nanos) : Value::duration(seconds, nanos);
  }

  Value uint(std::string_view digits) {
    std::uint64_t n = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    return read.ec == std::errc() && read.ptr == digits.data() + digits.size() ? Value(n) : refuse();
  }

  Value real(std::string_view name) {
    if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (name == "inf") return std::numeric_limits<double>::infinity();
    return name == "-inf" ? Value(-std::numeric_limits<double>::infinity()) : refuse();
  }

  Value json(std::string_view inner) {
    if (++unwrapped_ > unwrap_depth_max) return refuse();
    const auto parsed = parse_json(inner, arena_);
    const Value made = parsed ? value(*parsed) : refuse();
    --unwrapped_;
    return made;
  }

  Value text(std::string_view kind, std::string_view base64) {
    static constexpr std::pair<std::string_view, Kind> kinds[] = {
        {"string", Kind::string}, {"bytes", Kind::bytes}, {"type", Kind::type}, {"ip", Kind::ip}, {"cidr", Kind::cidr}};
    const auto bytes = from_base64(base64);
    if (!bytes) return refuse();
    for (const auto& [name, of] : kinds)
      if (name == kind) return Value::of_text(of, arena_.copy(*bytes));
    return refuse();
  }

  Arena& arena_;
  bool bad_ = false;
  int unwrapped_ = 0;
};

}  // namespace

void append_state(std::string& to, const Value& v) { append(to, v, 0); }

Result<Value> revive(const Value& parsed, Arena& arena) {
  if (!has_mark(parsed)) return parsed;
  Reviver reviver(arena);
  const Value made = reviver.value(parsed);
  if (reviver.bad()) return fail("bad_state", "a stored value has a form that this version does not know");
  return made;
}

int depth_of(const Value& v) {
  int deepest = 0;
  if (v.is(Kind::list) || v.is(Kind::optional)) {
    for (const Value& item : v.items()) deepest = std::max(deepest, depth_of(item));
    return deepest + 1;
  }
  if (!v.is(Kind::map)) return 0;
  for (const Member& m : v.members()) deepest = std::max(deepest, depth_of(m.value));
  return deepest + 1;
}

}  // namespace shopbell
