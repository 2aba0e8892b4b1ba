// The backtest of the demo shop over a generated log: Shopify orders of 6 KB as the journal holds them, of 100,000
// customers. Beside it, on the same file in the same run: simdjson's and Boost.JSON's parse of each line, and jq's
// select of one type. Each is a process or a pass of its own; CPU time counts, as the machine may be busy.
// usage: backtest_bench SHOPBELL EXAMPLES [MEBIBYTES [CUSTOMERS]]

#include "base/time.h"
#include "intake/log_reader.h"
#include "intake/webhook.h"
#include "load/platform.h"
#include "shopify_load.h"
#include "support/program.h"

#include <boost/json/src.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <thread>

namespace {

using namespace shopbell;

constexpr std::int64_t begin_ms = 1'764'547'200'000;  // 2025-12-01
constexpr std::int64_t step_ms = 15'000;              // between two orders
constexpr std::size_t threads = 2;

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
}

/// The i-th order, of one customer of many; every twentieth customer is important to the shop.
std::string order(std::uint64_t i, std::uint64_t customers) {
  std::string body = bench::shopify_order(i);
  replace_all(body, std::to_string(5'000'000 + i), std::to_string(5'000'000 + i % customers));
  if (i % customers % 20 != 0) replace_all(body, "\"tags\":\"vip, newsletter\"", "\"tags\":\"newsletter\"");
  return body;
}

std::uint64_t write_log(const std::string& path, std::uint64_t bytes, std::uint64_t customers) {
  const auto platform = find_platform("shopify");
  std::ofstream log(path, std::ios::binary);
  std::uint64_t events = 0;
  for (std::uint64_t written = 0; written < bytes; ++events) {
    Arena arena;
    const std::string body = order(events, customers), id = std::to_string(events);
    const Time at = from_ms(begin_ms + static_cast<std::int64_t>(events) * step_ms);
    const std::string triggered = format_rfc3339(at);
    const std::function<std::string_view(std::string_view)> header = [&](std::string_view name) -> std::string_view {
      if (name == "X-Shopify-Topic") return "orders/create";
      if (name == "X-Shopify-Event-Id") return id;
      return name == "X-Shopify-Triggered-At" ? std::string_view(triggered) : std::string_view();
    };
    const auto taken = map_webhook(*platform, Webhook{.endpoint = "shop", .header = header, .body = body, .received = at}, arena);
    if (!taken || taken->events.empty()) {
      fmt::print(stderr, "the generated order is no event: {}\n", taken ? taken->ignored : taken.error().message);
      std::exit(1);
    }
    log << taken->events[0].line << '\n';
    written += taken->events[0].line.size() + 1;
  }
  return events;
}

struct Cost {
  double wall = 0, cpu = 0;
  double mebibytes = 0;  // resident, at most
};

Cost run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const auto began = std::chrono::steady_clock::now();
  std::fflush(stdout);  // else the child prints it, too
  const pid_t child = ::fork();
  if (child == 0) {
    if (std::freopen("/dev/null", "w", stdout) == nullptr) ::_exit(126);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  rusage used{};
  int status = 0;
  ::wait4(child, &status, 0, &used);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fmt::print(stderr, "{} ended with {}: no figure\n", words[0], WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    std::exit(1);
  }
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), seconds(used.ru_utime) + seconds(used.ru_stime), static_cast<double>(used.ru_maxrss) / 1024};
}

/// A pass over the file's lines on two threads, in this process.
Cost pass(const std::string& path, const std::function<void(std::string_view)>& line) {
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  const auto began = std::chrono::steady_clock::now();
  const auto reader = LogReader::open(path);
  std::mutex mutex;
  const auto work = [&] {
    LogBlock block;
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (!(*reader)->read(block, 2 << 20).value_or(false)) return;
      }
      block.bytes.reserve(block.bytes.size() + simdjson::SIMDJSON_PADDING);
      for_each_line(block, [&](std::string_view text, std::uint64_t) { line(text); });
    }
  };
  std::thread other(work);
  work();
  other.join();
  ::getrusage(RUSAGE_SELF, &after);
  const auto seconds = [](const timeval& a, const timeval& b) { return static_cast<double>(b.tv_sec - a.tv_sec) + static_cast<double>(b.tv_usec - a.tv_usec) / 1e6; };
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), seconds(before.ru_utime, after.ru_utime) + seconds(before.ru_stime, after.ru_stime), 0};
}

void print(const char* what, const Cost& cost, std::uint64_t events, bool memory) {
  fmt::print("{:<44} {:>9.0f} events/s  {:>6.2f} µs of CPU an event{}\n", what, static_cast<double>(events) / cost.wall, cost.cpu * 1e6 / static_cast<double>(events),
             memory ? fmt::format("  {:.0f} MiB", cost.mebibytes) : "");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: backtest_bench SHOPBELL EXAMPLES [MEBIBYTES [CUSTOMERS]]\n");
    return 2;
  }
  const std::uint64_t mebibytes = argc > 3 ? std::stoull(argv[3]) : 1024, customers = argc > 4 ? std::stoull(argv[4]) : 100'000;
  const TempFolder folder;
  const std::string log = (folder.path() / "log.jsonl").string();
  const std::uint64_t events = write_log(log, mebibytes << 20, customers);
  fmt::print("{} orders of {} customers, {} MiB\n", events, std::min(events, customers), mebibytes);
  print("read, every byte looked at", pass(log, [](std::string_view) {}), events, false);
  const Cost ours = run({argv[1], "backtest", argv[2], "--log", log, "--threads", std::to_string(threads), "--json"});
  print("shopbell backtest, five workflows, 2 threads", ours, events, true);
  fmt::print("{:<44} {:>9.0f} bytes a customer, over 200 MiB\n", "", std::max(0.0, ours.mebibytes - 200) * 1048576 / static_cast<double>(std::min(events, customers)));
  std::atomic<std::size_t> failed{0};
  print("simdjson DOM, 2 threads", pass(log, [&](std::string_view line) {
          static thread_local simdjson::dom::parser parser;
          failed += parser.parse(line.data(), line.size(), false).error() != simdjson::SUCCESS;
        }), events, false);
  print("Boost.JSON, 2 threads", pass(log, [&](std::string_view line) {
          boost::json::monotonic_resource memory;
          boost::json::error_code error;
          (void)boost::json::parse({line.data(), line.size()}, error, &memory);
          failed += bool(error);
        }), events, false);
  if (failed > 0) fmt::print(stderr, "{} lines could not be parsed\n", failed.load());
  if (std::system("command -v jq >/dev/null") == 0)
    print("jq 'select(.type == \"order.placed\")'", run({"jq", "-c", "select(.type == \"order.placed\") | .id", log}), events, false);
  else
    fmt::print("jq: skipped, it is not installed\n");
  return 0;
}
