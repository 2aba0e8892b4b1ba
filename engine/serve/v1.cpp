#include "serve/v1.h"

#include "base/hash.h"
#include "base/hmac.h"
#include "base/json.h"
#include "serve/clock.h"
#include "serve/forwarded.h"
#include "serve/v1_form.h"
#include "store/person.h"

#include <boost/beast/http/status.hpp>
#include <boost/url/params_view.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>
#include <shopbell/text.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

namespace shopbell {
namespace {

constexpr std::string_view root = "/api/v1";
constexpr std::string_view cookie_name = "shopbell=", secure_cookie_name = "__Host-shopbell=";

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool decode(std::string_view part, std::string& to) {
  const auto text = boost::urls::make_pct_string_view(boost::core::string_view(part.data(), part.size()));
  if (text) to = text->decode();
  return text.has_value() && utf8_valid(to);
}

/// Whether the route is at that path; its arguments.
bool matches(const V1Route& route, const std::vector<std::string_view>& path, std::vector<std::string>& args) {
  const auto wanted = parts_of(route.path);
  if (wanted.size() != path.size()) return false;
  args.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].starts_with('{')) {
      if (wanted[i] != path[i]) return false;
    } else if (!decode(path[i], args.emplace_back()) || args.back().empty()) {
      return false;
    }
  }
  return true;
}

/// The route, or why there is none.
V1Answer find_route(V1Ask& ask) {
  const auto path = parts_of(std::string_view(ask.path).substr(root.size()));
  std::string allow;
  for (const V1Route& route : v1_routes()) {
    std::vector<std::string> args;
    if (!matches(route, path, args)) continue;
    if (route.method != ask.method) {
      allow += (allow.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    ask.route = &route;
    ask.args = std::move(args);
    return v1_later();
  }
  if (allow.empty()) return v1_problem(404, "no_such_route", "there is nothing at this path; GET /api/v1/openapi.json tells what there is");
  ServerResponse response = v1_problem(405, "method_not_allowed", "this path takes " + allow + " only");
  response.headers.emplace_back("Allow", allow);
  return response;
}

std::string cookie_of(std::string_view header) {
  std::string plain;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view one = trimmed(header.substr(0, end));
    if (one.starts_with(secure_cookie_name)) return std::string(one.substr(secure_cookie_name.size()));
    if (one.starts_with(cookie_name)) plain = one.substr(cookie_name.size());
    header.remove_prefix(std::min(header.size(), end + 1));
  }
  return plain;
}

bool writes(const V1Ask& ask) { return ask.method != "GET"; }

ServerResponse unknown_asker() {
  ServerResponse response = v1_problem(401, "signed_out", "sign in, or send Authorization: Bearer TOKEN");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

ServerResponse forbidden(std::string_view code, std::string_view detail) { return v1_problem(403, code, detail); }

/// What a query may say, by the route; nothing wrong: an empty text.
std::string wrong_query(const V1Ask& ask) {
  const auto params = boost::urls::parse_query(boost::core::string_view(ask.query.data(), ask.query.size()));
  if (!params) return "the query is not well-formed";
  const std::string known = " " + std::string(ask.route->query) + " ";
  for (const auto& param : boost::urls::params_view(*params))
    if (const std::string key(param.key); key.empty() || known.find(" " + key + " ") == std::string::npos)
      return "the parameter " + key + " is not known here" + (ask.route->query.empty() ? "" : "; there is: " + std::string(ask.route->query));
  return {};
}

}  // namespace

V1Ask::V1Ask(const ServerRequest& request, std::unique_ptr<Responder> responder)
    : method(request.method), path(request.path), query(request.query), content(request.body), peer(request.peer),
      authorization(request.header("Authorization")), cookie(cookie_of(request.header("Cookie"))), origin(request.header("Origin")),
      fetch_site(request.header("Sec-Fetch-Site")), host(request.header("Host")), csrf(request.header("X-CSRF-Token")),
      key(request.header("Idempotency-Key")), content_type(request.header("Content-Type")), now(wall_clock()), responder_(std::move(responder)) {}

std::string V1Ask::param(std::string_view name) const {
  const auto params = boost::urls::parse_query(boost::core::string_view(query.data(), query.size()));
  if (params)
    for (const auto& param : boost::urls::params_view(*params))
      if (std::string_view(std::string(param.key)) == name) return param.value;
  return {};
}

bool V1Ask::is_same_origin() const {
  if (origin.empty()) return fetch_site == "same-origin";
  const std::size_t at = origin.find("://");
  return at != std::string::npos && !host.empty() && std::string_view(origin).substr(at + 3) == host;
}

std::size_t V1Ask::limit() const {
  const std::string text = param("limit");
  std::size_t number = v1_page_otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return std::clamp<std::size_t>(number, 1, v1_page_max);
}

std::uint64_t V1Ask::after() const {
  const std::string text = param("after");
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void V1Ask::answer(ServerResponse response) {
  if (!responder_) return;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (before_answer) before_answer(response);
  responder_->answer(std::move(response));
  responder_.reset();
}

ServerResponse v1_later() { return {0, {}, {}, {}}; }

ServerResponse v1_json(const Value& v, int status) { return {status, "application/json", to_json(v) + "\n", {}}; }

ServerResponse v1_list(V1Ask& ask, ListBuilder& items, std::string_view next) {
  return v1_json(make_map(ask.arena, {{"items", items.build()}, {"next", next.empty() ? Value() : Value(ask.arena.copy(next))}}));
}

ServerResponse v1_problem(int status, std::string_view code, std::string_view detail, const Value& extra) {
  Arena arena;
  const auto title = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  MapBuilder map(arena);
  map.add("type", "about:blank").add("title", std::string_view(title.data(), title.size())).add("status", std::int64_t{status});
  map.add("code", code).add("detail", detail);
  for (const Member& m : extra.is(Kind::map) ? extra.members() : std::span<const Member>{}) map.add(m.key, m.value);
  ServerResponse response{status, "application/problem+json", to_json(map.build()) + "\n", {}};
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

ServerResponse v1_problem(const Error& error) {
  static const std::map<std::string_view, int> statuses{{"not_found", 404},  {"taken", 409},    {"last_owner", 409}, {"conflict", 409}, {"too_many", 409},
                                                        {"ambiguous", 400},  {"forbidden", 403}, {"no_line", 404},   {"log_gone", 410}, {"changed", 412},
                                                        {"busy", 503}};
  const auto at = statuses.find(error.code);
  const int status = at != statuses.end() ? at->second : error.code.starts_with("bad_") ? 400 : 500;
  if (status == 500) spdlog::error("the API: {}: {}", error.code, error.message);
  return v1_problem(status, error.code, error.hint.empty() ? error.message : error.message + "; " + error.hint);
}

V1::V1(std::unique_ptr<V1Parts> parts) : parts_(std::move(parts)) {
  for (const std::string& token : parts_->config->api_tokens) token_digests_.push_back(sha256({token}));
  parts_->own.post([this] { forget_erased(); });  // what a crash left
  parts_->live.ask_again = [this](std::function<void()> task) { parts_->own.post(std::move(task)); };
}

void V1::take(const ServerRequest& request, std::unique_ptr<Responder> responder) {
  auto ask = std::make_shared<V1Ask>(request, std::move(responder));
  ask->peer = client_address(request.peer, request.header, parts_->config->trusted_proxies);
  if (!parts_->own.post([this, ask] { handle(*ask); })) ask->answer(v1_problem(503, "busy", "too many requests are waiting; ask again"));
}

void V1::handle(V1Ask& ask) {
  V1Answer answer = v1_later();
  try {
    answer = admit_and_answer(ask);
  } catch (const std::exception& e) {
    answer = fail("broken", e.what());
  }
  if (!answer) ask.answer(v1_problem(answer.error()));
  else if (answer->status != 0) ask.answer(std::move(*answer));
}

/// Who asks; with nobody, nobody in particular.
static Result<Who> asker(V1Parts& parts, const std::vector<std::string>& configured, V1Ask& ask) {
  constexpr std::string_view scheme = "Bearer ";
  if (ask.authorization.starts_with(scheme)) {
    const std::string_view token = std::string_view(ask.authorization).substr(scheme.size());
    const std::string digest = sha256({token});
    if (std::any_of(configured.begin(), configured.end(), [&](const std::string& one) { return equal_in_constant_time(one, digest); }))
      return Who{"config", "api", {}, "api", std::nullopt, Permissions::all_but(Permission::people_manage), {}};
    const auto who = parts.people.by_token(token, ask.now);
    if (!who) return tl::unexpected(who.error());
    return who->value_or(Who{});
  }
  if (ask.cookie.empty()) return Who{};
  const auto who = parts.people.by_cookie(ask.cookie, ask.now);
  if (!who) return tl::unexpected(who.error());
  return who->value_or(Who{});
}

V1Answer V1::admit_and_answer(V1Ask& ask) {
  auto who = asker(*parts_, token_digests_, ask);
  if (!who) return tl::unexpected(who.error());
  ask.who = std::move(*who);
  if (auto found = find_route(ask); !found || found->status != 0) return found;
  const Permission needs = ask.route->permission;
  if (needs == Permission::anyone) {
    if (writes(ask) && !ask.origin.empty() && !ask.is_same_origin()) return forbidden("other_origin", "this comes from a page of another origin");
  } else {
    if (ask.who.id.empty()) return unknown_asker();
    if (!ask.who.session.empty() && writes(ask)) {
      if (!ask.is_same_origin()) return forbidden("other_origin", "a write by cookie comes from a page of this server, and says so in Origin");
      if (!equal_in_constant_time(ask.csrf, People::csrf_of(ask.cookie)))
        return forbidden("bad_csrf", "a write by cookie bears the session's X-CSRF-Token; GET /api/v1/session tells it");
    }
    if (!ask.who.may.has(needs)) {
      Arena arena;
      return v1_problem(403, "forbidden", "this needs the permission " + std::string(to_text(needs)), make_map(arena, {{"permission", to_text(needs)}}));
    }
  }
  if (std::string why = wrong_query(ask); !why.empty()) return v1_problem(400, "bad_query", why);
  if (auto read = read_form(ask); !read || read->status != 0) return read;
  if (writes(ask) && !ask.key.empty() && needs != Permission::anyone) {
    if (ask.key.size() > idempotency_key_bytes_max) return v1_problem(400, "bad_key", "an Idempotency-Key has at most 200 bytes");
    const std::string scope = ask.who.id + " " + ask.method + " " + ask.path + " " + ask.key;
    ServerResponse before;
    switch (idempotency_.begin(scope, ask.content, before)) {
      case Idempotency::Known::done: before.headers.emplace_back("Idempotent-Replayed", "true"); return before;
      case Idempotency::Known::under_way: return v1_problem(409, "under_way", "the same request is being answered at the moment");
      case Idempotency::Known::other: return v1_problem(422, "other_content", "this Idempotency-Key came with other content before");
      case Idempotency::Known::fresh: break;
    }
    ask.before_answer = [this, scope](ServerResponse& response) { idempotency_.end(scope, response); };
  }
  return ask.route->handler(*parts_, ask);
}

void V1::committed(const Batch& rows) {
  parts_->live.tell(rows);
  for (const RequestRow& request : rows.requests) {
    const auto person = request.kind == "erase" ? decode_person(request.person) : Result<Person>(fail("", ""));
    if (!person) continue;
    if (auto gone = parts_->rejected->forget(*person); !gone) spdlog::error("refused requests about somebody who is to be forgotten: {}", gone.error().message);
    parts_->own.post([this, subjects = person->subjects] {
      if (auto gone = parts_->papers.forget(subjects); !gone) spdlog::error("drafts about somebody who is to be forgotten: {}", gone.error().message);
    });
  }
}

// Of subjects that are not there any more.
void V1::forget_erased() {
  const auto requests = parts_->reader->requests({0, v1_page_max});
  if (!requests || std::any_of(requests->begin(), requests->end(), [](const RequestView& r) { return r.kind == "erase" && !r.done; }))
    if (auto gone = parts_->rejected->forget_all(); !gone) spdlog::error("refused requests: {}", gone.error().message);
  const auto subjects = parts_->papers.subjects();
  std::vector<std::string> gone;
  for (const std::string& subject : subjects ? *subjects : std::vector<std::string>{})
    if (const auto state = parts_->reader->subject_state(subject); state && !*state) gone.push_back(subject);
  if (gone.empty()) return;
  if (auto done = parts_->papers.forget(gone); !done) spdlog::error("drafts about nobody: {}", done.error().message);
}

void V1::stop() {
  parts_->passwords.stop();
  parts_->heavy.stop();
  parts_->backtests.stop();
  parts_->own.stop();
}

}  // namespace shopbell
