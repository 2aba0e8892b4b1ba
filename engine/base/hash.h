#pragma once
// Stable hashes: the same input gives the same digest on every machine and in every version, so
// they may be written down.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace shopbell {

/// SHA-256 of the parts, each preceded by its length (so ("ab","c") differs from ("a","bc")).
std::string sha256(std::initializer_list<std::string_view> parts);
/// The first 16 bytes of it as 32 hex digits: ids of runs, calls, tickets ("hashes of their cause").
std::string id_of(std::initializer_list<std::string_view> cause);
/// The first 8 bytes of it: random numbers from a cause, shards, dedupe keys.
std::uint64_t hash64(std::initializer_list<std::string_view> parts);
/// What makes an event the same event: 16 bytes, the same for the same source and id. An event that
/// bears no id has a digest of topic and body as its id.
std::string event_digest(std::string_view source, std::string_view event_id);
std::string to_hex(std::string_view bytes);

}  // namespace shopbell
