#include "core/inquiry.h"

#include "base/hash.h"
#include "core/contact.h"
#include "core/conversations.h"
#include "core/effects.h"
#include "core/identity.h"
#include "core/profile_draft.h"
#include "core/promise.h"
#include "core/runs.h"
#include "core/step.h"
#include "core/thread.h"

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::string_view failed_lookups = "lookup failed";  // a counter; with a space, which no workflow's id has
constexpr std::size_t phone_digits_min = 9;                   // of a number without its country's code

std::string lower(std::string_view text) {
  std::string made(trimmed(text));
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

std::string digits_of(std::string_view text) {
  std::string made;
  std::copy_if(text.begin(), text.end(), std::back_inserter(made), [](char c) { return c >= '0' && c <= '9'; });
  return made;
}

std::vector<Time>& failures(Turn& turn) {
  auto& counters = turn.subject.counters;
  auto found = std::find_if(counters.begin(), counters.end(), [](const Counter& c) { return c.workflow == failed_lookups; });
  if (found == counters.end()) found = counters.insert(counters.end(), {std::string(failed_lookups), {}});
  std::erase_if(found->times, [&](Time at) { return at <= turn.at - lookups_per; });
  return found->times;
}

std::size_t failures_of(const Turn& turn) {
  for (const Counter& c : turn.subject.counters)
    if (c.workflow == failed_lookups)
      return static_cast<std::size_t>(std::count_if(c.times.begin(), c.times.end(), [&](Time at) { return at > turn.at - lookups_per; }));
  return 0;
}

void count_failure(Turn& turn) {
  failures(turn).push_back(turn.at);
  turn.made.subject_changed = true;
}

bool proves(const Value& order, std::string_view proof) {
  const std::string address = lower(order["email"].text_or({}));
  if (!address.empty() && address == lower(proof)) return true;
  const std::string kept = digits_of(order["phone"].text_or({})), given = digits_of(proof);
  if (proof.find('@') != std::string_view::npos || given.size() < phone_digits_min || kept.size() < phone_digits_min) return false;
  return kept.ends_with(given) || given.ends_with(kept);
}

Value shown(const Value& order, Arena& arena) {
  MapBuilder made(arena);
  for (const Member& m : order.members())
    if (m.key.text_or({}) != "email" && m.key.text_or({}) != "phone") made.add(m.key, m.value);
  return made.build();
}

Value find_order(Turn& turn, const Value& inquiry) {
  const auto orders = items_of(turn.subject.orders);
  Value order;
  const bool limited = failures_of(turn) >= 2 * lookups_failed_max;
  for (const Value& o : orders)
    if (!limited && proves(o, inquiry["proof"].text_or({}))) order = shown(o, turn.arena);
  if (order.is_null() && !orders.empty() && !limited) count_failure(turn);
  return make_map(turn.arena, {{"found", Value(!order.is_null())}, {"limited", Value(false)}, {"order", order}});
}

void set_granted(Turn& turn, std::span<const Value> granted) {
  const std::size_t over = granted.size() > granted_max ? granted.size() - granted_max : 0;
  turn.subject.conversations = MapBuilder(turn.arena, turn.subject.conversations)
                                   .add("granted", make_list(turn.arena, granted.subspan(over))).build();
  turn.made.subject_changed = true;
}

/// Whether a run of another subject may speak into a conversation here.
Value grant(Turn& turn, const Value& inquiry) {
  const std::string_view id = inquiry["conversation"].text_or({});
  const std::string why = overtaken(turn.subject, id, epoch_of(turn.subject));
  if (why.empty() && !find_conversation(turn.subject, id).is_null()) {
    std::vector<Value> granted(items_of(turn.subject.conversations["granted"]).begin(), items_of(turn.subject.conversations["granted"]).end());
    granted.push_back(make_map(turn.arena, {{"conversation", inquiry["conversation"]}, {"run", inquiry["run"]}, {"about", inquiry["about"]}}));
    set_granted(turn, granted);
  }
  return make_map(turn.arena, {{"why", turn.arena.copy(why)}, {"thread", thread_of(turn.subject, id, turn.arena)}});
}

Run* find_run(Turn& turn, std::string_view id) {
  for (Run& run : turn.subject.runs)
    if (run.id == id) return &run;
  return nullptr;
}

}  // namespace

void tell_inquiry(Turn& turn, std::string_view to, std::string_view type, std::string_view cause, const Value& inquiry) {
  Event event;
  event.id = turn.arena.copy(id_of({type, cause, turn.subject.id}));
  event.source = "shopbell";
  event.type = type;
  event.subject = turn.arena.copy(to);
  event.at = turn.at;
  event.data = make_map(turn.arena, {{"inquiry", inquiry}});
  turn.made.following.push_back({std::string(to), {event, 1, {}, {}}});
}

bool inquire(Turn& turn, const Run& run, const Instruction& step, std::string_view of, const Value& data) {
  MapBuilder inquiry(turn.arena, data);
  inquiry.add("run", turn.arena.copy(run.id)).add("about", turn.arena.copy(turn.subject.id));
  tell_inquiry(turn, of, inquiry_asked, cause_of(run, step), inquiry.build());
  return true;
}

void take_inquiry(Turn& turn, const Event& event) {
  const Value inquiry = event.data["inquiry"];
  const std::string_view kind = inquiry["kind"].text_or({});
  if (kind == "waited") return keep_wait(turn, Millis{inquiry["ms"].integer_or(0)});
  Value output;
  if (kind == "order") output = find_order(turn, inquiry);
  if (kind == "promise") output = promise_of(turn, inquiry["queue"].text_or({}));
  if (kind == "speak") output = grant(turn, inquiry);
  tell_inquiry(turn, inquiry["about"].text_or({}), inquiry_answered, event.id, make_map(turn.arena, {{"run", inquiry["run"]}, {"output", output}}));
}

void take_inquiry_answered(Turn& turn, const Event& event) {
  const Value inquiry = event.data["inquiry"];
  const std::string id(inquiry["run"].text_or({}));
  Run* run = find_run(turn, id);
  if (run == nullptr || run->status != RunStatus::waiting || run->flow.collecting || run->flow.clock) return;
  take_told(turn, *run, inquiry["output"]);
  settle(turn, id);
}

void take_inquiry_withdrawn(Turn& turn, const Event& event) {
  const Value inquiry = event.data["inquiry"];
  const std::string id(inquiry["run"].text_or({}));
  Run* run = find_run(turn, id);
  const Workflow* workflow = run == nullptr ? nullptr : turn.workflows.version(run->version);
  if (workflow == nullptr || run->status != RunStatus::calling || run->at >= workflow->program.size()) return;
  const Instruction& step = workflow->program[run->at];
  if (step.action == nullptr || !step.action->speaks) return;
  leave_overtaken(turn, *run, std::string(inquiry["why"].text_or({})));
  settle(turn, id);
}

bool too_many_lookups(const Turn& turn) { return failures_of(turn) >= lookups_failed_max; }

void count_lookup(Turn& turn, const Value& output) {
  if (!output["found"].boolean_or(false)) count_failure(turn);
}

void withdraw(Turn& turn, std::string_view conversation, const std::string& why) {
  const auto granted = items_of(turn.subject.conversations["granted"]);
  std::vector<Value> left;
  for (const Value& g : granted) {
    if (g["conversation"].text_or({}) != conversation) {
      left.push_back(g);
      continue;
    }
    tell_inquiry(turn, g["about"].text_or({}), inquiry_withdrawn, std::string(g["run"].text_or({})) + std::to_string(epoch_of(turn.subject)),
         make_map(turn.arena, {{"run", g["run"]}, {"why", turn.arena.copy(why)}}));
  }
  if (left.size() != granted.size()) set_granted(turn, left);
}

void give_back_grant(Turn& turn, std::string_view run) {
  const auto granted = items_of(turn.subject.conversations["granted"]);
  std::vector<Value> left(granted.begin(), granted.end());
  std::erase_if(left, [&](const Value& g) { return g["run"].text_or({}) == run; });
  if (left.size() != granted.size()) set_granted(turn, left);
}

}  // namespace shopbell
