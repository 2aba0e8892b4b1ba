#include "load/platform_parts.h"

#include "base/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

bool is_header_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// "X-Signature" or "Stripe-Signature[v1]"; anything else is CEL.
std::optional<Location> header_location(std::string_view text) {
  const std::size_t bracket = std::min(text.find('['), text.size());
  const std::string_view header = text.substr(0, bracket);
  std::string_view member = text.substr(bracket);
  if (header.empty() || !std::all_of(header.begin(), header.end(), is_header_letter)) return std::nullopt;
  if (!member.empty()) {
    if (!member.ends_with(']')) return std::nullopt;
    member = member.substr(1, member.size() - 2);
    if (member.empty() || !std::all_of(member.begin(), member.end(), is_header_letter)) return std::nullopt;
  }
  return Location{std::string(header), std::string(member), {}};
}

}  // namespace

PlatformParts::PlatformParts(Report& to) : report(to), env_(platform_env()) {}

void PlatformParts::error(const yaml::Node& node, std::string code, std::string message, std::string hint) {
  if (!told_.emplace(node.offset, message).second) return;
  report.error(yaml::place_of(node, report.source()), std::move(code), std::move(message), std::move(hint));
}

void PlatformParts::check_keys(const yaml::Node& node, const std::string& what,
                               std::span<const std::string_view> known) {
  if (!node.is_map())
    return error(node, "wrong_type", what + " is a map, here stands " + yaml::describe(node));
  for (const yaml::Entry& entry : node.entries)
    if (std::find(known.begin(), known.end(), entry.key->text) == known.end())
      error(*entry.key, "unknown_key", "unknown key \"" + entry.key->text + "\"",
            did_you_mean(entry.key->text, known));
}

std::string PlatformParts::optional_text(const yaml::Node& node, std::string_view key) {
  const yaml::Node* found = node.find(key);
  if (found == nullptr) return {};
  if (found->is_scalar() && !found->is_null() && !found->text.empty()) return found->text;
  error(*found, "wrong_type", fmt::format("`{}` is a text, here stands {}", key, yaml::describe(*found)));
  return {};
}

std::string PlatformParts::required_text(const yaml::Node& node, std::string_view key) {
  if (node.find(key) == nullptr) error(node, "missing_key", fmt::format("`{}` is missing", key));
  return optional_text(node, key);
}

cel::Program PlatformParts::program(const yaml::Node& node) {
  if (!node.is_scalar() || node.is_null()) {
    error(node, "wrong_type", "here belongs CEL, not " + yaml::describe(node));
    return {};
  }
  auto compiled = cel::compile(node.text, env_);
  for (const cel::Issue& issue : compiled ? compiled->warnings() : compiled.error()) {
    const Error& e = issue.error;
    const Place place = yaml::place_within(node, report.source(), e.offset, e.length);
    if ((!issue.warning || e.code == "always_fails") && told_.emplace(place.offset, e.message).second)
      report.error(place, e.code, e.message, e.hint);
  }
  return compiled ? *compiled : cel::Program();
}

cel::Program PlatformParts::optional_program(const yaml::Node& node, std::string_view key) {
  const yaml::Node* found = node.find(key);
  return found ? program(*found) : cel::Program();
}

std::vector<Location> PlatformParts::locations(const yaml::Node* node, std::string_view what) {
  std::vector<Location> made;
  if (node == nullptr) return made;
  if (!node->is_list()) {
    made.push_back(location(*node));
    return made;
  }
  for (const yaml::NodePtr& item : node->items) made.push_back(location(*item));
  if (made.empty()) error(*node, "wrong_type", fmt::format("`{}` is an empty list", what));
  return made;
}

Location PlatformParts::location(const yaml::Node& node) {
  if (node.is_text())
    if (auto header = header_location(node.text)) return std::move(*header);
  return Location{{}, {}, program(node)};
}

}  // namespace shopbell
