#pragma once
// Which events of a log are meant: --since, --until, --type, --subject, --where.

#include "cel/cel.h"
#include "cli/command.h"

#include <shopbell/arena.h>
#include <shopbell/event.h>

#include <optional>
#include <string>
#include <vector>

namespace shopbell::cli {

struct LogFilterOptions {
  std::string since, until, where, subject;
  std::vector<std::string> types;
};

void add_log_filter(Command command, LogFilterOptions& options);

/// RFC 3339, or a date: its midnight in UTC. Error: "bad_time".
Result<Time> parse_moment(const std::string& text);

class LogFilter {
 public:
  /// Errors: "bad_time", "bad_condition".
  static Result<LogFilter> make(const LogFilterOptions& options);
  /// Whether it is meant; a condition that cannot be decided is not met.
  bool passes(const Event& event, Arena& arena) const;
  /// Whether it may leave anything out.
  bool filters() const;
  /// Fields that the condition reads.
  std::vector<std::string> fields_read() const;

 private:
  std::optional<Time> since_, until_;
  std::vector<std::string> types_;  // "order.placed", or "order.*"
  std::string subject_;
  std::optional<cel::Program> where_;
};

}  // namespace shopbell::cli
