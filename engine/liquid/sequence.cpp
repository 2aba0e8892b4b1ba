#include "liquid/sequence.h"

#include "liquid/rendering.h"

#include <algorithm>

namespace shopbell::liquid {

Sequence::Sequence(const Datum& d) : datum_(d) {
  if (d.is(Object::Kind::range)) {
    size_ = static_cast<const RangeObject&>(*d.object).size();
    walkable_ = true;
  } else if (d.is(Kind::list) || d.is(Kind::map)) {
    size_ = static_cast<std::int64_t>(d.value.size());
    walkable_ = true;
  } else if (d.is_text()) {
    size_ = d.value.text().empty() ? 0 : 1;
  }
}

Datum Sequence::at(std::int64_t i, Rendering& r) const {
  const std::int64_t index = begin_ + (reversed_ ? size_ - 1 - i : i);
  if (datum_.is(Object::Kind::range)) return Value(static_cast<const RangeObject&>(*datum_.object).first + index);
  if (datum_.is(Kind::list)) return datum_.value.items()[static_cast<std::size_t>(index)];
  if (datum_.is(Kind::map)) return pair_of(datum_.value.members()[static_cast<std::size_t>(index)], r);
  return datum_;
}

void Sequence::slice(std::int64_t from, std::optional<std::int64_t> to) {
  if (datum_.is_text()) return;
  const std::int64_t end = std::min(size_, to.value_or(size_));
  begin_ = std::min(std::max<std::int64_t>(from, 0), size_);
  size_ = std::max<std::int64_t>(0, end - begin_);
}

Value pair_of(const Member& m, Rendering& r) {
  auto* pair = r.arena().make<Value>(2);
  r.count_bytes(2 * sizeof(Value));
  pair[0] = m.key;
  pair[1] = m.value;
  return Value::list({pair, 2});
}

}  // namespace shopbell::liquid
