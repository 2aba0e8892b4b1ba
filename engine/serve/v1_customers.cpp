// What a customer has agreed to, and what the law lets everybody ask for: to have what is kept, or to be forgotten. Each is an
// event of the log, as platforms send them; who did it is in the audit trail, without the customer's name.

#include "access/audit.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "serve/customers.h"
#include "serve/v1_command.h"
#include "serve/views.h"

#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <sstream>

namespace shopbell::v1 {
namespace {

constexpr std::size_t requests_looked_at_max = 500;

Result<const Subject*> customer_of(V1Parts& parts, V1Ask& ask, std::optional<Subject>& kept) {
  auto found = find_customer(*parts.reader, ask.args[0], ask.arena);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail("not_found", "nobody is called so");
  kept = std::move(*found);
  return &*kept;
}

/// One wish is one event, however often it is sent with its key.
std::string event_id(const V1Ask& ask, const Subject& s) {
  static std::atomic<std::uint64_t> count{0};
  if (!ask.key.empty()) return id_of({"asked at the desk", ask.path, s.id, ask.who.id, ask.key, ask.content});
  return id_of({"asked at the desk", ask.path, s.id, std::to_string(to_ms(ask.now)), std::to_string(++count)});
}

std::string source_of(const V1Ask& ask) { return "agent/" + (ask.who.agent.empty() ? std::string("api") : ask.who.agent); }

/// The event is taken, and then the audit trail has it.
V1Answer take(V1Parts& parts, V1Ask& ask, const Subject& s, const std::string& id, std::string_view type, const Value& data, AuditRow audit, const Value& answer, int status) {
  Arena& arena = ask.arena;
  const Value event = make_map(arena, {{"specversion", "1.0"}, {"id", arena.copy(id)}, {"source", arena.copy(source_of(ask))}, {"type", type}, {"subject", arena.copy(s.id)},
                                       {"time", arena.copy(format_rfc3339(ask.now))}, {"data", data}});
  auto job = event_job(to_json(event), ask.now);
  if (!job) return tl::unexpected(job.error());
  return offer(parts, ask, std::move(*job), [&parts, audit = std::move(audit), answer, status](const ServerResponse& response) -> V1Answer {
    if (response.status == 503) return v1_problem(503, "busy", "the engine cannot take more at the moment; send this again");
    if (response.status >= 300) return v1_problem(response.status, "refused", "the engine did not take it");
    const auto told = parts.file.change([&](DeskFile& f) { return add_audit(f, audit); });
    if (!told) return tl::unexpected(told.error());
    return v1_json(answer, status);
  });
}

V1Answer ask_by_law(V1Parts& parts, V1Ask& ask, std::string_view type, const std::string& what) {
  std::optional<Subject> kept;
  const auto s = customer_of(parts, ask, kept);
  if (!s) return tl::unexpected(s.error());
  const std::string id = event_id(ask, **s), request = id_of({"asked", source_of(ask), id});
  const Value data = make_map(ask.arena, {{"privacy", make_map(ask.arena, {{"scope", "customer"}})}});
  return take(parts, ask, **s, id, type, data, {0, ask.now, ask.who.shown(), what, "request " + request, {}}, make_map(ask.arena, {{"request", ask.arena.copy(request)}}), 202);
}

Result<RequestView> request_of(V1Parts& parts, const V1Ask& ask) {
  const auto rows = parts.reader->requests({0, requests_looked_at_max});
  if (!rows) return tl::unexpected(rows.error());
  const auto at = std::find_if(rows->begin(), rows->end(), [&](const RequestView& r) { return r.id == ask.args[0]; });
  if (at == rows->end()) return fail("not_found", "there is no such request among the last ones");
  return *at;
}

/// What has to be typed to have somebody erased: what the page calls the customer by.
bool is_named(const Subject& s, std::string_view typed) {
  const std::string_view wanted = trimmed(typed), email = s.profile["email"].text_or({});
  return !wanted.empty() && (wanted == s.id || wanted == s.id.substr(s.id.find(':') + 1) || wanted == email);
}

}  // namespace

V1Answer change_consent(V1Parts& parts, V1Ask& ask) {
  std::optional<Subject> kept;
  const auto s = customer_of(parts, ask, kept);
  if (!s) return tl::unexpected(s.error());
  Arena& arena = ask.arena;
  const std::string_view channel = trimmed(ask.text("channel")), purpose = ask.text("purpose").empty() ? "marketing" : trimmed(ask.text("purpose"));
  if (channel.empty() || channel.size() > 64 || purpose.empty() || purpose.size() > 64) return fail("bad_consent", "channel and purpose have 1 to 64 bytes");
  const bool given = ask.body["given"].boolean_or(false);
  const Value consent = make_map(arena, {{"channel", channel}, {"purpose", purpose}, {"given", given}, {"at", arena.copy(format_rfc3339(ask.now))}, {"source", arena.copy("desk: " + ask.who.name)}});
  const Value data = make_map(arena, {{"customer", make_map(arena, {{"consents", make_list(arena, std::array{consent})}})}});
  const std::string detail = std::string(purpose) + " by " + std::string(channel) + (given ? ": given" : ": withdrawn");
  return take(parts, ask, **s, event_id(ask, **s), "customer.consent_changed", data, {0, ask.now, ask.who.shown(), "customer.consent_changed", "a customer", detail}, consent, 200);
}

V1Answer export_customer(V1Parts& parts, V1Ask& ask) { return ask_by_law(parts, ask, "privacy.data_request", "customer.export_asked"); }

V1Answer erase_customer(V1Parts& parts, V1Ask& ask) {
  std::optional<Subject> kept;
  const auto s = customer_of(parts, ask, kept);
  if (!s) return tl::unexpected(s.error());
  if (!is_named(**s, ask.text("confirm"))) return v1_problem(400, "bad_confirm", "confirm is the customer's e-mail address or id, as it is shown", make_map(ask.arena, {{"errors", make_list(ask.arena, std::array{make_map(ask.arena, {{"pointer", "#/confirm"}, {"detail", "this is not whom you would erase"}})})}}));
  return ask_by_law(parts, ask, "privacy.redact", "customer.erase_asked");
}

V1Answer show_request(V1Parts& parts, V1Ask& ask) {
  const auto row = request_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  return v1_json(view(*row, ask.arena));
}

V1Answer download_request(V1Parts& parts, V1Ask& ask) {
  const auto row = request_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  if (row->kind != "export") return fail("not_found", "nothing was to be exported by it");
  if (!row->done) return v1_problem(409, "under_way", "it is not done yet");
  std::ifstream file(parts.data + "/exports/" + row->id + ".json", std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return v1_problem(410, "gone", "its file is not there any more");
  ServerResponse response{200, "application/json", std::move(text).str(), {}};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"customer-" + row->id + ".json\"");
  const auto told = parts.file.change([&](DeskFile& f) { return add_audit(f, {0, ask.now, ask.who.shown(), "customer.exported", "request " + row->id, {}}); });
  if (!told) return tl::unexpected(told.error());
  return response;
}

}  // namespace shopbell::v1
