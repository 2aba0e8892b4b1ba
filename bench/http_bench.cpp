// How much the server's strictness, deadlines and limits cost: a bare Beast server and ours, both answering
// 202 at once to the same 6 KB webhook; and how many POSTs a second the client makes on one thread.
//   http_bench [REQUESTS [CONNECTIONS [THREADS]]]

#include "bare_server.h"
#include "load.h"
#include "net/client.h"
#include "net/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <future>

using namespace shopbell;
using namespace shopbell::bench;

namespace {

std::unique_ptr<Server> accepting_server(int threads) {
  ServerConfig config;
  config.threads = threads;
  auto server = Server::open(config, [](const ServerRequest&, std::unique_ptr<Responder> responder) {
    ServerResponse response;
    response.status = 202;
    response.body = "{\"accepted\":true}";
    responder->answer(std::move(response));
  });
  if (!server) {
    fmt::print(stderr, "{}\n", server.error().message);
    std::exit(1);
  }
  (*server)->start();
  return std::move(*server);
}

double process_cpu_seconds() {
  timespec at{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

struct Measured {
  double per_second = 0, cpu_us = 0;  // of the server alone, for each request
};

// Keeps the better of the rounds: on a machine that does other work too, the CPU a request takes tells more
// than the rate.
void measure(Measured& best, const char* name, std::uint16_t port, const Load& like) {
  Load load = like;
  load.port = port;
  const double cpu = process_cpu_seconds();
  const auto report = run_load(load);
  const double each = (process_cpu_seconds() - cpu - report.cpu_seconds) * 1e6 / static_cast<double>(load.requests);
  fmt::print("{:<18}{}   server {:.1f} us of CPU each\n", name, to_text(report), each);
  best.per_second = std::max(best.per_second, report.per_second());
  best.cpu_us = best.cpu_us == 0 ? each : std::min(best.cpu_us, each);
}

void measure_client(std::uint16_t port, std::uint64_t requests) {
  constexpr std::uint64_t at_once = 256;
  ClientConfig config;
  config.allow = {"http://127.0.0.1:" + std::to_string(port)};
  const auto client = Client::make(config);
  HttpRequest request;
  request.url = config.allow.front() + "/sink";
  request.headers = {{"Content-Type", "application/json"},
                     {"Idempotency-Key", "0123456789abcdef0123456789abcdef"}};
  request.body = std::string(500, 'x');
  std::uint64_t sent = 0, answered = 0, good = 0;
  double cpu = 0;
  std::promise<void> all;
  // On the client's thread only.
  std::function<void()> send_next = [&] {
    ++sent;
    client->send(request, [&](Result<HttpResponse> result) {
      good += result && result->status == 202;
      if (++answered == requests) {
        cpu = thread_cpu_seconds();
        all.set_value();
      } else if (sent < requests) {
        send_next();
      }
    });
  };
  const auto begun = std::chrono::steady_clock::now();
  client->post([&] {
    for (std::uint64_t i = 0; i < std::min(at_once, requests); ++i) send_next();
  });
  all.get_future().get();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  client->stop();
  fmt::print("{:<18}{:8.0f} /s   202: {} of {}   client {:.1f} us of CPU each\n", "client, POST",
             static_cast<double>(requests) / took.count(), good, requests,
             cpu * 1e6 / static_cast<double>(requests));
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i, unsigned long otherwise) {
    return argc > i ? std::strtoul(argv[i], nullptr, 10) : otherwise;
  };
  const int threads = static_cast<int>(number(3, 2));
  const std::string request = webhook_request("/hooks/shop", 6 * 1024);
  Load load;
  load.requests = number(1, 200'000);
  load.connections = number(2, 64);
  load.request = [&](std::uint64_t, std::size_t) { return std::string_view(request); };
  Measured bare, ours;
  for (int round = 0; round < 3; ++round) {
    const auto yardstick = BareServer::start(threads);
    measure(bare, "bare Beast", yardstick->port(), load);
    const auto server = accepting_server(threads);
    measure(ours, "Shopbell's server", server->port(), load);
  }
  fmt::print("best of three: bare {:.0f} /s at {:.1f} us, ours {:.0f} /s at {:.1f} us of CPU each\n", bare.per_second,
             bare.cpu_us, ours.per_second, ours.cpu_us);
  measure_client(accepting_server(1)->port(), load.requests / 2);
}
