#pragma once
// A profile being changed. Within core/: profile.cpp, purchases.cpp and consents.cpp share it.

#include <shopbell/arena.h>
#include <shopbell/value.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace shopbell {

/// A map being changed: fields keep their places, so that the same profile is always the same bytes.
class ProfileDraft {
 public:
  explicit ProfileDraft(const Value& base) {
    fields_.reserve(base.size() + 16);
    fields_.assign(base.members().begin(), base.members().end());
  }

  void set(std::string_view name, const Value& v) {
    const auto found = find(name);
    if (found != fields_.end()) found->value = v;
    else fields_.push_back({Value(name), v});
  }
  Value get(std::string_view name) {
    const auto found = find(name);
    return found == fields_.end() ? Value() : found->value;
  }
  Value build(Arena& arena) const { return freeze_map(arena, fields_); }

 private:
  // Fields are asked for in about the order in which they stand: so the search begins behind the one that was found last.
  std::vector<Member>::iterator find(std::string_view name) {
    const auto is_it = [name](const Member& m) {
      return m.key.size() == name.size() && (name.empty() || m.key.text().front() == name.front()) && m.key.text_or({}) == name;
    };
    const auto from = fields_.begin() + static_cast<std::ptrdiff_t>(next_);
    auto found = std::find_if(from, fields_.end(), is_it);
    if (found == fields_.end()) {
      found = std::find_if(fields_.begin(), from, is_it);
      if (found == from) return fields_.end();
    }
    next_ = static_cast<std::size_t>(found - fields_.begin());
    return found;
  }
  std::vector<Member> fields_;
  std::size_t next_ = 0;
};

/// The value, or null where it is larger than a profile keeps.
Value light(const Value& v);
/// Of two timestamps.
bool before(const Value& a, const Value& b);

inline std::span<const Value> items_of(const Value& list) {
  return list.is(Kind::list) ? list.items() : std::span<const Value>{};
}

}  // namespace shopbell
