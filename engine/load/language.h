#pragma once
// Every key of a workflow file: what the loader accepts, and what editors are told about it. The readers
// (workflow.cpp, steps.cpp, tests_form.cpp) refuse what does not stand here; schema.cpp makes the JSON Schema of
// the same tables. Docs are sentences for a merchant.

#include "load/fields.h"

#include <shopbell/time.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace shopbell {

constexpr std::array<std::string_view, 4> modes{"parallel", "single", "restart", "queue"};  // in the order of Mode
constexpr std::array<std::string_view, 2> kinds{"transactional", "marketing"};
constexpr std::array<std::string_view, 2> failure_choices{"fail", "continue"};
constexpr std::array<std::string_view, 3> edits{"pin", "migrate", "cancel"};  // in the order of OnEdit
constexpr std::array<std::string_view, 3> misfires{"once", "skip", "all"};    // in the order of Misfire
constexpr std::array<std::string_view, 6> pers{"customer", "order", "cart", "checkout", "product", "shop"};
/// What `shopbell check` warns of over a whole set of workflows: each has a section in workflows/LINT.md.
constexpr std::array<std::string_view, 8> lint_ids{
    "starts_itself",   "answers_twice", "unreachable_steps",     "nobody_emits",
    "without_consent", "no_way_to_a_person", "longer_than_retention", "every_update"};
constexpr std::array<std::string_view, 3> doubts{"resend_once", "hold", "drop"};  // in the order of InDoubt
constexpr std::int64_t attempts_max = 100;
constexpr std::uint32_t limit_count_max = 1000;

constexpr Key workflow_keys[] = {
    {"workflow", Form::id, "The workflow's id: small letters, digits and -. Without it: the file's name."},
    {"title", Form::text, "What it is for, in a few words: for people."},
    {"description", Form::text, "What it is for, at length: for people."},
    {"enabled", Form::flag, "false: the file is checked, and nothing starts it. Otherwise: true."},
    {"on", Form::starts,
     "What starts it: an event type, a map of event and where, a map of schedule or every, or a list of these; "
     "call: only other workflows do."},
    {"if", Form::cel, "CEL over the event: whether to start. `shopbell why` tells what decided."},
    {"per", Form::per,
     "What runs are counted by: customer, order, cart, checkout, product, shop, or CEL that gives a "
     "text. Without it: the event's subject."},
    {"mode", Form::choice,
     "What a trigger does while a run for the same `per` is open: parallel (another run), single "
     "(it is ignored), restart (the open run ends), queue (it waits). Otherwise: parallel.",
     modes},
    {"stop_on", Form::triggers, "Events that end an open run, written like `on`."},
    {"limit", Form::limit, "At most so many runs in a time, for each `per`: 1 per 7d."},
    {"kind", Form::choice,
     "transactional (what the customer waits for) or marketing: it needs the customer's consent, and "
     "obeys `contact` in shopbell.yaml. Otherwise: transactional.",
     kinds},
    {"recheck", Form::flag,
     "Whether `if` must hold again after a wait, before anything reaches the customer. Otherwise: true."},
    {"hours", Form::id,
     "One of `hours` in shopbell.yaml: steps that reach the customer wait until it opens."},
    {"collect", Form::collect,
     "Triggers that come close together start one run, which sees them all as `events`."},
    {"on_edit", Form::choice,
     "What an edit of this file does to runs that wait: pin (they finish on their version), migrate (they "
     "go on at the step of the same id), cancel. Otherwise: pin.",
     edits},
    {"on_error", Form::steps,
     "Steps to do when a step has failed for good; they read error.message, error.step, error.code."},
    {"vars", Form::expressions, "Names and CEL, computed once at the start, in order. Steps read vars.NAME."},
    {"steps", Form::steps, "What to do, one step after the other."},
    {"silence", Form::choices, "Warnings of `shopbell check` that do not apply here, by id: workflows/LINT.md.", lint_ids},
    {"tests", Form::tests, "Stories of the workflow: events that are given, actions that are expected."}};
constexpr std::array<std::string_view, 2> workflow_required{"on", "steps"};

constexpr Key trigger_keys[] = {{"event", Form::event, "An event type: order.placed."},
                                {"where", Form::cel, "CEL over that event: whether it counts."}};
/// What may stand in `on` in place of an event.
constexpr Key schedule_keys[] = {
    {"schedule", Form::text,
     "When to start, as cron says it: \"0 9 * * MON\" is each Monday at 9:00. Once per local date, also "
     "when the clock changes."},
    {"every", Form::duration, "How often to start: 15m."},
    {"timezone", Form::text, "The zone of the schedule: Europe/Madrid. Otherwise: the shop's."},
    {"misfire", Form::choice,
     "What becomes of fires that were missed: once (one for all of them), skip, all. Otherwise: once.",
     misfires}};
constexpr Key collect_keys[] = {
    {"quiet", Form::duration, "Until none has come for so long."},
    {"max", Form::duration, "At most for so long. Otherwise: ten times `quiet`."}};

/// The verbs of steps that are no actions.
constexpr Key control_verbs[] = {
    {"if", Form::cel,
     "CEL. Beside then: which steps to do. Beside another verb: skip the step unless it holds."},
    {"choose", Form::cases, "A list of if and do, perhaps else at its end: the first that holds is done."},
    {"set", Form::values, "Names and CEL: changes or adds variables. Steps read vars.NAME."},
    {"wait", Form::wait,
     "A duration (1h30m), an instant (2026-12-24T18:00:00Z), or CEL that gives one: "
     "order.placed_at + duration(\"24h\")."},
    {"emit", Form::emit,
     "An event of the shop's own, which may start other workflows: loyalty.reached, or a map of "
     "type and data."},
    {"stop", Form::reason, "Ends the run; a reason in Liquid, or nothing."},
    {"fail", Form::reason, "Makes the run fail; a reason in Liquid."},
    {"wait_for", Form::wait_for,
     "Waits for an event of the same subject, also one that has come since the trigger. As its output: "
     "timed_out, and event."},
    {"for_each", Form::for_each, "Does steps for each element of a list, one after the other."},
    {"parallel", Form::parallel,
     "Lists of steps that are done at the same time; goes on when all are done, or any."},
    {"call", Form::call,
     "Does another workflow as a part of this run: its id, or a map of workflow and with."},
    {"lookup", Form::lookup,
     "Finds an order of anybody by its number and a second proof, the e-mail address or telephone number of the order: a map of "
     "number and proof. As its output: found, limited, order."}};
/// What belongs to the verb `if`.
constexpr Key branch_keys[] = {{"then", Form::steps, "The steps to do when `if` holds."},
                               {"else", Form::steps, "The steps to do when `if` does not hold."}};
/// What stands beside any verb.
constexpr Key step_keys[] = {{"id", Form::step_id, "A name for notes, and for the output: steps.ID."}};
/// What stands beside an action.
constexpr Key action_keys[] = {
    {"as", Form::name, "A name for the output, which later steps read."},
    {"timeout", Form::duration,
     "How long one attempt of an action may take, up to 1h (otherwise: 30s); how long `parallel` or "
     "`call` may take."},
    {"retry", Form::retry, "How often and when a failed attempt is made again."},
    {"in_doubt", Form::choice,
     "When nobody knows whether a call was done (the connection broke behind its last byte, or the server died): "
     "resend_once, with the same key; hold (the run fails, and waits for a person); drop (the run goes on). "
     "Otherwise: resend_once.",
     doubts},
    {"on_error", Form::on_error,
     "When it has failed for good: fail (the run fails), continue, or a list of steps. Otherwise: fail.",
     failure_choices}};
/// Whether a verb that is no action takes one of action_keys.
constexpr bool takes(std::string_view verb, std::string_view modifier) {
  if (verb == "wait_for" || verb == "lookup") return modifier == "as";
  return (verb == "call" || verb == "parallel") && modifier != "retry" && modifier != "in_doubt";
}
constexpr Key wait_keys[] = {
    {"until", Form::text, "One of `hours` in shopbell.yaml: until it opens, as in: until: business hours."}};
constexpr Key wait_for_keys[] = {
    {"event", Form::events, "An event type, or a list of them."},
    {"where", Form::cel,
     "CEL over that event and the run's names, with `trigger`: trigger.order.id == order.id."},
    {"timeout", Form::duration, "How long to wait. Otherwise: as long as it takes."}};
constexpr Key for_each_keys[] = {{"in", Form::cel, "CEL that gives a list of at most 1000 elements."},
                                 {"as", Form::name, "The element's name. Otherwise: item."},
                                 {"do", Form::steps, "The steps to do for each."}};
constexpr Key parallel_keys[] = {
    {"all", Form::branches, "Lists of steps; goes on when all are done."},
    {"any", Form::branches, "Lists of steps; goes on when one is done, and ends the others."}};
constexpr Key call_keys[] = {
    {"workflow", Form::id, "The id of a workflow of the shop."},
    {"with", Form::values, "Names and CEL: the `vars` of that workflow that are given."}};
constexpr Key lookup_keys[] = {{"number", Form::text, "The order's number, as the customer writes it."},
                               {"proof", Form::text, "The e-mail address or telephone number that the order was made with."}};
/// What an `ask` has beside the parameters of its question.
constexpr Key ask_keys[] = {
    {"valid", Form::cel, "CEL over `answer`: whether a free text is an answer to it."},
    {"free", Form::flag, "Whether something else than one of the buttons is an answer, too. Otherwise: only where there are none."},
    {"retries", Form::attempts, "How often it is asked again after something that is no answer, up to 5. Otherwise: 1."},
    {"again", Form::text, "What is said then. Otherwise: the question."},
    {"wait", Form::duration, "How long the answer is waited for. Otherwise: 1d."},
    {"on_timeout", Form::steps, "Steps to do when none has come; behind them the run goes on. Otherwise: it just goes on."}};
constexpr Key retry_keys[] = {{"attempts", Form::attempts, "How often in all, from 1 to 100. Otherwise: 8."},
                              {"backoff", Form::duration, "Before the second attempt; then twice as long each. Otherwise: 2s."},
                              {"max_backoff", Form::duration, "The longest time between two attempts. Otherwise: 15m."}};
constexpr Key emit_keys[] = {{"type", Form::own_event, "Two words in small letters with a dot: loyalty.reached."},
                             {"data", Form::values, "The event's nouns, in CEL: { order: order }."}};
constexpr Key case_keys[] = {{"if", Form::cel, "CEL: whether this case is the one."},
                             {"do", Form::steps, "The steps of this case."},
                             {"else", Form::steps, "The steps when no case holds; it stands alone, as the last one."}};
constexpr Key test_keys[] = {
    {"name", Form::text, "What is shown, in a sentence."},
    {"at", Form::instant, "When it begins. Otherwise: 2026-01-15T11:00:00Z, a Thursday."},
    {"with", Form::ids, "Other workflows that take part. Otherwise: this one, those that it calls, and those that these call."},
    {"respond", Form::respond, "What comes of calls: by action, or by the id of a step, an answer or a list of them, one for each attempt."},
    {"given", Form::given, "Events and, between them, `after` and a duration."},
    {"expect", Form::expected, "The actions that are done, in order; [] for none."}};
constexpr std::array<std::string_view, 3> test_required{"name", "given", "expect"};
/// A *.test.yaml beside the workflows.
constexpr Key test_file_keys[] = {
    {"workflows", Form::ids, "The workflows that take part. Otherwise: all of the shop."},
    {"tests", Form::tests, "Stories of them."}};
/// What may stand beside an event that is given.
constexpr Key given_keys[] = {
    {"id", Form::text, "The event's id; the same one twice is the same event. Otherwise: one of its own."},
    {"subject", Form::text, "Whom it is about: customer:7. Otherwise: what its data says."},
    {"ago", Form::duration, "How long before now it happened: it comes late."}};
/// An answer that is no single word.
constexpr std::array<std::string_view, 4> answers{"done", "retry", "failed", "unknown"};  // in the order of Outcome::Status
constexpr Key answer_keys[] = {
    {"status", Form::choice, "done; retry: it failed and may be tried again; failed: for good; unknown: in doubt. Otherwise: done.",
     answers},
    {"output", Form::any, "What `as` names."},
    {"error", Form::text, "Why it failed."},
    {"takes", Form::duration, "How long it takes. Otherwise: no time."}};
/// Verbs that `expect` may name beside actions.
constexpr std::array<std::string_view, 5> expected_verbs{"stop", "fail", "wait", "emit", "done"};
/// How an expected text may be told without being written out.
constexpr std::array<std::string_view, 2> text_matchers{"contains", "matches"};

}  // namespace shopbell
