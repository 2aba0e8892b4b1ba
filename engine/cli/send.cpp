#include "base/json.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/target.h"
#include "intake/sign.h"
#include "net/client.h"
#include "serve/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

namespace shopbell::cli {
namespace {

struct Options {
  std::string file;
  TargetOptions target;
  std::string key;          // a file; then its text
  bool json = false;
};

Result<HttpRequest> event_request(const Target& target, std::string_view line) {
  HttpRequest request;
  request.url = target.url + "/events";
  request.headers = {{"Content-Type", "application/cloudevents+json"}};
  if (!target.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + target.token);
  request.body = line;
  return request;
}

bool is_json(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view find_header(const HttpRequest& request, std::string_view name) {
  for (const auto& [own, value] : request.headers)
    if (is_same_name(own, name)) return value;
  return {};
}

void put_header(HttpRequest& request, std::string_view name, std::string_view value) {
  std::erase_if(request.headers, [&](const auto& h) { return is_same_name(h.first, name); });
  request.headers.emplace_back(name, value);
}

// A recorded webhook: {"hook": NAME, "headers": {...}, "body": "..."}; signed anew with the shop's secret.
Result<HttpRequest> hook_request(const Target& target, const std::string& private_key, const Value& recorded) {
  const std::string_view hook = recorded["hook"].text_or("");
  const auto source = std::find_if(target.sources.begin(), target.sources.end(), [&](const SourceConfig& s) { return s.name == hook; });
  if (source == target.sources.end()) return fail("no_source", fmt::format("the shop has no source {}", hook), "sources: in shopbell.yaml names them");
  HttpRequest request;
  request.url = fmt::format("{}/hooks/{}", target.url, hook);
  request.body = recorded["body"].text_or("");
  for (const Member& m : recorded["headers"].members()) put_header(request, m.key.text(), m.value.text_or(""));
  if (find_header(request, "Content-Type").empty())
    request.headers.emplace_back("Content-Type", is_json(request.body) ? "application/json" : "application/x-www-form-urlencoded");
  Arena arena;
  const std::function<std::string_view(std::string_view)> header = [&](std::string_view name) { return find_header(request, name); };
  const auto made = sign(*source->how, {source->secret, {}, source->webhook_id, private_key},
                         {source->name, header, request.body, wall_clock(), source->url}, arena);
  if (!made) return tl::unexpected(made.error());
  for (const auto& [name, value] : made->headers) put_header(request, name, value);
  request.body = made->body;
  return request;
}

Result<HttpRequest> make_request(const Target& target, const std::string& private_key, std::string_view line) {
  Arena arena;
  const auto read = parse_json(line, arena);
  if (!read) return tl::unexpected(read.error());
  return read->find("hook") ? hook_request(target, private_key, *read) : event_request(target, line);
}

struct Tally {
  std::size_t sent = 0, refused = 0;
};

void send_line(Client& client, const Target& target, const Options& options, std::string_view line, std::size_t number, Tally& tally) {
  auto request = make_request(target, options.key, line);
  Result<HttpResponse> response = tl::unexpected(Error{});
  if (request) {
    std::promise<Result<HttpResponse>> promise;
    client.send(std::move(*request), [&promise](Result<HttpResponse> r) { promise.set_value(std::move(r)); });
    response = promise.get_future().get();
  } else {
    response = tl::unexpected(request.error());
  }
  const bool good = response && response->status / 100 == 2;
  ++(good ? tally.sent : tally.refused);
  std::string said = response ? response->body : response.error().message;
  if (!response && !response.error().hint.empty()) said += ": " + response.error().hint;
  said.erase(std::remove(said.begin(), said.end(), '\n'), said.end());
  const int status = response ? response->status : 0;
  if (options.json) {
    Arena arena;
    fmt::print("{}\n", to_json(make_map(arena, {{"line", static_cast<std::int64_t>(number)}, {"status", status}, {"answer", said}})));
  } else if (!good) {
    fmt::print(stderr, "line {}: {} {}\n", number, status == 0 ? "not sent:" : fmt::format("answered {}:", status), said);
  }
}

int send(Options options) {
  if (!options.key.empty()) {
    auto key = read_input(options.key);
    if (!key) return report(key.error());
    options.key = std::move(*key);
  }
  const auto text = read_input(options.file);
  if (!text) return report(text.error());
  const auto target = find_target(options.target);
  if (!target) return report(target.error());
  ClientConfig config;
  config.allow = {target->url};
  const auto client = Client::make(config);
  Tally tally;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string_view line = std::string_view(*text).substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) send_line(*client, *target, options, line, number, tally);
  }
  client->stop();
  if (!options.json) fmt::print("{} accepted, {} refused\n", tally.sent, tally.refused);
  return tally.refused == 0 ? 0 : 1;
}

}  // namespace

void add_send(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("send", "Post the events of a file to a running server, in order");
  command.add_option("FILE", options->file, "JSON lines; - is standard input").required();
  command.add_option("--shop", options->target.shop, "The shop's folder: its address, token and secrets (default: this one)");
  command.add_option("--to", options->target.to, "The server, when it is elsewhere: http://HOST:PORT");
  command.add_option("--token", options->target.token, "The API token, over the shop's first one");
  command.add_option("--key", options->key, "A private key (PEM) to sign with for platforms that sign with one: Adobe Commerce, PayPal");
  command.add_flag("--json", options->json, "One JSON object a line sent");
  command.footer(
      "A line is a CloudEvents 1.0 event, posted to /events, or a recorded webhook\n"
      "{\"hook\": \"my-shopify\", \"headers\": {\"X-Shopify-Topic\": \"orders/create\"}, \"body\": \"...\"},\n"
      "posted to /hooks/my-shopify with a signature by that source's secret, as its platform signs. Adobe Commerce and\n"
      "PayPal sign with a private key that only they have: take a key pair of your own, its public key or certificate as the\n"
      "source's secret, and give the private one by --key. Not with PayPal's `secret: fetch`, which trusts PayPal alone.\n"
      "Sending a file again is safe: events that were accepted before start nothing.");
  command.callback([&run, options] { run = [options] { return send(*options); }; });
}

}  // namespace shopbell::cli
