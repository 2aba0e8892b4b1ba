// answer: a question looked up in the shop's FAQ. Said only where the gate is sure; otherwise nothing is, and the workflow
// goes on with `answered` false.

#include <shopbell/hearing.h>
#include <shopbell/outcome.h>
#include <shopbell/say.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "question", .doc = "What to look up.", .otherwise = "\"{{ message.text }}\"", .positional = true},
    say_channel,
    say_to,
    say_conversation,
    {.name = "helped",
     .doc = "What to ask behind the answer; empty: nothing.",
     .otherwise = "Did that help? (yes / no)"},
};

Task<Outcome> run(Call call, Services& services) {
  if (!call.args[rest_of_text].is_null()) co_return co_await say(saying_of(call.args), call, services);
  const auto* hearer = dynamic_cast<const Hearer*>(&services);
  if (hearer == nullptr) co_return call_failed("no_faq", "there is no FAQ here");
  Result<Document> found = hearer->look_up(call.args["question"].text_or(""));
  if (!found) co_return call_failed(found.error().code, found.error().message, found.error().hint);
  if (auto* assistant = dynamic_cast<Assistant*>(&services); assistant != nullptr && !found->root()["answered"].boolean_or(false))
    found = co_await assistant->answer_from(std::string(call.args["question"].text_or("")), std::move(*found));
  if (!found->root()["answered"].boolean_or(false)) co_return call_done(std::move(*found));
  Saying saying = saying_of(call.args);
  saying.text = found->root()["text"].text_or("");
  if (const std::string_view helped = call.args["helped"].text_or(""); !helped.empty())
    saying.text += "\n\n" + std::string(helped);
  Outcome outcome = co_await say(std::move(saying), call, services);
  if (outcome.status != Outcome::Status::done) co_return outcome;
  auto arena = std::make_unique<Arena>();
  const Value rest = outcome.output.root()[rest_of_text];
  MapBuilder output(*arena, deep_copy(*arena, found->root()));
  if (!rest.is_null()) output.add(rest_of_text, deep_copy(*arena, rest));
  const Value made = output.build();
  outcome.output = Document(std::move(arena), made);
  co_return outcome;
}

}  // namespace

extern const Action answer{
    .name = "answer",
    .summary = "Answers a question from the shop's FAQ (faq/*.md), or says nothing when none fits.",
    .params = params,
    .output = "a map: answered, text, source, question, confidence, candidates, model",
    .reaches_customer = true,
    .speaks = true,
    .run = run,
    .destination = said_to,
    .dedupes = says_once,
};

}  // namespace shopbell::actions
