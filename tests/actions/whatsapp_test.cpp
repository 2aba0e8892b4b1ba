// WhatsApp, as https://developers.facebook.com/docs/whatsapp/cloud-api tells its messages, windows and errors.

#include "scripted.h"

using namespace shopbell;

namespace {

constexpr auto taken = R"({"messaging_product":"whatsapp","messages":[{"id":"wamid.1"}]})";
const std::string open = R"("channel":"whatsapp","to":"34600111222","thread":{"window_until":1800000000001})";
const std::string closed = R"("channel":"whatsapp","to":"34600111222","thread":{"window_until":1800000000000})";  // at that very moment

Outcome say(Scripted& services, const std::string& args, int status = 200, const std::string& body = taken) {
  services.channels = *parse_json_document(R"({"whatsapp":{"token":"t","phone_number_id":"1065"}})");
  services.response = HttpResponse{.status = status, .headers = {}, .body = body};
  return run_action("reply", args, services);
}

bool sends(const Scripted& services, const std::string& part) {
  REQUIRE(services.requests.size() == 1);
  INFO(services.requests[0].body);
  return services.requests[0].body.find(part) != std::string::npos;
}

std::string buttons(std::size_t count, const std::string& title) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i > 0 ? "," : "") + ("\"" + std::to_string(i) + title + "\"");
  return "\"buttons\":[" + list + "]";
}

}  // namespace

TEST_CASE("within the window a text goes to the shop's number at Meta, and its id is kept") {
  Scripted services;
  const Outcome outcome = say(services, R"({"text":"Hello",)" + open + "}");
  CHECK(outcome.status == Status::done);
  REQUIRE(outcome.message);
  CHECK(outcome.message->message_id == "wamid.1");
  CHECK(sends(services, R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"34600111222","type":"text","text":{"body":"Hello"}})"));
  CHECK(services.requests[0].url == "https://graph.facebook.com/v23.0/1065/messages");
  CHECK(services.requests[0].headers.back() == std::pair<std::string, std::string>{"Authorization", "Bearer t"});
}

TEST_CASE("buttons are buttons up to three short ones below a short text, else a list") {
  struct Case {
    std::size_t count;
    std::string title;
    std::size_t text;
    std::string has;
  };
  const Case c = GENERATE(Case{3, "234567890123456789", 10, R"("type":"button")"}, Case{4, "b", 10, R"("type":"list")"},
                          Case{1, "23456789012345678901", 10, R"("type":"list")"}, Case{1, "b", 1025, R"("type":"list")"},
                          Case{1, "b", 1024, R"("type":"button")"}, Case{10, "b", 10, R"({"id":"9b","title":"9b"})"}, Case{4, "b", 10, R"("sections":[{"title":"Choose","rows":[{"id":"0b",)"},
                          Case{1, " a title above twenty-four characters", 10, R"("title":"0 a title above twenty-…","description":"0 a title above twenty-four characters")"});
  INFO(c.count << c.title);
  Scripted services;
  say(services, R"({"text":")" + std::string(c.text, 'x') + "\"," + buttons(c.count, c.title) + "," + open + "}");
  CHECK(sends(services, c.has));
}

TEST_CASE("when the window is closed nothing is sent but an approved template") {
  Scripted services;
  SECTION("closed, or not known") {
    const std::string where = GENERATE(as<std::string>{}, closed, std::string(R"("channel":"whatsapp","to":"34600111222")"));
    const Outcome outcome = say(services, R"({"text":"Hello",)" + where + "}");
    CHECK(outcome.status == Status::failed);
    CHECK(outcome.error.code == "window_closed");
    CHECK(outcome.error.message.find("24 hours") != std::string::npos);
    CHECK(outcome.error.hint.find("template") != std::string::npos);
    CHECK(services.requests.empty());
  }
  SECTION("with a template") {
    const Outcome outcome = say(services, R"({"text":"Order 7 is on its way","template":{"name":"order_update","language":"es","values":["7"]},)" + closed + "}");
    CHECK(outcome.status == Status::done);
    CHECK(sends(services, R"("type":"template","template":{"name":"order_update","language":{"code":"es"},"components":[{"type":"body","parameters":[{"type":"text","text":"7"}]}]})"));
    CHECK(outcome.message->text == "Order 7 is on its way");
  }
  SECTION("with no more than its name") {
    say(services, R"({"text":"x","template":"order_update",)" + closed + "}");
    CHECK(sends(services, R"("template":{"name":"order_update","language":{"code":"en"}})"));
  }
  SECTION("which is not needed while it is open") {
    say(services, R"({"text":"Hello","template":"order_update",)" + open + "}");
    CHECK(sends(services, R"("type":"text")"));
  }
}

TEST_CASE("what Meta refuses has a reason, and what will pass comes again") {
  const auto [status, code, ends, reason] = GENERATE(table<int, int, Status, std::string>({
      {400, 131047, Status::failed, "window_closed"},
      {401, 190, Status::failed, "bad_credentials"},
      {403, 200, Status::failed, "bad_credentials"},
      {400, 130429, Status::retry, "rate_limited"},
      {400, 131056, Status::retry, "rate_limited"},
      {400, 80007, Status::retry, "rate_limited"},
      {400, 131026, Status::failed, "unreachable"},
      {404, 132001, Status::failed, "template_refused"},
      {400, 131009, Status::failed, "refused"},
      {400, 368, Status::failed, "refused"},
      {500, 131000, Status::retry, "vendor_down"},
      {503, 131016, Status::retry, "vendor_down"},
  }));
  INFO(code);
  Scripted services;
  const Outcome outcome = say(services, R"({"text":"Hello",)" + open + "}", status,
                              R"({"error":{"message":"(#1) no","code":)" + std::to_string(code) + R"(,"error_data":{"details":"the details"}}})");
  CHECK(outcome.status == ends);
  CHECK(outcome.error.code == reason);
  CHECK(outcome.error.message.find("the details") != std::string::npos);
}
