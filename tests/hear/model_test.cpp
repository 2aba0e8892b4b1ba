#include "hear/train.h"
#include "support/catch.h"

#include <algorithm>

using namespace shopbell;

namespace {

std::vector<Example> shop_examples() {
  std::vector<Example> examples;
  const auto add = [&](const char* label, std::initializer_list<const char*> stems) {
    for (const char* stem : stems)
      for (const char* end : {"", " please", " for my mother", " i asked yesterday", " thanks"})
        examples.push_back({std::string(stem) + end, label});
  };
  add("status", {"where is my order", "has my parcel shipped", "when will it arrive", "tracking of my package"});
  add("returns", {"i want to return this", "how do i send it back", "refund for the jacket", "it does not fit, can i return it"});
  add("sizing", {"which size should i take", "is the jacket true to size", "does it run small", "what is the size chart"});
  return examples;
}

Model trained(const std::vector<Example>& examples) {
  const auto model = train_model(examples);
  REQUIRE(model);
  return *model;
}

std::string top(const Model& model, std::string_view text) {
  return model.labels[model.predict(text).shares.front().label];
}

}  // namespace

TEST_CASE("a model names the label of messages that it has not seen") {
  const Model model = trained(shop_examples());
  CHECK(top(model, "wheres my parcel") == "status");
  CHECK(top(model, "can i return the shoes") == "returns");
  CHECK(top(model, "what sise do i need") == "sizing");
  const Prediction said = model.predict("where is the order");
  double sum = 0;
  for (const Share& share : said.shares) sum += share.probability;
  CHECK(sum == Approx(1).margin(1e-4));
  CHECK(said.confidence() > 0.5);
}

TEST_CASE("training is deterministic, in whatever order the examples come") {
  std::vector<Example> examples = shop_examples();
  const std::string once = write_model(trained(examples));
  std::reverse(examples.begin(), examples.end());
  CHECK(write_model(trained(examples)) == once);
}

TEST_CASE("a message of which nothing is known is about something else") {
  CHECK(trained(shop_examples()).predict("\xe0\xb8\x99").is_outside);
  CHECK(trained(shop_examples()).predict("").outside == 1);
}

TEST_CASE("the set of what cannot be excluded grows with the coverage asked for") {
  const Model model = trained(shop_examples());
  const Prediction said = model.predict("please my mother");
  std::size_t before = 1;
  for (const double coverage : {0.5, 0.8, 0.9, 0.99, 1.0}) {
    const std::size_t now = model.not_excluded(said, coverage);
    CHECK(now >= before);
    before = now;
  }
  CHECK(before == model.labels.size());
}

TEST_CASE("what cannot be trained on is said") {
  const auto code = [](std::vector<Example> examples) { return train_model(examples).error().code; };
  CHECK(code({}) == "too_few_labels");
  CHECK(code({{"a b", "one"}, {"c d", "one"}}) == "too_few_labels");
  CHECK(code({{"a b", "one"}, {"c d", "one"}, {"e", "other"}, {"f", "other"}}) == "too_few_labels");
  CHECK(code({{"a b", "one"}, {"c d", "one"}, {"e f", "two"}}) == "too_few_examples");
}

TEST_CASE("no model has more labels or examples than the limits") {
  std::vector<Example> labels;
  for (std::size_t i = 0; i <= labels_max; ++i)
    for (const char* text : {"a", "b"}) labels.push_back({text, std::to_string(i)});
  CHECK(train_model(labels).error().code == "too_many_labels");
  CHECK(train_model(std::vector<Example>(examples_max + 1)).error().code == "too_many_examples");
}

TEST_CASE("a model file says the same as the model") {
  const Model model = trained(shop_examples());
  const auto read = read_model(write_model(model));
  REQUIRE(read);
  CHECK(read->name == model.name);
  CHECK(read->labels == model.labels);
  for (const Example& example : shop_examples()) {
    const Prediction a = model.predict(example.text), b = read->predict(example.text);
    CHECK(a.shares.front().label == b.shares.front().label);
    CHECK(a.confidence() == b.confidence());
    CHECK(a.outside == b.outside);
  }
}

TEST_CASE("a broken model file is refused with what is wrong") {
  const std::string good = write_model(trained(shop_examples()));
  const auto code = [](std::string bytes) { return read_model(bytes).error().code; };
  CHECK(code("") == "not_a_model");
  CHECK(code("{\"json\": true}") == "not_a_model");
  CHECK(code(good.substr(0, 20)) == "model_cut");
  CHECK(code(good.substr(0, good.size() - 1)) == "model_cut");
  CHECK(code(good + "x") == "model_cut");
  std::string other = good;
  other[15] = 9;
  CHECK(code(other) == "model_version");
  for (std::size_t at = 40; at < good.size(); at += good.size() / 50) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    CHECK(code(damaged) == "model_damaged");
  }
}
