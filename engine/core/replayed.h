#pragma once
// What is played again without acting happens in a shadow of the shop: its events are about subjects of their
// own, "replay:NAME/customer:7" for customer:7. So profiles, limits, modes, budgets and open runs of the shop
// are not touched, and it is written in the run's subject that what it calls is recorded, and not done.

#include <string_view>

namespace shopbell {

constexpr std::string_view replayed_scheme = "replay:";
constexpr std::size_t replay_name_bytes_max = 32;  // small letters, digits and -

inline bool is_replayed(std::string_view subject) { return subject.starts_with(replayed_scheme); }

/// "replay:NAME/"; empty for a subject of the shop's own.
inline std::string_view replay_prefix(std::string_view subject) {
  return is_replayed(subject) ? subject.substr(0, subject.find('/') + 1) : std::string_view();
}

/// "customer:7", whether it is a shadow or not; of an event's source, which has the same in front, likewise.
inline std::string_view plain_subject(std::string_view subject) {
  return subject.substr(replay_prefix(subject).size());
}

/// Whether an event of a log is one that the engine made itself: replaying what caused it makes it again.
inline bool is_caused(std::string_view source) {
  source = plain_subject(source);
  return source == "shopbell" || source.starts_with("shopbell/") || source.starts_with("workflow/");
}

}  // namespace shopbell
