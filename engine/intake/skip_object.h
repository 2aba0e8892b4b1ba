#pragma once
// Where an object of a JSON text ends, without reading what is in it: sixty-four bytes at once. For what nobody reads and
// is most of a line. Pure.

#include <cstddef>
#include <string_view>

namespace shopbell {

/// `begin`: of its opening brace. The place behind its closing one, or npos where the text ends before it. Whether what
/// is between them is right is not looked at.
std::size_t object_end(std::string_view text, std::size_t begin);

}  // namespace shopbell
