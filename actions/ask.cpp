// ask: says a question. What is taken for its answer, how often it is asked and what happens when none comes stands in the step:
// core/ask.h.

#include <shopbell/outcome.h>
#include <shopbell/say.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "text", .doc = "The question.", .required = true, .positional = true},
    {.name = "buttons", .type = ParamType::texts, .doc = "What the customer may tap instead of writing."},
    say_channel,
    say_to,
    say_conversation,
    say_template,
};

Task<Outcome> run(Call call, Services& services) {
  const Saying saying = saying_of(call.args);
  Outcome outcome = co_await say(saying, call, services);
  if (outcome.status != Outcome::Status::done) co_return outcome;
  auto arena = std::make_unique<Arena>();
  const Value rest = outcome.output.root()[rest_of_text];
  MapBuilder output(*arena);
  output.add("channel", arena->copy(saying.channel)).add("to", arena->copy(saying.to));
  output.add("conversation", arena->copy(saying.conversation)).add("text", arena->copy(saying.text));
  if (!rest.is_null()) output.add(rest_of_text, deep_copy(*arena, rest));
  const Value asked = output.build();
  outcome.output = Document(std::move(arena), asked);
  co_return outcome;
}

}  // namespace

extern const Action ask{
    .name = "ask",
    .summary = "Asks the customer a question, with buttons or for free text, and waits for the answer.",
    .params = params,
    .output = "a map: value, button, valid, timed_out, tries, question",
    .reaches_customer = true,
    .speaks = true,
    .run = run,
    .destination = said_to,
    .dedupes = says_once,
};

}  // namespace shopbell::actions
