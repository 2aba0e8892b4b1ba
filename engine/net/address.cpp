#include "net/asio.h"
#include "net/client.h"

#include <array>
#include <cstdint>

namespace shopbell {
namespace {

struct Block {
  std::uint32_t first;
  int bits;
};

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

// IANA IPv4 Special-Purpose Address Registry: what is not "globally reachable"; and multicast.
constexpr std::array special_v4{
    Block{ip(0, 0, 0, 0), 8},      Block{ip(10, 0, 0, 0), 8},     Block{ip(100, 64, 0, 0), 10},
    Block{ip(127, 0, 0, 0), 8},    Block{ip(169, 254, 0, 0), 16}, Block{ip(172, 16, 0, 0), 12},
    Block{ip(192, 0, 0, 0), 24},   Block{ip(192, 0, 2, 0), 24},   Block{ip(192, 88, 99, 0), 24},
    Block{ip(192, 168, 0, 0), 16}, Block{ip(198, 18, 0, 0), 15},  Block{ip(198, 51, 100, 0), 24},
    Block{ip(203, 0, 113, 0), 24}, Block{ip(224, 0, 0, 0), 4},    Block{ip(240, 0, 0, 0), 4}};

bool is_public_v4(std::uint32_t address) {
  for (const auto& block : special_v4)
    if ((address ^ block.first) >> (32 - block.bits) == 0) return false;
  return true;
}

bool is_public_v6(const asio::ip::address_v6& address) {
  if (address.scope_id() != 0) return false;
  const auto b = address.to_bytes();
  const auto word = [&](std::size_t i) { return static_cast<std::uint32_t>(b[i] << 8 | b[i + 1]); };
  const auto v4_at = [&](std::size_t i) { return word(i) << 16 | word(i + 2); };
  const auto zero = [&](std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i)
      if (b[i] != 0) return false;
    return true;
  };
  // Those that carry an IPv4 address reach whom it reaches: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC
  // 3056).
  if (zero(0, 10) && word(10) == 0xffff) return is_public_v4(v4_at(12));
  if (word(0) == 0x64 && word(2) == 0xff9b && zero(4, 12)) return is_public_v4(v4_at(12));
  if (word(0) == 0x2002) return is_public_v4(v4_at(2));
  // IANA IPv6 Special-Purpose Address Registry; of the rest only 2000::/3 is given out at all.
  if ((b[0] & 0xe0) != 0x20) return false;
  if (word(0) == 0x2001 && word(2) < 0x200) return false;   // 2001::/23: Teredo, ORCHID, benchmarking
  if (word(0) == 0x2001 && word(2) == 0xdb8) return false;  // documentation
  if (word(0) == 0x3fff && word(2) < 0x1000) return false;  // documentation, RFC 9637
  return true;
}

}  // namespace

bool is_public_address(std::string_view address) {
  error_code error;
  const auto parsed = asio::ip::make_address(std::string(address), error);
  if (error) return false;
  return parsed.is_v4() ? is_public_v4(parsed.to_v4().to_uint()) : is_public_v6(parsed.to_v6());
}

}  // namespace shopbell
