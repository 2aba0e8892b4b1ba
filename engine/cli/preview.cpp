#include "cli/preview.h"

#include "base/json.h"
#include "core/scope.h"
#include "intake/cloudevent.h"
#include "serve/customers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace shopbell::cli {
namespace {

Value scope_of(Event event, Subject subject, const Workflows& shop, Time now, Arena& arena) {
  event.subject = arena.copy(subject.id);
  Turn turn{shop, subject, now, arena};
  turn.shop = shop_value(shop.shop(), arena);
  return event_scope(turn, event, {});
}

Result<Value> scope_of_file(const std::string& path, const Workflows& shop, Time now, Arena& arena) {
  const auto text = read_input(path);
  if (!text) return tl::unexpected(text.error());
  const auto read = parse_json(*text, arena);
  if (!read) return fail("bad_json", path + ": " + read.error().message);
  if (!read->is(Kind::map)) return fail("bad_sample", path + " does not hold a JSON object");
  if (read->find("specversion") == nullptr)
    return MapBuilder(arena, *read).add("shop", shop_value(shop.shop(), arena)).add("now", Value(now)).build();
  const auto taken = read_event(arena.copy(*text), now, arena);
  if (!taken) return fail(taken.error().code, path + ": " + taken.error().message);
  Subject subject;
  subject.id = taken->event.subject;
  return scope_of(taken->event, std::move(subject), shop, now, arena);
}

Result<Subject> stored_subject(Reader& reader, std::string_view id, Arena& arena) {
  auto found = find_customer(reader, id, arena);
  if (!found) return tl::unexpected(found.error());
  if (*found) return std::move(**found);
  return decode_subject(id, {}, arena);
}

Result<Value> scope_of_stored(const std::string& id, Reader& reader, const Workflows& shop, Time now, Arena& arena) {
  const auto found = reader.events_by_id(id);
  if (!found) return tl::unexpected(found.error());
  const auto first = std::find_if(found->rbegin(), found->rend(), [](const EventView& e) { return e.kind == "event"; });
  if (first == found->rend())
    return fail("not_found", fmt::format("there is neither a file nor an event {}", id), "shopbell events lists the events");
  const auto line = reader.line(first->key);
  if (!line) return tl::unexpected(line.error());
  const auto event = read_line(arena.copy(*line), arena);
  if (!event) return tl::unexpected(event.error());
  auto subject = stored_subject(reader, event->subject, arena);
  if (!subject) return tl::unexpected(subject.error());
  return scope_of(*event, std::move(*subject), shop, now, arena);
}

Result<Value> scope_of_customer(const std::string& given, Reader& reader, const Workflows& shop, Time now, Arena& arena) {
  const std::string id = given.starts_with("customer:") ? given : "customer:" + given;
  auto subject = stored_subject(reader, id, arena);
  if (!subject) return tl::unexpected(subject.error());
  if (!subject->profile.is(Kind::map))
    return fail("not_found", fmt::format("nothing is known of a customer {}", id), "shopbell events --subject lists what happened to one");
  const Event none{"", "", "", arena.copy(id), now, make_map(arena, {})};
  return scope_of(none, std::move(*subject), shop, now, arena);
}

Result<Value> scope_in(const PreviewOf& of, const Where& where, const Workflows& shop, Time now, Arena& arena) {
  if (of.event.empty() && of.customer.empty())
    return make_map(arena, {{"shop", shop_value(shop.shop(), arena)}, {"now", Value(now)}});
  std::error_code ignored;
  if (of.event == "-" || std::filesystem::is_regular_file(of.event, ignored)) return scope_of_file(of.event, shop, now, arena);
  auto reader = open_reader(where);
  if (!reader) return tl::unexpected(reader.error());
  return of.event.empty() ? scope_of_customer(of.customer, **reader, shop, now, arena)
                          : scope_of_stored(of.event, **reader, shop, now, arena);
}

}  // namespace

Result<Document> preview_scope(const PreviewOf& of, const Where& where, const Workflows& shop, Time now) {
  auto arena = std::make_unique<Arena>();
  const auto root = scope_in(of, where, shop, now, *arena);
  if (!root) return tl::unexpected(root.error());
  return Document(std::move(arena), *root);
}

}  // namespace shopbell::cli
