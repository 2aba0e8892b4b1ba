#include "cli/files.h"

#include "load/load.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace shopbell::cli {
namespace fs = std::filesystem;

Result<std::string> read_input(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file || fs::is_directory(path)) return fail("io", fmt::format("cannot read {}", path));
  }
  std::istream& from = path == "-" ? std::cin : file;
  std::string text;
  char buffer[65536];
  while (from.read(buffer, sizeof buffer) || from.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(from.gcount()));
    if (text.size() > input_bytes_max) return fail("io", fmt::format("{} is larger than {} MiB", path, input_bytes_max >> 20));
  }
  return text;
}

Result<std::string> data_folder(const Where& where) {
  fs::path data = where.data;
  if (where.data.empty()) {
    // A broken workflow must not keep anybody from looking at what happened: then the default place counts.
    const auto shop = load_config(where.folder);
    const fs::path configured = shop.value ? shop.value->data : "data";
    data = configured.is_absolute() ? configured : fs::path(where.folder) / configured;
  }
  if (!fs::is_directory(data))
    return fail("no_data", fmt::format("there is no data folder {}", data.string()), "name the shop's folder, or the data folder with --data");
  return data.string();
}

Result<std::unique_ptr<Reader>> open_reader(const Where& where) {
  const auto data = data_folder(where);
  if (!data) return tl::unexpected(data.error());
  return Store::reader(*data);
}

int report(const Error& error) {
  fmt::print(stderr, "shopbell: {}\n", error.message);
  if (!error.hint.empty()) fmt::print(stderr, "  hint: {}\n", error.hint);
  return 1;
}

}  // namespace shopbell::cli
