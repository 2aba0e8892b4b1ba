#include "hear/ear.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view angry = "angry", anger = "anger", nothing = "none", fraud_or_harm[] = {"self_harm", "payment_fraud"};
// A person too much costs minutes; one too few costs a customer, or more.
constexpr double angry_from = 0.5, person_from = 0.5, grave_from = 0.35;

double probability_of(const Model& model, const Prediction& said, std::string_view label) {
  for (const Share& share : said.shares)
    if (model.labels[share.label] == label) return share.probability;
  return 0;
}

bool occurs(const std::vector<std::string>& phrase, const std::vector<std::string>& words) {
  return !phrase.empty() && std::search(words.begin(), words.end(), phrase.begin(), phrase.end()) != words.end();
}

}  // namespace

Value to_value(const HeardMessage& heard, Arena& arena) {
  ListBuilder intents(arena);
  for (const std::string& intent : heard.intents) intents.add(arena.copy(intent));
  return make_map(arena, {{"intent", arena.copy(heard.intent)},
                          {"intents", intents.build()},
                          {"confidence", Value(heard.confidence)},
                          {"mood", arena.copy(heard.mood)},
                          {"language", arena.copy(heard.language)},
                          {"model", arena.copy(heard.model)},
                          {"mood_model", arena.copy(heard.mood_model)},
                          {"to_person", Value(heard.to_person)},
                          {"reason", arena.copy(heard.reason)}});
}

Result<Ear> Ear::train(const Teaching& teaching) {
  auto intents = train_model(teaching.intents, shop_intents);
  if (!intents) return tl::unexpected(intents.error());
  auto mood = train_model(teaching.mood, shop_moods);
  if (!mood) return tl::unexpected(mood.error());
  std::vector<Example> person = teaching.person;
  for (const Example& example : teaching.intents) person.push_back({example.text, std::string(nothing)});
  auto reasons = train_model(person, {.kind = "person"});
  if (!reasons) return tl::unexpected(reasons.error());
  Ear ear;
  ear.intents_ = std::move(*intents);
  ear.mood_ = std::move(*mood);
  ear.person_ = std::move(*reasons);
  ear.faq_gate_ = calibrate_gate(teaching.questions);
  ear.learn_texts(teaching.phrases, teaching.languages);
  return ear;
}

void Ear::learn_texts(std::vector<Example> phrases, std::vector<Example> languages) {
  phrases_ = std::move(phrases);
  language_texts_ = std::move(languages);
  phrase_words_.clear();
  for (const Example& phrase : phrases_) phrase_words_.push_back(words_of(phrase.text));
  languages_ = Languages(language_texts_);
}

Ear Ear::with_intents(Model intents) const {
  Ear other = *this;
  other.intents_ = std::move(intents);
  return other;
}

Ear Ear::with_mood(Model mood) const {
  Ear other = *this;
  other.own_mood_ = std::move(mood);
  return other;
}

bool Ear::sounds_angry(std::string_view text) const {
  const auto is_angry = [&](const Model& mood) { return probability_of(mood, mood.predict(text), angry) >= angry_from; };
  return is_angry(mood_) || (own_mood_ && is_angry(*own_mood_));
}

std::string Ear::needs_person(std::string_view text) const {
  const std::vector<std::string> words = words_of(text);
  for (std::size_t i = 0; i < phrases_.size(); ++i)
    if (occurs(phrase_words_[i], words)) return phrases_[i].label;
  const Prediction said = person_.predict(text);
  for (const std::string_view grave : fraud_or_harm)
    if (probability_of(person_, said, grave) >= grave_from) return std::string(grave);
  const std::string& top = person_.labels[said.shares.front().label];
  if (top != nothing && said.confidence() >= person_from) return top;
  return sounds_angry(text) ? std::string(anger) : std::string();
}

void Ear::hear_intent(std::string_view text, std::span<const std::string> asked, double coverage, HeardMessage& heard) const {
  const Prediction said = intents_.predict(text);
  const auto is_asked = [&](const std::string& label) {
    return asked.empty() || std::find(asked.begin(), asked.end(), label) != asked.end();
  };
  heard.intent = other_intent;
  double best = 0, rest = 0;
  for (const Share& share : said.shares) {
    const std::string& label = intents_.labels[share.label];
    if (!is_asked(label)) rest += share.probability;
    else if (share.probability > best) best = share.probability, heard.intent = label;
  }
  heard.confidence = best;
  if (rest > best) heard.intent = other_intent, heard.confidence = rest;
  const std::size_t set = intents_.not_excluded(said, coverage);
  for (std::size_t i = 0; i < set; ++i) {
    const std::string& label = intents_.labels[said.shares[i].label];
    const std::string name = is_asked(label) ? label : std::string(other_intent);
    if (std::find(heard.intents.begin(), heard.intents.end(), name) == heard.intents.end()) heard.intents.push_back(name);
  }
  if (!said.is_outside) return;
  heard.intent = other_intent;
  heard.confidence = said.outside;
  heard.intents = {std::string(other_intent)};
}

HeardMessage Ear::hear(std::string_view text, std::span<const std::string> asked, double coverage) const {
  HeardMessage heard;
  hear_intent(text, asked, coverage, heard);
  const Model& mood = own_mood_ ? *own_mood_ : mood_;
  heard.mood = mood.labels[mood.predict(text).shares.front().label];
  heard.mood_model = mood.name;
  heard.language = languages_.of(text);
  heard.model = intents_.name;
  heard.reason = needs_person(text);
  heard.to_person = !heard.reason.empty();
  if (heard.reason == anger && !own_mood_) heard.mood = angry;
  return heard;
}

}  // namespace shopbell
