#pragma once
// CloudEvents 1.0 in the JSON format, strictly: what POST /events takes and what the log holds.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
// Pure; any thread, each with an Arena of its own.

#include "base/hash.h"

#include <shopbell/arena.h>
#include <shopbell/error.h>
#include <shopbell/event.h>

#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t event_id_bytes_max = 256;
constexpr std::size_t event_source_bytes_max = 256;
constexpr std::size_t event_type_bytes_max = 128;
constexpr std::size_t event_subject_bytes_max = 320;  // an e-mail address (RFC 3696 erratum 1690) and its prefix fit
constexpr std::size_t event_bytes_max = 1024 * 1024;  // of one event's line
constexpr std::size_t events_max = 1000;              // of one batch
constexpr std::size_t event_depth_max = 64;  // of data: records that wrap an event stay under json_depth_max

/// An event from outside, ready for the shard.
struct Taken {
  Event event;         // views into the arena
  std::string digest;  // event_digest(): what makes it the same event
  std::string body_digest;  // another that does, where the id stands outside of the body; else empty
  std::string line;    // for the log: one CloudEvents JSON object without line break
};

/// Whom or what data is about when nobody says: "customer:ID", "customer:EMAIL" in lower case, then a
/// message's or conversation's sender, "order:ID", "cart:ID" (a checkout's cart, too), "checkout:TOKEN",
/// "product:ID", else "shop".
std::string_view subject_of_data(const Value& data, Arena& arena);

/// One event: `application/cloudevents+json`. Required: specversion "1.0", id, source, type. `time` is RFC 3339
/// (absent: `received`), `data` an object (absent: an empty one). A `subject` is taken as it is; without one,
/// subject_of_data(). Extension attributes are allowed and not kept.
/// Errors: "bad_json", "bad_event" (the message names the attribute), "event_too_large".
/// `replay`, when not empty, is "replay:NAME/": source and subject get it in front, see core/replayed.h.
Result<Taken> read_event(std::string_view json, Time received, Arena& arena, std::string_view replay = {});

/// A JSON array of events (`application/cloudevents-batch+json`), or one event: told apart by the first
/// character. All or none; an error's message names the event by its place, from 1.
/// Errors: those of read_event(), "too_many_events".
Result<std::vector<Taken>> read_batch(std::string_view json, Time received, Arena& arena,
                                      std::string_view replay = {});

/// `application/x-ndjson`: one event a line; empty lines are skipped.
Result<std::vector<Taken>> read_lines(std::string_view text, Time received, Arena& arena,
                                      std::string_view replay = {});

/// Checks the event's limits, and adds the digest and the line: what both kinds of source have in common.
/// `raw` as in append_line().
Result<Taken> finish(const Event& event, Time received, std::string_view raw = {});

/// Appends the event as one line, without line break. `raw`, when not empty, stands for data.raw: JSON
/// without line breaks that is written as it is.
void append_line(std::string& to, const Event& event, Time received, std::string_view raw = {});

/// A line of the log back to its event. Errors: "bad_json", "bad_event".
Result<Event> read_line(std::string_view line, Arena& arena);
/// The same of a line that parse_json() has read. Without `time` it happened when it was received: `received`,
/// where the line does not say that either.
Result<Event> read_line(const Value& line, Time received, Arena& arena);

/// The HTTP status for an error of this folder: 400, 401, 403, 413 or 422.
int http_status(const Error& error);

}  // namespace shopbell
