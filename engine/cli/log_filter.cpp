#include "cli/log_filter.h"

#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell::cli {

void add_log_filter(Command command, LogFilterOptions& options) {
  command.add_option("--since", options.since, "Only what happened at or after it: 2026-11-20, or 2026-11-20T08:00:00Z");
  command.add_option("--until", options.until, "Only what happened before it");
  command.add_option("--type", options.types, "Only of this type, or family: order.placed, order.*; may be repeated").one_each();
  command.add_option("--subject", options.subject, "Only about this subject: customer:7");
  command.add_option("--where", options.where, "Only where this CEL holds: order.total > 100.0");
}

Result<Time> parse_moment(const std::string& text) {
  if (const auto at = parse_time(text)) return *at;
  if (const auto at = parse_time(text + "T00:00:00Z")) return *at;
  return fail("bad_time", text + " is no time", "2026-11-20, or 2026-11-20T08:00:00Z");
}

Result<LogFilter> LogFilter::make(const LogFilterOptions& options) {
  LogFilter filter;
  for (const auto& [text, to] : {std::pair{&options.since, &filter.since_}, std::pair{&options.until, &filter.until_}}) {
    if (text->empty()) continue;
    const auto at = parse_moment(*text);
    if (!at) return tl::unexpected(at.error());
    *to = *at;
  }
  filter.types_ = options.types;
  filter.subject_ = options.subject;
  if (options.where.empty()) return filter;
  auto program = cel::compile(options.where);
  if (!program) {
    const Error& e = program.error().front().error;
    return fail("bad_condition", fmt::format("--where: {}, at column {}", e.message, e.offset + 1), e.hint);
  }
  filter.where_ = std::move(*program);
  return filter;
}

bool LogFilter::filters() const { return since_ || until_ || !types_.empty() || !subject_.empty() || where_; }

std::vector<std::string> LogFilter::fields_read() const { return where_ ? where_->fields_read() : std::vector<std::string>(); }

bool LogFilter::passes(const Event& event, Arena& arena) const {
  if ((since_ && event.at < *since_) || (until_ && event.at >= *until_)) return false;
  if (!subject_.empty() && event.subject != subject_) return false;
  const auto is_it = [&](std::string_view type) {
    return type.ends_with(".*") ? event.type.starts_with(type.substr(0, type.size() - 1)) : event.type == type;
  };
  if (!types_.empty() && std::none_of(types_.begin(), types_.end(), is_it)) return false;
  if (!where_) return true;
  const Value envelope = make_map(arena, {{"id", event.id},
                                          {"type", event.type},
                                          {"time", Value(event.at)},
                                          {"source", event.source},
                                          {"subject", event.subject}});
  const auto holds = where_->condition(MapBuilder(arena, event.data).add("event", envelope).build(), arena);
  return holds && *holds;
}

}  // namespace shopbell::cli
