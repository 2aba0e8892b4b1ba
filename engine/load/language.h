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
constexpr std::int64_t attempts_max = 100;
constexpr std::uint32_t limit_count_max = 1000;

constexpr Key workflow_keys[] = {
    {"workflow", Form::id, "The workflow's id: small letters, digits and -. Without it: the file's name."},
    {"title", Form::text, "What it is for, in a few words: for people."},
    {"description", Form::text, "What it is for, at length: for people."},
    {"enabled", Form::flag, "false: the file is checked, and nothing starts it. Otherwise: true."},
    {"on", Form::triggers, "The event type that starts it, or a list of them; each may be a map of event and where."},
    {"if", Form::cel, "CEL over the event: whether to start. `shopbell why` tells what decided."},
    {"per", Form::per, "What runs are counted by: customer, order, cart, checkout, product, shop, or CEL that gives a "
                       "text. Without it: the event's subject."},
    {"mode", Form::choice, "What a trigger does while a run for the same `per` is open: parallel (another run), single "
                           "(it is ignored), restart (the open run ends), queue (it waits). Otherwise: parallel.", modes},
    {"stop_on", Form::triggers, "Events that end an open run, written like `on`."},
    {"limit", Form::limit, "At most so many runs in a time, for each `per`: 1 per 7d."},
    {"kind", Form::choice, "transactional (what the customer waits for) or marketing. Otherwise: transactional.", kinds},
    {"vars", Form::expressions, "Names and CEL, computed once at the start, in order. Steps read vars.NAME."},
    {"steps", Form::steps, "What to do, one step after the other."},
    {"tests", Form::tests, "Stories of the workflow: events that are given, actions that are expected."},
    later_key("schedule"),
    later_key("every"),
    later_key("timezone"),
    later_key("recheck"),
    later_key("collect"),
    later_key("on_edit"),
    later_key("hours"),
    later_key("on_error")};
constexpr std::array<std::string_view, 2> workflow_required{"on", "steps"};

constexpr Key trigger_keys[] = {{"event", Form::event, "An event type: order.placed."},
                                {"where", Form::cel, "CEL over that event: whether it counts."},
                                later_key("schedule"),
                                later_key("timezone"),
                                later_key("every")};

/// The verbs of steps that are no actions.
constexpr Key control_verbs[] = {
    {"if", Form::cel, "CEL. Beside then: which steps to do. Beside another verb: skip the step unless it holds."},
    {"choose", Form::cases, "A list of if and do, perhaps else at its end: the first that holds is done."},
    {"set", Form::values, "Names and CEL: changes or adds variables. Steps read vars.NAME."},
    {"wait", Form::wait, "A duration (1h30m), an instant (2026-12-24T18:00:00Z), or CEL that gives one: "
                         "order.placed_at + duration(\"24h\")."},
    {"emit", Form::emit, "An event of the shop's own, which may start other workflows: loyalty.reached, or a map of "
                         "type and data."},
    {"stop", Form::reason, "Ends the run; a reason in Liquid, or nothing."},
    {"fail", Form::reason, "Makes the run fail; a reason in Liquid."},
    later_key("wait_for"),
    later_key("for_each"),
    later_key("parallel"),
    later_key("call"),
    later_key("ask"),
    later_key("answer"),
    later_key("classify"),
    later_key("collect")};
/// What belongs to the verb `if`.
constexpr Key branch_keys[] = {{"then", Form::steps, "The steps to do when `if` holds."},
                               {"else", Form::steps, "The steps to do when `if` does not hold."}};
/// What stands beside any verb.
constexpr Key step_keys[] = {{"id", Form::id, "A name for notes, and for the output: steps.ID."}};
/// What stands beside an action.
constexpr Key action_keys[] = {
    {"as", Form::name, "A name for the action's output, which later steps read."},
    {"timeout", Form::duration, "How long one attempt may take, up to 1h. Otherwise: 30s."},
    {"retry", Form::retry, "How often and when a failed attempt is made again."},
    {"on_error", Form::choice, "When it has failed for good: fail (the run fails) or continue. Otherwise: fail.",
     failure_choices}};
constexpr Key retry_keys[] = {{"attempts", Form::attempts, "How often in all, from 1 to 100. Otherwise: 8."},
                              {"backoff", Form::duration, "Before the second attempt; then twice as long each. Otherwise: 2s."},
                              {"max_backoff", Form::duration, "The longest time between two attempts. Otherwise: 15m."}};
constexpr Key emit_keys[] = {{"type", Form::own_event, "Two words in small letters with a dot: loyalty.reached."},
                             {"data", Form::values, "The event's nouns, in CEL: { order: order }."}};
constexpr Key case_keys[] = {{"if", Form::cel, "CEL: whether this case is the one."},
                             {"do", Form::steps, "The steps of this case."},
                             {"else", Form::steps, "The steps when no case holds; it stands alone, as the last one."}};
constexpr Key test_keys[] = {{"name", Form::text, "What is shown, in a sentence."},
                             {"at", Form::instant, "When it begins. Otherwise: whenever the test runs."},
                             {"given", Form::given, "Events and, between them, `after` and a duration."},
                             {"expect", Form::expected, "The actions that are done, in order; [] for none."}};
constexpr std::array<std::string_view, 3> test_required{"name", "given", "expect"};
/// Verbs that `expect` may name beside actions.
constexpr std::array<std::string_view, 4> expected_verbs{"stop", "fail", "wait", "emit"};

}  // namespace shopbell
