// Mails that nobody here wrote, with what another reader makes of them, as JSON lines; the messages stand in the
// folder beside the file.

#include "suites.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/signature.h"
#include "base/time.h"
#include "intake/mail.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace shopbell::conformance {
namespace {

namespace fs = std::filesystem;

bool is_broken(const Value& part) {
  if (part["defects"].size() > 0) return true;
  for (const Value& inner : part["parts"].is(Kind::list) ? part["parts"].items() : std::span<const Value>{})
    if (is_broken(inner)) return true;
  return false;
}

// Of what is broken another reader may make something else: it must be read, and what stands before it be right.
std::string compare(const Value& expected, const MailPart& part, const std::string& at) {
  const auto wrong = [&](std::string_view what, std::string_view wanted, std::string_view got) {
    return fmt::format("part {}: {} is {}, not {}", at, what, got, wanted);
  };
  if (expected["content_type"].text_or("") != part.content_type)
    return wrong("the type", expected["content_type"].text_or(""), part.content_type);
  if (expected["filename"].text_or("") != part.filename)
    return wrong("the file's name", expected["filename"].text_or(""), part.filename);
  const Value parts = expected["parts"];
  if (parts.is(Kind::list)) {
    if (parts.size() != part.parts.size())
      return wrong("the count of parts", std::to_string(parts.size()), std::to_string(part.parts.size()));
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (auto found = compare(parts.items()[i], part.parts[i], at + "." + std::to_string(i + 1)); !found.empty()) return found;
    return {};
  }
  if (to_hex(plain_sha256(part.content)) == expected["decoded_sha256"].text_or("")) return {};
  return wrong("the content", std::to_string(expected["decoded_bytes"].integer_or(0)) + " bytes",
               std::to_string(part.content.size()) + " bytes or others: " + to_json(Value(part.content)));
}

std::string judge(const Value& expected, const fs::path& folder) {
  std::ifstream in(folder / "messages" / std::string(expected["file"].text_or("")), std::ios::binary);
  if (!in) return "there is no such message";
  const std::string raw{std::istreambuf_iterator<char>(in), {}};
  const auto mail = read_mail(raw);
  if (!mail) return mail.error().message;
  const std::pair<const char*, const std::string*> headers[] = {{"from", &mail->from}, {"to", &mail->to}, {"subject", &mail->subject}};
  for (const auto& [name, text] : headers)
    if (expected[name].text_or("") != *text) return fmt::format("{} is {}, not {}", name, *text, expected[name].text_or(""));
  return is_broken(expected["structure"]) ? std::string() : compare(expected["structure"], mail->body, "1");
}

}  // namespace

int run_mail(std::span<const std::string> files) {
  std::size_t passed = 0, failed = 0;
  for (const std::string& path : files) {
    std::ifstream file(path);
    if (!file) return fmt::print(stderr, "conformance: cannot read {}\n", path), 1;
    for (std::string line; std::getline(file, line);) {
      Arena arena;
      const auto c = parse_json(line, arena);
      const std::string wrong = c ? judge(*c, fs::path(path).parent_path()) : c.error().message;
      ++(wrong.empty() ? passed : failed);
      if (!wrong.empty()) fmt::print("{}: {}\n", c ? (*c)["file"].text_or("?") : path, wrong);
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace shopbell::conformance
