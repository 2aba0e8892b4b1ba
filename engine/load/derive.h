#pragma once
// `derive` of shopbell.yaml. Mistakes are reported where they stand.

#include "core/workflow.h"
#include "load/report.h"
#include "load/yaml.h"

namespace shopbell {

Derivation read_derivation(const yaml::Node& node, Report& report);

}  // namespace shopbell
