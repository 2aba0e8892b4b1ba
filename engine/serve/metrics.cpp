#include "serve/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace shopbell {

void Histogram::record(std::chrono::nanoseconds took) {
  const double seconds = std::chrono::duration<double>(took).count();
  const auto bucket = static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin());
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
}

void Histogram::append(std::string& to, std::string_view name) const {
  std::uint64_t total = 0;
  fmt::format_to(std::back_inserter(to), "# TYPE {} histogram\n", name);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    total += counts_[i].load(std::memory_order_relaxed);
    fmt::format_to(std::back_inserter(to), "{}_bucket{{le=\"{}\"}} {}\n", name, bounds[i], total);
  }
  total += counts_.back().load(std::memory_order_relaxed);
  fmt::format_to(std::back_inserter(to), "{}_bucket{{le=\"+Inf\"}} {}\n{}_sum {:.6f}\n{}_count {}\n", name, total, name,
                 static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / 1e9, name, total);
}

std::string Metrics::text() const {
  std::string to;
  const auto line = [&to](std::string_view name, std::string_view type, std::string_view help, auto value) {
    fmt::format_to(std::back_inserter(to), "# HELP shopbell_{0} {1}\n# TYPE shopbell_{0} {2}\nshopbell_{0} {3}\n", name, help, type, value);
  };
  const auto counter = [&line](std::string_view name, std::string_view help, const std::atomic<std::uint64_t>& value) {
    line(name, "counter", help, value.load(std::memory_order_relaxed));
  };
  const auto gauge = [&line](std::string_view name, std::string_view help, const std::atomic<std::int64_t>& value) {
    line(name, "gauge", help, value.load(std::memory_order_relaxed));
  };
  counter("events_accepted_total", "Events committed for the first time.", events_accepted);
  counter("events_repeated_total", "Events that had been committed before.", events_repeated);
  counter("events_ignored_total", "Webhooks of topics that nothing is made of.", events_ignored);
  counter("events_refused_total", "Events that could not be read.", events_refused);
  counter("events_unsigned_total", "Requests without a good signature or token.", events_unsigned);
  counter("queue_full_total", "Requests answered 503 because the queue was full.", queue_full);
  counter("disk_full_total", "Batches put off because the disk was full.", disk_full);
  counter("batches_total", "Commits.", batches);
  counter("inputs_total", "Inputs committed: events, results, due times.", inputs);
  counter("inputs_quarantined_total", "Inputs that the core could not take.", inputs_quarantined);
  counter("runs_started_total", "Runs started.", runs_started);
  counter("runs_done_total", "Runs that came to their end.", runs_done);
  counter("runs_stopped_total", "Runs that were stopped.", runs_stopped);
  counter("runs_failed_total", "Runs that failed.", runs_failed);
  counter("calls_started_total", "Attempts of calls started.", calls_started);
  counter("calls_done_total", "Calls done.", calls_done);
  counter("calls_retried_total", "Attempts that failed and are tried again.", calls_retried);
  counter("calls_failed_total", "Calls failed for good.", calls_failed);
  counter("calls_unknown_total", "Calls of which nobody knows whether they were done.", calls_unknown);
  counter("tickets_opened_total", "Tickets opened for people.", tickets_opened);
  counter("messages_in_total", "Messages received.", messages_in);
  counter("messages_out_total", "Messages sent.", messages_out);
  counter("reloads_total", "Times that changed workflows were taken up.", reloads);
  counter("reloads_refused_total", "Times that a broken file kept the former workflows running.", reloads_refused);
  gauge("queue_length", "Inputs waiting for the shard.", queue_length);
  gauge("calls_in_flight", "Attempts under way.", calls_in_flight);
  gauge("workflows", "Workflows loaded.", workflows);
  commit.append(to, "shopbell_commit_seconds");
  answer.append(to, "shopbell_answer_seconds");
  return to;
}

}  // namespace shopbell
