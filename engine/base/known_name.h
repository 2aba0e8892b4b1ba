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

/// One name to be looked up in many maps. A sender writes its members in the same order each time, so a map is first looked
/// at where the last one had it: a guess that threads share, right or not, and that changes no result.
class KnownName {
 public:
  explicit KnownName(std::string_view name) : name_(name), hash_(key_hash(name)) {}
  KnownName(const KnownName& other) : name_(other.name_), hash_(other.hash_) {}
  KnownName& operator=(const KnownName&) = delete;

  /// The member of that name, or nullptr (also when this is no map).
  const Value* find_in(const Value& map) const;

 private:
  std::string name_;
  std::uint32_t hash_;
  mutable std::atomic<std::uint32_t> place_{0};
};

}  // namespace shopbell
