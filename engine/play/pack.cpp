#include "play/pack.h"

#include <bit>
#include <cstring>
#include <stdexcept>

namespace shopbell::play {
namespace {

constexpr std::size_t number_bytes_max = 10;

class Packer {
 public:
  Packer() { grow(4096); }

  void number(std::uint64_t n) {
    char* at = room(number_bytes_max);
    for (; n >= 0x80; n >>= 7) *at++ = static_cast<char>(n | 0x80);
    *at++ = static_cast<char>(n);
    at_ = at;
  }
  void integer(std::int64_t n) { number(static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63)); }
  void text(std::string_view text) {
    number(text.size());
    bytes(text.data(), text.size());
  }
  void texts(const std::vector<std::string>& all) {
    number(all.size());
    for (const std::string& one : all) text(one);
  }
  void times(const std::vector<Time>& all) {
    number(all.size());
    for (const Time at : all) integer(to_ms(at));
  }
  void counters(const std::vector<Counter>& all) {
    number(all.size());
    for (const Counter& counter : all) {
      text(counter.workflow);
      times(counter.times);
    }
  }
  void value(const Value& v) {
    const Kind kind = v.is(Kind::error) ? Kind::null : v.kind();
    *room(1) = static_cast<char>(kind);
    ++at_;
    switch (kind) {
      case Kind::null:
      case Kind::error: return;
      case Kind::boolean: *room(1) = static_cast<char>(v.boolean()); ++at_; return;
      case Kind::integer: return integer(v.integer());
      case Kind::uint: return number(v.uint());
      case Kind::real: return real(v.real());
      case Kind::timestamp:
      case Kind::duration: integer(v.seconds()); return integer(v.nanos());
      case Kind::string:
      case Kind::bytes:
      case Kind::type:
      case Kind::ip:
      case Kind::cidr: return text(v.text());
      case Kind::list:
      case Kind::optional:
        number(v.items().size());
        for (const Value& item : v.items()) value(item);
        return;
      case Kind::map:
        number(v.members().size());
        for (const Member& m : v.members()) {
          value(m.key);
          value(m.value);
        }
        return;
    }
  }
  std::string take() { return std::string(buffer().data(), at_); }  // no byte more than it needs

 private:
  void real(double d) { bytes(&d, sizeof d); }
  void bytes(const void* from, std::size_t size) {
    if (size > 0) std::memcpy(room(size), from, size);
    at_ += size;
  }
  char* room(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) grow(size);
    return at_;
  }
  void grow(std::size_t more) {
    std::string& all = buffer();
    const std::size_t used = at_ == nullptr ? 0 : static_cast<std::size_t>(at_ - all.data());
    if (all.size() < used + more) all.resize(2 * (used + more));
    at_ = all.data() + used;
    end_ = all.data() + all.size();
  }
  static std::string& buffer() {
    static thread_local std::string one;
    return one;
  }
  char *at_ = nullptr, *end_ = nullptr;
};

class Unpacker {
 public:
  Unpacker(std::string_view packed, Arena& arena) : at_(packed.data()), end_(at_ + packed.size()), arena_(arena) {}

  std::uint64_t number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(*take(1));
      n |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return n;
    }
  }
  std::int64_t integer() {
    const std::uint64_t n = number();
    return static_cast<std::int64_t>(n >> 1 ^ (~(n & 1) + 1));
  }
  std::string_view text() {
    const std::size_t size = number();
    return {take(size), size};
  }
  std::vector<std::string> texts() {
    std::vector<std::string> all(number());
    for (std::string& one : all) one = text();
    return all;
  }
  std::vector<Time> times() {
    std::vector<Time> all(number());
    for (Time& at : all) at = from_ms(integer());
    return all;
  }
  std::vector<Counter> counters() {
    std::vector<Counter> all(number());
    for (Counter& counter : all) {
      counter.workflow = text();
      counter.times = times();
    }
    return all;
  }
  Value value() {
    const auto kind = static_cast<Kind>(*take(1));
    switch (kind) {
      case Kind::null:
      case Kind::error: return {};
      case Kind::boolean: return *take(1) != 0;
      case Kind::integer: return integer();
      case Kind::uint: return number();
      case Kind::real: return real();
      case Kind::timestamp:
      case Kind::duration: return moment(kind);
      case Kind::string:
      case Kind::bytes:
      case Kind::type:
      case Kind::ip:
      case Kind::cidr: return Value::of_text(kind, text());
      case Kind::list: return Value::list(items());
      case Kind::optional: {
        const auto inner = items();
        return Value::optional(inner.empty() ? nullptr : inner.data());
      }
      case Kind::map: return map();
    }
    throw std::logic_error("a packed subject is broken");
  }

 private:
  const char* take(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes) throw std::logic_error("a packed subject is broken");
    return std::exchange(at_, at_ + bytes);
  }
  double real() {
    std::uint64_t bits = 0;
    std::memcpy(&bits, take(sizeof bits), sizeof bits);
    return std::bit_cast<double>(bits);
  }
  Value moment(Kind kind) {
    const std::int64_t seconds = integer();
    const auto nanos = static_cast<std::int32_t>(integer());
    return kind == Kind::timestamp ? Value::timestamp(seconds, nanos) : Value::duration(seconds, nanos);
  }
  std::span<const Value> items() {
    const std::size_t size = number();
    Value* made = arena_.make<Value>(size);
    for (std::size_t i = 0; i < size; ++i) new (made + i) Value(value());
    return {made, size};
  }
  Value map() {
    const std::size_t size = number();
    Member* made = arena_.make<Member>(size);
    for (std::size_t i = 0; i < size; ++i) {
      const Value key = value();
      new (made + i) Member{key, value()};
    }
    return adopt_map(arena_, {made, size});
  }

  const char *at_, *end_;
  Arena& arena_;
};

}  // namespace

std::string pack(const Subject& subject) {
  Packer to;
  to.value(subject.profile);
  to.value(subject.conversation);
  to.value(subject.conversations);
  to.value(subject.orders);
  to.counters(subject.counters);
  to.counters(subject.starts);
  to.times(subject.contacts);
  to.value(subject.recent);
  to.value(subject.things);
  to.texts(subject.identities);
  to.texts(subject.merged);
  to.text(subject.leads_to);
  return to.take();
}

Subject unpack(std::string_view id, std::string_view packed, Arena& arena) {
  Subject subject;
  subject.id = id;
  if (packed.empty()) return subject;
  Unpacker from(packed, arena);
  subject.profile = from.value();
  subject.conversation = from.value();
  subject.conversations = from.value();
  subject.orders = from.value();
  subject.counters = from.counters();
  subject.starts = from.counters();
  subject.contacts = from.times();
  subject.recent = from.value();
  subject.things = from.value();
  subject.identities = from.texts();
  subject.merged = from.texts();
  subject.leads_to = from.text();
  return subject;
}

}  // namespace shopbell::play
