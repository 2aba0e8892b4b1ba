#pragma once
// One function a suite: reads JSON-lines files, prints the id of each failing case and, last,
// "N passed, N failed". Returns a process exit status: 0 when nothing failed.

#include <span>
#include <string>

namespace shopbell::conformance {

int run_cel(std::span<const std::string> files);
int run_liquid(std::span<const std::string> files);
int run_cron(std::span<const std::string> files);
int run_timezones(std::span<const std::string> files);
int run_signatures(std::span<const std::string> files);
int run_mail(std::span<const std::string> files);
int run_webhooks(std::span<const std::string> files);
int run_intents(std::span<const std::string> files);

}  // namespace shopbell::conformance
