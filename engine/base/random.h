#pragma once
// Bytes that nobody can guess, from the kernel. Any thread.

#include <cstddef>
#include <string>

namespace shopbell {

/// Throws when the kernel gives none.
std::string random_bytes(std::size_t count);

}  // namespace shopbell
