#pragma once
// What a loop walks over, without copying it: a list, a range, a map's pairs, or one text.

#include "liquid/datum.h"

#include <optional>
#include <span>

namespace shopbell::liquid {

class Rendering;

class Sequence {
 public:
  explicit Sequence(const Datum& d);

  /// False: not a thing to loop over at all; then it is empty.
  bool is_walkable() const { return walkable_; }
  std::int64_t size() const { return size_; }
  Datum at(std::int64_t i, Rendering& r) const;

  /// Elements from..to-1 as far as there are any (no `to`: to the end). One text has one
  /// element, and keeps it.
  void slice(std::int64_t from, std::optional<std::int64_t> to);
  void reverse() { reversed_ = !reversed_; }

 private:
  Datum datum_;
  bool walkable_ = false;
  bool reversed_ = false;
  std::int64_t begin_ = 0;
  std::int64_t size_ = 0;
};

Value pair_of(const Member& m, Rendering& r);

}  // namespace shopbell::liquid
