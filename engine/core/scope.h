#pragma once
// What expressions and templates see: one map. The event's nouns (without raw) and each `as` name stand at
// top level; then the engine's own names, which win: event, customer, shop, vars, steps, now.

#include "core/turn.h"

namespace shopbell {

/// The shop as expressions see it; views into `shop`.
Value shop_value(const ShopFacts& shop, Arena& arena);

/// The subject's live profile over what the event said of the customer: what the profile knows wins.
/// `forwarded` is the profile that came with the event when the subject is not the event's own.
Value customer_of(const Turn& turn, const Event& event, const Value& forwarded);

/// The scope of a trigger's conditions: vars and steps are empty maps.
Value event_scope(const Turn& turn, const Event& event, const Value& forwarded);
/// An event as data: its nouns without raw, and id, type, time, source, subject.
Value nouns_of(Arena& arena, const Event& event);

/// The scope of wait_for's `where`: the nouns of the event that has come, the run's own names, and `trigger`.
Value awaited_scope(const Turn& turn, const Run& run, const Workflow& workflow, const Event& event);
/// The scope of a run's steps. With `error` after a failure, and `events` of `collect`.
Value run_scope(const Turn& turn, const Run& run, const Workflow& workflow);

}  // namespace shopbell
