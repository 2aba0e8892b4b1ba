// An ear as bytes: three models and two lists of texts, each with its length before it.

#include "hear/ear.h"

#include <cstring>

namespace shopbell {
namespace {

constexpr std::string_view magic = "SHOPBELL EAR 1\n";

void put(std::string& to, std::string_view part) {
  const std::uint64_t size = part.size();
  to.append(reinterpret_cast<const char*>(&size), sizeof size);
  to += part;
}

bool take(std::string_view& from, std::string_view& part) {
  std::uint64_t size = 0;
  if (from.size() < sizeof size) return false;
  std::memcpy(&size, from.data(), sizeof size);
  from.remove_prefix(sizeof size);
  if (from.size() < size) return false;
  part = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

std::string texts(const std::vector<Example>& examples) {
  std::string bytes;
  for (const Example& example : examples) put(bytes, example.label), put(bytes, example.text);
  return bytes;
}

bool read_texts(std::string_view bytes, std::vector<Example>& examples) {
  while (!bytes.empty()) {
    std::string_view label, text;
    if (!take(bytes, label) || !take(bytes, text)) return false;
    examples.push_back({std::string(text), std::string(label)});
  }
  return true;
}

}  // namespace

std::string Ear::write() const {
  std::string bytes(magic);
  for (const Model* model : {&intents_, &mood_, &person_}) put(bytes, write_model(*model));
  put(bytes, texts(phrases_));
  put(bytes, texts(language_texts_));
  put(bytes, {reinterpret_cast<const char*>(&faq_gate_), sizeof faq_gate_});
  return bytes;
}

Result<Ear> Ear::read(std::string_view bytes) {
  if (!bytes.starts_with(magic)) return fail("not_an_ear", "this is no file of an ear, or one of another version");
  bytes.remove_prefix(magic.size());
  Ear ear;
  for (Model* model : {&ear.intents_, &ear.mood_, &ear.person_}) {
    std::string_view part;
    if (!take(bytes, part)) return fail("ear_broken", "the file of the ear ends too early");
    auto read = read_model(part);
    if (!read) return tl::unexpected(read.error());
    *model = std::move(*read);
  }
  std::string_view phrase_bytes, language_bytes, gate;
  std::vector<Example> phrases, languages;
  if (!take(bytes, phrase_bytes) || !take(bytes, language_bytes) || !take(bytes, gate) || !bytes.empty() ||
      gate.size() != sizeof ear.faq_gate_ || !read_texts(phrase_bytes, phrases) ||
      !read_texts(language_bytes, languages))
    return fail("ear_broken", "the file of the ear ends too early");
  std::memcpy(&ear.faq_gate_, gate.data(), gate.size());
  ear.learn_texts(std::move(phrases), std::move(languages));
  return ear;
}

}  // namespace shopbell
