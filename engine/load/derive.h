#pragma once
// `derive` and `retention` of shopbell.yaml. Mistakes are reported where they stand.

#include "core/workflow.h"
#include "load/report.h"
#include "load/yaml.h"

namespace shopbell {

Derivation read_derivation(const yaml::Node& node, Report& report);

/// By kind: events, runs, messages, tickets; at least retention_min, as what was seen is known for so long.
std::map<std::string, Millis> read_retention(const yaml::Node& node, Report& report);
constexpr Millis retention_min{std::int64_t{30} * 24 * 3600 * 1000};

}  // namespace shopbell
