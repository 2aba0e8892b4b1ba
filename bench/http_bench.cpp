// How much the server's strictness, deadlines and limits cost: a bare Beast server and ours, both answering
// 202 at once to the same 6 KB webhook; and how many POSTs a second the client makes on one thread.
//   http_bench [REQUESTS [CONNECTIONS [THREADS]]]

#include "bare_server.h"
#include "load.h"
#include "net/client.h"
#include "net/server.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
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

LoadReport measure(const char* name, std::uint16_t port, std::uint64_t requests, std::size_t connections,
                   const std::string& request) {
  Load load;
  load.port = port;
  load.connections = connections;
  load.requests = requests;
  load.request = [&](std::uint64_t, std::size_t) { return std::string_view(request); };
  const auto report = run_load(load);
  fmt::print("{:<22}{}\n", name, to_text(report));
  return report;
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
  fmt::print("{:<22}{:8.0f} /s   202: {} of {}   client {:.1f} us of CPU each\n", "client, POST",
             static_cast<double>(requests) / took.count(), good, requests,
             cpu * 1e6 / static_cast<double>(requests));
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i, unsigned long otherwise) {
    return argc > i ? std::strtoul(argv[i], nullptr, 10) : otherwise;
  };
  const auto requests = number(1, 200'000), connections = number(2, 64);
  const int threads = static_cast<int>(number(3, 2));
  const std::string request = webhook_request("/hooks/shop", 6 * 1024);
  double bare = 0, ours = 0;
  for (int round = 0; round < 3; ++round) {
    const auto yardstick = BareServer::start(threads);
    bare =
        std::max(bare, measure("bare Beast", yardstick->port(), requests, connections, request).per_second());
    const auto server = accepting_server(threads);
    ours = std::max(
        ours, measure("Shopbell's server", server->port(), requests, connections, request).per_second());
  }
  fmt::print("best of three: {:.0f} to {:.0f} /s, {:.2f} of the bare server\n", bare, ours, ours / bare);
  measure_client(accepting_server(1)->port(), requests / 2);
}
