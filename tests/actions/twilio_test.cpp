// SMS by Twilio: https://www.twilio.com/docs/messaging/api/message-resource.

#include "scripted.h"

using namespace shopbell;

namespace {

Outcome say(Scripted& services, const std::string& args, int status = 201, const std::string& body = R"({"sid":"SM1","status":"queued"})") {
  services.channels = *parse_json_document(
      R"({"sms":{"platform":"twilio","account":"AC1","token":"t","from":"+34911","status_url":"https://bell.example/hooks/sms","segments_max":"3"},
          "whatsapp":{"platform":"twilio","account":"AC1","token":"t","key":"SK1","from":"+34911"}})");
  services.response = HttpResponse{.status = status, .headers = {}, .body = body};
  return run_action("reply", args, services);
}

}  // namespace

TEST_CASE("an SMS is a form with a login, its buttons numbers, and it asks to be told what becomes of it") {
  Scripted services;
  const Outcome outcome = say(services, R"({"channel":"sms","to":"+34600","text":"Which?","buttons":["Order status","Talk to a person"]})");
  REQUIRE(services.requests.size() == 1);
  CHECK(services.requests[0].url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json");
  CHECK(services.requests[0].headers == HttpHeaders{{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", "Basic QUMxOnQ="}});
  CHECK(services.requests[0].body ==
        "To=%2B34600&From=%2B34911&StatusCallback=https%3A%2F%2Fbell.example%2Fhooks%2Fsms&Body=Which%3F%0A%0A1%20Order%20status%0A2%20Talk%20to%20a%20person");
  REQUIRE(outcome.message);
  CHECK(outcome.message->message_id == "SM1");
}

TEST_CASE("a text that would be charged as more messages than the shop wants is refused") {
  const auto [text, ends] = GENERATE(table<std::string, Status>({
      {std::string(459, 'x'), Status::done},                   // 3 of 153
      {std::string(460, 'x'), Status::failed},
      {std::string(229, 'x') + "€" + std::string(229, 'y'), Status::failed},  // € takes two
      {std::string(200, 'x') + "ж", Status::done},             // 201 of UCS-2: 3 of 67
      {std::string(201, 'x') + "ж", Status::failed},
  }));
  INFO(text);
  Scripted services;
  const Outcome outcome = say(services, R"({"channel":"sms","to":"+34600","text":")" + text + "\"}");
  CHECK(outcome.status == ends);
  if (ends == Status::failed) CHECK(outcome.error.code == "text_too_long");
}

TEST_CASE("WhatsApp through Twilio has WhatsApp's window and Twilio's templates") {
  Scripted services;
  SECTION("open") {
    say(services, R"({"channel":"whatsapp","to":"whatsapp:+34600","text":"Hi","thread":{"window_until":1800000000001}})");
    REQUIRE(services.requests.size() == 1);
    CHECK(services.requests[0].body == "To=whatsapp%3A%2B34600&From=whatsapp%3A%2B34911&Body=Hi");
    CHECK(services.requests[0].headers.back().second == "Basic U0sxOnQ=");
  }
  SECTION("closed") { CHECK(say(services, R"({"channel":"whatsapp","to":"whatsapp:+34600","text":"Hi"})").error.code == "window_closed"); }
  SECTION("closed, with a template") {
    say(services, R"({"channel":"whatsapp","to":"34600","text":"Hi","template":{"name":"HX1","values":["7"]}})");
    REQUIRE(services.requests.size() == 1);
    CHECK(services.requests[0].body == "To=whatsapp%3A%2B34600&From=whatsapp%3A%2B34911&ContentSid=HX1&ContentVariables=%7B%221%22%3A%227%22%7D");
  }
}

TEST_CASE("what Twilio refuses has a reason") {
  const auto [status, code, ends, reason] = GENERATE(table<int, int, Status, std::string>({
      {400, 21610, Status::failed, "unreachable"},
      {400, 21211, Status::failed, "unreachable"},
      {401, 20003, Status::failed, "bad_credentials"},
      {429, 20429, Status::retry, "rate_limited"},
      {400, 21617, Status::failed, "text_too_long"},
      {400, 63016, Status::failed, "window_closed"},
      {400, 21603, Status::failed, "refused"},
      {503, 20503, Status::retry, "http_status"},
  }));
  INFO(code);
  Scripted services;
  const Outcome outcome = say(services, R"({"channel":"sms","to":"+34600","text":"Hi"})", status, R"({"code":)" + std::to_string(code) + R"(,"message":"no","status":400})");
  CHECK(outcome.status == ends);
  CHECK(outcome.error.code == reason);
}
