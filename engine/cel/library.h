#pragma once
// The functions of the language: a name, overloads with types, and the code of each.

#include "cel/call.h"
#include "cel/cel.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::cel {

enum class Style : std::uint8_t { global, member };

/// One overload as the tables of the functions_*.cpp write it. The types are texts that
/// Type::parse() reads; of a member, the first parameter is what stands before the dot.
struct Entry {
  std::string_view name;
  Style style;
  std::string_view params;
  std::string_view result;
  Env::Code code;
};

constexpr std::uint32_t kind_bit(Kind kind) { return 1u << static_cast<unsigned>(kind); }

struct Overload {
  bool member = false;
  bool generic = false;
  std::vector<Type> params;
  std::vector<std::uint32_t> kinds;  // one a parameter: the kind_bit()s that it takes
  Type result;
  Env::Code code = nullptr;
};

struct FunctionSet {
  std::string name;
  std::vector<Overload> overloads;
};

/// What the standard library has under this name, or nullptr. It lives as long as the process.
const FunctionSet* standard_function(std::string_view name);
/// All its names, for hints.
std::span<const std::string_view> standard_function_names();

Overload make_overload(const Env::Function& function);

std::span<const Entry> operator_functions();
std::span<const Entry> conversion_functions();
std::span<const Entry> string_functions();
std::span<const Entry> text_extension_functions();
std::span<const Entry> time_functions();
std::span<const Entry> math_functions();
std::span<const Entry> list_functions();
std::span<const Entry> network_functions();
std::span<const Entry> optional_functions();
std::span<const Entry> regex_functions();

}  // namespace shopbell::cel
