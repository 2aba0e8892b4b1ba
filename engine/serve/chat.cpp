#include "serve/chat.h"

#include "intake/cloudevent.h"
#include "serve/api.h"
#include "serve/chat_visitor.h"
#include "serve/clock.h"
#include "serve/web_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace shopbell {
namespace {

constexpr std::size_t secret_bytes_min = 16;
constexpr std::size_t event_overhead_bytes = 1024;  // of a queued event beside its line

Result<std::string> read_page(const ShopConfig& config, std::string_view name) {
  const auto path = std::filesystem::path(config.folder) / name;
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("no_page", "channels.web.page cannot be read: " + path.string());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void offer_event(const std::function<bool(Job&)>& offer, const std::string& event, std::unique_ptr<Responder> responder) {
  Job job;
  job.arena = std::make_unique<Arena>(4096);
  auto taken = read_batch(job.arena->copy(event), wall_clock(), *job.arena);
  if (!taken) return responder->answer(json_error(http_status(taken.error()), taken.error().code, taken.error().message));
  Taken& one = taken->front();
  job.lines.push_back(std::move(one.line));
  job.bytes = job.lines.back().size() + event_overhead_bytes;
  job.arrived = std::chrono::steady_clock::now();
  job.responder = std::move(responder);
  Entry& entry = job.entries.emplace_back();
  entry = {std::string(one.event.subject), {{}, Received{one.event, 0, {}, {}}}, std::move(one.digest), job.lines.back()};
  if (!offer(job)) job.responder->answer(json_error(503, "busy", "the engine cannot take more at the moment; send this again"));
}

/// "https://shop.example:8443" -> "shop.example:8443".
std::string_view host_of(std::string_view origin) {
  const std::size_t at = origin.find("://");
  return at == origin.npos ? std::string_view() : origin.substr(at + 3);
}

bool lists(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(words.size(), end + 1));
  }
  return false;
}

void set_header(ServerResponse& response, std::string_view name, std::string value) {
  std::erase_if(response.headers, [&](const auto& header) { return header.first == name; });
  response.headers.emplace_back(name, std::move(value));
}

}  // namespace

Result<std::unique_ptr<Chat>> Chat::make(const ShopConfig& config, std::unique_ptr<Reader> reader, std::function<bool(Job&)> offer) {
  const Value web = config.channels.root()[web_channel];
  if (!web.is(Kind::map)) return nullptr;
  const std::string secret(web["secret"].text_or({}));
  if (secret.size() < secret_bytes_min)
    return fail("no_secret", "channels.web.secret has at least 16 bytes: it vouches for who a customer is", "openssl rand -base64 32");
  std::unique_ptr<Chat> chat(new Chat);
  chat->origins_ = web["origins"].text_or({});
  if (const std::string_view page = web["page"].text_or({}); !page.empty()) {
    auto read = read_page(config, page);
    if (!read) return tl::unexpected(read.error());
    chat->page_ = std::move(*read);
  }
  ChatLimits limits;
  if (const auto at = config.limits.find("chat_messages_per_minute_max"); at != config.limits.end()) {
    limits.per_second = std::max(1.0, static_cast<double>(at->second)) / 60;
    limits.burst = std::max(limits.burst, limits.per_second * 10);
  }
  chat->room_ = std::make_shared<ChatRoom>(std::move(reader), std::string(web["title"].text_or(config.facts.name)), ChatTokens(secret),
                                           [offer = std::move(offer)](std::string event, std::unique_ptr<Responder> responder) {
                                             offer_event(offer, event, std::move(responder));
                                           }, limits);
  return chat;
}

Chat::~Chat() { stop(); }

void Chat::handle(const ServerRequest& request, std::unique_ptr<Responder> responder) { responder->answer(answer(request)); }

ServerResponse Chat::answer(const ServerRequest& request) {
  if (request.path == "/chat/ws") {
    if (!may_come_from(request)) return json_error(403, "bad_origin", "the chat is not spoken with from this origin");
    ServerResponse response;
    response.web_socket = std::make_shared<ChatVisitor>(room_);
    return response;
  }
  if (request.method != "GET" && request.method != "HEAD") return json_error(405, "method_not_allowed", "this route takes GET and HEAD only");
  if (request.path == "/chat/page" && page_) return {200, "text/html; charset=utf-8", *page_, {{"Cache-Control", "no-cache"}}};
  if (request.path == "/chat/") return frame(request);
  auto file = web_file(request);
  if (!file) return json_error(404, "no_such_route", "there is nothing at this path");
  set_header(*file, "Cross-Origin-Resource-Policy", "cross-origin");  // the widget stands in others' pages
  return std::move(*file);
}

// The page in the frame runs and speaks to nothing but this server, and is shown by the shop's pages only.
ServerResponse Chat::frame(const ServerRequest& request) {
  auto file = web_file(request);
  if (!file) return json_error(404, "no_such_route", "there is nothing at this path");
  const std::string host(request.header("Host"));
  set_header(*file, "Content-Security-Policy",
             "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://" + host + " wss://" + host +
                 "; base-uri 'none'; form-action 'none'; frame-ancestors 'self'" + (origins_.empty() ? "" : " " + origins_));
  return std::move(*file);
}

// The frame's own page speaks, so its origin is this server's; what is no browser names none. Nothing hangs on it but whose page
// may try tokens: a token comes with the first message, never by a cookie.
bool Chat::may_come_from(const ServerRequest& request) const {
  const std::string_view origin = request.header("Origin");
  return origin.empty() || host_of(origin) == request.header("Host") || lists(origins_, origin) || lists(origins_, "*");
}

}  // namespace shopbell
