#include "base/automatic_mail.h"

#include <shopbell/text.h>

namespace shopbell {
namespace {

std::string small(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return std::string(trimmed(text));
}

}  // namespace

bool is_automatic_mail(const std::function<std::string(const char* name)>& header) {
  const std::string submitted = small(header("Auto-Submitted")), precedence = small(header("Precedence"));
  if (!submitted.empty() && !submitted.starts_with("no")) return true;
  for (const char* word : {"bulk", "junk", "list", "auto_reply"})
    if (precedence == word) return true;
  for (const char* name : {"X-Autoreply", "X-Autorespond", "List-Id"})
    if (!header(name).empty()) return true;
  return small(header("Return-Path")) == "<>";
}

}  // namespace shopbell
