#pragma once
// What the readers of a platform file's sections share. Lives on one stack.

#include "load/platform.h"
#include "load/report.h"
#include "load/yaml.h"

#include <set>
#include <span>

namespace shopbell {

class PlatformParts {
 public:
  explicit PlatformParts(Report& report);

  /// A mistake at a place is told once, however often its shape is compiled.
  void error(const yaml::Node& node, std::string code, std::string message, std::string hint = {});
  void check_keys(const yaml::Node& node, const std::string& what, std::span<const std::string_view> known);
  std::string optional_text(const yaml::Node& node, std::string_view key);
  std::string required_text(const yaml::Node& node, std::string_view key);
  cel::Program program(const yaml::Node& node);
  cel::Program optional_program(const yaml::Node& node, std::string_view key);
  /// A location, or a list of them; absent: none.
  std::vector<Location> locations(const yaml::Node* node, std::string_view what);
  Location location(const yaml::Node& node);

  Report& report;

 private:
  cel::Env env_;
  std::set<std::pair<std::uint32_t, std::string>> told_;
};

/// `verify`: one way of signing or a list of them.
std::vector<Verification> read_verifications(const yaml::Node& node, PlatformParts& parts);

/// Mappings, compiled against the types that the event's schema gives their members. A shape is compiled once
/// for each type that it is used for.
class MappingReader {
 public:
  MappingReader(PlatformParts& parts, const yaml::Node* shapes);

  Mapping read(const yaml::Node& node, const cel::Type& type);
  /// Shapes that nobody used are compiled for their mistakes.
  void finish();
  std::vector<std::unique_ptr<const Mapping>> take_shapes() { return std::move(made_); }

 private:
  Mapping leaf(const yaml::Node& node, const cel::Type& type);
  Mapping members(const yaml::Node& node, const cel::Type& type);
  Mapping shaped(const yaml::Node& node, const cel::Type& type);
  const Mapping* shape(const yaml::Node& name, const cel::Type& type);
  void wrong_form(const yaml::Node& node, std::string_view what, const cel::Type& type);

  PlatformParts& parts_;
  const yaml::Node* shapes_;
  std::size_t visible_;  // a shape may use those above it
  std::map<std::pair<std::string, std::string>, const Mapping*> known_;  // by name and type
  std::set<std::string> used_;
  std::vector<std::unique_ptr<const Mapping>> made_;
};

/// What CEL in a platform file may use beside its own: `body`, `it`, and the functions that
/// workflows/platforms/README.md lists.
cel::Env platform_env();

}  // namespace shopbell
