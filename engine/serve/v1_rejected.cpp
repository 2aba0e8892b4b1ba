// Requests that sources sent and that were refused: which, why, and given once more. What stands in them is shown without its texts.

#include "access/audit.h"
#include "base/json.h"
#include "base/time.h"
#include "serve/rejected.h"
#include "serve/v1_handlers.h"

#include <spdlog/spdlog.h>

#include <charconv>

namespace shopbell::v1 {
namespace {

constexpr int shown_depth_max = 12;
constexpr std::int64_t longest_plain_number = 999'999;  // a longer one may be somebody's telephone

/// The shape of a body: its keys, and what kind of thing stands there.
Value masked(const Value& v, Arena& arena, int depth) {
  if (depth > shown_depth_max) return Value("…");
  if (v.is(Kind::map)) {
    MapBuilder map(arena);
    for (const Member& m : v.members()) map.add(m.key, masked(m.value, arena, depth + 1));
    return map.build();
  }
  if (v.is(Kind::list)) {
    ListBuilder list(arena);
    for (const Value& one : v.items()) list.add(masked(one, arena, depth + 1));
    return list.build();
  }
  if (v.is(Kind::string)) return arena.copy("text of " + std::to_string(v.size()) + " bytes");
  const bool plain = v.is_null() || v.is(Kind::boolean) || (v.is(Kind::integer) && v.integer() <= longest_plain_number && v.integer() >= -longest_plain_number) || v.is(Kind::real);
  return plain ? v : Value("a number");
}

/// Names alone: a value may be what opens a door.
Value header_names(std::string_view lines, Arena& arena) {
  ListBuilder list(arena);
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    list.add(arena.copy(line.substr(0, line.find(':'))));
  }
  return list.build();
}

MapBuilder shown(const RejectedRequest& r, Arena& arena) {
  MapBuilder map(arena);
  map.add("id", arena.copy(std::to_string(r.id))).add("at", arena.copy(format_rfc3339(r.at))).add("source", arena.copy(r.source)).add("code", arena.copy(r.code)).add("reason", arena.copy(r.reason));
  map.add("bytes", static_cast<std::int64_t>(r.body.size())).add("whole", r.whole).add("headers", header_names(r.headers, arena));
  const auto body = parse_json(r.body, arena);
  return map.add("body", body ? masked(*body, arena, 0) : Value());
}

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<RejectedRequest> one_of(V1Parts& parts, const V1Ask& ask) {
  auto found = parts.rejected->find(number_of(ask.args[1]));
  if (!found) return tl::unexpected(found.error());
  if (!*found || (*found)->source != ask.args[0]) return fail("not_found", "there is no such request any more");
  return std::move(**found);
}

/// Hears what came of a request that was given once more.
class Again : public Responder {
 public:
  Again(V1Parts& parts, std::shared_ptr<V1Ask> ask, std::int64_t id) : parts_(parts), ask_(std::move(ask)), id_(id) {}
  void answer(ServerResponse response) override {
    // The answer may come within Routes on any thread: what follows is the API's.
    const bool posted = parts_.own.post([&parts = parts_, ask = ask_, id = id_, response] { tell(parts, *ask, id, response); });
    if (!posted) ask_->answer(v1_problem(503, "busy", "too many requests are waiting; ask again"));
  }

 private:
  static void tell(V1Parts& parts, V1Ask& ask, std::int64_t id, const ServerResponse& response) {
    Arena arena;
    const auto said = parse_json(response.body, arena);
    const bool taken = response.status >= 200 && response.status < 300;
    if (!taken) return ask.answer(v1_problem(response.status == 503 ? 503 : 409, "refused_again", said ? said->at_path("error.message").text_or("it was refused again") : std::string_view("it was refused again")));
    if (auto gone = parts.rejected->drop(id); !gone) spdlog::error("a request that was taken stays among the refused: {}", gone.error().message);
    const AuditRow row{0, ask.now, ask.who.shown(), "request.resent", ask.args[0], {}};
    if (auto kept = parts.file.change([&](DeskFile& f) { return add_audit(f, row); }); !kept) spdlog::error("the audit trail: {}", kept.error().message);
    ask.answer(v1_json(make_map(ask.arena, {{"id", ask.arena.copy(std::to_string(id))}, {"status", std::int64_t{response.status}}})));
  }

  V1Parts& parts_;
  std::shared_ptr<V1Ask> ask_;
  std::int64_t id_;
};

}  // namespace

V1Answer list_rejected(V1Parts& parts, V1Ask& ask) {
  const auto rows = parts.rejected->list(ask.args[0], static_cast<std::int64_t>(ask.after()), ask.limit(), ask.now);
  if (!rows) return tl::unexpected(rows.error());
  ListBuilder items(ask.arena);
  for (const RejectedRequest& one : *rows) items.add(shown(one, ask.arena).build());
  return v1_list(ask, items, rows->size() == ask.limit() ? std::to_string(rows->back().id) : std::string());
}

V1Answer resend_rejected(V1Parts& parts, V1Ask& ask) {
  auto one = one_of(parts, ask);
  if (!one) return tl::unexpected(one.error());
  if (!one->whole) return fail("conflict", "it was too long to be kept");
  parts.resend(*one, std::make_unique<Again>(parts, ask.shared_from_this(), one->id));
  return v1_later();
}

V1Answer drop_rejected(V1Parts& parts, V1Ask& ask) {
  const auto one = one_of(parts, ask);
  if (!one) return tl::unexpected(one.error());
  if (auto gone = parts.rejected->drop(one->id); !gone) return tl::unexpected(gone.error());
  return v1_json(make_map(ask.arena, {{"id", ask.arena.copy(std::to_string(one->id))}}));
}

}  // namespace shopbell::v1
