#include "cel/network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shopbell::cel {
namespace {

constexpr std::string_view mapped_prefix{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};

std::string_view unmapped(std::string_view address) {
  return address.size() == 16 && address.starts_with(mapped_prefix) ? address.substr(12) : address;
}

unsigned byte(std::string_view address, std::size_t i) { return static_cast<unsigned char>(address[i]); }

bool is_multicast(std::string_view a) { return a.size() == 4 ? byte(a, 0) >> 4 == 0xe : byte(a, 0) == 0xff; }
bool is_broadcast(std::string_view a) { return a == std::string_view("\xff\xff\xff\xff", 4); }

tl::unexpected<Error> bad(std::string_view what, std::string_view text) {
  return fail("bad_argument", fmt::format("\"{}\" is no {}", text, what));
}

}  // namespace

Result<std::string> parse_address(std::string_view text) {
  if (text.find('%') != std::string_view::npos)
    return fail("bad_argument", "an IP address with a zone is not allowed");
  std::array<char, 16> bytes{};
  const std::string terminated(text);
  if (terminated.size() != std::string_view(terminated.c_str()).size() || text.size() > 45)
    return bad("IP address", text.substr(0, 60));
  const bool six = text.find(':') != std::string_view::npos;
  if (inet_pton(six ? AF_INET6 : AF_INET, terminated.c_str(), bytes.data()) != 1)
    return bad("IP address", text);
  std::string address(bytes.data(), six ? 16 : 4);
  if (six && text.find('.') != std::string_view::npos && address.starts_with(mapped_prefix))
    return fail("bad_argument", "an IPv4 address inside an IPv6 one is not allowed");
  return address;
}

Result<std::string> parse_block(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return bad("network", text.substr(0, 60));
  auto address = parse_address(text.substr(0, slash));
  if (!address) return address;
  const std::string_view digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  const bool plain = error == std::errc{} && end == digits.data() + digits.size() &&
                     (digits.size() == 1 || digits.front() != '0');
  if (!plain || prefix > address->size() * 8) return bad("network", text.substr(0, 60));
  return *address + static_cast<char>(prefix);
}

std::string format_address(std::string_view address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(address.size() == 16 ? AF_INET6 : AF_INET, address.data(), buffer.data(), buffer.size());
  return buffer.data();
}

std::string format_block(std::string_view block) {
  return fmt::format("{}/{}", format_address(address_of(block)), prefix_of(block));
}

bool same_address(std::string_view a, std::string_view b) { return unmapped(a) == unmapped(b); }

std::string mask(std::string_view address, int prefix) {
  std::string masked(address);
  for (std::size_t i = 0; i < masked.size(); ++i) {
    const int bits = std::clamp(prefix - static_cast<int>(i) * 8, 0, 8);
    masked[i] = static_cast<char>(byte(address, i) & (0xff00u >> bits) & 0xffu);
  }
  return masked;
}

bool block_contains(std::string_view block, std::string_view address) {
  const std::string_view base = address_of(block);
  const std::string_view inner = base.size() == 4 ? unmapped(address) : address;
  return base.size() == inner.size() && mask(base, prefix_of(block)) == mask(inner, prefix_of(block));
}

bool is_unspecified(std::string_view address) {
  return std::all_of(address.begin(), address.end(), [](char c) { return c == 0; });
}

bool is_loopback(std::string_view address) {
  const std::string_view a = unmapped(address);
  if (a.size() == 4) return byte(a, 0) == 127;
  return a.back() == 1 && is_unspecified(a.substr(0, 15));
}

bool is_link_local_unicast(std::string_view address) {
  const std::string_view a = unmapped(address);
  return a.size() == 4 ? byte(a, 0) == 169 && byte(a, 1) == 254
                       : byte(a, 0) == 0xfe && (byte(a, 1) & 0xc0) == 0x80;
}

bool is_link_local_multicast(std::string_view address) {
  const std::string_view a = unmapped(address);
  return a.size() == 4 ? byte(a, 0) == 224 && byte(a, 1) == 0 && byte(a, 2) == 0
                       : byte(a, 0) == 0xff && (byte(a, 1) & 0x0f) == 2;
}

bool is_global_unicast(std::string_view address) {
  const std::string_view a = unmapped(address);
  return !is_unspecified(a) && !is_loopback(a) && !is_multicast(a) && !is_link_local_unicast(a) &&
         !is_broadcast(a);
}

}  // namespace shopbell::cel
