#include "play/answers.h"

#include "teach/lessons.h"

#include <shopbell/text.h>

namespace shopbell::play {

namespace {

// As the built-in ear hears it, whatever model the shop has: a test means the same on every machine.
Value classified(const Value& args, Arena& arena) {
  std::vector<std::string> intents;
  for (const Value& intent : args["intents"].is(Kind::list) ? args["intents"].items() : std::span<const Value>{})
    intents.emplace_back(trimmed(intent.text_or("")));
  const HeardMessage heard = built_in_ear().hear(args["text"].text_or(""), intents, args["coverage"].number_or(default_coverage));
  return MapBuilder(arena, to_value(heard, arena)).add("queue", args["queue"]).build();
}

}  // namespace

Finished done(const CallOrder& order, Arena& arena) {
  Finished finished = ended(order, Outcome::Status::done, {});
  const Value& args = order.call.args;
  const auto text = [&](std::string_view name) { return std::string(trimmed(args[name].text_or(""))); };
  if (order.action == "email") {
    finished.output = make_map(arena, {{"message_id", arena.copy("<" + order.call.key + "@test>")}, {"to", args["to"]}});
    finished.message = SentMessage{"email", text("to"), std::string(args.at_path("template.text").text_or(args["text"].text_or(""))), order.call.key};
  } else if (order.action == "reply" || order.action == "ask") {
    finished.output = make_map(arena, {{"channel", args["channel"]}, {"to", args["to"]}});
    finished.message = SentMessage{text("channel"), text("to"), text("text"), order.call.key, text("conversation")};
  } else if (order.action == "classify") {
    finished.output = classified(args, arena);
  } else if (order.action == "answer") {
    finished.output = make_map(arena, {{"answered", false}, {"text", ""}, {"source", ""}, {"question", ""}, {"confidence", 0.0}});
  } else if (order.action == "http") {
    finished.output = make_map(arena, {{"status", 200}, {"headers", make_map(arena, {})}, {"body", Value()}, {"cut", false}});
  }
  return finished;
}

Finished ended(const CallOrder& order, Outcome::Status status, std::string error) {
  Finished finished;
  finished.run = order.call.run;
  finished.call = order.call.key;
  finished.attempt = static_cast<std::uint32_t>(order.call.attempt);
  finished.status = status;
  if (status != Outcome::Status::done) {
    finished.error.code = "test";
    finished.error.message = std::move(error);
  }
  return finished;
}

}  // namespace shopbell::play
