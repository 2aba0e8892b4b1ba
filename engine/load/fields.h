#pragma once
// One map of a YAML file, read strictly: its keys are known and its values are of the right type, or
// the report says so. Not for sharing between threads.

#include "load/report.h"
#include "load/yaml.h"

#include <shopbell/time.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

/// What stands behind a key of a workflow file; schema.cpp says it in JSON Schema.
enum class Form : std::uint8_t {
  any, text, id, step_id, name, flag, attempts, duration, instant, choice, cel,
  event, own_event, starts, triggers, per, limit,
  expressions,  // a map of names and CEL
  values,       // a map of names and any YAML whose scalars are CEL
  steps, cases, wait, emit, reason, retry, tests, given, expected, respond,
  ids,          // a list of workflows' ids
  on_error,     // a choice, or steps
  events,       // an event type or a list of them
  branches,     // a list of lists of steps
  wait_for, lookup, for_each, parallel, call, collect,
  choices,      // one of the choices, or a list of them
};

struct Key {
  std::string_view name;
  Form form = Form::any;
  std::string_view doc = {};
  std::span<const std::string_view> choices = {};
  bool later = false;  // part of the language, but not of this version
};
constexpr Key later_key(std::string_view name) { return {.name = name, .later = true}; }
const Key* find_key(std::span<const Key> keys, std::string_view name);
/// The names of those that this version has.
std::vector<std::string_view> names_of(std::span<const Key> keys);

/// Reports that `node` should have been `wanted` ("a text").
void wrong_type(Report& report, const yaml::Node& node, std::string_view what, std::string_view wanted,
                std::string hint = {});
/// Reports a name that is none of `known`, with the nearest of them.
void unknown_name(Report& report, Place place, std::string code, std::string message, std::string_view name,
                  std::span<const std::string_view> known);

class Fields {
 public:
  /// `what` names the map for messages: "a workflow", "retry". Unknown keys are reported at once.
  Fields(const yaml::Node& map, std::string what, std::span<const Key> keys, Report& report);

  /// The value of a key, or nullptr.
  const yaml::Node* find(std::string_view key) const { return map_.find(key); }
  /// The same; reports that it is missing.
  const yaml::Node* require(std::string_view key);

  // Each reports a wrong type and then gives what it gives for a key that is absent.
  std::optional<std::string> text(std::string_view key);
  std::optional<bool> flag(std::string_view key);
  std::optional<std::int64_t> whole(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<Millis> duration(std::string_view key, Millis min, Millis max);
  /// The index of the choice.
  std::optional<std::size_t> choice(std::string_view key, std::span<const std::string_view> choices);

 private:
  const yaml::Node& map_;
  std::string what_;
  Report& report_;
};

// The same for a value that has no key.
std::optional<std::string> read_text(const yaml::Node& node, std::string_view what, Report& report);
std::optional<std::int64_t> read_whole(const yaml::Node& node, std::string_view what, std::int64_t min,
                                       std::int64_t max, Report& report);
std::optional<Millis> read_duration(const yaml::Node& node, std::string_view what, Millis min, Millis max,
                                    Report& report);
std::optional<bool> read_flag(const yaml::Node& node, std::string_view what, Report& report);
std::optional<std::size_t> read_choice(const yaml::Node& node, std::string_view what,
                                       std::span<const std::string_view> choices, Report& report);
/// One of the choices, or a list of them.
void check_choices(const yaml::Node& node, std::string_view what, std::span<const std::string_view> choices,
                   Report& report);

}  // namespace shopbell
