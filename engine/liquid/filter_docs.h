#pragma once
// What each filter is for, in a sentence, for who writes a template. Static memory; any thread.

#include <span>
#include <string_view>

namespace shopbell::liquid {

struct FilterDoc {
  std::string_view name;
  std::string_view signature;  // "order.total | money: order.currency"
  std::string_view doc;
};

/// By name; each filter has one.
std::span<const FilterDoc> filter_docs();

}  // namespace shopbell::liquid
