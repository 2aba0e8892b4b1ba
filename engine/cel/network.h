#pragma once
// IP addresses and CIDR blocks as CEL's network extension has them. An address is 4 or 16 bytes in
// network order; a block is an address and one more byte, the length of its prefix.
// https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library

#include <shopbell/error.h>

#include <string>
#include <string_view>

namespace shopbell::cel {

/// "192.168.0.1", "2001:db8::68". No zone, no IPv4 address written inside an IPv6 one of ::ffff.
/// Errors: "bad_argument".
Result<std::string> parse_address(std::string_view text);
/// "192.168.0.0/24". Errors: "bad_argument".
Result<std::string> parse_block(std::string_view text);

/// The shortest form (RFC 5952).
std::string format_address(std::string_view address);
std::string format_block(std::string_view block);

/// Whether two addresses are the same; ::ffff:c0a8:1 is 192.168.0.1.
bool same_address(std::string_view a, std::string_view b);

inline std::string_view address_of(std::string_view block) { return block.substr(0, block.size() - 1); }
inline int prefix_of(std::string_view block) { return static_cast<unsigned char>(block.back()); }
/// The address with all bits behind the prefix cleared.
std::string mask(std::string_view address, int prefix);
bool block_contains(std::string_view block, std::string_view address);

// What ranges of addresses are for: RFC 1122, 3927, 4291, 5771.
bool is_unspecified(std::string_view address);
bool is_loopback(std::string_view address);
bool is_link_local_unicast(std::string_view address);
bool is_link_local_multicast(std::string_view address);
/// Neither unspecified, loopback, link-local, multicast nor broadcast; private ones are global here.
bool is_global_unicast(std::string_view address);

}  // namespace shopbell::cel
