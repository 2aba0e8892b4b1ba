#include "load/fields.h"

#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

// What YAML 1.1 took for booleans.
bool looks_boolean(std::string_view text) {
  static constexpr std::string_view words[] = {"yes", "no", "on",  "off", "y",  "n",  "Yes",
                                               "No",  "On", "Off", "YES", "NO", "ON", "OFF"};
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

}  // namespace

void wrong_type(Report& report, const yaml::Node& node, std::string_view what, std::string_view wanted,
                std::string hint) {
  report.error(place_of(node, report.source()), "wrong_type",
               fmt::format("{} must be {}, and this is {}", what, wanted, describe(node)), std::move(hint));
}

void unknown_name(Report& report, Place place, std::string code, std::string message, std::string_view name,
                  std::span<const std::string_view> known) {
  report.error(place, std::move(code), std::move(message), did_you_mean(name, known));
}

const Key* find_key(std::span<const Key> keys, std::string_view name) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string_view> names_of(std::span<const Key> keys) {
  std::vector<std::string_view> names;
  for (const Key& key : keys)
    if (!key.later) names.push_back(key.name);
  return names;
}

Fields::Fields(const yaml::Node& map, std::string what, std::span<const Key> keys, Report& report)
    : map_(map), what_(std::move(what)), report_(report) {
  if (!map.is_map()) {
    wrong_type(report, map, what_, "a map");
    return;
  }
  for (const yaml::Entry& entry : map.entries) {
    if (!entry.key->is_scalar()) continue;  // reported when the tree was built
    const std::string& name = entry.key->text;
    const Key* known = find_key(keys, name);
    const Place place = place_of(*entry.key, report.source());
    if (known == nullptr)
      unknown_name(report, place, "unknown_key", fmt::format("{} has no key {}", what_, name), name, names_of(keys));
    else if (known->later) report.error(place, "not_available", fmt::format("{} is not available yet", name));
  }
}

const yaml::Node* Fields::require(std::string_view key) {
  const yaml::Node* found = find(key);
  if (found == nullptr && map_.is_map())
    report_.error(place_of(map_, report_.source()), "missing_key", fmt::format("{} needs the key {}", what_, key));
  return found;
}

std::optional<std::string> Fields::text(std::string_view key) {
  const yaml::Node* node = find(key);
  return node ? read_text(*node, key, report_) : std::nullopt;
}

std::optional<bool> Fields::flag(std::string_view key) {
  const yaml::Node* node = find(key);
  return node ? read_flag(*node, key, report_) : std::nullopt;
}

std::optional<std::int64_t> Fields::whole(std::string_view key, std::int64_t min, std::int64_t max) {
  const yaml::Node* node = find(key);
  return node ? read_whole(*node, key, min, max, report_) : std::nullopt;
}

std::optional<Millis> Fields::duration(std::string_view key, Millis min, Millis max) {
  const yaml::Node* node = find(key);
  return node ? read_duration(*node, key, min, max, report_) : std::nullopt;
}

std::optional<std::size_t> Fields::choice(std::string_view key, std::span<const std::string_view> choices) {
  const yaml::Node* node = find(key);
  return node ? read_choice(*node, key, choices, report_) : std::nullopt;
}

std::optional<std::string> read_text(const yaml::Node& node, std::string_view what, Report& report) {
  if (node.is_text()) return node.text;
  const bool scalar = node.is_scalar() && !node.is_null();
  wrong_type(report, node, what, "a text", scalar ? fmt::format("put it into quotes: \"{}\"", node.text) : "");
  return std::nullopt;
}

std::optional<bool> read_flag(const yaml::Node& node, std::string_view what, Report& report) {
  const Value value = node.is_scalar() ? scalar_value(node) : Value();
  if (value.is(Kind::boolean)) return value.boolean();
  const bool word = node.is_scalar() && node.plain && looks_boolean(node.text);
  wrong_type(report, node, what, "true or false", word ? fmt::format("{} is a text in YAML 1.2", node.text) : "");
  return std::nullopt;
}

std::optional<std::int64_t> read_whole(const yaml::Node& node, std::string_view what, std::int64_t min,
                                       std::int64_t max, Report& report) {
  const Value value = node.is_scalar() ? scalar_value(node) : Value();
  if (!value.is(Kind::integer)) {
    wrong_type(report, node, what, "a whole number");
    return std::nullopt;
  }
  if (value.integer() >= min && value.integer() <= max) return value.integer();
  report.error(place_of(node, report.source()), "out_of_range",
               fmt::format("{} must be from {} to {}", what, min, max));
  return std::nullopt;
}

std::optional<Millis> read_duration(const yaml::Node& node, std::string_view what, Millis min, Millis max,
                                    Report& report) {
  if (!node.is_text()) {
    const bool number = node.is_scalar() && scalar_value(node).is_number();
    wrong_type(report, node, what, "a duration",
               number ? fmt::format("a duration has a unit: {0}s, {0}m, {0}h, {0}d", node.text) : "");
    return std::nullopt;
  }
  const Result<Millis> duration = parse_duration(node.text);
  if (!duration) {
    report.error(place_of(node, report.source()), duration.error().code, duration.error().message,
                 duration.error().hint);
    return std::nullopt;
  }
  if (*duration >= min && *duration <= max) return *duration;
  report.error(place_of(node, report.source()), "out_of_range",
               fmt::format("{} must be from {} to {}", what, format_duration(min), format_duration(max)));
  return std::nullopt;
}

std::optional<std::size_t> read_choice(const yaml::Node& node, std::string_view what,
                                       std::span<const std::string_view> choices, Report& report) {
  const auto found = node.is_scalar() ? std::find(choices.begin(), choices.end(), node.text) : choices.end();
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  if (!node.is_text()) {
    wrong_type(report, node, what, fmt::format("one of {}", fmt::join(choices, ", ")));
    return std::nullopt;
  }
  std::string hint = did_you_mean(node.text, choices);
  if (hint.empty()) hint = fmt::format("one of {}", fmt::join(choices, ", "));
  report.error(place_of(node, report.source()), "unknown_choice", fmt::format("{} cannot be {}", what, node.text),
               std::move(hint));
  return std::nullopt;
}

void check_choices(const yaml::Node& node, std::string_view what, std::span<const std::string_view> choices,
                   Report& report) {
  if (!node.is_list()) {
    read_choice(node, what, choices, report);
    return;
  }
  for (const yaml::NodePtr& item : node.items) read_choice(*item, what, choices, report);
}

}  // namespace shopbell
