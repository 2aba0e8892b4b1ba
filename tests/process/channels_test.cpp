// The channels with the real program, in both directions, against servers that speak and refuse as the vendors do.

#include "base/hmac.h"
#include "base/signature.h"
#include "base/time.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/vendors.h"

#include <fmt/format.h>

using namespace shopbell;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string shown(std::uint16_t port, const std::string& path) {
  const auto response = get(port, path);
  REQUIRE(response);
  return response->body;
}

RawClient::Response post(std::uint16_t port, const std::string& path, const std::string& body, const std::string& headers) {
  RawClient client(port);
  client.send(fmt::format("POST {} HTTP/1.1\r\nHost: t\r\nContent-Length: {}\r\n{}\r\n{}", path, body.size(), headers, body));
  const auto response = client.response();
  REQUIRE(response);
  INFO(response->body);
  CHECK(response->status / 100 == 2);
  return *response;
}

std::string hex(const Mac& mac) {
  std::string text;
  for (const unsigned char byte : mac) text += fmt::format("{:02x}", byte);
  return text;
}

RawClient::Response post_from_meta(std::uint16_t port, const std::string& source, const std::string& body) {
  return post(port, "/hooks/" + source, body, "Content-Type: application/json\r\nX-Hub-Signature-256: sha256=" + hex(hmac_sha256("app-secret", body)) + "\r\n");
}

constexpr const char* asking = R"(workflow: bot
on: message.received
mode: single
steps:
  - ask: { text: "What is it about?", buttons: [Order status, Talk to a person], wait: 1h }
    as: said
  - reply: "You chose {{ said.button }}"
)";

/// A shop with one channel and what comes in by it.
std::string shop_of(const Vendor& vendor, const std::string& channels, const std::string& sources) {
  return fmt::format("shop: a\ncurrency: EUR\napi_tokens: [test-token]\nhttp: {{ allow: [\"{}\"] }}\nchannels:\n{}sources:\n{}", vendor.origin(), channels, sources);
}

std::string now_s(int more = 0) { return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count() + more); }

}  // namespace

TEST_CASE("Telegram: a customer writes, is asked with a keyboard, taps, and is answered; too many messages wait as long as Telegram says") {
  Vendor telegram(speak_telegram);
  telegram.answer_once({429, "application/json", R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}})", {}});
  const TempFolder folder;
  folder.write("shopbell.yaml", shop_of(telegram, fmt::format("  telegram: {{ token: \"123:abc\", api: \"{}\" }}\n", telegram.origin()), "  tg: { platform: telegram, secret: hush }\n"));
  folder.write("workflows/bot.yaml", asking);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const std::string signed_by = "Content-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: hush\r\n";
  post(server.port(), "/hooks/tg", R"({"update_id":1,"message":{"message_id":1,"from":{"id":7,"first_name":"Ann"},"chat":{"id":9},"date":)" + now_s() + R"(,"text":"hi"}})", signed_by);
  REQUIRE(eventually([&] { return telegram.taken().size() == 1; }));
  CHECK(telegram.got().size() == 2);
  const std::string asked = telegram.taken()[0];
  CHECK(has(asked, R"("chat_id":"9")"));
  CHECK(has(asked, R"([{"text":"Order status","callback_data":"Order status"}])"));
  REQUIRE(eventually([&] { return has(shown(server.port(), "/api/runs?workflow=bot"), "\"status\":\"waiting\""); }));

  const auto answered = post(server.port(), "/hooks/tg",
                             R"({"update_id":2,"callback_query":{"id":"cb1","from":{"id":7,"first_name":"Ann"},"data":"Order status","message":{"message_id":1,"chat":{"id":9},)"
                             R"("reply_markup":{"inline_keyboard":[[{"text":"Order status","callback_data":"Order status"}]]}}}})",
                             signed_by);
  CHECK(answered.body == R"({"method":"answerCallbackQuery","callback_query_id":"cb1"})");
  REQUIRE(eventually([&] { return telegram.taken().size() == 2; }));
  CHECK(has(telegram.taken()[1], "You chose Order status"));
  CHECK(eventually([&] { return has(shown(server.port(), "/api/conversations/telegram%3A9"), R"("text":"You chose Order status")"); }));
}

TEST_CASE("WhatsApp: buttons, taps and states come and go; what a person writes on the shop's telephone is a takeover") {
  const Vendor whatsapp(speak_whatsapp);
  const TempFolder folder;
  folder.write("shopbell.yaml", shop_of(whatsapp, fmt::format("  whatsapp: {{ token: wa-token, phone_number_id: 1065, api: \"{}\" }}\n", whatsapp.origin()),
                                        "  wa: { platform: whatsapp, secret: app-secret, verify_token: v }\n"));
  folder.write("workflows/bot.yaml", asking);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const auto tell = [&](const std::string& value) {
    post_from_meta(server.port(), "wa", R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"34911","phone_number_id":"1065"},)" + value + "}}]}]}");
  };
  const auto conversation = [&] { return shown(server.port(), "/api/conversations/whatsapp%3A34600111222"); };
  tell(R"("messages":[{"from":"34600111222","id":"in1","timestamp":")" + now_s() + R"(","type":"text","text":{"body":"hi"}}])");
  REQUIRE(eventually([&] { return whatsapp.taken().size() == 1; }));
  CHECK(has(whatsapp.taken()[0], R"("type":"button")"));
  CHECK(has(conversation(), R"("window_until":)"));
  REQUIRE(eventually([&] { return has(conversation(), R"("ref":"wamid.1")"); }));
  for (const std::string state : {"sent", "delivered", "read"}) {
    tell(R"("statuses":[{"id":"wamid.1","status":")" + state + R"(","timestamp":")" + now_s() + R"(","recipient_id":"34600111222"}])");
    CHECK(has(conversation(), R"("status":")" + state + "\""));
  }
  REQUIRE(eventually([&] { return has(shown(server.port(), "/api/runs?workflow=bot"), "\"status\":\"waiting\""); }));
  tell(R"("messages":[{"from":"34600111222","id":"in2","timestamp":")" + now_s() + R"(","type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"Order status","title":"Order status"}}}])");
  REQUIRE(eventually([&] { return whatsapp.taken().size() == 2; }));
  CHECK(has(whatsapp.taken()[1], "You chose Order status"));

  tell(R"("message_echoes":[{"from":"34911","to":"34600111222","id":"phone1","timestamp":")" + now_s() + R"(","type":"text","text":{"body":"Eva here, let me look"}}])");
  CHECK(has(conversation(), R"("owner":"agent")"));
  tell(R"("messages":[{"from":"34600111222","id":"in3","timestamp":")" + now_s() + R"(","type":"text","text":{"body":"thanks"}}])");
  CHECK(has(shown(server.port(), "/api/runs?workflow=bot"), "superseded"));
  CHECK(whatsapp.taken().size() == 2);
}

TEST_CASE("WhatsApp: to whom has not written for a day an approved template goes, and a text does not, with the reason in the run") {
  const Vendor whatsapp(speak_whatsapp);
  const TempFolder folder;
  folder.write("shopbell.yaml", shop_of(whatsapp, fmt::format("  whatsapp: {{ token: wa-token, phone_number_id: 1065, api: \"{}\" }}\n", whatsapp.origin()), "  wa: { platform: whatsapp, secret: app-secret, verify_token: v }\n"));
  folder.write("workflows/plain.yaml", "workflow: plain\non: order.placed\nsteps:\n  - reply: { text: thanks, channel: whatsapp, to: \"34600111222\" }\n");
  folder.write("workflows/approved.yaml", "workflow: approved\non: order.placed\nsteps:\n  - reply: { text: thanks, channel: whatsapp, to: \"34600111222\", template: { name: order_update, values: [\"{{ order.id }}\"] } }\n");
  folder.write("workflows/unapproved.yaml", "workflow: unapproved\non: order.placed\nsteps:\n  - reply: { text: thanks, channel: whatsapp, to: \"34600111222\", template: no_such }\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  RawClient client(server.port());
  client.send(post_event(R"({"specversion":"1.0","id":"1","source":"test","type":"order.placed","subject":"customer:7","data":{"customer":{"id":7},"order":{"id":12}}})"));
  REQUIRE(client.response());
  REQUIRE(eventually([&] { return whatsapp.got().size() == 2; }));
  REQUIRE(whatsapp.taken().size() == 1);
  CHECK(has(whatsapp.taken()[0], R"("name":"order_update","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"12"}]}])"));
  CHECK(eventually([&] { return has(shown(server.port(), "/api/runs?workflow=plain"), "has not written within 24 hours"); }));
  CHECK(eventually([&] { return has(shown(server.port(), "/api/runs?workflow=unapproved"), "132001"); }));
}

TEST_CASE("Messenger: quick replies and their taps; the bot's own echo is not the shop's people, another one is; standby is left alone") {
  const Vendor messenger(speak_messenger);
  const TempFolder folder;
  folder.write("shopbell.yaml", shop_of(messenger, fmt::format("  messenger: {{ token: page-token, api: \"{}\" }}\n", messenger.origin()), "  fb: { platform: messenger, secret: app-secret, verify_token: v }\n"));
  folder.write("workflows/bot.yaml", asking);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const auto tell = [&](const std::string& message, const std::string& list = "messaging") {
    return post_from_meta(server.port(), "fb", R"({"object":"page","entry":[{"id":"p","time":1,")" + list + R"(":[)" + message + "]}]}");
  };
  const std::string ann = R"("sender":{"id":"u1"},"recipient":{"id":"p"},"timestamp":)" + now_s() + "000,", shop = R"("sender":{"id":"p"},"recipient":{"id":"u1"},"timestamp":)" + now_s() + "000,";
  const auto conversation = [&] { return shown(server.port(), "/api/conversations/messenger%3Au1"); };
  tell("{" + ann + R"("message":{"mid":"in1","text":"hi"}})");
  REQUIRE(eventually([&] { return messenger.taken().size() == 1; }));
  tell("{" + shop + R"("message":{"mid":"m_1","is_echo":true,"app_id":1,"text":"What is it about?"}})");
  CHECK(has(conversation(), R"("owner":"bot")"));
  REQUIRE(eventually([&] { return has(shown(server.port(), "/api/runs?workflow=bot"), "\"status\":\"waiting\""); }));
  tell("{" + ann + R"("message":{"mid":"in2","text":"Order status","quick_reply":{"payload":"Order status"}}})");
  REQUIRE(eventually([&] { return messenger.taken().size() == 2; }));
  CHECK(has(messenger.taken()[1], "You chose Order status"));
  REQUIRE(eventually([&] { return has(conversation(), R"("ref":"m_2")"); }));
  tell("{" + ann + R"("delivery":{"mids":["m_1"],"watermark":1}})");
  CHECK(has(conversation(), R"("status":"delivered")"));
  tell("{" + ann + R"("read":{"watermark":)" + now_s(5) + "000}}");
  CHECK_FALSE(has(conversation(), R"("status":"delivered")"));
  CHECK(has(conversation(), R"("status":"read")"));
  tell("{" + ann + R"("message":{"mid":"in3","text":"to another app"}})", "standby");
  CHECK_FALSE(has(conversation(), "to another app"));
  tell("{" + shop + R"("message":{"mid":"page1","is_echo":true,"text":"Hi, Eva here"}})");
  CHECK(has(conversation(), R"("owner":"agent")"));
}

TEST_CASE("SMS by Twilio: buttons are numbers, the number that is typed is understood, and Twilio tells what became of each") {
  const Vendor twilio(speak_twilio);
  const TempFolder folder;
  const std::string called = "https://bell.example/hooks/sms";
  folder.write("shopbell.yaml", shop_of(twilio, fmt::format("  sms: {{ platform: twilio, account: AC1, token: tw-token, from: \"+34911\", status_url: \"{}\", api: \"{}\" }}\n", called, twilio.origin()),
                                        "  sms: { platform: twilio, secret: tw-token, url: \"" + called + "\" }\n"));
  folder.write("workflows/bot.yaml", asking);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  const auto tell = [&](const std::vector<std::pair<std::string, std::string>>& sorted) {
    std::string body, text = called;
    for (const auto& [name, value] : sorted) {
      std::string coded;
      for (const char c : value) coded += c == '+' ? "%2B" : c == ' ' ? "+" : std::string(1, c);
      body.append(body.empty() ? "" : "&").append(name).append("=").append(coded);
      text.append(name).append(value);
    }
    post(server.port(), "/hooks/sms", body, "Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: " + to_base64(hmac_sha1("tw-token", text)) + "\r\n");
  };
  const auto conversation = [&] { return shown(server.port(), "/api/conversations/sms%3A%2B34600111222"); };
  tell({{"Body", "hi"}, {"From", "+34600111222"}, {"MessageSid", "in1"}, {"NumMedia", "0"}, {"SmsStatus", "received"}, {"To", "+34911"}});
  REQUIRE(eventually([&] { return twilio.taken().size() == 1; }));
  CHECK(has(twilio.taken()[0], "Body=What%20is%20it%20about%3F%0A%0A1%20Order%20status%0A2%20Talk%20to%20a%20person"));
  CHECK(has(twilio.taken()[0], "StatusCallback="));
  REQUIRE(eventually([&] { return has(conversation(), R"("ref":"SM1")"); }));
  tell({{"From", "+34911"}, {"MessageSid", "SM1"}, {"MessageStatus", "delivered"}, {"To", "+34600111222"}});
  CHECK(has(conversation(), R"("status":"delivered")"));
  REQUIRE(eventually([&] { return has(shown(server.port(), "/api/runs?workflow=bot"), "\"status\":\"waiting\""); }));
  tell({{"Body", "1"}, {"From", "+34600111222"}, {"MessageSid", "in2"}, {"NumMedia", "0"}, {"SmsStatus", "received"}, {"To", "+34911"}});
  REQUIRE(eventually([&] { return twilio.taken().size() == 2; }));
  CHECK(has(twilio.taken()[1], "You%20chose%20Order%20status"));
}

TEST_CASE("Slack: the agents hear of a ticket; a token that Slack does not know fails the run with its word") {
  const std::string token = GENERATE(as<std::string>{}, "xoxb-1", "xoxb-old");
  const Vendor slack(speak_slack);
  const TempFolder folder;
  folder.write("shopbell.yaml", shop_of(slack, fmt::format("  slack: {{ token: {}, api: \"{}\" }}\n", token, slack.origin()), "  none: { platform: mail, secret: x }\n") + "queues: { care: {} }\n");
  folder.write("workflows/help.yaml", "workflow: help\non: message.received\nsteps:\n  - handoff: { queue: care, reason: \"{{ message.text }}\" }\n");
  folder.write("workflows/tell.yaml", "workflow: tell\non: ticket.opened\nsteps:\n  - notify: { to: C1, text: \"{{ ticket.queue }}: {{ ticket.reason }}\" }\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  RawClient client(server.port());
  client.send(post_event(R"({"specversion":"1.0","id":"1","source":"test","type":"message.received","subject":"customer:7","data":{"customer":{"id":7},"message":{"text":"<!here> help","channel":"chat","conversation":"t"}}})"));
  REQUIRE(client.response());
  REQUIRE(eventually([&] { return slack.got().size() == 1; }));
  CHECK(has(slack.got()[0].body, R"("text":"care: &lt;!here&gt; help")"));
  const std::string runs = "/api/runs?workflow=tell";
  CHECK(eventually([&] { return has(shown(server.port(), runs), token == "xoxb-1" ? "\"status\":\"done\"" : "invalid_auth"); }));
}
