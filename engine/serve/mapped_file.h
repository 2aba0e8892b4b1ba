#pragma once
// A small file as memory: what is written there is in the file when the process dies, whatever it dies of, though not
// when the machine loses its power. Made, and filled with zeros, where there is none.

#include <shopbell/error.h>

#include <cstddef>
#include <memory>
#include <string>

namespace shopbell {

struct Unmap {
  std::size_t bytes = 0;
  void operator()(void* at) const;
};
using MappedFile = std::unique_ptr<void, Unmap>;

/// Error: "io".
Result<MappedFile> map_file(const std::string& path, std::size_t bytes);

}  // namespace shopbell
