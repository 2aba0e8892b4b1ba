#include "intake/cloudevent.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "core/replayed.h"
#include "load/vocabulary.h"

#include <fmt/format.h>

#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace shopbell {
namespace {

tl::unexpected<Error> bad(std::string message) { return fail("bad_event", std::move(message)); }

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<void> check_name(std::string_view name, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return bad(fmt::format("`{}` is empty", name));
  if (text.size() > bytes_max)
    return bad(fmt::format("`{}` is longer than {} bytes", name, bytes_max));
  if (has_control(text)) return bad(fmt::format("`{}` has a control character in it", name));
  return {};
}

/// A null attribute is an absent one (JSON format, 2.2).
Result<std::optional<std::string_view>> text_attribute(const Value& object, std::string_view name,
                                                       std::size_t bytes_max) {
  const Value v = object[name];
  if (v.is_null()) return std::nullopt;
  if (!v.is(Kind::string)) return bad(fmt::format("`{}` is no text", name));
  if (auto good = check_name(name, v.text(), bytes_max); !good) return tl::unexpected(good.error());
  return v.text();
}

Result<std::string_view> required_attribute(const Value& object, std::string_view name, std::size_t bytes_max) {
  auto text = text_attribute(object, name, bytes_max);
  if (!text) return tl::unexpected(text.error());
  if (!*text) return bad(fmt::format("`{}` is missing", name));
  return **text;
}

/// CloudEvents 1.0.2, 3.1: names are of lower-case letters and digits; JSON adds data_base64.
Result<void> check_names(const Value& object) {
  for (const auto& [key, value] : object.members()) {
    const std::string_view name = key.text();
    if (name == "data_base64" && !value.is_null()) return bad("`data_base64` is not taken: `data` is a JSON object");
    const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (name != "data_base64" && (name.empty() || !std::all_of(name.begin(), name.end(), good)))
      return bad(to_json(key) + " is no name of an attribute: lower-case letters and digits");
  }
  return {};
}

Result<Event> event_of(const Value& object, Time received, Arena& arena) {
  if (!object.is(Kind::map)) return bad("an event is a JSON object");
  if (auto good = check_names(object); !good) return tl::unexpected(good.error());
  if (object["specversion"].text_or("") != "1.0") return bad("`specversion` is not \"1.0\"");

  const auto id = required_attribute(object, "id", event_id_bytes_max);
  const auto source = required_attribute(object, "source", event_source_bytes_max);
  const auto type = required_attribute(object, "type", event_type_bytes_max);
  for (const auto* attribute : {&id, &source, &type})
    if (!*attribute) return tl::unexpected(attribute->error());
  const auto subject = text_attribute(object, "subject", event_subject_bytes_max);
  if (!subject) return tl::unexpected(subject.error());
  const auto time = text_attribute(object, "time", 64);
  if (!time) return tl::unexpected(time.error());
  const std::optional<Time> at = *time ? parse_time(**time) : received;
  if (!at) return bad("`time` is no RFC 3339 time");

  const Value given = object["data"].is_null() ? make_map(arena, {}) : object["data"];
  if (!given.is(Kind::map)) return bad("`data` is no JSON object");
  const Value data = conform(*type, given, arena);
  return Event{.id = *id, .source = *source, .type = *type,
               .subject = *subject ? **subject : subject_of_data(data, arena), .at = *at, .data = data};
}

Result<Taken> take(const Value& object, Time received, Arena& arena, std::string_view replay) {
  auto event = event_of(object, received, arena);
  if (!event) return tl::unexpected(event.error());
  if (!replay.empty()) {
    event->source = arena.copy(std::string(replay).append(event->source));
    event->subject = arena.copy(std::string(replay).append(event->subject));
  }
  return finish(*event, received);
}

/// An id as part of a subject: numbers without a fraction, as platforms write them.
std::optional<std::string> id_text(const Value& v) {
  if (v.is(Kind::string)) return v.text().empty() ? std::nullopt : std::optional(std::string(v.text()));
  if (v.is(Kind::integer)) return std::to_string(v.integer());
  if (v.is(Kind::uint)) return std::to_string(v.uint());
  return std::nullopt;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return lower;
}

bool has_parts(const Value& v) { return v.is(Kind::map) || v.is(Kind::list); }

// Of a list or a map; most of what it holds is neither, and is passed over without a call.
std::size_t depth_of(const Value& v) {
  std::size_t deepest = 0;
  for (const Value& item : v.is(Kind::list) ? v.items() : std::span<const Value>())
    if (has_parts(item)) deepest = std::max(deepest, depth_of(item));
  for (const Member& member : v.members())
    if (has_parts(member.value)) deepest = std::max(deepest, depth_of(member.value));
  return deepest + 1;
}

}  // namespace

std::string_view subject_of_data(const Value& data, Arena& arena) {
  const auto named = [&](std::string_view kind, const std::string& id) {
    std::string text(kind);
    return arena.copy(text.append(":").append(id));
  };
  if (const auto id = id_text(data.at_path("customer.id"))) return named("customer", *id);
  if (const auto email = trimmed(data.at_path("customer.email").text_or("")); !email.empty())
    return named("customer", lower_case(email));
  for (const std::string_view sender : {"message.from", "conversation.from"})
    if (const auto id = id_text(data.at_path(sender)))
      return named("customer", id->find('@') == std::string::npos ? *id : lower_case(*id));
  static constexpr std::pair<std::string_view, std::string_view> things[] = {
      {"order.id", "order"},          {"cart.id", "cart"},
      {"cart.token", "cart"},         {"checkout.cart_token", "cart"},
      {"checkout.token", "checkout"}, {"product.id", "product"}};
  for (const auto& [path, kind] : things)
    if (const auto id = id_text(data.at_path(path))) return named(kind, *id);
  return "shop";
}

Result<Taken> finish(const Event& event, Time received, std::string_view raw) {
  if (auto good = check_name("id", event.id, event_id_bytes_max); !good) return tl::unexpected(good.error());
  if (auto good = check_name("subject", plain_subject(event.subject), event_subject_bytes_max); !good)
    return tl::unexpected(good.error());
  if (depth_of(event.data) > event_depth_max)
    return bad(fmt::format("`data` is nested deeper than {}", event_depth_max));
  Taken taken{.event = event, .digest = event_digest(event.source, event.id), .body_digest = {}, .line = {}};
  taken.line.reserve(raw.size() + 4096);
  append_line(taken.line, event, received, raw);
  if (taken.line.size() > event_bytes_max)
    return fail("event_too_large", fmt::format("an event is larger than {} bytes", event_bytes_max));
  return taken;
}

Result<Taken> read_event(std::string_view json, Time received, Arena& arena, std::string_view replay) {
  const auto root = parse_json(json, arena);
  if (!root) return tl::unexpected(root.error());
  return take(*root, received, arena, replay);
}

Result<std::vector<Taken>> read_batch(std::string_view json, Time received, Arena& arena, std::string_view replay) {
  const auto root = parse_json(json, arena);
  if (!root) return tl::unexpected(root.error());
  const bool many = root->is(Kind::list);
  const auto objects = many ? root->items() : std::span(&*root, 1);
  if (objects.size() > events_max)
    return fail("too_many_events", fmt::format("a batch has more than {} events", events_max));
  std::vector<Taken> all;
  for (const Value& object : objects) {
    auto taken = take(object, received, arena, replay);
    if (!taken && many)
      taken.error().message = fmt::format("event {}: {}", all.size() + 1, taken.error().message);
    if (!taken) return tl::unexpected(taken.error());
    all.push_back(std::move(*taken));
  }
  return all;
}

Result<std::vector<Taken>> read_lines(std::string_view text, Time received, Arena& arena, std::string_view replay) {
  std::vector<Taken> all;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++number;
    if (trimmed(line).empty()) continue;
    if (all.size() == events_max)
      return fail("too_many_events", fmt::format("a batch has more than {} events", events_max));
    auto taken = read_event(line, received, arena, replay);
    if (!taken) {
      taken.error().message = fmt::format("line {}: {}", number, taken.error().message);
      return tl::unexpected(taken.error());
    }
    all.push_back(std::move(*taken));
  }
  return all;
}

namespace {

void append_data(std::string& to, const Value& data, std::string_view raw) {
  to += '{';
  bool first = true;
  const auto name = [&](const Value& key) {
    if (!first) to += ',';
    first = false;
    append_json(to, key);
    to += ':';
  };
  for (const auto& [key, value] : data.members()) {
    const bool is_raw = !raw.empty() && key.text_or("") == "raw";
    name(key);
    if (is_raw) to += raw;
    else append_json(to, value);
  }
  to += '}';
}

}  // namespace

void append_line(std::string& to, const Event& event, Time received, std::string_view raw) {
  const auto text = [&](std::string_view before, std::string_view value) {
    to += before;
    append_json_string(to, value);
  };
  text(R"({"specversion":"1.0","id":)", event.id);
  text(R"(,"source":)", event.source);
  text(R"(,"type":)", event.type);
  text(R"(,"subject":)", event.subject);
  text(R"(,"time":)", format_rfc3339(event.at));
  text(R"(,"received":)", format_rfc3339(received));
  to += R"(,"data":)";
  append_data(to, event.data, raw);
  to += '}';
}

Result<Event> read_line(std::string_view line, Arena& arena) {
  const auto root = parse_json(line, arena);
  if (!root) return tl::unexpected(root.error());
  return event_of(*root, Time{}, arena);
}

Result<Event> read_line(const Value& line, Time received, Arena& arena) {
  return event_of(line, parse_time(line["received"].text_or("")).value_or(received), arena);
}

int http_status(const Error& error) {
  if (error.code == "bad_signature" || error.code == "stale_signature") return 401;
  if (error.code == "bad_token") return 403;
  if (error.code == "event_too_large" || error.code == "too_many_events") return 413;
  return error.code == "bad_event" ? 422 : 400;
}

}  // namespace shopbell
