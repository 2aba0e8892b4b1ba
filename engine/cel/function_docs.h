#pragma once
// What the functions and macros of the language are for, in a sentence, for who writes an expression: those that shops need. Static memory;
// any thread.

#include <span>
#include <string_view>

namespace shopbell::cel {

struct FunctionDoc {
  std::string_view name;       // "startsWith", "math.round"
  std::string_view signature;  // "text.startsWith(text) -> bool"
  std::string_view doc;
  bool member = false;         // it stands behind a dot
};

std::span<const FunctionDoc> function_docs();

}  // namespace shopbell::cel
