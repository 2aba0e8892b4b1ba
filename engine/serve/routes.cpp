#include "serve/routes.h"

#include "base/crash_point.h"
#include "base/hash.h"
#include "base/hmac.h"
#include "core/replayed.h"
#include "serve/clock.h"
#include "desk/survey.h"
#include "serve/queues.h"
#include "serve/web_files.h"

#include <fmt/format.h>

#include <shopbell/text.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t event_overhead_bytes = 1024;  // of a queued event beside its line

ServerResponse text_answer(int status, std::string body) { return {status, "text/plain; charset=utf-8", std::move(body), {}}; }

ServerResponse wrong_method(std::string_view allow) {
  ServerResponse response = json_error(405, "method_not_allowed", "this route takes " + std::string(allow) + " only");
  response.headers.emplace_back("Allow", allow);
  return response;
}

// "application/json; charset=utf-8" is application/json.
std::string media_type(std::string_view header) {
  std::string type(header.substr(0, header.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

// A platform signs the address that it calls: the one it was given, and its query.
std::string url_called(const std::string& url, std::string_view query) {
  if (query.empty() || url.find('?') != std::string::npos) return url;
  return std::string(url).append("?").append(query);
}

// What a platform wants to hear instead of how many events were taken, and perhaps of 202.
std::optional<ServerResponse> success_of(const Platform& platform, const WebhookTaken& taken) {
  if (taken.answer) return ServerResponse{200, "application/json", *taken.answer, {}};
  if (platform.success_status == 0 && !platform.success_text) return std::nullopt;
  return text_answer(platform.success_status == 0 ? 200 : platform.success_status, platform.success_text.value_or(""));
}

}  // namespace

Routes::Routes(const ShopConfig& config, Shard& shard, Api& api, V1& v1, Metrics& metrics, Sources& sources,
               Certificates& certificates, Rejected& rejected)
    : shard_(shard), api_(api), v1_(v1), metrics_(metrics), sources_(sources), certificates_(certificates), rejected_(rejected) {
  shop_name_ = config.facts.name;
  survey_secret_ = config.channels.root()["survey"]["secret"].text_or("");
  for (const SourceConfig& source : config.sources) endpoints_[source.name] = source;
  for (const std::string& token : config.api_tokens) token_digests_.push_back(sha256({token}));
}

void Routes::handle(const ServerRequest& request, Answer responder) {
  const std::string_view path = request.path;
  if (path.starts_with("/hooks/")) return hook(request, std::move(responder));
  if (path.starts_with("/s/")) return survey(request, std::move(responder));
  if (path == "/events") return events(request, std::move(responder));
  if (path == "/healthz" || path == "/readyz" || path == "/metrics") return observe(request, std::move(responder));
  if (path.starts_with("/api/v1/")) return v1_.take(request, std::move(responder));
  if (path.starts_with("/api/")) return api(request, std::move(responder));
  if (path == "/" || path == "/console") return responder->answer({308, "text/plain", {}, {{"Location", "/console/"}}});
  if (const auto file = web_file(request)) return responder->answer(request.method == "GET" || request.method == "HEAD" ? *file : wrong_method("GET, HEAD"));
  responder->answer(json_error(404, "no_such_route", "there is nothing at this path"));
}

void Routes::hook(const ServerRequest& request, Answer responder) {
  const auto endpoint = endpoints_.find(request.path.substr(7));
  // Without a secret it is a mailbox: nothing that is posted could be verified.
  if (endpoint == endpoints_.end() || endpoint->second.secret.empty())
    return responder->answer(json_error(404, "no_such_endpoint", "no source of that name is configured"));
  const SourceConfig& source = endpoint->second;
  if (request.method == "GET" && !source.how->challenge.query.empty()) return challenge(source, request, responder);
  if (request.method != "POST") return responder->answer(wrong_method("POST"));
  if (source.secret == fetched_secret && !source.how->verifications.back().host_header.empty())
    return fetch_and_take(source, request, wall_clock(), std::move(responder));
  take_hook(source, source.secret, request, wall_clock(), std::move(responder));
}

namespace {

/// A request that was kept, as the server would have given it; its views live as long as this does.
class Kept : public Responder {
 public:
  Kept(RejectedRequest kept, std::unique_ptr<Responder> to) : kept_(std::move(kept)), to_(std::move(to)) {
    for (std::string_view lines = kept_.headers; !lines.empty();) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(lines.size(), line.size() + 1));
      const std::size_t colon = std::min(line.find(": "), line.size());
      fields_.emplace_back(line.substr(0, colon), line.substr(std::min(line.size(), colon + 2)));
    }
    request_.method = "POST";
    request_.query = kept_.query;
    request_.body = kept_.body;
    request_.header = RequestHeaders(fields_);
  }
  const ServerRequest& request() const { return request_; }
  void answer(ServerResponse response) override { to_->answer(std::move(response)); }

 private:
  RejectedRequest kept_;
  std::vector<RequestHeaders::Field> fields_;
  ServerRequest request_;
  std::unique_ptr<Responder> to_;
};

std::string lines_of(const RequestHeaders& headers) {
  std::string lines;
  for (const auto& [name, value] : headers.all()) lines.append(name).append(": ").append(value).append("\n");
  return lines;
}

}  // namespace

void Routes::resend(RejectedRequest request, Answer responder) {
  const auto endpoint = endpoints_.find(request.source);
  if (endpoint == endpoints_.end() || endpoint->second.secret.empty())
    return responder->answer(json_error(404, "no_such_endpoint", "no source of that name is configured"));
  const SourceConfig& source = endpoint->second;
  const Time came = request.at;
  auto kept = std::make_unique<Kept>(std::move(request), std::move(responder));
  const ServerRequest& again = kept->request();
  if (source.secret == fetched_secret && !source.how->verifications.back().host_header.empty()) return fetch_and_take(source, again, came, std::move(kept));
  take_hook(source, source.secret, again, came, std::move(kept));
}

// The request's views live until it is answered.
void Routes::fetch_and_take(const SourceConfig& source, const ServerRequest& request, Time came, Answer responder) {
  const Verification& way = source.how->verifications.back();
  const auto held = std::make_shared<Answer>(std::move(responder));
  certificates_.get(std::string(request.header(way.host_header)), way.host, [this, &source, request, came, held](Result<std::string> pem) {
    if (pem) return take_hook(source, *pem, request, came, std::move(*held));
    if (pem.error().code == "bad_signature") return refuse_hook(pem.error(), source, request, *held);
    (*held)->answer(json_error(503, pem.error().code, pem.error().message));  // the platform comes again
  });
}

void Routes::take_hook(const SourceConfig& source, const std::string& secret, const ServerRequest& request, Time came, Answer responder) {
  auto arena = std::make_unique<Arena>(32 * 1024);
  const std::function<std::string_view(std::string_view)> header = [&request](std::string_view name) { return request.header(name); };
  const std::string url = source.how->signs_url ? url_called(source.url, request.query) : std::string();
  auto taken = take_webhook(*source.how, {secret, source.previous_secret, source.webhook_id},
                            {source.name, header, request.body, came, url, request.query}, *arena);
  if (!taken) return refuse_hook(taken.error(), source, request, responder);
  if (taken->challenge) return responder->answer(text_answer(200, *taken->challenge));
  if (taken->events.empty()) {
    ++metrics_.events_ignored;
    return responder->answer(success_of(*source.how, *taken).value_or(ServerResponse{200, "application/json", "{\"accepted\":0,\"ignored\":true}\n", {}}));
  }
  Job job;
  job.success = success_of(*source.how, *taken);
  job.comes_again = source.how->retries;
  offer(std::move(job), std::move(taken->events), {}, std::move(arena), std::move(responder));
}

void Routes::take_mail(const std::string& name, const std::string& raw, Answer responder) {
  const auto endpoint = endpoints_.find(name);
  if (endpoint == endpoints_.end()) return responder->answer(json_error(404, "no_such_endpoint", "no source of that name is configured"));
  auto arena = std::make_unique<Arena>(32 * 1024);
  const std::function<std::string_view(std::string_view)> header = [](std::string_view asked) {
    return asked == "Content-Type" ? std::string_view("message/rfc822") : std::string_view();
  };
  auto taken = map_webhook(*endpoint->second.how, {name, header, raw, wall_clock()}, *arena);
  if (!taken) return refuse(taken.error(), responder, &endpoint->second);
  if (!taken->events.empty()) return offer(Job(), std::move(taken->events), {}, std::move(arena), std::move(responder));
  ++metrics_.events_ignored;
  responder->answer({200, "application/json", "{\"accepted\":0,\"ignored\":true}\n", {}});
}

void Routes::challenge(const SourceConfig& source, const ServerRequest& request, Answer& responder) {
  const auto text = answer_challenge(*source.how, source.verify_token, request.query);
  if (!text) return refuse(text.error(), responder, &source);
  responder->answer(text_answer(200, *text));
}

void Routes::events(const ServerRequest& request, Answer responder) {
  if (request.method != "POST") return responder->answer(wrong_method("POST"));
  if (!allowed(request)) {
    ++metrics_.events_unsigned;
    return responder->answer(json_error(401, "bad_token", "send Authorization: Bearer TOKEN with a token of api_tokens"));
  }
  const auto replay = replay_of(request);
  if (!replay) return refuse(replay.error(), responder);
  auto arena = std::make_unique<Arena>(32 * 1024);
  const std::string type = media_type(request.header("Content-Type"));
  Result<std::vector<Taken>> taken;
  if (type == "application/x-ndjson") taken = read_lines(request.body, wall_clock(), *arena, replay->prefix);
  else if (type == "application/json" || type == "application/cloudevents+json" || type == "application/cloudevents-batch+json")
    taken = read_batch(request.body, wall_clock(), *arena, replay->prefix);
  else return responder->answer(json_error(415, "bad_content_type", "send application/cloudevents+json, application/cloudevents-batch+json, application/json or application/x-ndjson"));
  if (!taken) return refuse(taken.error(), responder);
  if (taken->empty()) return responder->answer({200, "application/json", "{\"accepted\":0,\"repeated\":0}\n", {}});
  offer(Job(), std::move(*taken), *replay, std::move(arena), std::move(responder));
}

void Routes::observe(const ServerRequest& request, Answer responder) {
  if (request.method != "GET" && request.method != "HEAD") return responder->answer(wrong_method("GET, HEAD"));
  if (request.path == "/metrics") {
    std::string text = metrics_.text();
    append_metrics(text, sources_.all());
    ServerResponse response = text_answer(200, std::move(text));
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return responder->answer(std::move(response));
  }
  if (request.path == "/healthz" || shard_.ready()) return responder->answer(text_answer(200, "ok\n"));
  responder->answer(json_error(503, "not_ready", "the engine takes no events at the moment"));
}

void Routes::api(const ServerRequest& request, Answer responder) {
  const bool commands = request.path.starts_with("/api/conversations/") && request.method == "POST";
  const bool decides = commands || request.path.starts_with("/api/attention/") || request.path == "/api/corrections";
  const bool presence_told = request.path.starts_with("/api/agents/");
  const std::string_view method = decides || presence_told ? "POST" : "GET";
  if (request.method != method) return responder->answer(wrong_method(method));
  if (!allowed(request)) return responder->answer(json_error(401, "bad_token", "send Authorization: Bearer TOKEN with a token of api_tokens"));
  if (presence_told) return presence(request, std::move(responder));
  if (decides) return api_.tell(request.path.substr(4), request.body, std::move(responder));
  api_.ask(request.path.substr(4), request.query, std::move(responder));
}

static ServerResponse page_answer(int status, std::string html) {
  ServerResponse response{status, "text/html; charset=utf-8", std::move(html), {}};
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");  // the address is the key
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// /s/TOKEN: GET shows the page and counts nothing, as mail scanners follow links; POST is an answer.
void Routes::survey(const ServerRequest& request, Answer responder) {
  const auto link = desk::read_token(request.path.substr(3), survey_secret_, wall_clock());
  if (!link) return responder->answer(page_answer(404, desk::sorry_page(shop_name_, link.error().message)));
  if (request.method == "GET" || request.method == "HEAD") {
    const auto chosen = desk::read_reply(request.query, *link);
    return responder->answer(page_answer(200, desk::question_page(*link, shop_name_, chosen ? chosen->score : std::nullopt)));
  }
  if (request.method != "POST") return responder->answer(wrong_method("GET, HEAD, POST"));
  const auto reply = desk::read_reply(request.body, *link);
  if (!reply) return responder->answer(page_answer(400, desk::sorry_page(shop_name_, reply.error().message)));
  auto arena = std::make_unique<Arena>(4096);
  auto taken = read_batch(arena->copy(desk::event_of(*link, *reply, wall_clock())), wall_clock(), *arena);
  if (!taken) return refuse(taken.error(), responder);
  Job job;
  job.success = page_answer(200, desk::thanks_page(shop_name_, reply->comment.empty()));
  offer(std::move(job), std::move(*taken), {}, std::move(arena), std::move(responder));
}

// POST /api/agents/NAME: an event like any other.
void Routes::presence(const ServerRequest& request, Answer responder) {
  const auto event = presence_event(shard_.workflows()->shop().desk.get(), request.path.substr(12), request.body, wall_clock());
  if (!event) return responder->answer(json_error(event.error().code == "not_found" ? 404 : 400, event.error().code, event.error().message));
  auto arena = std::make_unique<Arena>(4096);
  auto taken = read_batch(arena->copy(*event), wall_clock(), *arena);
  if (!taken) return refuse(taken.error(), responder);
  offer(Job(), std::move(*taken), {}, std::move(arena), std::move(responder));
}

// Shopbell-Replay: NAME, and Shopbell-Only: WORKFLOW, WORKFLOW.
Result<Routes::Replay> Routes::replay_of(const ServerRequest& request) const {
  Replay replay;
  const std::string_view name = request.header("Shopbell-Replay");
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (name.size() > replay_name_bytes_max || !std::all_of(name.begin(), name.end(), good))
    return fail("bad_replay", fmt::format("Shopbell-Replay is a name of small letters, digits and -, at most {}", replay_name_bytes_max));
  if (!name.empty()) replay.prefix = fmt::format("{}{}/", replayed_scheme, name);
  const auto workflows = shard_.workflows();
  for (std::string_view rest = request.header("Shopbell-Only"); !rest.empty();) {
    const std::string_view id = trimmed(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(rest.size(), rest.find(',') == std::string_view::npos ? rest.size() : rest.find(',') + 1));
    if (workflows->find(id) == nullptr) return fail("no_such_workflow", fmt::format("Shopbell-Only: there is no workflow {}", id));
    replay.only.emplace_back(id);
  }
  return replay;
}

void Routes::offer(Job job, std::vector<Taken> taken, const Replay& replay, std::unique_ptr<Arena> arena, Answer responder) {
  job.arrived = std::chrono::steady_clock::now();
  job.responder = std::move(responder);
  job.entries.reserve(taken.size());
  job.lines.reserve(taken.size());
  for (Taken& t : taken) {
    job.bytes += t.line.size() + event_overhead_bytes;
    job.lines.push_back(std::move(t.line));
    Entry& entry = job.entries.emplace_back();
    entry = {std::string(t.event.subject), {{}, Received{t.event, 0, {}, {}, replay.only}}, std::move(t.digest), job.lines.back()};
    entry.body_digest = std::move(t.body_digest);
    if (!replay.prefix.empty()) entry.original = event_digest(plain_subject(t.event.source), t.event.id);
  }
  job.arena = std::move(arena);
  crash_point("routes.event_read");
  const bool taken_up = shard_.offer(job);
  crash_point("routes.event_offered");
  if (taken_up) return;
  ++metrics_.queue_full;
  job.responder->answer(json_error(503, "busy", "the engine cannot take more at the moment; send this again"));
}

void Routes::refuse(const Error& error, Answer& responder, const SourceConfig* source) {
  if (source != nullptr) sources_.refused(source->how->name + "/" + source->name, error.message, wall_clock());
  const int status = http_status(error);
  ++(status == 401 ? metrics_.events_unsigned : metrics_.events_refused);
  responder->answer(json_error(status, error.code, error.message));
}

// Only what came by the network has a path; what is given once more is kept already.
void Routes::refuse_hook(const Error& error, const SourceConfig& source, const ServerRequest& request, Answer& responder) {
  if (!request.path.empty()) rejected_.keep({0, wall_clock(), source.name, error.code, error.message, std::string(request.query), lines_of(request.header), std::string(request.body), true});
  refuse(error, responder, &source);
}

bool Routes::allowed(const ServerRequest& request) const {
  const std::string_view header = request.header("Authorization");
  if (!header.starts_with("Bearer ")) return false;
  const std::string digest = sha256({header.substr(7)});
  bool good = false;
  for (const std::string& known : token_digests_) good |= equal_in_constant_time(known, digest);
  return good;
}

}  // namespace shopbell
