#pragma once
// `hours` and `contact` of shopbell.yaml. Mistakes are reported where they stand.

#include "core/workflow.h"
#include "load/report.h"
#include "load/yaml.h"

#include <map>
#include <string>

namespace shopbell {

std::map<std::string, Calendar, std::less<>> read_calendars(const yaml::Node& node, Report& report);
ContactRule read_contact(const yaml::Node& node, Report& report);

}  // namespace shopbell
