#include "base/zone.h"

#include <date/tz.h>

#include <stdexcept>

namespace shopbell {

const Zone* find_zone(std::string_view name) {
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

Offset offset_at(const Zone& zone, Time at) {
  const date::sys_info info = zone.get_info(at);
  return {info.offset.count(), info.abbrev, info.save != std::chrono::minutes{0}};
}

Time next_change(const Zone& zone, Time at) {
  const auto end = zone.get_info(at).end;
  const Time far = at + std::chrono::hours{24 * 366 * 100};
  return end < far ? Time{end} : far;
}

LocalTime to_local(const Zone& zone, Time at) { return {zone.to_local(at).time_since_epoch().count()}; }

Time from_local(const Zone& zone, LocalTime local, Fold fold) {
  const date::local_time<Millis> wanted{Millis{local.ms}};
  const date::local_info info = zone.get_info(wanted);
  if (info.result == date::local_info::nonexistent) return Time{info.first.end};
  const auto offset = info.result == date::local_info::ambiguous && fold == Fold::last ? info.second.offset
                                                                                       : info.first.offset;
  return Time{wanted.time_since_epoch()} - offset;
}

}  // namespace shopbell
