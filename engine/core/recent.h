#pragma once
// What a subject remembers of its events, so that a run may look back: an event counts by its own time,
// whether it came before or after the run did. Only types that some workflow stops on or waits for are kept:
// all with their nouns where a condition may read them, else the newest one's time. They are kept for
// recent_kept, and as long as an open run that listens began before them. A list of {type, at, came, id,
// source, data}, oldest arrival first; at, came: milliseconds.

#include "core/turn.h"

#include <optional>

namespace shopbell {

constexpr std::size_t recent_events_max = 50;  // of one subject
constexpr Millis recent_kept{24 * 3'600'000};

/// The nouns without the platform's own body.
Value without_raw(const Value& data, Arena& arena);

void remember(Turn& turn, const Event& event);

/// The earliest event that `step`, a wait_for of the run, waits for, and that this run has not had yet.
/// Strictly after the trigger; of the same time when it came after the run began.
std::optional<Event> look_back(Turn& turn, const Run& run, const Workflow& workflow, const Instruction& step);
/// Whether `event`, that has just come, is what the run waits for at `step`.
bool is_awaited(Turn& turn, const Run& run, const Workflow& workflow, const Instruction& step,
                const Event& event);
/// The names of events that a run has had, with one more.
Value with_used(Arena& arena, const Value& used, const Event& event);

/// When something happened, and when it came: for a run, its trigger's time, and when it began.
struct Happened {
  Time at, came;
};
/// Whether an event counts for a run: it happened after the trigger, or in the same instant and came later.
bool is_after(const Happened& event, const Happened& began);

/// Why a run for this trigger would be stopped at once: something it stops on has come already, after the
/// trigger (is_after). `started`: when the run began, or begins. Empty: nothing has.
std::string stopped_before(Turn& turn, const Workflow& workflow, const Event& trigger,
                           const Value& forwarded, Time started);

}  // namespace shopbell
