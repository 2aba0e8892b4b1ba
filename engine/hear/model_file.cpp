// A model as bytes: a head (magic, version, length, checksum), then texts and numbers, little-endian.

#include "hear/model.h"

#include "base/hash.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace shopbell {
namespace {

static_assert(std::endian::native == std::endian::little, "model files are written as memory holds them");

constexpr std::string_view magic = "SHOPBELL MODEL\n";
constexpr std::uint32_t version = 1;
constexpr std::size_t head_size = magic.size() + sizeof version + 2 * sizeof(std::uint64_t);
constexpr std::uint64_t features_max = 5'000'000;

class Writer {
 public:
  template <class T>
  void number(T n) {
    bytes_.append(reinterpret_cast<const char*>(&n), sizeof n);
  }
  void text(std::string_view t) { number<std::uint64_t>(t.size()), bytes_ += t; }
  template <class T>
  void numbers(std::span<const T> all) {
    number<std::uint64_t>(all.size());
    bytes_.append(reinterpret_cast<const char*>(all.data()), all.size_bytes());
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what is there; what is not becomes zero and `broken`.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  T number() {
    T n{};
    if (const std::string_view part = take(sizeof n); !part.empty()) std::memcpy(&n, part.data(), sizeof n);
    return n;
  }
  std::string text() { return std::string(take(number<std::uint64_t>())); }
  template <class T>
  std::vector<T> numbers() {
    const auto n = number<std::uint64_t>();
    if (n > bytes_.size() / sizeof(T)) return broken_ = true, std::vector<T>{};
    std::vector<T> all(n);
    if (n > 0) std::memcpy(all.data(), take(n * sizeof(T)).data(), n * sizeof(T));
    return all;
  }
  bool whole() const { return !broken_ && bytes_.empty(); }
  bool broken() const { return broken_; }

 private:
  std::string_view take(std::uint64_t n) {
    if (n > bytes_.size()) return broken_ = true, std::string_view{};
    const std::string_view part = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return part;
  }
  std::string_view bytes_;
  bool broken_ = false;
};

template <class T>
std::span<const T> all_of(const std::vector<T>& numbers) {
  return numbers;
}

template <class T>
bool finite(const T& numbers) {
  for (const auto n : numbers)
    if (!std::isfinite(n)) return false;
  return true;
}

// What `predict` relies on.
bool makes_sense(const Model& model) {
  const std::size_t labels = model.labels.size(), features = model.vocabulary.size();
  const Calibration& c = model.calibration;
  return labels > 0 && labels <= labels_max && features <= features_max && model.rows.width == labels &&
         model.vocabulary.rarity().size() == features && model.rows.scale.size() == features &&
         model.rows.cells.size() == features * labels && model.rows.bias.size() == labels && finite(model.vocabulary.rarity()) &&
         finite(model.rows.scale) && finite(model.rows.bias) && finite(c.gate) && finite(c.right) && std::isfinite(c.temperature) &&
         c.temperature > 0;
}

Model read_payload(Reader& from) {
  Model model;
  model.name = from.text();
  const auto labels = from.number<std::uint64_t>();
  for (std::uint64_t i = 0; i < labels && i <= labels_max && !from.broken(); ++i) model.labels.push_back(from.text());
  auto hashes = from.numbers<std::uint32_t>();
  auto rarity = from.numbers<float>();
  model.vocabulary = Vocabulary(std::move(hashes), std::move(rarity), from.number<float>());
  model.rows.width = model.labels.size();
  model.rows.cells = from.numbers<std::int8_t>();
  model.rows.scale = from.numbers<float>();
  model.rows.bias = from.numbers<float>();
  Calibration& c = model.calibration;
  c.temperature = from.number<double>();
  for (double& weight : c.gate) weight = from.number<double>();
  c.outside_from = from.number<double>();
  c.right = from.numbers<float>();
  c.accuracy = from.number<double>();
  return model;
}

}  // namespace

std::string write_model(const Model& model) {
  Writer to;
  to.text(model.name);
  to.number<std::uint64_t>(model.labels.size());
  for (const std::string& label : model.labels) to.text(label);
  to.numbers(all_of(model.vocabulary.hashes()));
  to.numbers(all_of(model.vocabulary.rarity()));
  to.number(model.vocabulary.rarity_of_unknown());
  to.numbers(all_of(model.rows.cells));
  to.numbers(all_of(model.rows.scale));
  to.numbers(all_of(model.rows.bias));
  const Calibration& c = model.calibration;
  to.number(c.temperature);
  for (const double weight : c.gate) to.number(weight);
  to.number(c.outside_from);
  to.numbers(all_of(c.right));
  to.number(c.accuracy);
  const std::string payload = to.take();
  Writer head;
  head.number(version);
  head.number<std::uint64_t>(payload.size());
  head.number(hash64({payload}));
  return std::string(magic) + head.take() + payload;
}

Result<Model> read_model(std::string_view bytes) {
  if (!bytes.starts_with(magic)) return fail("not_a_model", "this is no model file");
  if (bytes.size() < head_size) return fail("model_cut", "the model file ends within its head");
  Reader head(bytes.substr(magic.size(), head_size - magic.size()));
  if (const auto found = head.number<std::uint32_t>(); found != version)
    return fail("model_version", "the model file is of version " + std::to_string(found) + ", this program reads version " +
                                     std::to_string(version), "train it again: `shopbell train DIR`");
  const auto size = head.number<std::uint64_t>();
  const auto checksum = head.number<std::uint64_t>();
  const std::string_view payload = bytes.substr(head_size);
  if (payload.size() != size)
    return fail("model_cut", "the model file has " + std::to_string(payload.size()) + " bytes where its head says " +
                                 std::to_string(size));
  if (hash64({payload}) != checksum) return fail("model_damaged", "the model file is damaged: its checksum differs");
  Reader from(payload);
  Model model = read_payload(from);
  if (!from.whole() || !makes_sense(model)) return fail("model_broken", "the model file holds numbers that cannot be");
  return model;
}

}  // namespace shopbell
