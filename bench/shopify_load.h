#pragma once
// Signed Shopify orders of 6 KB for as many customers as are asked for. Each request is a ready one with an event id and a
// token of its own written into it, and the signature that was made for that before: the same body would be the same event.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::bench {

class ShopifyLoad {
 public:
  /// `different`: bodies, each of another order and customer. `requests`: that many are signed, some 4 us and 44 bytes each.
  ShopifyLoad(std::string_view secret, std::size_t different, std::uint64_t requests, std::size_t connections);
  /// The i-th of all requests; lives until that connection's next one.
  std::string_view request(std::uint64_t i, std::size_t connection);

 private:
  struct Ready {
    std::string text;
    std::size_t token_at;  // behind the headers it is another place for each length of the rest
  };
  std::vector<Ready> ready_;
  std::vector<std::string> signatures_, in_use_;
  std::size_t id_at_ = 0, signature_at_ = 0;
};

/// One order as Shopify sends it, `number` in its ids.
std::string shopify_order(std::uint64_t number);

}  // namespace shopbell::bench
