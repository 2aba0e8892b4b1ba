// handoff: work for a person. The ticket is opened in the commit of the step.

#include <shopbell/action.h>
#include <shopbell/text.h>

namespace shopbell::actions {
namespace {

constexpr std::string_view priorities[] = {"low", "normal", "high", "urgent"};

constexpr Param params[] = {
    {.name = "queue",
     .doc = "The queue whose people take it; a name from `queues` in shopbell.yaml.",
     .required = true,
     .positional = true},
    {.name = "priority",
     .type = ParamType::choice,
     .doc = "How soon somebody should look at it.",
     .otherwise = "normal",
     .choices = priorities},
    {.name = "reason", .doc = "Why this needs a person, in a few words: the ticket's title."},
    {.name = "note", .doc = "What that person should know before he starts."},
};

Result<Effects> decide(const Value& args, Arena& arena) {
  const std::string_view queue = trimmed(args["queue"].text_or(""));
  if (queue.empty()) return fail("no_queue", "handoff was given no queue");
  const std::string_view priority = args["priority"].text_or("normal");
  Effects effects;
  effects.ticket = TicketDraft{.queue = std::string(queue),
                               .priority = std::string(priority),
                               .reason = std::string(trimmed(args["reason"].text_or(""))),
                               .note = std::string(trimmed(args["note"].text_or("")))};
  effects.output = make_map(arena, {{"queue", arena.copy(queue)}, {"priority", arena.copy(priority)}});
  return effects;
}

}  // namespace

extern const Action handoff{
    .name = "handoff",
    .summary = "Opens a ticket for a person, with the conversation so far.",
    .params = params,
    .output = "a map: queue, priority, open, minutes, opens_at",
    .decide = decide,
};

}  // namespace shopbell::actions
