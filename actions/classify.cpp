// classify: what a message is about, by the shop's model. A call, although nothing leaves the machine: what it answered is
// kept with the run, so that a later model cannot change what was decided on it.

#include <shopbell/action.h>
#include <shopbell/hearing.h>
#include <shopbell/outcome.h>
#include <shopbell/text.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "intents",
     .type = ParamType::texts,
     .doc = "The intents of interest; any other is `other`. Without it: all that the model knows.",
     .positional = true},
    {.name = "text", .doc = "What to read.", .otherwise = "\"{{ message.text }}\""},
    {.name = "coverage",
     .type = ParamType::number,
     .doc = "How often the right intent is to be among `intents` of the output.",
     .otherwise = "0.9"},
    {.name = "queue",
     .doc = "Where a customer who needs a person goes when the workflow answers without a handoff.",
     .otherwise = "care"},
};

Task<Outcome> run(Call call, Services& services) {
  std::vector<std::string> intents;
  if (call.args["intents"].is(Kind::list))
    for (const Value& intent : call.args["intents"].items())
      if (const std::string_view name = trimmed(intent.text_or("")); !name.empty()) intents.emplace_back(name);
  const auto* hearer = dynamic_cast<const Hearer*>(&services);
  if (hearer == nullptr) co_return call_failed("no_model", "there is no model here that could read a message");
  Result<Document> heard = hearer->classify(call.args["text"].text_or(""), intents, call.args["coverage"].number_or(0.9));
  if (!heard) co_return call_failed(heard.error().code, heard.error().message, heard.error().hint);
  if (auto* assistant = dynamic_cast<Assistant*>(&services))
    heard = co_await assistant->settle_intent(std::string(call.args["text"].text_or("")), std::move(intents), std::move(*heard));
  auto arena = std::make_unique<Arena>();
  const Value output =
      MapBuilder(*arena, deep_copy(*arena, heard->root())).add("queue", arena->copy(call.args["queue"].text_or("care"))).build();
  co_return call_done(Document(std::move(arena), output));
}

/// It reaches nobody: reading a message twice is as good as once.
bool dedupes(const Value&, const Value&) { return true; }

}  // namespace

extern const Action classify{
    .name = "classify",
    .summary = "Reads a message: its intent, how sure that is, its mood and language, and whether a person must take it.",
    .params = params,
    .output = "a map: intent, intents, confidence, mood, language, model, mood_model, to_person, reason, queue",
    .run = run,
    .dedupes = dedupes,
};

}  // namespace shopbell::actions
