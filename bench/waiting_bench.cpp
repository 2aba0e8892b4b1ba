// Runs that wait: how long the server takes to start over them, what memory it has, and whether an event for one
// of them is as fast as when there are ten.
//   waiting_bench SHOPBELL [RUNS]      SHOPBELL: the program, say build/release/bin/shopbell

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

std::string request_of(std::string_view type, std::string_view body) {
  return fmt::format("POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer test-token\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                     type, body.size(), body);
}

std::string event(std::string_view id, std::string_view type, std::uint64_t customer) {
  return fmt::format(R"({{"specversion":"1.0","id":"{}","source":"bench","type":"{}","subject":"customer:{}","data":{{"cart":{{"id":"c{}","total":40.0}}}}}})",
                     id, type, customer, customer);
}

void write_shop(const TempFolder& folder) {
  folder.write("shopbell.yaml", "shop: bench\nname: Bench\nurl: https://bench.example\ncurrency: EUR\napi_tokens: [test-token]\n");
  folder.write("workflows/wait.yaml", "workflow: wait\non: cart.updated\nstop_on: order.placed\nsteps:\n  - wait: 30d\n  - tag: { add: [waited] }\n");
}

LoadReport fill(std::uint16_t port, std::uint64_t runs) {
  constexpr std::size_t connections = 8;
  std::vector<std::string> in_use(connections);
  Load load;
  load.port = port;
  load.connections = connections;
  load.requests = (runs + events_a_request - 1) / events_a_request;
  load.request = [&](std::uint64_t i, std::size_t connection) -> std::string_view {
    std::string lines;
    for (std::uint64_t n = i * events_a_request; n < std::min(runs, (i + 1) * events_a_request); ++n)
      lines.append(event(fmt::format("begin-{}", n), "cart.updated", n)).append("\n");
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

void measure(const std::string& binary, std::uint64_t runs) {
  const TempFolder folder;
  write_shop(folder);
  {
    RunningServer server(binary, folder.path());
    const auto filled = fill(server.port(), runs);
    fmt::print("{} runs: {:.0f} /s started, RSS {} MiB after that\n", runs, static_cast<double>(runs) / filled.took.count(), memory_mib(server.pid(), "VmRSS:"));
    server.kill();
  }
  const auto begun = std::chrono::steady_clock::now();
  RunningServer server(binary, folder.path());
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  fmt::print("  started again after kill -9 in {:.0f} ms, RSS {} MiB\n", took.count(), memory_mib(server.pid(), "VmRSS:"));
  fmt::print("  an event for one of them   {}\n", to_text(probe(server.port(), runs)));
  fmt::print("  RSS {} MiB, at most {} MiB\n", memory_mib(server.pid(), "VmRSS:"), memory_mib(server.pid(), "VmHWM:"));
  server.terminate();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: waiting_bench SHOPBELL [RUNS]\n");
    return 2;
  }
  measure(argv[1], 10);
  measure(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000);
}
