// What reading a message costs: training on a file of JSON lines {text, intent}, and a prediction of each of its messages;
// beside the features alone.
//   hear_bench FILE

#include "base/json.h"
#include "hear/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>

namespace shopbell {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The best of some rounds over all messages: what remains when nobody else uses the machine.
template <class Work>
double best_us(const std::vector<Example>& examples, Work work) {
  double best = 1e9;
  for (int round = 0; round < 7; ++round) {
    const auto start = Clock::now();
    for (const Example& example : examples) work(example.text);
    best = std::min(best, seconds(start) * 1e6 / static_cast<double>(examples.size()));
  }
  return best;
}

int measure(const char* path) {
  std::vector<Example> examples;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    Arena arena;
    const auto value = parse_json(line, arena);
    if (value) examples.push_back({std::string((*value)["text"].text_or("")), std::string((*value)["intent"].text_or(""))});
  }
  const auto start = Clock::now();
  const auto model = train_model(examples);
  if (!model) return fmt::print(stderr, "hear_bench: {}: {}\n", path, model.error().message), 1;
  fmt::print("training, {} messages of {} intents: {:.2f} s\n", examples.size(), model->labels.size(), seconds(start));
  double sum = 0;  // so that nothing is optimised away
  fmt::print("features: {:.1f} us\n", best_us(examples, [&](const std::string& text) { sum += static_cast<double>(features_of(text).size()); }));
  fmt::print("a prediction: {:.1f} us\n", best_us(examples, [&](const std::string& text) { sum += model->predict(text).confidence(); }));
  const std::string bytes = write_model(*model);
  const auto read = Clock::now();
  sum += read_model(bytes) ? 1 : 0;
  fmt::print("reading the model, {} bytes: {:.1f} ms ({})\n", bytes.size(), seconds(read) * 1e3, sum > 0 ? "done" : "?");
  return 0;
}

}  // namespace
}  // namespace shopbell

int main(int argc, char** argv) {
  if (argc != 2) return fmt::print(stderr, "usage: hear_bench FILE\n"), 2;
  return shopbell::measure(argv[1]);
}
