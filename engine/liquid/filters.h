#pragma once
// The table of filters. A filter is one function; filters_*.cpp hold them by subject.

#include "liquid/datum.h"

#include <span>
#include <string_view>
#include <vector>

namespace shopbell::liquid {

class Rendering;

/// One use of a filter while rendering. Named arguments come as a map behind the positional ones.
struct FilterCall {
  Rendering& r;
  const Datum& input;
  std::span<const Datum> args;

  std::size_t size() const { return args.size(); }
  Datum arg(std::size_t i) const { return i < args.size() ? args[i] : Datum(); }
};

struct Filter {
  std::string_view name;
  Datum (*run)(const FilterCall& call);  // refuses by Rendering::fail()
  int args_min = 0;
  int args_max = 0;
};

/// nullptr: nobody knows it.
const Filter* find_filter(std::string_view name);

std::span<const Filter> text_filters();
std::span<const Filter> html_filters();
std::span<const Filter> math_filters();
std::span<const Filter> list_filters();
std::span<const Filter> query_filters();
std::span<const Filter> shop_filters();

}  // namespace shopbell::liquid
