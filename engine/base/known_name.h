#pragma once
// Maps by names that are known before: those of a compiled mapping. Pure; any thread.

#include <shopbell/arena.h>
#include <shopbell/value.h>

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace shopbell {

/// adopt_map() of members whose keys are texts, each another, with the key_hash() of each: nothing is hashed or compared.
Value adopt_distinct(Arena& arena, std::span<const Member> members, std::span<const std::uint32_t> hashes);

/// adopt_map() of a body's map, whose names will come again in the same order: see base/shape.h.
Value adopt_recurring(Arena& arena, std::span<Member> members);

/// One name to be looked up in many maps. A sender writes its members in the same order each time: so in a map of the
/// shape that was looked at last it is where it was, or is not; in another it is first looked for there.
class KnownName {
 public:
  explicit KnownName(std::string_view name) : name_(name) {}
  KnownName(const KnownName& other) : name_(other.name_) {}
  KnownName& operator=(const KnownName&) = delete;

  /// The member of that name, or nullptr (also when this is no map).
  const Value* find_in(const Value& map) const;

 private:
  static constexpr std::uint32_t nowhere = 0xffff'ffff;
  std::uint32_t place_in(const MapBody& body, std::uint32_t guess) const;

  std::string name_;
  mutable std::atomic<std::uint64_t> seen_{0};  // the shape, and the place there
};

}  // namespace shopbell
