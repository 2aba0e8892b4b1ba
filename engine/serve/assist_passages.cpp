#include "serve/assist_passages.h"

#include "base/json.h"
#include "core/conversation.h"
#include "serve/conversations.h"
#include "serve/customers.h"

namespace shopbell {
namespace {

constexpr std::size_t said_max = 30;

void add(std::vector<Passage>& to, std::string id, std::string_view text, bool by_customer = false) {
  if (!text.empty()) to.push_back({std::move(id), std::string(cut_text(text, assist_passage_bytes_max)), by_customer});
}

}  // namespace

Result<std::vector<Passage>> passages_of(Reader& reader, const ConversationRow& row, const Hearer* hearer) {
  Arena arena;
  const auto view = conversation_view(reader, row, arena);
  if (!view) return tl::unexpected(view.error());
  std::vector<Passage> passages;
  const auto said = (*view)["messages"].items();
  std::string asked;
  for (std::size_t i = said.size() > said_max ? said.size() - said_max : 0; i < said.size(); ++i) {
    const std::string from(said[i]["from"].text_or({})), text(said[i]["text"].text_or({}));
    add(passages, "said:" + std::to_string(i + 1), from + ": " + text, from == "customer");
    if (from == "customer") asked = text;
  }
  if (const auto customer = find_customer(reader, row.subject, arena); customer && *customer) {
    if (const std::string name((*customer)->profile["first_name"].text_or({})); !name.empty()) add(passages, "customer", "first name: " + name);
    if (!(*customer)->orders.is_null()) add(passages, "orders", to_json((*customer)->orders));
  }
  const auto found = hearer == nullptr || asked.empty() ? Result<Document>() : hearer->look_up(asked);
  const Value near = found ? found->root()["candidates"] : Value();
  for (const Value& entry : near.is(Kind::list) ? near.items() : std::span<const Value>{})
    add(passages, std::string(entry["source"].text_or({})), std::string(entry["question"].text_or({})) + "\n" + std::string(entry["text"].text_or({})));
  return passages;
}

void ask_for_draft(Reader& reader, const ConversationRow& row, AssistAsk::What what, const Drafts& drafts, Assist::Done done) {
  if (drafts.assist == nullptr) return done(fail("assist_off", "no language model is configured: `assist` in shopbell.yaml"));
  const auto hearer = drafts.hearer ? drafts.hearer() : nullptr;
  auto passages = passages_of(reader, row, hearer.get());
  if (!passages) return done(tl::unexpected(passages.error()));
  drafts.assist->ask(row.id, {what, drafts.shop, drafts.language, std::move(*passages)}, std::move(done));
}

Value to_value(const Drafted& drafted, Arena& arena) {
  ListBuilder sources(arena);
  for (const std::string& source : drafted.sources) sources.add(arena.copy(source));
  return make_map(arena, {{"text", arena.copy(drafted.text)}, {"sources", sources.build()}});
}

int draft_status(std::string_view code) {
  static const std::map<std::string_view, int> statuses{{"assist_off", 404}, {"spent", 429}, {"quota", 429}, {"slow", 503}, {"unreachable", 503}, {"resting", 503}, {"broken", 503}, {"bad_key", 503}};
  const auto status = statuses.find(code);
  return status == statuses.end() ? 502 : status->second;
}

}  // namespace shopbell
