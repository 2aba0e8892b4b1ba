#pragma once
// Numbers as texts.

#include <shopbell/value.h>

#include <string>

namespace shopbell::cel {

/// The shortest text that reads back to the same double: "123.456", "1e+21", "NaN", "-Infinity".
std::string real_text(double d);
/// An int, uint or double as string() writes it.
std::string number_text(const Value& number);

}  // namespace shopbell::cel
