// ip(), cidr() and what can be asked of them.

#include "cel/library.h"
#include "cel/network.h"

namespace shopbell::cel {
namespace {

Value made(Call& call, const Result<std::string>& bytes, Kind kind) {
  return bytes ? call.text(*bytes, kind) : call.fail(bytes.error().code, bytes.error().message);
}

Value ip_of_text(Call& call, const Value* args) {
  return made(call, parse_address(args[0].text()), Kind::ip);
}
Value cidr_of_text(Call& call, const Value* args) {
  return made(call, parse_block(args[0].text()), Kind::cidr);
}
Value is_ip(Call&, const Value* args) { return parse_address(args[0].text()).has_value(); }
Value is_cidr(Call&, const Value* args) { return parse_block(args[0].text()).has_value(); }

Value is_canonical(Call& call, const Value* args) {
  const auto address = parse_address(args[0].text());
  return address ? Value(format_address(*address) == args[0].text())
                 : call.fail(address.error().code, address.error().message);
}

Value family(Call&, const Value* args) { return args[0].text().size() == 4 ? 4 : 6; }

template <bool (*asked)(std::string_view)>
Value ask(Call&, const Value* args) {
  return asked(args[0].text());
}

Value contains_ip(Call&, const Value* args) { return block_contains(args[0].text(), args[1].text()); }

Value contains_ip_text(Call& call, const Value* args) {
  const auto address = parse_address(args[1].text());
  return address ? Value(block_contains(args[0].text(), *address))
                 : call.fail(address.error().code, address.error().message);
}

bool contains_block(std::string_view outer, std::string_view inner) {
  return prefix_of(inner) >= prefix_of(outer) && block_contains(outer, address_of(inner));
}

Value contains_cidr(Call&, const Value* args) { return contains_block(args[0].text(), args[1].text()); }

Value contains_cidr_text(Call& call, const Value* args) {
  const auto block = parse_block(args[1].text());
  return block ? Value(contains_block(args[0].text(), *block))
               : call.fail(block.error().code, block.error().message);
}

Value ip_of_cidr(Call&, const Value* args) { return Value::of_text(Kind::ip, address_of(args[0].text())); }
Value prefix_length(Call&, const Value* args) { return prefix_of(args[0].text()); }

Value masked(Call& call, const Value* args) {
  const std::string_view block = args[0].text();
  return call.text(mask(address_of(block), prefix_of(block)) + block.back(), Kind::cidr);
}

constexpr auto g = Style::global;
constexpr auto m = Style::member;

constexpr Entry entries[] = {
    {"ip", g, "string", "net.IP", ip_of_text},
    {"ip", m, "net.CIDR", "net.IP", ip_of_cidr},
    {"isIP", g, "string", "bool", is_ip},
    {"ip.isCanonical", g, "string", "bool", is_canonical},
    {"family", m, "net.IP", "int", family},
    {"isUnspecified", m, "net.IP", "bool", ask<is_unspecified>},
    {"isLoopback", m, "net.IP", "bool", ask<is_loopback>},
    {"isGlobalUnicast", m, "net.IP", "bool", ask<is_global_unicast>},
    {"isLinkLocalMulticast", m, "net.IP", "bool", ask<is_link_local_multicast>},
    {"isLinkLocalUnicast", m, "net.IP", "bool", ask<is_link_local_unicast>},
    {"cidr", g, "string", "net.CIDR", cidr_of_text},
    {"isCIDR", g, "string", "bool", is_cidr},
    {"containsIP", m, "net.CIDR, net.IP", "bool", contains_ip},
    {"containsIP", m, "net.CIDR, string", "bool", contains_ip_text},
    {"containsCIDR", m, "net.CIDR, net.CIDR", "bool", contains_cidr},
    {"containsCIDR", m, "net.CIDR, string", "bool", contains_cidr_text},
    {"masked", m, "net.CIDR", "net.CIDR", masked},
    {"prefixLength", m, "net.CIDR", "int", prefix_length},
};

}  // namespace

std::span<const Entry> network_functions() { return entries; }

}  // namespace shopbell::cel
