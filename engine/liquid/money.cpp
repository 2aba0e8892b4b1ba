#include "liquid/money.h"

#include <algorithm>
#include <array>

namespace shopbell::liquid {
namespace {

struct Currency {
  std::string_view code;
  std::string_view symbol;
  int decimals;
};

// Symbols from CLDR (narrow where Shopify uses it), decimals from ISO 4217.
constexpr std::array<Currency, 48> currencies{{
    {"AED", "AED", 2}, {"ARS", "$", 2},   {"AUD", "$", 2},    {"BGN", "лв.", 2}, {"BHD", "BHD", 3}, {"BRL", "R$", 2},  {"CAD", "$", 2},
    {"CHF", "CHF", 2}, {"CLP", "$", 0},   {"CNY", "¥", 2},    {"COP", "$", 2},   {"CZK", "Kč", 2},  {"DKK", "kr.", 2}, {"EGP", "E£", 2},
    {"EUR", "€", 2},   {"GBP", "£", 2},   {"HKD", "$", 2},    {"HUF", "Ft", 2},  {"IDR", "Rp", 2},  {"ILS", "₪", 2},   {"INR", "₹", 2},
    {"ISK", "kr", 0},  {"JOD", "JOD", 3}, {"JPY", "¥", 0},    {"KES", "KSh", 2}, {"KRW", "₩", 0},   {"KWD", "KWD", 3}, {"MAD", "MAD", 2},
    {"MXN", "$", 2},   {"MYR", "RM", 2},  {"NGN", "₦", 2},    {"NOK", "kr", 2},  {"NZD", "$", 2},   {"PEN", "S/", 2},  {"PHP", "₱", 2},
    {"PLN", "zł", 2},  {"QAR", "QAR", 2}, {"RON", "lei", 2},  {"SAR", "SAR", 2}, {"SEK", "kr", 2},  {"SGD", "$", 2},   {"THB", "฿", 2},
    {"TND", "TND", 3}, {"TRY", "₺", 2},   {"TWD", "$", 2},    {"UAH", "₴", 2},   {"USD", "$", 2},   {"VND", "₫", 0},
}};

struct Style {
  std::string_view locale;   // a language, or a language and a region
  std::string_view decimal;
  std::string_view group;
  bool symbol_first;
  std::string_view gap;      // between symbol and number
  int group_from = 4;        // digits from which groups are set: Spanish writes 1234,50
  bool indian = false;       // 12,34,567
};

constexpr std::string_view hard_space = "\u00a0";
constexpr std::string_view thin_space = "\u202f";

// Formats from CLDR 44. The longer name comes first.
constexpr std::array<Style, 37> styles{{
    {"de-AT", ",", hard_space, true, hard_space}, {"de-CH", ".", "’", true, hard_space},       {"en-IN", ".", ",", true, "", 4, true},
    {"es-MX", ".", ",", true, ""},                {"es-US", ".", ",", true, ""},               {"fr-CA", ",", hard_space, false, hard_space},
    {"fr-CH", ",", thin_space, false, hard_space}, {"it-CH", ".", "’", true, hard_space},      {"pt-PT", ",", hard_space, false, hard_space, 5},
    {"nl-BE", ",", ".", true, hard_space},        {"bg", ",", hard_space, false, hard_space, 5}, {"ca", ",", ".", false, hard_space},
    {"cs", ",", hard_space, false, hard_space},   {"da", ",", ".", false, hard_space},         {"de", ",", ".", false, hard_space},
    {"el", ",", ".", false, hard_space},          {"es", ",", ".", false, hard_space, 5},      {"fi", ",", hard_space, false, hard_space},
    {"fr", ",", thin_space, false, hard_space},   {"he", ".", ",", false, hard_space},         {"hi", ".", ",", true, "", 4, true},
    {"hr", ",", ".", false, hard_space},          {"hu", ",", hard_space, false, hard_space, 5}, {"id", ",", ".", true, hard_space},
    {"it", ",", ".", false, hard_space},          {"ja", ".", ",", true, ""},                  {"ko", ".", ",", true, ""},
    {"nb", ",", hard_space, false, hard_space},   {"nl", ",", ".", true, hard_space},          {"no", ",", hard_space, false, hard_space},
    {"pl", ",", hard_space, false, hard_space, 5}, {"pt", ",", ".", true, hard_space},         {"ro", ",", ".", false, hard_space},
    {"ru", ",", hard_space, false, hard_space},   {"sv", ",", hard_space, false, hard_space},  {"tr", ",", ".", true, ""},
    {"uk", ",", hard_space, false, hard_space},
}};
constexpr Style english{"en", ".", ",", true, ""};

Style style_of(std::string_view locale) {
  std::string name(locale.substr(0, 5));
  std::replace(name.begin(), name.end(), '_', '-');
  const auto named = [](std::string_view wanted) { return std::find_if(styles.begin(), styles.end(), [&](const Style& s) { return s.locale == wanted; }); };
  if (const auto found = named(name); found != styles.end()) return *found;
  const auto language = named(std::string_view(name).substr(0, name.find('-')));
  return language == styles.end() ? english : *language;
}

std::string grouped(const std::string& digits, const Style& style) {
  if (static_cast<int>(digits.size()) < style.group_from) return digits;
  std::string to;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t left = digits.size() - i;
    const bool group = left == 3 || (style.indian ? left > 3 && left % 2 == 1 : left % 3 == 0);
    if (i > 0 && group) to += style.group;
    to += digits[i];
  }
  return to;
}

}  // namespace

std::string money_text(const Number& amount, std::string_view code, std::string_view locale, MoneyStyle how) {
  const auto known = std::find_if(currencies.begin(), currencies.end(), [&](const Currency& c) { return c.code == code; });
  const Currency currency = known == currencies.end() ? Currency{code, code, 2} : *known;
  const Style style = style_of(locale);
  const Number scaled = round_to(calculate(Arithmetic::times, amount, whole([&] { Wide p = 1; for (int i = 0; i < currency.decimals; ++i) p *= 10; return p; }())).value_or(amount), 0, Rounding::nearest).value_or(whole(0));
  const Wide minor = scaled.is_whole() ? scaled.digits : static_cast<Wide>(scaled.as_double());
  std::string digits = wide_text(minor < 0 ? -minor : minor);
  const auto decimals = static_cast<std::size_t>(currency.decimals);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  const std::string cents = digits.substr(digits.size() - decimals);
  std::string number = grouped(digits.substr(0, digits.size() - decimals), style);
  const bool no_cents = cents.find_first_not_of('0') == std::string::npos;
  if (decimals > 0 && !(how == MoneyStyle::without_zeros && no_cents)) number += std::string(style.decimal) + cents;
  const std::string sign = minor < 0 ? "-" : "";
  if (how == MoneyStyle::without_currency) return sign + number;
  const bool letters = currency.symbol == currency.code;  // "CHF 10.00": never "CHF10.00"
  const std::string gap(letters && style.gap.empty() ? hard_space : style.gap);
  std::string text = style.symbol_first ? sign + std::string(currency.symbol) + gap + number : sign + number + gap + std::string(currency.symbol);
  if (how == MoneyStyle::with_code && !letters) text.append(" ").append(currency.code);
  return text;
}

}  // namespace shopbell::liquid
