#pragma once
// `queues` and `agents` of shopbell.yaml. Mistakes are reported where they stand.

#include "desk/rules.h"
#include "load/report.h"
#include "load/yaml.h"

#include <map>

namespace shopbell {

using Calendars = std::map<std::string, Calendar, std::less<>>;

/// Either may be nullptr: the shop says nothing of it.
desk::Rules read_desk(const yaml::Node* queues, const yaml::Node* agents, const Calendars& calendars, Report& report);

}  // namespace shopbell
