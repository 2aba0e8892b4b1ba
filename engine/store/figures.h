#pragma once
// What reports count of the rows: events by day, runs that began, orders that came. A read-only connection of its own, as the Reader's; one
// thread at a time. Only rows of the time asked for are looked at.

#include "store/sqlite.h"

#include <shopbell/error.h>
#include <shopbell/time.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t figures_rows_max = 200'000;  // of one question, the newest

class FiguresReader {
 public:
  struct Start {
    std::string workflow, subject;
    Time at;
  };
  struct Came {
    std::uint64_t key = 0;  // of the event
    std::string subject;
    Time at;
  };
  /// As Store::reader().
  static Result<std::unique_ptr<FiguresReader>> open(const std::string& folder);
  /// How many events came on each day of 24 hours from `from` on.
  Result<std::vector<std::int64_t>> events_by_day(Time from, std::size_t days);
  /// Runs that began then or later.
  Result<std::vector<Start>> starts(Time from);
  /// Events of that type from outside that came then or later.
  Result<std::vector<Came>> events(std::string_view type, Time from);

 private:
  explicit FiguresReader(sqlite::Database db) : db_(std::move(db)) {}
  /// The first input that was taken then or later.
  Result<std::uint64_t> first_since(Time from);

  sqlite::Database db_;
};

}  // namespace shopbell
