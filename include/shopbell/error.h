#pragma once
// Errors are values: what went wrong (a code for programs, a sentence for people), where in the
// source it is about, and what to do instead.

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace shopbell {

struct Error {
  std::string code;         // stable, snake_case: "no_such_field", "divide_by_zero", "bad_signature"
  std::string message;      // one sentence for a person, no full stop, no place in it
  std::string hint;         // "did you mean order.total?"; may be empty
  std::uint32_t offset = 0; // byte in the source text that it is about (a CEL expression, a template)
  std::uint32_t length = 0; // bytes to underline; 0: no place is known
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string code, std::string message, std::string hint = {},
                                  std::uint32_t offset = 0, std::uint32_t length = 0) {
  return tl::unexpected<Error>(
      Error{std::move(code), std::move(message), std::move(hint), offset, length});
}

}  // namespace shopbell
