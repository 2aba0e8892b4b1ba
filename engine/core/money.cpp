#include "core/profile.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace shopbell {
namespace {

// ISO 4217, list one: the currencies in use whose minor unit is not a hundredth.
constexpr std::array<std::string_view, 16> no_minor{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                    "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 7> thousandths{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

double minor_in_major(std::string_view currency) {
  if (std::find(no_minor.begin(), no_minor.end(), currency) != no_minor.end()) return 1;
  return std::find(thousandths.begin(), thousandths.end(), currency) != thousandths.end() ? 1000 : 100;
}

}  // namespace

std::int64_t minor_units(double amount, std::string_view currency) {
  constexpr double most = 9e15;  // above it, doubles no longer tell neighbours apart
  const double minor = amount * minor_in_major(currency);
  return std::isfinite(minor) && std::fabs(minor) < most ? std::llround(minor) : 0;
}

double major_units(std::int64_t amount, std::string_view currency) {
  return static_cast<double>(amount) / minor_in_major(currency);
}

}  // namespace shopbell
