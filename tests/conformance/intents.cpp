// Messages with intents as JSON lines of {text, intent}: a model is trained on the one file and asked about the other.
// What is measured stands beside what is wanted; each is a case that passes or fails.

#include "suites.h"

#include "base/json.h"
#include "hear/train.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>

namespace shopbell::conformance {
namespace {

constexpr std::string_view outside_label = "oos";
constexpr double coverage = 0.95;
// A split of the training file leaves four fifths to learn from.
constexpr double accuracy_wanted = 0.92, accuracy_of_split_wanted = 0.90;
// Times are judged where they mean something: in an optimised build, and as the processor's, whoever else is at work.
#ifdef NDEBUG
constexpr bool times_are_judged = true;
#else
constexpr bool times_are_judged = false;
#endif

struct Took {
  double seconds = 0, of_processor = 0;
};

class Watch {
 public:
  Took read() const {
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(),
            static_cast<double>(std::clock() - ticks_) / CLOCKS_PER_SEC};
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t ticks_ = std::clock();
};

// Of one file, or of several with commas between them.
bool read_examples(std::string_view paths, std::vector<Example>& examples) {
  while (!paths.empty()) {
    const std::size_t comma = std::min(paths.find(','), paths.size());
    const std::string path(paths.substr(0, comma));
    paths.remove_prefix(std::min(comma + 1, paths.size()));
    std::ifstream file(path);
    if (!file) return fmt::print(stderr, "conformance: cannot read {}\n", path), false;
    for (std::string line; std::getline(file, line);) {
      Arena arena;
      const auto value = parse_json(line, arena);
      if (!value) return fmt::print(stderr, "conformance: {}: {}\n", path, value.error().message), false;
      examples.push_back({std::string((*value)["text"].text_or("")), std::string((*value)["intent"].text_or(""))});
    }
  }
  return true;
}

struct Measured {
  std::size_t inside = 0, right = 0, taken_right = 0;  // about an intent; named right; and not refused by the gate
  std::size_t outside = 0, noticed = 0;
  std::size_t covered = 0, set_size = 0;
  std::vector<std::pair<double, bool>> confidence;     // of each message about an intent, and whether it was right
  Took asked;
};

Measured measure(const Model& model, const std::vector<Example>& test) {
  Measured m;
  const Watch watch;
  std::vector<Prediction> predictions;
  for (const Example& example : test) predictions.push_back(model.predict(example.text));
  m.asked = watch.read();
  for (std::size_t i = 0; i < test.size(); ++i) {
    const Prediction& said = predictions[i];
    if (test[i].label == outside_label) {
      ++m.outside, m.noticed += said.is_outside;
      continue;
    }
    const bool right = model.labels[said.shares.front().label] == test[i].label;
    ++m.inside, m.right += right, m.taken_right += right && !said.is_outside;
    m.confidence.emplace_back(said.confidence(), right);
    const std::size_t set = model.not_excluded(said, coverage);
    m.set_size += set;
    for (std::size_t n = 0; n < set; ++n) m.covered += model.labels[said.shares[n].label] == test[i].label;
  }
  return m;
}

// Naeini et al. 2015, with 15 bins of equal width.
double calibration_error(const std::vector<std::pair<double, bool>>& confidence) {
  constexpr std::size_t bins = 15;
  std::array<double, bins> said{}, right{};
  for (const auto& [probability, was_right] : confidence) {
    const auto bin = std::min(bins - 1, static_cast<std::size_t>(probability * bins));
    said[bin] += probability, right[bin] += was_right;
  }
  double error = 0;
  for (std::size_t i = 0; i < bins; ++i) error += std::abs(said[i] - right[i]);
  return error / static_cast<double>(std::max<std::size_t>(confidence.size(), 1));
}

class Verdict {
 public:
  void at_least(std::string_view what, double is, double wanted) { say(what, is, ">=", wanted, is >= wanted); }
  void at_most(std::string_view what, double is, double wanted) { say(what, is, "<=", wanted, is <= wanted); }
  void time_at_most(std::string_view what, Took is, double scale, double wanted) {
    if (times_are_judged) at_most(what, is.of_processor * scale, wanted);
    else fmt::print("{:<26} {:>8.4f}   (judged in a release build)\n", what, is.of_processor * scale);
    fmt::print("{:<26} {:>8.4f}\n", "  by the clock on the wall", is.seconds * scale);
  }
  int end() const {
    fmt::print("{} passed, {} failed\n", passed_, failed_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  void say(std::string_view what, double is, std::string_view sign, double wanted, bool good) {
    fmt::print("{:<26} {:>8.4f}   wanted {} {:.4g}{}\n", what, is, sign, wanted, good ? "" : "   FAILED");
    ++(good ? passed_ : failed_);
  }
  std::size_t passed_ = 0, failed_ = 0;
};

double part(std::size_t n, std::size_t of) { return of == 0 ? 0 : static_cast<double>(n) / static_cast<double>(of); }

int judge(const Model& model, const Measured& m, const Took& training, double accuracy) {
  Verdict verdict;
  if (m.outside > 0) {
    fmt::print("{:<26} {:>8.4f}   (as if there were no gate)\n", "accuracy", part(m.right, m.inside));
    verdict.at_least("in-scope accuracy", part(m.taken_right, m.inside), 0.90);
    verdict.at_least("out-of-scope recall", part(m.noticed, m.outside), 0.80);
  } else {
    verdict.at_least("accuracy", part(m.right, m.inside), accuracy);
    fmt::print("{:<26} {:>8.4f}   (what the gate refuses is wrong)\n", "in-scope accuracy", part(m.taken_right, m.inside));
  }
  verdict.at_most("calibration error", calibration_error(m.confidence), 0.03);
  verdict.time_at_most("us per prediction", m.asked, 1e6 / static_cast<double>(m.inside + m.outside), 200);
  verdict.time_at_most("training seconds", training, 1, 5);
  verdict.at_least("coverage of the sets", part(m.covered, m.inside), coverage - 0.02);
  fmt::print("{:<26} {:>8.2f}   intents, at a coverage of {}\n", "size of the sets", part(m.set_size, m.inside), coverage);
  fmt::print("{} of {} intents, {} features, accuracy on kept-back messages {:.4f}\n", model.name, model.labels.size(),
             model.vocabulary.size(), model.calibration.accuracy);
  return verdict.end();
}

}  // namespace

int run_intents(std::span<const std::string> files) {
  std::vector<Example> train, test;
  if (files.size() > 2) return fmt::print(stderr, "usage: conformance intents TRAIN[,MORE] [TEST[,MORE]]\n"), 2;
  if (!read_examples(files[0], train)) return 1;
  if (files.size() == 2 && !read_examples(files[1], test)) return 1;
  if (files.size() == 1) {  // its own split
    const std::vector<bool> kept = kept_back(train);
    std::vector<Example> rest;
    for (std::size_t i = 0; i < train.size(); ++i) (kept[i] ? test : rest).push_back(train[i]);
    train = std::move(rest);
  }
  fmt::print("{} messages to learn from, {} to be asked about\n", train.size(), test.size());
  const Watch watch;
  const Result<Model> model = train_model(train, {.outside = std::string(outside_label)});
  const Took training = watch.read();
  if (!model) return fmt::print(stderr, "conformance: {}\n", model.error().message), 1;
  return judge(*model, measure(*model, test), training, files.size() == 1 ? accuracy_of_split_wanted : accuracy_wanted);
}

}  // namespace shopbell::conformance
