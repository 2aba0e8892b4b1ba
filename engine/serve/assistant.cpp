#include "serve/assistant.h"

#include "core/conversation.h"
#include "hear/ear.h"

#include <algorithm>

namespace shopbell {
namespace {

std::span<const Value> items_of(const Value& list) { return list.is(Kind::list) ? list.items() : std::span<const Value>{}; }

std::string name_of(std::string_view model) { return "assist-" + std::string(model); }

/// A map with some of its members others.
template <class Change>
Document changed(const Document& before, Change change) {
  auto arena = std::make_unique<Arena>();
  MapBuilder map(*arena, deep_copy(*arena, before.root()));
  change(map, *arena);
  const Value made = map.build();
  return Document(std::move(arena), made);
}

}  // namespace

bool is_open(const Value& heard) {
  const bool settled = items_of(heard["intents"]).size() == 1 && heard["intent"].text_or({}) != other_intent;
  return !settled && !heard["to_person"].boolean_or(false);
}

AssistAsk intent_ask(std::string_view text, const Value& heard, std::span<const std::string> known) {
  AssistAsk ask;
  ask.what = AssistAsk::What::intent;
  ask.passages.push_back({"said", std::string(cut_text(text, assist_passage_bytes_max)), true});
  for (const Value& intent : items_of(heard["intents"])) ask.intents.emplace_back(intent.text_or({}));
  if (ask.intents.size() <= 1) ask.intents.assign(known.begin(), known.end());
  if (std::find(ask.intents.begin(), ask.intents.end(), other_intent) == ask.intents.end()) ask.intents.emplace_back(other_intent);
  return ask;
}

Document with_intent(const Document& heard, const Sorted& sorted, std::string_view model) {
  return changed(heard, [&](MapBuilder& map, Arena& arena) {
    if (!sorted.sure) return;
    const Value intent = arena.copy(sorted.intent);
    map.add("intent", intent).add("intents", make_list(arena, std::span(&intent, 1))).add("model", arena.copy(name_of(model)));
  });
}

AssistAsk answer_ask(std::string_view question, const Value& found, std::string shop, std::string language) {
  AssistAsk ask{AssistAsk::What::answer, std::move(shop), std::move(language), {}};
  for (const Value& near : items_of(found["candidates"]))
    ask.passages.push_back({std::string(near["source"].text_or({})),
                            std::string(cut_text(std::string(near["question"].text_or({})).append("\n").append(near["text"].text_or({})), assist_passage_bytes_max))});
  if (!ask.passages.empty()) ask.passages.push_back({"said", std::string(cut_text(question, assist_passage_bytes_max)), true});
  return ask;
}

Document with_answer(const Document& found, const Drafted& drafted, std::string_view model) {
  return changed(found, [&](MapBuilder& map, Arena& arena) {
    Value source, question;
    for (const Value& near : items_of(found.root()["candidates"])) {
      if (std::find(drafted.sources.begin(), drafted.sources.end(), near["source"].text_or({})) == drafted.sources.end()) continue;
      source = deep_copy(arena, near["source"]), question = deep_copy(arena, near["question"]);
      break;
    }
    map.add("answered", Value(true)).add("text", arena.copy(drafted.text)).add("source", source).add("question", question);
    map.add("model", arena.copy(name_of(model)));
  });
}

}  // namespace shopbell
