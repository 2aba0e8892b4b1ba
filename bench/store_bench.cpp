// How many events a second one thread commits, and what the store costs when it is large.
//   store_bench FOLDER [EVENTS] [LINE_BYTES] [BATCH] [SUBJECTS] [OPEN_RUNS]
// Per event: one line, one input, one digest, its subject loaded and put, one closed run. OPEN_RUNS runs
// of as many subjects wait beforehand. The folder is made, and removed at the end.

#include "base/hash.h"
#include "store/store.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace shopbell {
namespace {

using Clock = std::chrono::steady_clock;

struct Load {
  std::string folder;
  std::uint64_t events = 200'000;
  std::size_t line_bytes = 7'000;
  std::size_t batch = 64;
  std::uint64_t subjects = 1'000'000;
  std::uint64_t open_runs = 0;
};

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double cpu_seconds(int who) {
  rusage use{};
  getrusage(who, &use);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

long rss_mib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  long kib = 0;
  while (status >> word) {
    if (word == "VmRSS:") status >> kib;
  }
  return kib / 1024;
}

template <class T>
T or_exit(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "store_bench: {}: {}\n", result.error().code, result.error().message);
  std::exit(1);
}

void must_be_done(Committed committed) {
  if (committed == Committed::done) return;
  fmt::print(stderr, "store_bench: a commit was not done ({})\n", static_cast<int>(committed));
  std::exit(1);
}

struct Made {
  Batch batch;
  std::vector<std::string> subjects;
  std::vector<Digest> digests;
};

const std::string notes =
    R"({"code":"started","workflow":"vip-order","run":"8d1","step":"","text":"order.total > 100 → 240.5 > 100 → true"})";

/// A batch as the shell would make it; ids and digests are drawn, which spares the bench their hashing.
Made make(const Store& store, const Load& load, std::mt19937_64& draw, const std::string& line) {
  Made made;
  made.batch.fence = store.fence();
  made.batch.clock = store.clock() + Millis{2};
  const auto bytes = [&] { return fmt::format("{:016x}{:016x}", draw(), draw()); };
  for (std::size_t i = 0; i < load.batch; ++i) {
    const std::uint64_t seq = made.batch.fence.seq + i + 1;
    InputRow input;
    input.seq = seq;
    input.at = made.batch.clock;
    input.kind = "event";
    input.subject = fmt::format("customer:{}", draw() % load.subjects);
    input.event_id = fmt::format("order-{}", seq);
    input.source = "shopify:demo.myshopify.com";
    input.type = "order.placed";
    input.digest.resize(16);
    for (std::size_t b = 0; b < 16; b += 8) {
      const std::uint64_t part = draw();
      std::memcpy(input.digest.data() + b, &part, 8);
    }
    input.line = line;
    RunRow run;
    run.id = bytes();
    run.subject = input.subject;
    run.workflow = "vip-order";
    run.version = "0123456789abcdef";
    run.status = "done";
    run.event_seq = seq;
    run.started = input.at;
    run.ended = input.at;
    run.notes = notes;
    made.subjects.push_back(input.subject);
    made.digests.push_back(input.digest);
    made.batch.runs.push_back(std::move(run));
    made.batch.inputs.push_back(std::move(input));
  }
  std::sort(made.subjects.begin(), made.subjects.end());
  made.subjects.erase(std::unique(made.subjects.begin(), made.subjects.end()), made.subjects.end());
  for (const auto& subject : made.subjects) {
    made.batch.subjects.push_back(
        {subject,
         R"({"profile":{"id":"7","email":"ada@example.com","orders_count":3,"total_spent":240.5,"tags":["vip"]},"counters":[]})"});
  }
  return made;
}

void open_runs(Store& store, const Load& load) {
  constexpr std::uint64_t at_once = 1'000;
  for (std::uint64_t done = 0; done < load.open_runs; done += at_once) {
    Batch batch;
    batch.fence = store.fence();
    batch.clock = store.clock() + Millis{1};
    for (std::uint64_t i = 0; i < at_once; ++i) {
      InputRow input;
      input.seq = batch.fence.seq + i + 1;
      input.at = batch.clock;
      input.kind = "due";
      input.subject = fmt::format("customer:{}", done + i);
      RunRow run;
      run.id = id_of({"open", input.subject});
      run.subject = input.subject;
      run.workflow = "abandoned-cart";
      run.version = "fedcba9876543210";
      run.status = "waiting";
      run.event_seq = input.seq;
      run.due = from_ms(4'000'000'000'000 + static_cast<std::int64_t>(done + i));
      run.state = fmt::format(
          R"({{"workflow":"abandoned-cart","at":3,"vars":{{}},"event":{{"id":"{}","type":"cart.updated"}}}})",
          done + i);
      batch.runs.push_back(std::move(run));
      batch.inputs.push_back(std::move(input));
    }
    must_be_done(store.commit(batch));
    store.tidy();
  }
}

struct Times {
  std::vector<double> loads, commits, tidies;
  static std::string line(std::vector<double>& ms) {
    std::sort(ms.begin(), ms.end());
    const auto at = [&](double part) {
      return ms[static_cast<std::size_t>(part * static_cast<double>(ms.size() - 1))];
    };
    return fmt::format("p50 {:.2f} p99 {:.2f} p99.9 {:.2f} max {:.2f} ms", at(0.5), at(0.99), at(0.999),
                       at(1));
  }
};

/// Commits `events` and says how it went.
void measure(Store& store, const Load& load, std::uint64_t events, std::mt19937_64& draw) {
  const std::string line(load.line_bytes, 'x');
  Times times;
  double busy_ms = 0;
  const double cpu_thread = cpu_seconds(RUSAGE_THREAD), cpu_all = cpu_seconds(RUSAGE_SELF);
  double making = 0;
  for (std::uint64_t done = 0; done < events; done += load.batch) {
    const double before = cpu_seconds(RUSAGE_THREAD);
    const Made made = make(store, load, draw, line);
    making += cpu_seconds(RUSAGE_THREAD) - before;
    const auto start = Clock::now();
    static_cast<void>(or_exit(store.load(made.subjects, made.digests)));
    times.loads.push_back(ms_since(start));
    const auto loaded = Clock::now();
    must_be_done(store.commit(made.batch));
    times.commits.push_back(ms_since(loaded));
    const auto committed = Clock::now();
    store.tidy();
    times.tidies.push_back(ms_since(committed));
    busy_ms += ms_since(start);
  }
  const double n = static_cast<double>(events);
  fmt::print(
      "{:>9} events in all: {:>6.0f} events/s; CPU {:.1f} us/event on the thread, {:.1f} in all; RSS {} "
      "MiB\n",
      store.fence().seq, n / busy_ms * 1000, (cpu_seconds(RUSAGE_THREAD) - cpu_thread - making) / n * 1e6,
      (cpu_seconds(RUSAGE_SELF) - cpu_all - making) / n * 1e6, rss_mib());
  fmt::print("          load {}; commit {}\n          tidy {}\n", Times::line(times.loads),
             Times::line(times.commits), Times::line(times.tidies));
}

int main_with(const Load& load) {
  std::filesystem::remove_all(load.folder);
  std::mt19937_64 draw(7);
  {
    auto store = or_exit(Store::open(load.folder));
    open_runs(*store, load);
    const std::uint64_t part = std::max<std::uint64_t>(load.events / 5 / load.batch, 1) * load.batch;
    for (std::uint64_t done = 0; done < load.events; done += part) measure(*store, load, part, draw);
  }
  const auto start = Clock::now();
  auto store = or_exit(Store::open(load.folder));
  const auto next = or_exit(store->next_due());
  fmt::print("opened in {:.0f} ms (next due {}); RSS {} MiB; database {} MiB\n", ms_since(start),
             next ? to_ms(*next) : 0, rss_mib(),
             std::filesystem::file_size(load.folder + "/shopbell.db") >> 20);
  store.reset();
  std::filesystem::remove_all(load.folder);
  return 0;
}

}  // namespace
}  // namespace shopbell

int main(int count, char** words) {
  if (count < 2) {
    fmt::print(stderr, "store_bench FOLDER [EVENTS] [LINE_BYTES] [BATCH] [SUBJECTS] [OPEN_RUNS]\n");
    return 2;
  }
  const auto number = [&](int at, std::uint64_t otherwise) {
    return count > at ? std::strtoull(words[at], nullptr, 10) : otherwise;
  };
  shopbell::Load load;
  load.folder = words[1];
  load.events = number(2, load.events);
  load.line_bytes = number(3, load.line_bytes);
  load.batch = std::max<std::size_t>(number(4, load.batch), 1);
  load.subjects = std::max<std::uint64_t>(number(5, load.subjects), 1);
  load.open_runs = number(6, load.open_runs);
  return shopbell::main_with(load);
}
