// Messenger and Instagram: https://developers.facebook.com/docs/messenger-platform/reference/send-api.

#include "scripted.h"

using namespace shopbell;

namespace {

constexpr auto taken = R"({"recipient_id":"u1","message_id":"m_1"})";

Outcome say(Scripted& services, const std::string& channel, const std::string& args, int status = 200, const std::string& body = taken) {
  services.channels = *parse_json_document(R"({"messenger":{"token":"t","human_agent":true},"instagram":{"token":"t"}})");
  services.response = HttpResponse{.status = status, .headers = {}, .body = body};
  return run_action("reply", R"({"channel":")" + channel + R"(","to":"u1",)" + args + "}", services);
}

const std::string open = R"("thread":{"window_until":1800000000001,"person_until":1800500000000})";
const std::string only_people = R"("thread":{"window_until":1800000000000,"person_until":1800000000001})";

}  // namespace

TEST_CASE("an answer within 24 hours is a response, its buttons quick replies whose taps say the whole title") {
  Scripted services;
  const Outcome outcome = say(services, "messenger", R"("text":"Which?","buttons":["Order status","A title that is too long for it"],)" + open);
  REQUIRE(outcome.message);
  CHECK(outcome.message->message_id == "m_1");
  REQUIRE(services.requests.size() == 1);
  CHECK(services.requests[0].url == "https://graph.facebook.com/v23.0/me/messages");
  CHECK(services.requests[0].body ==
        R"({"recipient":{"id":"u1"},"messaging_type":"RESPONSE","message":{"text":"Which?","quick_replies":[)"
        R"({"content_type":"text","title":"Order status","payload":"Order status"},{"content_type":"text","title":"A title that is too…","payload":"A title that is too long for it"}]}})");
}

TEST_CASE("later than that a person may answer for seven days, where Meta lets the app; a machine may not") {
  struct Case {
    std::string channel, person, thread;
    bool sent;
  };
  const Case c = GENERATE(Case{"messenger", "", only_people, false}, Case{"messenger", R"("person":"Eva",)", only_people, true},
                          Case{"instagram", R"("person":"Eva",)", only_people, false},  // without human_agent
                          Case{"messenger", R"("person":"Eva",)", R"("thread":{"window_until":1,"person_until":1800000000000})", false},
                          Case{"messenger", "", R"("thread":{})", false});
  INFO(c.channel << c.person << c.thread);
  Scripted services;
  const Outcome outcome = say(services, c.channel, R"("text":"Hi",)" + c.person + c.thread);
  CHECK(services.requests.size() == (c.sent ? 1 : 0));
  if (c.sent) CHECK(services.requests[0].body.find(R"("messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT")") != std::string::npos);
  else CHECK(outcome.error.code == "window_closed");
}

TEST_CASE("what the Send API refuses has a reason") {
  const auto [code, subcode, reason] = GENERATE(table<int, int, std::string>({
      {10, 2018278, "window_closed"}, {10, 2534022, "window_closed"}, {10, 0, "bad_credentials"}, {190, 0, "bad_credentials"},
      {551, 1545041, "unreachable"},  {100, 2018001, "unreachable"},  {613, 0, "rate_limited"},   {1200, 0, "vendor_down"}, {100, 0, "refused"}}));
  INFO(code << " " << subcode);
  Scripted services;
  const Outcome outcome = say(services, "instagram", "\"text\":\"Hi\"," + open, 400,
                              R"({"error":{"message":"no","code":)" + std::to_string(code) + R"(,"error_subcode":)" + std::to_string(subcode) + "}}");
  CHECK(outcome.error.code == reason);
}
