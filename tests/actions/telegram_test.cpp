// Telegram, as https://core.telegram.org/bots/api tells its answers.

#include "scripted.h"

using namespace shopbell;

namespace {

Outcome say(Scripted& services, const std::string& args, int status, const std::string& body) {
  services.channels = *parse_json_document(R"({"telegram":{"token":"123:abc"}})");
  services.response = HttpResponse{.status = status, .headers = {}, .body = body};
  return run_action("reply", args, services);
}

constexpr auto taken = R"({"ok":true,"result":{"message_id":77,"chat":{"id":99}}})";

}  // namespace

TEST_CASE("a reply on Telegram is a sendMessage of the bot, its buttons a keyboard below it") {
  Scripted services;
  const Outcome outcome = say(services, R"({"text":"Which one?","channel":"telegram","to":"5","conversation":"99","buttons":["Order status","Talk to a person"]})", 200, taken);
  CHECK(outcome.status == Status::done);
  REQUIRE(services.requests.size() == 1);
  CHECK(services.requests[0].url == "https://api.telegram.org/bot123:abc/sendMessage");
  CHECK(services.requests[0].body ==
        R"({"chat_id":"99","text":"Which one?","reply_markup":{"inline_keyboard":[[{"text":"Order status","callback_data":"Order status"}],)"
        R"([{"text":"Talk to a person","callback_data":"Talk to a person"}]]}})");
  REQUIRE(outcome.message);
  CHECK(outcome.message->message_id == "77");
}

TEST_CASE("a title that is too long to be sent back is told by its number") {
  Scripted services;
  const std::string title(65, 'x');
  say(services, R"({"text":"?","channel":"telegram","to":"5","buttons":["a",")" + title + "\"]}", 200, taken);
  CHECK(services.requests.at(0).body.find(R"("callback_data":"2")") != std::string::npos);
}

TEST_CASE("what Telegram refuses has a reason, and what it cannot take now comes again") {
  const auto [status, body, ends, code] = GENERATE(table<int, std::string, Status, std::string>({
      {429, R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}})", Status::retry, "rate_limited"},
      {401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})", Status::failed, "bad_credentials"},
      {404, R"({"ok":false,"error_code":404,"description":"Not Found"})", Status::failed, "bad_credentials"},
      {403, R"({"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"})", Status::failed, "unreachable"},
      {400, R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})", Status::failed, "unreachable"},
      {400, R"({"ok":false,"error_code":400,"description":"Bad Request: message is too long"})", Status::failed, "text_too_long"},
      {400, R"({"ok":false,"error_code":400,"description":"Bad Request: BUTTON_DATA_INVALID"})", Status::failed, "refused"},
      {500, R"({"ok":false,"error_code":500,"description":"Internal Server Error"})", Status::retry, "http_status"},
      {502, "<html>", Status::unknown, "http_status"},
  }));
  INFO(body);
  Scripted services;
  const Outcome outcome = say(services, R"({"text":"Hi","channel":"telegram","to":"5"})", status, body);
  CHECK(outcome.status == ends);
  CHECK(outcome.error.code == code);
  if (status == 429) CHECK(outcome.retry_after == Millis{7'000});
  CHECK_FALSE(outcome.message);
}

TEST_CASE("a message whose end nobody saw is in doubt, as Telegram knows no keys; one that never left comes again") {
  const auto [code, ends] = GENERATE(table<std::string, Status>({{"broken", Status::unknown}, {"timeout", Status::unknown}, {"connect", Status::retry}, {"tls", Status::retry}}));
  Scripted services;
  services.channels = *parse_json_document(R"({"telegram":{"token":"123:abc"}})");
  services.response = fail(code, "it went wrong");
  CHECK(run_action("reply", R"({"text":"Hi","channel":"telegram","to":"5"})", services).status == ends);
  const Action* reply = find_action("reply");
  const auto args = parse_json_document(R"({"channel":"telegram"})"), log = parse_json_document(R"({"channel":"log"})");
  CHECK_FALSE(reply->dedupes(args->root(), services.channels.root()));
  CHECK(reply->dedupes(log->root(), services.channels.root()));
}
