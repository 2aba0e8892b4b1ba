#include "serve/hearing.h"

#include "load/shop.h"
#include "teach/lessons.h"
#include "teach/promote.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

namespace shopbell {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t candidates_max = 3;  // of an answer, for a person to choose from

/// The shop's own; nothing: it has none, or it cannot be read.
std::optional<Model> own_model(const std::string& folder, const ModelOf& of) {
  const std::string path = model_file_of(folder, of);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return {};
  const Result<std::string> bytes = read_file(path, model_bytes_max);
  Result<Model> model = bytes ? read_model(*bytes) : tl::unexpected(bytes.error());
  if (model) return std::move(*model);
  spdlog::error("{}: {}: the built-in model is used", path, model.error().message);
  return {};
}

std::shared_ptr<const Ear> ear_of(const std::string& folder) {
  std::shared_ptr<const Ear> ear(&built_in_ear(), [](const Ear*) {});
  if (auto intents = own_model(folder, of_intents)) ear = std::make_shared<const Ear>(ear->with_intents(std::move(*intents)));
  if (auto mood = own_model(folder, of_moods)) ear = std::make_shared<const Ear>(ear->with_mood(std::move(*mood)));
  return ear;
}

Faq faq_of(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (auto at = fs::directory_iterator(fs::path(folder) / "faq", ignored); at != fs::directory_iterator(); at.increment(ignored))
    if (at->path().extension() == ".md") files.push_back(at->path().filename().string());
  std::sort(files.begin(), files.end());
  std::vector<FaqEntry> entries;
  for (const std::string& file : files) {
    const Result<std::string> text = read_file((fs::path(folder) / "faq" / file).string(), faq_bytes_max);
    if (!text) {
      spdlog::error("faq/{}: {}", file, text.error().message);
      continue;
    }
    for (FaqEntry& entry : read_faq("faq/" + file, *text)) entries.push_back(std::move(entry));
  }
  if (entries.size() > faq_entries_max) {
    spdlog::error("the FAQ has {} answers; the first {} are used", entries.size(), faq_entries_max);
    entries.resize(faq_entries_max);
  }
  return Faq(std::move(entries));
}

}  // namespace

std::shared_ptr<const Hearing> Hearing::load(const std::string& folder) {
  auto hearing = std::make_shared<Hearing>();
  hearing->ear_ = ear_of(folder);
  hearing->faq_ = faq_of(folder);
  return hearing;
}

Result<Document> Hearing::classify(std::string_view text, std::span<const std::string> intents, double coverage) const {
  for (const std::string& intent : intents)
    if (intent != other_intent && !ear_->intents().find_label(intent))
      return fail("unknown_intent", fmt::format("the model {} knows no intent {}", ear_->intents().name, intent),
                  fmt::format("it knows {}", fmt::join(ear_->intents().labels, ", ")));
  auto arena = std::make_unique<Arena>();
  const Value said = to_value(ear_->hear(text, intents, std::clamp(coverage, 0.0, 1.0)), *arena);
  return Document(std::move(arena), said);
}

Result<Document> Hearing::look_up(std::string_view question) const {
  if (faq_.size() == 0) return fail("no_faq", "the shop has no FAQ", "write questions as headings into faq/NAME.md");
  const FaqFound found = faq_.find(question);
  const FaqGate& gate = ear_->faq_gate();
  const double sure = found.entry == nullptr ? 0 : gate.probability(found.signs);
  const bool answered = found.entry != nullptr && sure >= gate.answers_from;
  auto arena = std::make_unique<Arena>();
  const auto copied = [&](const std::string& t) { return Value(arena->copy(answered ? std::string_view(t) : std::string_view())); };
  static const FaqEntry none;
  const FaqEntry& entry = answered ? *found.entry : none;
  ListBuilder candidates(*arena);
  for (const FaqEntry* near : faq_.near(question, candidates_max))
    candidates.add(make_map(*arena, {{"question", arena->copy(near->questions.empty() ? std::string_view() : near->questions.front())},
                                     {"text", arena->copy(near->text)},
                                     {"source", arena->copy(near->source)}}));
  const Value said = make_map(*arena, {{"candidates", candidates.build()},
                                       {"answered", Value(answered)},
                                       {"text", copied(entry.text)},
                                       {"source", copied(entry.source)},
                                       {"question", copied(found.question)},
                                       {"confidence", Value(sure)}});
  return Document(std::move(arena), said);
}

}  // namespace shopbell
