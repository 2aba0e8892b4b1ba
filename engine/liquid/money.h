#pragma once
// Amounts of money as a locale writes them.

#include "liquid/number.h"

#include <string>
#include <string_view>

namespace shopbell::liquid {

enum class MoneyStyle : std::uint8_t {
  plain,            // "$1,234.50", "1.234,50 €"
  with_code,        // "$1,234.50 USD"
  without_zeros,    // "$1,234" when there are no cents
  without_currency, // "1,234.50"
};

/// `amount` in major units, rounded half away from zero to the currency's minor unit (ISO 4217).
/// An unknown currency is written with its code and two decimals; an unknown locale like "en".
std::string money_text(const Number& amount, std::string_view currency, std::string_view locale, MoneyStyle style);

}  // namespace shopbell::liquid
