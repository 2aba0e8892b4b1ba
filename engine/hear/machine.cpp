#include "hear/machine.h"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace shopbell {
namespace {

constexpr unsigned seed = 20;
constexpr double machine_cost = 1, machine_tolerance = 1;  // closer to the optimum is no better on messages not seen
constexpr double counted_floor = 0.01, counted_part = 0.04;
constexpr std::size_t pairs_learned_up_to = 1'000'000;  // messages times labels
constexpr double gate_cost = 10, gate_tolerance = 0.001;

struct Freed {
  void operator()(model* trained) const { free_and_destroy_model(&trained); }
};
using Trained = std::unique_ptr<model, Freed>;

// Sparse vectors as liblinear wants them: indices from 1, a bias, an end of -1.
class Problem {
 public:
  explicit Problem(std::size_t features) : features_(static_cast<int>(features)) {}

  template <class Numbers>
  void add(const Numbers& vector, double label) {
    starts_.push_back(nodes_.size());
    for (const auto& [index, weight] : vector) nodes_.push_back({static_cast<int>(index) + 1, weight});
    nodes_.push_back({features_ + 1, 1});
    nodes_.push_back({-1, 0});
    labels_.push_back(label);
  }

  Trained train(const parameter& how) {
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    std::srand(seed);
    set_print_string_function([](const char*) {});
    std::vector<feature_node*> rows;
    for (const std::size_t start : starts_) rows.push_back(&nodes_[start]);
    const problem all{static_cast<int>(rows.size()), features_ + 1, labels_.data(), rows.data(), 1};
    return Trained(::train(&all, &how));
  }

 private:
  int features_;
  std::vector<feature_node> nodes_;
  std::vector<std::size_t> starts_;
  std::vector<double> labels_;
};

// Naive Bayes over the same vectors: how much more often a feature stands in messages of a label than it would by chance. It errs
// elsewhere than the machine does, and is linear, so its weights are added to the machine's and cost nothing more.
class Counted {
 public:
  Counted(std::span<const std::vector<Weighted>> messages, std::span<const std::uint32_t> right, std::size_t labels, std::size_t features)
      : labels_(labels), of_feature_(features * labels), of_label_(labels, counted_floor * static_cast<double>(features)) {
    for (std::size_t i = 0; i < messages.size(); ++i)
      for (const Weighted& one : messages[i]) {
        of_feature_[one.index * labels + right[i]] += one.weight;
        of_label_[right[i]] += one.weight;
      }
    for (double& sum : of_label_) sum = std::log(sum);
  }

  // What all labels have in common is left out: it decides nothing.
  void add_to(std::span<double> row, std::size_t feature) const {
    std::vector<double> logs(labels_);
    double mean = 0;
    for (std::size_t i = 0; i < labels_; ++i) {
      const float seen = of_feature_[feature * labels_ + i];
      logs[i] = (seen == 0 ? log_of_floor_ : std::log(seen + counted_floor)) - of_label_[i];
      mean += logs[i] / static_cast<double>(labels_);
    }
    for (std::size_t i = 0; i < labels_; ++i) row[i] += counted_part * (logs[i] - mean);
  }

 private:
  std::size_t labels_;
  double log_of_floor_ = std::log(counted_floor);
  std::vector<float> of_feature_;  // feature after feature
  std::vector<double> of_label_;
};

// `weights`: of one feature, by label.
void put_row(Rows& rows, std::size_t feature, std::span<const double> weights) {
  double largest = 0;
  for (const double weight : weights) largest = std::max(largest, std::abs(weight));
  const double scale = largest / 127;
  rows.scale[feature] = static_cast<float>(scale);
  if (scale == 0) return;
  for (std::size_t i = 0; i < rows.width; ++i)
    rows.cells[feature * rows.width + i] = static_cast<std::int8_t>(std::lround(weights[i] / scale));
}

}  // namespace

Rows fit_machine(std::span<const std::vector<Weighted>> messages, std::span<const std::uint32_t> right, std::size_t labels,
                 std::span<const FeatureGroup> groups) {
  const std::size_t features = groups.size();
  const bool with_pairs = messages.size() * labels <= pairs_learned_up_to;
  Problem problem(features);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    std::vector<Weighted> seen;
    for (const Weighted& one : messages[i])
      if (with_pairs || groups[one.index] != FeatureGroup::pair) seen.push_back(one);
    problem.add(seen, right[i]);
  }
  parameter how{};
  how.solver_type = MCSVM_CS;
  how.C = machine_cost;
  how.eps = machine_tolerance;
  const Trained trained = problem.train(how);
  Rows rows;
  rows.width = labels;
  rows.cells.assign(features * labels, 0);
  rows.scale.assign(features, 0);
  rows.bias.assign(labels, 0);
  const Counted counted(messages, right, labels, features);
  std::vector<double> row(labels);
  for (std::size_t f = 0; f <= features; ++f) {
    for (std::size_t i = 0; i < labels; ++i) row[static_cast<std::size_t>(trained->label[i])] = trained->w[f * labels + i];
    if (f < features) counted.add_to(row, f), put_row(rows, f, row);
    else std::transform(row.begin(), row.end(), rows.bias.begin(), [](double w) { return static_cast<float>(w); });
  }
  return rows;
}

std::array<double, gate_size> fit_gate(std::span<const Margins> no, std::span<const Margins> yes) {
  Problem problem(gate_size - 1);
  const auto add = [&](const Margins& m, double label) {
    problem.add(std::array<std::pair<int, double>, gate_size - 1>{{{0, m.top}, {1, m.lead}, {2, m.known}, {3, m.words}}}, label);
  };
  for (const Margins& m : yes) add(m, 1);
  for (const Margins& m : no) add(m, -1);
  int sides[] = {1, -1};
  const double all = static_cast<double>(no.size() + yes.size());
  double weights[] = {all / (2.0 * static_cast<double>(yes.size())), all / (2.0 * static_cast<double>(no.size()))};
  parameter how{};
  how.solver_type = L2R_LR;
  how.C = gate_cost;
  how.eps = gate_tolerance;
  how.nr_weight = 2;
  how.weight_label = sides;
  how.weight = weights;
  const Trained trained = problem.train(how);
  const double sign = trained->label[0] == 1 ? 1 : -1;
  std::array<double, gate_size> gate{};
  gate[0] = sign * trained->w[gate_size - 1];
  for (std::size_t i = 1; i < gate_size; ++i) gate[i] = sign * trained->w[i - 1];
  return gate;
}

}  // namespace shopbell
