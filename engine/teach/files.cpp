#include "teach/files.h"

#include "base/json.h"
#include "load/shop.h"

#include <sstream>

#include <fcntl.h>
#include <unistd.h>

namespace shopbell {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t lines_bytes_max = 64 * 1024 * 1024;

void sync_folder(const fs::path& folder) {
  const int at = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (at < 0) return;
  ::fsync(at);  // a new file's name
  ::close(at);
}

}  // namespace

Result<void> write_durably(const fs::path& path, std::string_view bytes, bool append) {
  std::error_code ignored;
  const bool fresh = fs::create_directories(path.parent_path(), ignored);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0644);
  bool good = file >= 0;
  while (good && !bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    good = n > 0;
    if (good) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  good = good && ::fsync(file) == 0;
  if (file >= 0) good = ::close(file) == 0 && good;
  if (!good) return fail("io", "cannot write " + path.string());
  sync_folder(path.parent_path());
  if (fresh) sync_folder(path.parent_path().parent_path());
  return {};
}

Result<void> each_line(const fs::path& path, const std::function<void(const Value&)>& take) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return {};
  const Result<std::string> text = read_file(path.string(), lines_bytes_max);
  if (!text) return fail(text.error().code, path.string() + ": " + text.error().message);
  std::istringstream lines(*text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    Arena arena;
    const auto value = parse_json(line, arena);
    if (!value) return fail("bad_json", path.string() + ":" + std::to_string(number) + ": " + value.error().message);
    take(*value);
  }
  return {};
}

}  // namespace shopbell
