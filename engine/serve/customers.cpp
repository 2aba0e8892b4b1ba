#include "serve/customers.h"

#include "base/json.h"
#include "base/time.h"
#include "core/identity.h"
#include "serve/views.h"

#include <shopbell/text.h>

#include <algorithm>
#include <functional>

namespace shopbell {
namespace {

constexpr int leads_max = 4;  // one is enough, unless a crash of an older version left more

Result<std::optional<Subject>> find_subject(Reader& reader, std::string name, Arena& arena) {
  for (int i = 0; i < leads_max; ++i) {
    const auto state = reader.subject_state(name);
    if (!state) return tl::unexpected(state.error());
    if (!*state) return std::nullopt;
    auto subject = decode_subject(name, arena.copy(**state), arena);
    if (!subject) return tl::unexpected(subject.error());
    if (subject->leads_to.empty()) return std::optional(std::move(*subject));
    name = subject->leads_to;
  }
  return std::nullopt;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

/// What stands in the timeline, and when it happened.
struct Moment {
  std::string at;
  Value what;
};

class Timeline {
 public:
  Timeline(Reader& reader, std::size_t max, Arena& arena) : reader_(reader), max_(max), arena_(arena) {}

  void add(const EventView& e) {
    if (e.kind == "merged") put(e.at, e.kind, {}, merged_of(e));
    else if (e.kind == "forwarded") put(e.at, e.kind, e.event_id, e.type);
    else if (e.kind == "event") put(e.at, e.type, e.event_id, e.type.starts_with("segment.") ? segment_of(e) : e.source);
  }
  void add(const RunView& r) {
    put(r.row.started, "run " + r.row.workflow + " started", r.row.id, "");
    if (r.row.ended) put(*r.row.ended, "run " + r.row.workflow + " " + r.row.status, r.row.id, r.row.reason);
  }
  void add(const MessageView& m) {
    put(m.row.at, m.row.direction == "in" ? "message in" : "message out", m.row.id, m.row.channel + ": " + m.row.text);
  }
  void add(const TicketView& t) { put(t.row.at, "ticket in " + t.row.queue, t.row.id, t.row.reason); }

  Value build() {
    std::stable_sort(moments_.begin(), moments_.end(), [](const Moment& a, const Moment& b) { return a.at > b.at; });
    ListBuilder list(arena_);
    for (std::size_t i = 0; i < std::min(max_, moments_.size()); ++i) list.add(moments_[i].what);
    return list.build();
  }

 private:
  static std::string merged_of(const EventView& e) {
    Arena arena;
    const auto detail = parse_json(e.detail, arena);
    return detail ? std::string((*detail)["from"].text_or({})) : std::string();
  }

  std::string segment_of(const EventView& e) {
    Arena arena;
    const auto line = reader_.line(e.key);
    const auto event = line ? parse_json(*line, arena) : Result<Value>();
    return event ? std::string(event->at_path("data.segment.name").text_or({})) : std::string();
  }

  void put(Time at, std::string_view what, std::string_view id, std::string_view text) {
    std::string when = format_rfc3339(at);
    MapBuilder map(arena_);
    map.add("at", arena_.copy(when)).add("what", arena_.copy(what));
    if (!id.empty()) map.add("id", arena_.copy(id));
    if (!text.empty()) map.add("text", arena_.copy(text));
    moments_.push_back({std::move(when), map.build()});
  }

  Reader& reader_;
  std::size_t max_;
  Arena& arena_;
  std::vector<Moment> moments_;
};

template <class Row>
Result<Value> take(const Result<std::vector<Row>>& rows, Timeline& timeline, Arena& arena, const std::function<bool(const Row&)>& listed) {
  if (!rows) return tl::unexpected(rows.error());
  ListBuilder list(arena);
  for (const Row& row : *rows) {
    timeline.add(row);
    if (listed(row)) list.add(view(row, arena));
  }
  return list.build();
}

Value texts_value(const std::vector<std::string>& texts, Arena& arena) {
  ListBuilder list(arena);
  for (const std::string& text : texts) list.add(arena.copy(text));
  return list.build();
}

Value segments_value(const Value& profile, Arena& arena) {
  ListBuilder list(arena);
  const Value in = profile["in_segments"];
  for (const Member& m : in.is(Kind::map) ? in.members() : std::span<const Member>{})
    list.add(make_map(arena, {{"name", m.key}, {"since", m.value}}));
  return list.build();
}

}  // namespace

Result<std::optional<Subject>> find_customer(Reader& reader, std::string_view asked, Arena& arena) {
  const std::string text(trimmed(asked));
  std::vector<std::string> names{text, "customer:" + text};
  if (text.find('@') != std::string::npos) names.push_back("customer:" + lower(text));
  if (std::string number = phone_number(text); !number.empty()) names.push_back("phone:" + std::move(number));
  for (std::string& name : names) {
    auto found = find_subject(reader, std::move(name), arena);
    if (!found || *found) return found;
  }
  return std::nullopt;
}

Result<Value> view(Reader& reader, const Subject& customer, std::size_t max, Arena& arena) {
  Filter filter;
  filter.subject = customer.id;
  filter.also = customer.merged;
  const Page page{0, max};
  Timeline timeline(reader, max, arena);
  const auto events = take<EventView>(reader.events(filter, page), timeline, arena, [](const EventView&) { return false; });
  const auto runs = take<RunView>(reader.runs(filter, page), timeline, arena, [](const RunView& r) { return !r.row.ended; });
  const auto tickets = take<TicketView>(reader.tickets(filter, page), timeline, arena, [](const TicketView&) { return true; });
  const auto messages = take<MessageView>(reader.messages(filter, page), timeline, arena, [](const MessageView&) { return false; });
  for (const auto* part : {&events, &runs, &tickets, &messages})
    if (!*part) return *part;
  return make_map(arena, {{"id", arena.copy(customer.id)},
                          {"identities", texts_value(customer.identities, arena)},
                          {"merged", texts_value(customer.merged, arena)},
                          {"profile", customer.profile},
                          {"segments", segments_value(customer.profile, arena)},
                          {"runs", *runs},
                          {"tickets", *tickets},
                          {"timeline", timeline.build()}});
}

Result<Filter> known_as(Reader& reader, Filter filter) {
  if (filter.subject.empty()) return filter;
  Arena arena;
  auto found = find_subject(reader, filter.subject, arena);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return filter;
  filter.subject = (*found)->id;
  filter.also = (*found)->merged;
  return filter;
}

}  // namespace shopbell
