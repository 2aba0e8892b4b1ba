// Runs that wait: how long the server takes to start over them, what memory it has, whether an event for one of them
// is as fast as when there are ten, how many a second `stop_on` ends, and what a hundred thousand that are due at
// once do to new events.
//   waiting_bench SHOPBELL [RUNS [DUE [RATE]]]     SHOPBELL: the program, say build/release/bin/shopbell; 0 leaves out
//                                                  DUE runs are due at once, and released at RATE a second

#include "load.h"
#include "support/program.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <vector>

using namespace shopbell;
using namespace shopbell::bench;

namespace {

constexpr std::uint64_t events_a_request = 500;
constexpr std::uint64_t probes = 2'000;
constexpr std::uint64_t stopped_max = 100'000;

std::string request_of(std::string_view type, std::string_view body) {
  return fmt::format("POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer test-token\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                     type, body.size(), body);
}

std::string event(std::string_view id, std::string_view type, std::uint64_t customer) {
  return fmt::format(R"({{"specversion":"1.0","id":"{}","source":"bench","type":"{}","subject":"customer:{}","data":{{"cart":{{"id":"c{}","total":40.0}}}}}})",
                     id, type, customer, customer);
}

void write_shop(const TempFolder& folder, std::uint64_t rate = 10'000) {
  folder.write("shopbell.yaml", fmt::format("shop: bench\nname: Bench\nurl: https://bench.example\ncurrency: EUR\napi_tokens: [test-token]\n"
                                            "limits: {{ waits_per_second_max: {} }}\n", rate));
  folder.write("workflows/wait.yaml", "workflow: wait\non: cart.updated\nstop_on: order.placed\nsteps:\n  - wait: 30d\n  - tag: { add: [waited] }\n");
}

/// An event for each of the first `runs` customers, many in a request.
LoadReport send_all(std::uint16_t port, std::uint64_t runs, const std::string& type) {
  constexpr std::size_t connections = 8;
  std::vector<std::string> in_use(connections);
  Load load;
  load.port = port;
  load.connections = connections;
  load.requests = (runs + events_a_request - 1) / events_a_request;
  load.request = [&](std::uint64_t i, std::size_t connection) -> std::string_view {
    std::string lines;
    for (std::uint64_t n = i * events_a_request; n < std::min(runs, (i + 1) * events_a_request); ++n)
      lines.append(event(fmt::format("{}-{}", type, n), type, n)).append("\n");
    return in_use[connection] = request_of("application/x-ndjson", lines);
  };
  return run_load(load);
}

/// Events for single waiting runs, one at a time; every second one ends the run that it is for.
LoadReport probe(std::uint16_t port, std::uint64_t runs) {
  std::string in_use;
  Load load;
  load.port = port;
  load.connections = 1;
  load.requests = probes;
  load.request = [&](std::uint64_t i, std::size_t) -> std::string_view {
    const std::uint64_t customer = i * 7919 % runs;
    return in_use = request_of("application/json", event(fmt::format("probe-{}", i), i % 2 == 0 ? "product.updated" : "order.placed", customer));
  };
  return run_load(load);
}

std::size_t memory_mib(int pid, std::string_view name) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name)) return std::strtoul(line.c_str() + name.size(), nullptr, 10) / 1024;
  return 0;
}

double counter(std::uint16_t port, const std::string& name) {
  const auto response = get(port, "/metrics");
  const std::size_t found = response ? response->body.find("\n" + name + " ") : std::string::npos;
  return found == std::string::npos ? 0 : std::strtod(response->body.c_str() + found + 2 + name.size(), nullptr);
}

void measure(const std::string& binary, std::uint64_t runs) {
  const TempFolder folder;
  write_shop(folder);
  {
    RunningServer server(binary, folder.path());
    const auto filled = send_all(server.port(), runs, "cart.updated");
    fmt::print("{} runs: {:.0f} /s started, RSS {} MiB after that\n", runs, static_cast<double>(runs) / filled.took.count(), memory_mib(server.pid(), "VmRSS:"));
    server.kill();
  }
  const auto begun = std::chrono::steady_clock::now();
  RunningServer server(binary, folder.path());
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  fmt::print("  started again after kill -9 in {:.0f} ms, RSS {} MiB\n", took.count(), memory_mib(server.pid(), "VmRSS:"));
  fmt::print("  an event for one of them   {}\n", to_text(probe(server.port(), runs)));
  fmt::print("  RSS {} MiB, at most {} MiB\n", memory_mib(server.pid(), "VmRSS:"), memory_mib(server.pid(), "VmHWM:"));
  const std::uint64_t ended = std::min<std::uint64_t>(runs, stopped_max);
  const double before = counter(server.port(), "shopbell_runs_stopped_total");
  const auto stopped = send_all(server.port(), ended, "order.placed");
  fmt::print("  stop_on ended {:.0f} runs, {:.0f} /s\n", counter(server.port(), "shopbell_runs_stopped_total") - before,
             static_cast<double>(ended) / stopped.took.count());
  server.terminate();
}

/// Runs that wait for one instant, and what events meet while they are released.
void measure_due(const std::string& binary, std::uint64_t runs, std::uint64_t rate) {
  const TempFolder folder;
  write_shop(folder, rate);
  const auto begun = std::chrono::system_clock::now();
  const auto due = begun + std::chrono::seconds(10 + runs / 4'000);
  const auto at = std::chrono::duration_cast<std::chrono::seconds>(due.time_since_epoch()).count();
  folder.write("workflows/wait.yaml", fmt::format("workflow: wait\non: cart.updated\nsteps:\n  - wait: timestamp({})\n  - tag: {{ add: [waited] }}\n", at));
  RunningServer server(binary, folder.path());
  send_all(server.port(), runs, "cart.updated");
  if (std::chrono::system_clock::now() >= due) fmt::print("  (they were due before all had begun)\n");
  while (counter(server.port(), "shopbell_runs_done_total") < 1) ::usleep(1'000);
  const auto first = std::chrono::steady_clock::now();
  const auto meanwhile = probe(server.port(), runs);
  while (counter(server.port(), "shopbell_runs_done_total") < static_cast<double>(runs)) ::usleep(10'000);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - first;
  fmt::print("{} runs due at once: released in {:.1f} s, {:.0f} /s of at most {}\n  an event meanwhile   {}\n", runs, took.count(),
             static_cast<double>(runs) / took.count(), rate, to_text(meanwhile));
  server.terminate();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: waiting_bench SHOPBELL [RUNS [DUE [RATE]]]\n");
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // a figure stays when the bench is broken off
  const auto number = [&](int at, std::uint64_t otherwise) { return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise; };
  measure(argv[1], 10);
  if (const auto runs = number(2, 1'000'000); runs > 0) measure(argv[1], runs);
  if (const auto due = number(3, 100'000); due > 0) measure_due(argv[1], due, number(4, 10'000));
}
