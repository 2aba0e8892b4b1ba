#include "support/vendors.h"

#include "base/json.h"
#include "base/time.h"
#include "intake/form.h"
#include "support/catch.h"

#include <shopbell/channel.h>

#include <set>

namespace shopbell {
namespace {

ServerResponse json(int status, std::string body) { return {status, "application/json", std::move(body), {}}; }

std::string graph_error(int code, const std::string& message, int subcode = 0) {
  return R"({"error":{"message":"(#)" + std::to_string(code) + ") " + message + R"(","type":"OAuthException","code":)" + std::to_string(code) +
         (subcode > 0 ? R"(,"error_subcode":)" + std::to_string(subcode) : "") + R"(,"fbtrace_id":"A"}})";
}

std::size_t length(const Value& text) { return characters(text.text_or("")); }

}  // namespace

Vendor::Vendor(Protocol protocol) : protocol_(std::move(protocol)) {
  auto server = Server::open({}, [this](const ServerRequest& request, std::unique_ptr<Responder> responder) {
    ServerResponse response;
    {
      const std::lock_guard lock(mutex_);
      Got got{std::string(request.path), std::string(request.header("Authorization")), std::string(request.body)};
      if (!once_.empty()) {
        response = std::move(once_.front());
        once_.erase(once_.begin());
      } else {
        std::size_t number = 1;
        for (const Got& before : got_) number += before.taken;
        response = protocol_(got, number);
        got.taken = response.status < 300 && response.body.find(R"("ok":false)") == std::string::npos;
      }
      got_.push_back(std::move(got));
    }
    responder->answer(std::move(response));
  });
  REQUIRE(server);
  server_ = std::move(*server);
  server_->start();
}

Vendor::~Vendor() { server_->stop(Millis{1000}); }

std::string Vendor::origin() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

std::vector<Vendor::Got> Vendor::got() const {
  const std::lock_guard lock(mutex_);
  return got_;
}

std::vector<std::string> Vendor::taken() const {
  std::vector<std::string> bodies;
  for (const Got& g : got())
    if (g.taken) bodies.push_back(g.body);
  return bodies;
}

void Vendor::answer_once(ServerResponse response) {
  const std::lock_guard lock(mutex_);
  once_.push_back(std::move(response));
}

ServerResponse speak_telegram(const Vendor::Got& got, std::size_t number) {
  const auto refuse = [](int code, const std::string& why) {
    return json(code, R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" + why + "\"}");
  };
  if (!got.path.starts_with("/bot123:abc/")) return refuse(401, "Unauthorized");
  if (got.path != "/bot123:abc/sendMessage") return refuse(404, "Not Found");
  const auto body = parse_json_document(got.body);
  if (!body) return refuse(400, "Bad Request: can't parse JSON");
  const Value b = body->root();
  if (b["text"].text_or("").empty()) return refuse(400, "Bad Request: message text is empty");
  if (utf16_units(b["text"].text()) > 4096) return refuse(400, "Bad Request: message is too long");
  if (b["chat_id"].text_or("") == "404") return refuse(400, "Bad Request: chat not found");
  const Value rows = b["reply_markup"]["inline_keyboard"];
  for (const Value& row : rows.is(Kind::list) ? rows.items() : std::span<const Value>{})
    for (const Value& button : row.items())
      if (const std::size_t size = button["callback_data"].size(); size < 1 || size > 64) return refuse(400, "Bad Request: BUTTON_DATA_INVALID");
  return json(200, R"({"ok":true,"result":{"message_id":)" + std::to_string(number) + R"(,"date":1800000000,"chat":{"id":9,"type":"private"}}})");
}

ServerResponse speak_whatsapp(const Vendor::Got& got, std::size_t number) {
  if (got.login != "Bearer wa-token") return json(401, graph_error(190, "Error validating access token"));
  if (got.path != "/1065/messages") return json(400, graph_error(100, "Unsupported post request"));
  const auto body = parse_json_document(got.body);
  const Value b = body ? body->root() : Value();
  if (b["messaging_product"].text_or("") != "whatsapp" || b["to"].text_or("").empty()) return json(400, graph_error(100, "Invalid parameter"));
  const Value inner = b["interactive"], action = inner["action"];
  const std::string_view type = b["type"].text_or("");
  bool good = type == "text" || type == "interactive" || type == "template";
  if (type == "text") good = length(b["text"]["body"]) >= 1 && length(b["text"]["body"]) <= 4096;
  std::set<std::string_view> ids;
  if (inner["type"].text_or("") == "button") {
    const auto buttons = action["buttons"].items();
    good = good && buttons.size() >= 1 && buttons.size() <= 3 && length(inner["body"]["text"]) <= 1024;
    for (const Value& button : buttons) good = good && length(button["reply"]["title"]) <= 20 && button["reply"]["id"].size() <= 256 && ids.insert(button["reply"]["id"].text_or("")).second;
  }
  if (inner["type"].text_or("") == "list") {
    good = good && length(action["button"]) >= 1 && length(action["button"]) <= 20 && length(inner["body"]["text"]) <= 4096;
    std::size_t rows = 0;
    for (const Value& section : action["sections"].items()) {
      good = good && length(section["title"]) >= 1 && length(section["title"]) <= 24;
      for (const Value& row : section["rows"].items())
        good = good && ++rows <= 10 && length(row["title"]) >= 1 && length(row["title"]) <= 24 && length(row["description"]) <= 72 && row["id"].size() <= 200 && ids.insert(row["id"].text_or("")).second;
    }
  }
  if (!good) return json(400, graph_error(131009, "Parameter value is not valid"));
  if (type == "template" && b["template"]["name"].text_or("") != "order_update") return json(404, graph_error(132001, "Template name does not exist in the translation"));
  return json(200, R"({"messaging_product":"whatsapp","contacts":[{"input":"34600111222","wa_id":"34600111222"}],"messages":[{"id":"wamid.)" + std::to_string(number) + R"("}]})");
}

ServerResponse speak_messenger(const Vendor::Got& got, std::size_t number) {
  if (got.login != "Bearer page-token") return json(400, graph_error(190, "Invalid OAuth access token."));
  if (got.path != "/me/messages") return json(400, graph_error(100, "Unsupported post request"));
  const auto body = parse_json_document(got.body);
  const Value b = body ? body->root() : Value(), message = b["message"], replies = message["quick_replies"];
  if (b["recipient"]["id"].text_or("") == "nobody") return json(400, graph_error(100, "No matching user found", 2018001));
  if (length(message["text"]) < 1 || length(message["text"]) > 2000) return json(400, graph_error(100, "Length of param message[text] must be less than or equal to 2000"));
  if (replies.is(Kind::list) && replies.size() > 13) return json(400, graph_error(100, "Too many quick replies"));
  for (const Value& reply : replies.is(Kind::list) ? replies.items() : std::span<const Value>{})
    if (length(reply["title"]) > 20 || reply["payload"].size() > 1000) return json(400, graph_error(100, "Param message[quick_replies] is invalid"));
  const std::string_view kind = b["messaging_type"].text_or("");
  if (kind != "RESPONSE" && !(kind == "MESSAGE_TAG" && b["tag"].text_or("") == "HUMAN_AGENT")) return json(400, graph_error(100, "Invalid messaging_type"));
  return json(200, R"({"recipient_id":"u1","message_id":"m_)" + std::to_string(number) + "\"}");
}

ServerResponse speak_twilio(const Vendor::Got& got, std::size_t number) {
  const auto refuse = [](int status, int code, const std::string& why) {
    return json(status, R"({"code":)" + std::to_string(code) + R"(,"message":")" + why + R"(","more_info":"https://www.twilio.com/docs/errors/)" + std::to_string(code) + R"(","status":)" + std::to_string(status) + "}");
  };
  if (got.login != "Basic " + to_base64("AC1:tw-token")) return refuse(401, 20003, "Authenticate");
  if (got.path != "/2010-04-01/Accounts/AC1/Messages.json") return refuse(404, 20404, "The requested resource was not found");
  std::string to, from, text;
  const auto fields = read_form(got.body);
  if (!fields) return refuse(400, 21602, "Message body is required.");
  for (const auto& [name, value] : *fields) {
    if (name == "To") to = value;
    if (name == "From" || name == "MessagingServiceSid") from = value;
    if (name == "Body" || name == "ContentSid") text = value;
  }
  if (from.empty()) return refuse(400, 21603, "A 'From' phone number is required.");
  if (!to.starts_with("+") && !to.starts_with("whatsapp:+")) return refuse(400, 21211, "The 'To' number is not a valid phone number.");
  if (to == "+34999") return refuse(400, 21610, "Attempt to send to unsubscribed recipient");
  if (text.empty()) return refuse(400, 21602, "Message body is required.");
  if (utf16_units(text) > 1600) return refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit.");
  return json(201, R"({"sid":"SM)" + std::to_string(number) + R"(","status":"queued","num_segments":"1","error_code":null})");
}

ServerResponse speak_slack(const Vendor::Got& got, std::size_t number) {
  const auto refuse = [](const std::string& why) { return json(200, R"({"ok":false,"error":")" + why + "\"}"); };
  if (got.login != "Bearer xoxb-1") return refuse("invalid_auth");
  if (got.path != "/chat.postMessage") return refuse("unknown_method");
  const auto body = parse_json_document(got.body);
  const Value b = body ? body->root() : Value();
  if (b["channel"].text_or("") != "C1") return refuse("channel_not_found");
  if (b["text"].text_or("").empty()) return refuse("no_text");
  if (length(b["text"]) > 40'000) return refuse("msg_too_long");
  return json(200, R"({"ok":true,"channel":"C1","ts":"1800000000.)" + std::to_string(number) + "\"}");
}

}  // namespace shopbell
