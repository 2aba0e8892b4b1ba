#include "liquid/filters.h"

#include "liquid/liquid.h"

#include <algorithm>

namespace shopbell::liquid {
namespace {

const std::vector<Filter>& all() {
  static const std::vector<Filter> sorted = [] {
    std::vector<Filter> filters;
    for (const auto part : {text_filters(), html_filters(), math_filters(), list_filters(), query_filters(), shop_filters()})
      filters.insert(filters.end(), part.begin(), part.end());
    std::sort(filters.begin(), filters.end(), [](const Filter& a, const Filter& b) { return a.name < b.name; });
    return filters;
  }();
  return sorted;
}

}  // namespace

const Filter* find_filter(std::string_view name) {
  const auto& filters = all();
  const auto found = std::lower_bound(filters.begin(), filters.end(), name, [](const Filter& f, std::string_view n) { return f.name < n; });
  return found != filters.end() && found->name == name ? &*found : nullptr;
}

std::vector<std::string_view> filter_names() {
  std::vector<std::string_view> names;
  for (const Filter& f : all()) names.push_back(f.name);
  return names;
}

}  // namespace shopbell::liquid
