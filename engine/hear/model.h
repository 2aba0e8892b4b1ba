#pragma once
// A trained classifier of messages: a linear machine over hashed features whose margins are calibrated to probabilities, with
// a gate for messages about something else. Immutable once made; any thread.

#include "hear/vocabulary.h"

#include <shopbell/error.h>

#include <optional>

namespace shopbell {

constexpr std::size_t labels_max = 1000;

/// One row of small numbers a feature, one scale a row: a quarter of floats, and as right.
struct Rows {
  std::size_t width = 0;            // labels
  std::vector<std::int8_t> cells;   // feature after feature
  std::vector<float> scale;         // of each row
  std::vector<float> bias;          // of each label
};

/// What the margins of a message look like.
struct Margins {
  double top = 0, lead = 0;  // the highest, and how far the second lies below it
  double known = 0;
  double words = 0;          // log(1 + known features)
};
constexpr std::size_t gate_size = 5;

struct Calibration {
  double temperature = 1;                   // probabilities are softmax(temperature * margins)
  std::array<double, gate_size> gate{};     // of a logistic over Margins: the probability that a message is about something else
  double outside_from = 1;                  // at this probability and above it is taken to be
  std::vector<float> right;                 // by growing size: the probability that the right label of each kept-back message got
  double accuracy = 0;                      // on kept-back messages, by a model that had not seen them
};

struct Share {
  std::uint32_t label;
  float probability;
};

struct Prediction {
  std::vector<Share> shares;  // of all labels, the most probable first; adds up to 1
  double outside = 0;         // probability that it is about none of them
  bool is_outside = false;

  double confidence() const { return shares.empty() ? 0 : shares.front().probability; }
};

struct Model {
  std::string name;                 // "intents-" and 12 hex digits of its content's hash
  std::vector<std::string> labels;
  Vocabulary vocabulary;
  Rows rows;
  Calibration calibration;

  Prediction predict(std::string_view text) const;
  /// How many of `shares`, from the first, cannot be excluded when the right one is to be among them in `coverage` (0..1) of
  /// all messages: a conformal set (Sadinle, Lei, Wasserman 2019, least ambiguous sets). At least one.
  std::size_t not_excluded(const Prediction& prediction, double coverage) const;
  std::optional<std::uint32_t> find_label(std::string_view label) const;
};

/// One margin a label.
std::vector<float> margins_of(const Rows& rows, std::span<const Weighted> message);
Margins read_margins(std::span<const float> margins, const Heard& heard);
/// The probability of the gate.
double outside_of(const Calibration& calibration, const Margins& margins);
std::vector<float> probabilities(std::span<const float> margins, double temperature);

/// A model as bytes, and back. Errors: "not_a_model", "model_version", "model_cut", "model_damaged" (its checksum differs),
/// "model_broken" (numbers that cannot be).
std::string write_model(const Model& model);
Result<Model> read_model(std::string_view bytes);

}  // namespace shopbell
