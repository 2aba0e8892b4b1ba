// What a rendering costs.
//   liquid_bench FOLDER [CASES.jsonl...]
// FOLDER holds confirmation.html.liquid and confirmation.json; CASES are liquid-spec's benchmarks.
// bench/liquidjs/run.mjs measures LiquidJS on the same files and prints the same lines.

#include "base/json.h"
#include "base/time.h"
#include "liquid/liquid.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace shopbell::liquid {
namespace {

using Clock = std::chrono::steady_clock;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Times {
  double median_us;
  double best_us;  // what remains when nobody else uses the machine
};

// Of batches, each about a millisecond or one run long.
template <class Work>
Times measure_us(Work work) {
  constexpr int batches = 101;
  const auto once = Clock::now();
  work();
  const double first_us = std::chrono::duration<double, std::micro>(Clock::now() - once).count();
  const int runs = std::clamp(static_cast<int>(1000 / (first_us + 0.1)), 1, 1000);
  std::vector<double> times;
  for (int b = 0; b < batches; ++b) {
    const auto start = Clock::now();
    for (int i = 0; i < runs; ++i) work();
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count() / runs);
  }
  std::sort(times.begin(), times.end());
  return {times[batches / 2], times[0]};
}

// False: it does not parse or render.
bool measure(std::string_view name, std::string_view text, const Value& data, const Partials& partials, ParseOptions options) {
  const auto parsed = parse(text, options);
  if (!parsed) {
    fmt::print(stderr, "{}: {}\n", name, parsed.error().front().message);
    return false;
  }
  Setting setting;
  setting.now = *parse_time("2024-01-01T00:01:58Z");
  setting.partials = &partials;
  Arena arena;
  const auto rendered = parsed->render(data, arena, setting);
  if (!rendered) {
    fmt::print(stderr, "{}: {}\n", name, rendered.error().message);
    return false;
  }
  const Times parsing = measure_us([&] { (void)parse(text, options); });
  const Times rendering = measure_us([&] {
    arena.release();
    (void)parsed->render(data, arena, setting);
  });
  fmt::print("{}\tparse {:.1f} us (best {:.1f})\trender {:.1f} us (best {:.1f})\t{} bytes\n", name, parsing.median_us, parsing.best_us,
             rendering.median_us, rendering.best_us, rendered->size());
  return true;
}

bool measure_cases(const std::string& path) {
  std::ifstream lines(path);
  bool good = true;
  for (std::string line; std::getline(lines, line);) {
    Arena arena;
    const auto c = parse_json(line, arena);
    if (!c) return false;
    const ParseOptions options{.late_filters = true};
    Partials partials;
    for (const Member& m : (*c)["partials"].members())
      if (const auto partial = parse(m.value.text_or(""), options)) partials.add(std::string(m.key.text()), *partial);
    good = measure((*c)["id"].text_or(""), (*c)["template"].text_or(""), (*c)["data"], partials, options) && good;
  }
  return good;
}

int run(const std::vector<std::string>& words) {
  const std::string data = read(words[0] + "/confirmation.json");
  Arena arena;
  const auto scope = parse_json(data, arena);
  if (!scope) {
    fmt::print(stderr, "no confirmation.json in {}\n", words[0]);
    return 1;
  }
  bool good = measure("confirmation", read(words[0] + "/confirmation.html.liquid"), *scope, {}, {});
  good = measure("confirmation, escaped", read(words[0] + "/confirmation.html.liquid"), *scope, {}, {.html = true}) && good;
  for (std::size_t i = 1; i < words.size(); ++i) good = measure_cases(words[i]) && good;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace shopbell::liquid

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty()) return shopbell::liquid::run(words);
  fmt::print(stderr, "usage: liquid_bench FOLDER [CASES.jsonl...]\n");
  return 2;
}
