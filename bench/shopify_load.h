#pragma once
// Signed Shopify orders of 6 KB for as many customers as are asked for. The signature covers the body alone,
// so each request is a ready one with an event id of its own written into its header.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::bench {

class ShopifyLoad {
 public:
  /// `different`: bodies made and signed, each of another order and customer.
  ShopifyLoad(std::string_view secret, std::size_t different, std::size_t connections);
  /// The i-th request of a connection; lives until that connection's next one.
  std::string_view request(std::uint64_t i, std::size_t connection);

 private:
  std::vector<std::string> ready_;
  std::vector<std::string> in_use_;
  std::size_t id_at_ = 0;
};

/// One order as Shopify sends it, `number` in its ids.
std::string shopify_order(std::uint64_t number);

}  // namespace shopbell::bench
