#include "store/export.h"

#include "base/json.h"
#include "base/time.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 4> times{"at", "started", "ended", "due"};
constexpr std::array<std::string_view, 3> inner{"segment", "offset", "length"};

std::string json_lines(std::string_view lines) {
  std::string list("[");
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (list.size() > 1 && end > 0) list += ',';
    list += lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return list + "]";
}

std::string text_json(std::string_view name, std::string_view text) {
  std::string to;
  if (name == "notes") return json_lines(text);
  if (text.starts_with('{') || text.starts_with('[')) {
    Arena arena;
    if (parse_json(text, arena)) return std::string(text);
  }
  append_json_string(to, text);
  return to;
}

}  // namespace

Export::~Export() { abandon(); }

void Export::abandon() {
  if (file_ != nullptr) std::fclose(file_);
  file_ = nullptr;
  sections_ = 0;
  failed_ = false;
}

bool Export::begin(const std::string& folder, const std::string& name) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  path_ = folder + "/" + name + ".json";
  const int fd = ::open((path_ + ".part").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  file_ = fd < 0 ? nullptr : ::fdopen(fd, "w");
  if (file_ == nullptr && fd >= 0) ::close(fd);
  if (file_ != nullptr) put("{");
  return file_ != nullptr;
}

void Export::put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) failed_ = true;
}

void Export::section(std::string_view name) {
  std::string text(sections_++ > 0 ? "\n],\n" : "\n");
  append_json_string(text, name);
  put(text + ": [");
  first_ = true;
}

void Export::add(const sqlite::Row& row, std::string_view line) {
  std::string text(first_ ? "\n{" : ",\n{");
  first_ = false;
  bool any = false;
  const auto member = [&](std::string_view name, std::string_view json) {
    if (std::exchange(any, true)) text += ',';
    append_json_string(text, name);
    text.append(":").append(json);
  };
  for (int i = 0; i < row.columns(); ++i) {
    const std::string_view name = row.name(i);
    if (row.null(i) || row.is_blob(i) || std::find(inner.begin(), inner.end(), name) != inner.end()) continue;
    const bool time = std::find(times.begin(), times.end(), name) != times.end();
    if (row.is_text(i) && !row.view(i).empty()) member(name, text_json(name, row.view(i)));
    else if (time) member(name, "\"" + format_rfc3339(row.time(i)) + "\"");
    else if (!row.is_text(i)) member(name, std::to_string(row.integer(i)));
  }
  if (!line.empty()) member("event", line);
  put(text + "}");
}

bool Export::finish() {
  put(sections_ > 0 ? "\n]\n}\n" : "}\n");
  const bool written = std::fflush(file_) == 0 && ::fsync(::fileno(file_)) == 0 && !failed_;
  abandon();
  return written && std::rename((path_ + ".part").c_str(), path_.c_str()) == 0;
}

}  // namespace shopbell
