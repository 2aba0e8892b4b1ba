#include "load/secrets.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace shopbell {
namespace {

Result<std::string> read_secret(const std::string& path, const std::string& folder) {
  const std::filesystem::path full =
      std::filesystem::path(path).is_absolute() ? std::filesystem::path(path) : std::filesystem::path(folder) / path;
  std::error_code ignored;
  std::ifstream in(full, std::ios::binary);
  if (!std::filesystem::is_regular_file(full, ignored) || !in)
    return fail("no_such_file", fmt::format("the file {} cannot be read", path));
  std::string text(secret_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > secret_bytes_max)
    return fail("too_large", fmt::format("the file {} is larger than a secret may be", path));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> resolve(std::string_view reference, const std::string& folder) {
  const std::size_t colon = reference.find(':');
  const std::string_view kind = reference.substr(0, std::min(colon, reference.size()));
  const std::string name(colon == std::string_view::npos ? std::string_view() : reference.substr(colon + 1));
  if (kind == "file" && !name.empty()) return read_secret(name, folder);
  if (kind != "env" || name.empty())
    return fail("bad_reference", fmt::format("${{{}}} is no reference", reference), "${env:NAME} or ${file:PATH}");
  const char* value = std::getenv(name.c_str());
  if (value != nullptr) return std::string(value);
  return fail("no_such_variable", fmt::format("the environment has no {}", name),
              fmt::format("set it: export {}=...", name));
}

}  // namespace

bool has_reference(std::string_view text) { return text.find("${") != std::string_view::npos; }

Result<std::string> resolve_secrets(std::string_view text, const std::string& folder) {
  std::string made;
  std::size_t at = 0;
  for (std::size_t open = text.find("${"); open != std::string_view::npos; open = text.find("${", at)) {
    made += text.substr(at, open - at);
    const std::size_t close = text.find('}', open);
    const auto offset = static_cast<std::uint32_t>(open);
    if (close == std::string_view::npos)
      return fail("bad_reference", "this reference has no end", "${env:NAME}", offset, 2);
    Result<std::string> value = resolve(text.substr(open + 2, close - open - 2), folder);
    if (!value) {
      value.error().offset = offset;
      value.error().length = static_cast<std::uint32_t>(close + 1 - open);
      return value;
    }
    made += *value;
    at = close + 1;
  }
  made += text.substr(at);
  return made;
}

}  // namespace shopbell
