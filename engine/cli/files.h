#pragma once
// What commands read: a file or standard input, and a shop's data folder.

#include "store/store.h"

#include <shopbell/error.h>

#include <memory>
#include <string>

namespace shopbell::cli {

constexpr std::size_t input_bytes_max = 256 * 1024 * 1024;

/// The whole file; "-" is standard input. Errors: "io".
Result<std::string> read_input(const std::string& path);

/// Which shop a command looks at: two options that several commands share.
struct Where {
  std::string folder = ".";
  std::string data;
};

/// The data folder: --data, or the `data` of DIR/shopbell.yaml. Error: "no_data" with a hint.
Result<std::string> data_folder(const Where& where);

/// Opens the store's reader: --data, or the `data` of DIR/shopbell.yaml. A server may be running.
/// Errors: "no_data" with a hint, and the store's.
Result<std::unique_ptr<Reader>> open_reader(const Where& where);

/// Prints "shopbell: message" and the hint; 1.
int report(const Error& error);

}  // namespace shopbell::cli
