#include "core/state.h"

#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace shopbell {
namespace {

constexpr int level_max = 40;         // deeper trees are written as texts within the text
constexpr int unwrap_depth_max = 60;  // of such texts within each other: far above what append_state() makes

bool json_text(std::string_view text) {
  // Almost all texts are ASCII, and that is quick to see: eight bytes at a time, the last eight overlapping.
  constexpr std::uint64_t highs = 0x8080808080808080;
  const auto word_at = [&text](std::size_t i) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, sizeof word);
    return word;
  };
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) seen |= word_at(i);
  if (text.size() >= 8) seen |= word_at(text.size() - 8);
  else
    for (; i < text.size(); ++i) seen |= static_cast<unsigned char>(text[i]);
  return (seen & highs) == 0 || utf8_valid(text);
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
    if (v.is(Kind::list)) return list(v);
    if (!v.is(Kind::map)) return v;
    if (is_marked(v)) return marked(v["$"].text_or({}), v["v"]);
    return plain_map(v);
  }

  bool bad() const { return bad_; }

 private:
  Value refuse() {
    bad_ = true;
    return {};
  }

  // What has no mark in it stays where it is.
  static bool stays(const Value& now, const Value& before) { return std::memcmp(&now, &before, sizeof now) == 0; }

  Value plain_map(const Value& v) {
    const auto members = v.members();
    Member* made = nullptr;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Value now = value(members[i].value);
      if (made == nullptr && stays(now, members[i].value)) continue;
      if (made == nullptr) std::copy(members.begin(), members.end(), made = arena_.make<Member>(members.size()));
      made[i].value = now;
    }
    return made == nullptr ? v : adopt_map(arena_, {made, members.size()});
  }

  Value list(const Value& v) {
    const auto items = v.items();
    Value* made = nullptr;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Value now = value(items[i]);
      if (made == nullptr && stays(now, items[i])) continue;
      if (made == nullptr) std::copy(items.begin(), items.end(), made = arena_.make<Value>(items.size()));
      made[i] = now;
    }
    return made == nullptr ? v : Value::list({made, items.size()});
  }

  Value marked(std::string_view kind, const Value& v) {
    if (kind == "map") return map(v.items());
    if (kind == "optional" && v.is(Kind::list)) {
      const auto items = list(v).items();
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
