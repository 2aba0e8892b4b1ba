// What the channels share: requests, how an answer is judged, how text is counted.

#include <shopbell/channel.h>
#include <shopbell/cut.h>
#include <shopbell/json.h>
#include <shopbell/outcome.h>
#include <shopbell/text.h>

namespace shopbell {

Outcome said(const Saying& saying, std::string_view message_id, std::string text) {
  auto arena = std::make_unique<Arena>();
  MapBuilder output(*arena);
  output.add("channel", arena->copy(saying.channel)).add("to", arena->copy(saying.to)).add("message_id", arena->copy(message_id));
  if (!saying.rest.empty()) output.add(rest_of_text, arena->copy(saying.rest));
  const Value made = output.build();
  Outcome outcome = call_done(Document(std::move(arena), made));
  outcome.message = SentMessage{.channel = saying.channel, .to = saying.to, .text = text.empty() ? saying.text : std::move(text),
                                .message_id = std::string(message_id), .conversation = saying.conversation};
  return outcome;
}

Outcome rate_limited(std::string message, std::optional<Millis> after) {
  return call_retry({.code = "rate_limited", .message = std::move(message), .hint = {}}, after);
}

Outcome too_long(std::string_view vendor, std::size_t size, std::size_t max, std::string_view unit) {
  return call_failed("text_too_long", "the text has " + std::to_string(size) + " " + std::string(unit) + ", and " + std::string(vendor) +
                                          " takes " + std::to_string(max),
                     "say it in several steps, or with a link");
}

std::optional<Outcome> take_part(Saying& saying, std::string_view vendor, const std::function<bool(std::string_view)>& fits) {
  const Cut mine = cut(saying.text, fits);
  std::size_t count = 1;
  for (Cut part = mine; !part.rest.empty(); ++count) {
    if (part.first.empty() || count == parts_max)
      return call_failed("text_too_long", "the text would take more than " + std::to_string(parts_max) + " messages of " + std::string(vendor), "say it with a link");
    part = cut(part.rest, fits);
  }
  if (mine.rest.empty()) return {};
  saying.buttons.clear();
  saying.rest = mine.rest;
  saying.text = std::string(mine.first);
  return {};
}

Outcome window_closed(std::string_view vendor, std::string message, std::string hint) {
  return call_failed("window_closed", std::string(vendor) + " takes no such message now: " + std::move(message), std::move(hint));
}

Task<Outcome> post(HttpRequest request, Saying saying, Judge judge, Call call, Services& services) {
  const Result<HttpResponse> response = co_await services.http(std::move(request));
  if (response) {
    const auto body = parse_json_document(response->body);
    Verdict verdict = judge(*response, body ? body->root() : Value());
    if (verdict.refused) {
      if (verdict.refused->status == Outcome::Status::retry && !verdict.refused->retry_after)
        verdict.refused->retry_after = retry_after(*response, call.at);
      co_return std::move(*verdict.refused);
    }
    const bool taken = response->status >= 200 && response->status < 300;
    if (taken) co_return said(saying, verdict.message_id.empty() ? call.key : verdict.message_id);
  }
  Outcome outcome = not_wanted(response, call.at);
  if (maybe_done(response)) outcome.status = Outcome::Status::unknown;
  co_return outcome;
}

HttpRequest json_request(std::string url, const Value& body, std::string_view bearer) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = {{"Content-Type", "application/json"}};
  if (!bearer.empty()) request.headers.emplace_back("Authorization", "Bearer " + std::string(bearer));
  request.body = to_json(body);
  return request;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

std::size_t utf16_units(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    count += (byte & 0xc0) != 0x80;
    count += byte >= 0xf0;  // beyond the first plane: a pair
  }
  return count;
}

std::string shortened(std::string_view text, std::size_t characters_max) {
  if (characters(text) <= characters_max) return std::string(text);
  std::size_t end = 0, count = 0;
  for (; end < text.size(); ++end)
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && ++count == characters_max) break;
  return std::string(trimmed(text.substr(0, end))) + "…";
}

std::string numbered(std::string_view text, std::span<const std::string> buttons) {
  std::string made(text);
  if (!buttons.empty()) made += '\n';
  for (std::size_t i = 0; i < buttons.size(); ++i) made += "\n" + std::to_string(i + 1) + " " + buttons[i];
  return made;
}

}  // namespace shopbell
