// Seeded schedules: the same seed, the same trace. SHOPBELL_SIM_SCHEDULES says how many (2000 unless said) and
// SHOPBELL_SIM_SEED where they begin (a fresh seed unless said); one alone, with its trace:
//   SHOPBELL_SIM_SEED=N SHOPBELL_SIM_SCHEDULES=1 SHOPBELL_SIM_TRACE=1 test_sim

#include "sim/schedule.h"
#include "support/catch.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

using namespace shopbell;
using namespace shopbell::sim;

namespace {

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::uint64_t fresh_seed() { return (std::uint64_t{std::random_device{}()} << 20) % 1'000'000'000'000ULL; }

std::string text_of(std::uint64_t seed, const Played& played) {
  std::string text = "SHOPBELL_SIM_SEED=" + std::to_string(seed) + " SHOPBELL_SIM_SCHEDULES=1:\n";
  for (const std::string& finding : played.findings) text += "  " + finding + "\n";
  for (const std::string& line : played.lines) text += "    " + line + "\n";
  return text;
}

}  // namespace

TEST_CASE("whatever the disk, the network and the clock do, nothing is lost, doubled, early or late") {
  spdlog::set_level(spdlog::level::off);
  const std::uint64_t first = number_of("SHOPBELL_SIM_SEED", fresh_seed());
  const std::uint64_t count = number_of("SHOPBELL_SIM_SCHEDULES", 2'000);
  const bool trace = number_of("SHOPBELL_SIM_TRACE", 0) != 0;
  Played all;
  std::uint64_t bad = 0;
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Played played = play_schedule(seed, trace);
    if (trace || !played.findings.empty()) std::fputs(text_of(seed, played).c_str(), stdout);
    if (!played.findings.empty()) FAIL_CHECK(text_of(seed, played));
    all.events += played.events;
    all.inputs += played.inputs;
    all.runs += played.runs;
    all.calls += played.calls;
    all.arrivals += played.arrivals;
    all.deaths += played.deaths;
    all.power_cuts += played.power_cuts;
    if (!played.findings.empty() && ++bad == 10) break;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("%llu schedules from seed %llu in %.1f s: %llu events, %llu inputs, %llu runs, %llu calls, %llu arrivals, %llu deaths, %llu power cuts\n",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(first), seconds, static_cast<unsigned long long>(all.events),
              static_cast<unsigned long long>(all.inputs), static_cast<unsigned long long>(all.runs), static_cast<unsigned long long>(all.calls),
              static_cast<unsigned long long>(all.arrivals), static_cast<unsigned long long>(all.deaths), static_cast<unsigned long long>(all.power_cuts));
  CHECK(bad == 0);
}

TEST_CASE("the same seed is the same trace") {
  spdlog::set_level(spdlog::level::off);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    CHECK(play_schedule(seed).trace == play_schedule(seed).trace);
  }
  CHECK(play_schedule(1).trace != play_schedule(2).trace);
}
