#pragma once
// What the shop files its products under. No platform's order says it, but products' own events do (product.type). The
// product's subject keeps it; the shell has all of them in memory, and tells with each input of a customer which of those
// that the customer bought the profile lacks: so it does not matter whether the product or the order was told of first. Pure.

#include "core/turn.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace shopbell {

constexpr std::size_t catalogue_max = 200'000;  // products that are known; of more only their own subjects know

/// A product is filed under a category, as of a time: the platform's updated_at, else the event's own.
struct Filing {
  std::string product;         // its id; its subject is "product:" and that
  std::string_view category;
  std::int64_t as_of = 0;      // ms
};

/// What an event from outside says of its product; nothing: it says none, or is not about that product's own subject.
std::optional<Filing> filing_of(const Received& received, std::string_view subject);
/// What the subject of a product has kept of it.
std::optional<Filing> filing_kept(const Subject& subject);

class Catalogue {
 public:
  /// Whether the product is filed otherwise than before. One that is older than what is known changes nothing.
  bool file(const Filing& filing);
  /// Empty: not known.
  std::string_view find(std::string_view product) const;
  bool empty() const { return filed_.empty(); }
  /// All of the other's.
  void take(const Catalogue& newer);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Filed {
    std::string_view category;  // into categories_
    std::int64_t as_of = 0;
  };
  std::unordered_set<std::string> categories_;
  std::unordered_map<std::string, Filed, Hash, std::equal_to<>> filed_;
};

using FindCategory = std::function<std::string_view(std::string_view product)>;  // empty: not known

/// What is to be Input::filed: of the products bought, those of an order that the input brings among them.
Value filed_for(const Subject& subject, const Input& input, const FindCategory& find, Arena& arena);

/// Of an event of a product: its subject keeps what it is filed under.
void keep_filing(Turn& turn, const Received& received);
/// Into the profile.
void take_filed(Turn& turn, const Value& filed);

}  // namespace shopbell
