#pragma once
// How each source behaves: when it was last heard, its usual gap, what of it was refused and why; and whether it has
// been quiet for too long. Kept in the store, so that a restart knows the habits. Any thread.

#include "load/load.h"
#include "serve/batch.h"
#include "store/store.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::uint64_t silence_events_min = 20;  // before that nobody knows its usual gap
constexpr Millis silence_min{60 * 60'000};        // quiet for less is no silence, unless the source says so

/// A source that has fallen silent, for an event.
struct Silent {
  std::string name, platform;
  Time last;
  Millis quiet{0}, usual_gap{0};
};

/// The event source.silent, about the shop.
Entry silence_of(const Silent& source, Time now);

/// For /metrics, by the label `source`.
void append_metrics(std::string& to, const std::vector<SourceRow>& sources);

class Sources {
 public:
  /// Those of shopbell.yaml are known from the start, by "PLATFORM/NAME"; others by their first event.
  Sources(const std::vector<SourceConfig>& configured, std::vector<SourceRow> known);

  /// Events that came together.
  void heard(std::string_view name, Time at, std::uint64_t events = 1);
  void refused(std::string_view name, std::string_view reason, Time at);

  /// Rows that have changed since the last call.
  std::vector<SourceRow> changed();
  /// Those that have been quiet for too long at `now` and of which that was not said yet: longer than the source's
  /// `silent_after`, else than three times its usual gap, twice its longest of late, and silence_min.
  std::vector<Silent> silent(Time now);
  std::vector<SourceRow> all() const;

 private:
  struct Known {
    SourceRow row;
    std::string platform;
    std::optional<Millis> silent_after;
    bool configured = false, changed = false;
  };
  Known* of(std::string_view name);
  static std::optional<Millis> patience(const Known& known);

  mutable std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

constexpr std::size_t sources_known_max = 1'000;  // further ones are not followed

}  // namespace shopbell
