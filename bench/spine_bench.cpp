// The whole path, durable, beside the least that a server can do. All on one machine, generator included:
//   (a) a bare Beast server that answers 202 to the same 6 KB Shopify order
//   (b) Shopbell: signature, one workflow with a condition on total and tags, no call
//   (c) the same with an HTTP POST to a local sink for every second event
//
//   spine_bench SHOPBELL [EVENTS [CUSTOMERS [PARTS]]]      SHOPBELL: the program, say build/release/bin/shopbell; PARTS: abc

#include "bare_server.h"
#include "load.h"
#include "net/server.h"
#include "shopify_load.h"
#include "support/program.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>
#include <unordered_map>

using namespace shopbell;
using namespace shopbell::bench;

namespace {

constexpr std::size_t connections = 64;
constexpr const char* secret = "bench-secret";

/// Counts what arrives, by key.
class Sink {
 public:
  Sink() {
    ServerConfig config;
    server_ = std::move(*Server::open(config, [this](const ServerRequest& request, std::unique_ptr<Responder> responder) {
      {
        const std::lock_guard lock(mutex_);
        ++arrived_[std::string(request.header("Idempotency-Key"))];
      }
      responder->answer({200, "application/json", "{}", {}});
    }));
    server_->start();
  }
  ~Sink() { server_->stop(Millis{1000}); }
  std::uint16_t port() const { return server_->port(); }
  std::size_t keys() const {
    const std::lock_guard lock(mutex_);
    return arrived_.size();
  }
  std::size_t more_than_once() const {
    const std::lock_guard lock(mutex_);
    std::size_t n = 0;
    for (const auto& [key, times] : arrived_) n += times > 1;
    return n;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, int> arrived_;
  std::unique_ptr<Server> server_;
};

LoadReport load(std::uint16_t port, std::uint64_t events, std::size_t customers) {
  ShopifyLoad orders(secret, customers, events, connections);
  Load l;
  l.port = port;
  l.connections = connections;
  l.requests = events;
  l.request = [&](std::uint64_t i, std::size_t connection) { return orders.request(i, connection); };
  return run_load(l);
}

std::size_t rss_mib(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtoul(line.c_str() + 6, nullptr, 10) / 1024;
  return 0;
}

void write_shop(const TempFolder& folder, const std::string& steps, std::uint16_t sink) {
  folder.write("shopbell.yaml", fmt::format("shop: bench\nname: Bench\nurl: https://bench.example\ncurrency: EUR\napi_tokens: [test-token]\n"
                                            "sources:\n  shop: {{ platform: shopify, secret: {} }}\nhttp:\n  allow: [\"http://127.0.0.1:{}\"]\n", secret, sink));
  folder.write("workflows/bench.yaml", "workflow: bench\non: order.placed\nif: order.total > 100 && \"gift\" in order.tags\nsteps:\n" + steps);
}

bool calls_done(std::uint16_t port) {
  const auto response = get(port, "/api/calls?status=open&limit=1");
  return response && response->body.find("\"calls\":[]") != std::string::npos;
}

double bare(std::uint64_t events, std::size_t customers) {
  const auto server = BareServer::start(2);
  const auto report = load(server->port(), events, customers);
  fmt::print("(a) bare Beast server     {}\n", to_text(report));
  return report.per_second();
}

double without_call(const std::string& binary, std::uint64_t events, std::size_t customers) {
  TempFolder folder;
  write_shop(folder, "  - tag: { add: [gift-buyer] }\n", 1);
  RunningServer server(binary, folder.path());
  const auto report = load(server.port(), events, customers);
  fmt::print("(b) Shopbell, no call     {}   peak RSS {} MiB\n", to_text(report), rss_mib(server.pid()));
  server.terminate();
  return report.per_second();
}

void with_calls(const std::string& binary, std::uint64_t events, std::size_t customers) {
  TempFolder folder;
  Sink sink;
  // Shopify's ids are whole numbers: every second order is even.
  write_shop(folder, fmt::format("  - tag: {{ add: [gift-buyer] }}\n  - http: {{ url: \"http://127.0.0.1:{}/orders\", body: {{ order: \"{{{{ order.id }}}}\" }} }}\n"
                                 "    if: int(order.id) % 2 == 0\n", sink.port()), sink.port());
  RunningServer server(binary, folder.path());
  const auto begun = std::chrono::steady_clock::now();
  const auto report = load(server.port(), events, customers);
  while (!calls_done(server.port())) std::this_thread::yield();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  fmt::print("(c) Shopbell, every 2nd   {}   peak RSS {} MiB\n", to_text(report), rss_mib(server.pid()));
  fmt::print("    accepted and processed {:.0f} /s; calls arrived {} of {}, more than once {}\n", static_cast<double>(events) / took.count(), sink.keys(), events / 2, sink.more_than_once());
  server.terminate();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: spine_bench SHOPBELL [EVENTS [CUSTOMERS [PARTS]]]\n");
    return 2;
  }
  const std::uint64_t events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 300'000;
  const std::size_t customers = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 10'000;
  fmt::print("{} events of {} bytes, {} connections, {} customers\n", events, shopify_order(1).size(), connections, customers);
  const std::string_view parts = argc > 4 ? argv[4] : "abc";
  const auto wanted = [&](char part) { return parts.find(part) != std::string_view::npos; };
  const double a = wanted('a') ? bare(events, customers) : 0;
  const double b = wanted('b') ? without_call(argv[1], events, customers) : 0;
  if (a > 0 && b > 0) fmt::print("    (b) is {:.2f} of (a)\n", b / a);
  if (wanted('c')) with_calls(argv[1], events, customers);
}
