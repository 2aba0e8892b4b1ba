#include "scripted.h"

using namespace shopbell;

namespace {

constexpr std::string_view plain =
    R"({"template":{"text":"Thanks, Ann","html":"<p>Thanks"},"subject":"Order #1","to":"ann@example.com"})";

Scripted shop() {
  Scripted services;
  services.channels = *parse_json_document(R"({"email":{"from":"The Demo Shop <hello@demo.example>"}})");
  return services;
}

}  // namespace

TEST_CASE("an email is made of its template and sent from the channel's address") {
  Scripted services = shop();
  const Outcome outcome = run_action("email", plain, services);
  CHECK(outcome.status == Status::done);
  REQUIRE(services.mails.size() == 1);
  const Mail& mail = services.mails[0];
  CHECK(mail.from == "The Demo Shop <hello@demo.example>");
  CHECK(mail.to == "ann@example.com");
  CHECK(mail.subject == "Order #1");
  CHECK(mail.text == "Thanks, Ann");
  CHECK(mail.html == "<p>Thanks");
  CHECK(mail.message_id == "<k1@demo.example>");
  CHECK(to_ms(mail.date) == test_time_ms);
  CHECK(mail.headers == HttpHeaders{{"Auto-Submitted", "auto-generated"}});
}

TEST_CASE("what was mailed is kept for the conversation, and its id is the step's output") {
  Scripted services = shop();
  const Outcome outcome = run_action("email", plain, services);
  REQUIRE(outcome.message);
  CHECK(outcome.message->channel == "email");
  CHECK(outcome.message->to == "ann@example.com");
  CHECK(outcome.message->text == "Thanks, Ann");
  CHECK(outcome.message->message_id == "<k1@demo.example>");
  CHECK(to_json(outcome.output.root()) == R"({"message_id":"<k1@demo.example>","to":"ann@example.com"})");
}

TEST_CASE("a second attempt bears the Message-ID of the first") {
  Scripted services = shop();
  services.mail_answer = fail("smtp_temporary", "451 try again later");
  CHECK(run_action("email", plain, services).status == Status::retry);
  services.mail_answer = std::string("250 queued");
  CHECK(run_action("email", plain, services).status == Status::done);
  REQUIRE(services.mails.size() == 2);
  CHECK(services.mails[0].message_id == services.mails[1].message_id);
}

TEST_CASE("what the mail server says decides how the call ends") {
  const auto [code, status] = GENERATE(table<std::string, Status>({
      {"smtp_temporary", Status::retry},
      {"connect", Status::retry},
      {"tls", Status::retry},
      {"smtp_permanent", Status::failed},
      {"bad_address", Status::failed},
      {"in_doubt", Status::unknown},
  }));
  INFO(code);
  Scripted services = shop();
  services.mail_answer = fail(code, "the server's word");
  const Outcome outcome = run_action("email", plain, services);
  CHECK(outcome.status == status);
  CHECK(outcome.error.code == code);
  CHECK(outcome.error.message == "the server's word");
  CHECK_FALSE(outcome.message);
}

TEST_CASE("an email that cannot be is not sent") {
  const auto [args, code] = GENERATE(table<std::string, std::string>({
      {R"({"template":{"text":"Hi","html":null},"subject":"S","to":" "})", "no_address"},
      {R"({"template":{"text":"Hi","html":null},"subject":"S","to":"a@example.com","from":"nobody"})", "no_sender"},
      {R"({"template":null,"subject":"S","to":"a@example.com","text":""})", "no_text"},
  }));
  INFO(args);
  Scripted services = shop();
  const Outcome outcome = run_action("email", args, services);
  CHECK(outcome.status == Status::failed);
  CHECK(outcome.error.code == code);
  CHECK(services.mails.empty());
}

TEST_CASE("a shop without an email channel is told what to write") {
  Scripted services;
  const Outcome outcome = run_action("email", plain, services);
  CHECK(outcome.error.code == "no_sender");
  CHECK(outcome.error.hint.find("channels:") != std::string::npos);
}

TEST_CASE("the step's own sender, text and reply address hold, and a subject stays one line") {
  Scripted services = shop();
  run_action(
      "email",
      R"({"subject":"Hello\r\nBcc: all@example.com\n","text":"Hi","to":"a@example.com","from":"Ann <ann@shop.example>","reply_to":"care@shop.example"})",
      services);
  REQUIRE(services.mails.size() == 1);
  const Mail& mail = services.mails[0];
  CHECK(mail.subject == "Hello  Bcc: all@example.com");
  CHECK(mail.text == "Hi");
  CHECK(mail.html.empty());
  CHECK(mail.reply_to == "care@shop.example");
  CHECK(mail.message_id == "<k1@shop.example>");
}

TEST_CASE("a mail that answers one says so, and which") {
  struct Case {
    std::string id;
    HttpHeaders headers;
  };
  const auto c = GENERATE(values<Case>({
      {"<a@b.example>", {{"Auto-Submitted", "auto-replied"}, {"In-Reply-To", "<a@b.example>"}, {"References", "<a@b.example>"}}},
      {"wa-17", {{"Auto-Submitted", "auto-replied"}}},
      {"<a@b>\\r\\nBcc: <x@y>", {{"Auto-Submitted", "auto-replied"}}},
      {"", {{"Auto-Submitted", "auto-generated"}}},
  }));
  INFO(c.id);
  Scripted services = shop();
  const std::string args = R"({"text":"hello","subject":"s","to":"ann@example.com","in_reply_to":")" + c.id + "\"}";
  REQUIRE(run_action("email", args, services).status == Status::done);
  CHECK(services.mails[0].headers == c.headers);
}
