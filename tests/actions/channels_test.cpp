// Slack, mail in a thread, the shop's own address, and what all channels share.

#include "scripted.h"

#include <shopbell/channel.h>
#include <shopbell/signing.h>

using namespace shopbell;

namespace {

Outcome notify(Scripted& services, const std::string& args, const std::string& body, int status = 200, HttpHeaders headers = {}) {
  services.channels = *parse_json_document(R"({"slack":{"token":"xoxb-1"}})");
  services.response = HttpResponse{.status = status, .headers = std::move(headers), .body = body};
  return run_action("notify", args, services);
}

}  // namespace

TEST_CASE("a notice to the agents is a message of the app in Slack, and no word to a customer") {
  Scripted services;
  const Outcome outcome = notify(services, R"({"text":"Ann <ann> wrote: <!channel> & co","channel":"slack","to":"C1","buttons":["Take it"]})", R"({"ok":true,"ts":"1800000000.1"})");
  CHECK(outcome.status == Status::done);
  CHECK_FALSE(outcome.message);
  CHECK(outcome.output.root()["message_id"].text_or("") == "1800000000.1");
  REQUIRE(services.requests.size() == 1);
  CHECK(services.requests[0].url == "https://slack.com/api/chat.postMessage");
  CHECK(services.requests[0].body ==
        R"({"channel":"C1","text":"Ann &lt;ann&gt; wrote: &lt;!channel&gt; &amp; co","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"Ann &lt;ann&gt; wrote: &lt;!channel&gt; &amp; co"}},)"
        R"({"type":"actions","elements":[{"type":"button","action_id":"button-1","text":{"type":"plain_text","text":"Take it"},"value":"Take it"}]}]})");
}

TEST_CASE("what Slack refuses has a reason, though it says 200") {
  const auto [error, status, ends, reason] = GENERATE(table<std::string, int, Status, std::string>({
      {"invalid_auth", 200, Status::failed, "bad_credentials"},
      {"channel_not_found", 200, Status::failed, "unreachable"},
      {"not_in_channel", 200, Status::failed, "unreachable"},
      {"msg_too_long", 200, Status::failed, "text_too_long"},
      {"ratelimited", 429, Status::retry, "rate_limited"},
      {"fatal_error", 200, Status::retry, "vendor_down"},
      {"invalid_blocks", 200, Status::failed, "refused"},
  }));
  INFO(error);
  Scripted services;
  const Outcome outcome = notify(services, R"({"text":"x","channel":"slack","to":"C1"})", R"({"ok":false,"error":")" + error + "\"}", status, {{"Retry-After", "30"}});
  CHECK(outcome.status == ends);
  CHECK(outcome.error.code == reason);
  if (status == 429) CHECK(outcome.retry_after == Millis{30'000});
}

TEST_CASE("what is for the sender of a mail goes where he wants answers, and what is for somebody else does not, nor to the shop itself") {
  const auto [to, elsewhere, went] = GENERATE(table<std::string, std::string, std::string>({
      {"Ann@example.com", "ann@work.example", "ann@work.example"},
      {"boss@shop.example", "ann@work.example", "boss@shop.example"},
      {"ann@example.com", "HELLO@shop.example", "ann@example.com"},
      {"ann@example.com", "", "ann@example.com"},
  }));
  Scripted services;
  services.channels = *parse_json_document(R"({"email":{"from":"The Shop <hello@shop.example>"}})");
  run_action("reply", R"({"channel":"email","to":")" + to + R"(","text":"Hi","thread":{"sender":"ann@example.com","answers_to":")" + elsewhere + "\"}}", services);
  CHECK(services.mails.at(0).to == went);
}

TEST_CASE("an answer to a mail goes into its thread, with numbers for buttons and one Message-ID for all attempts") {
  Scripted services;
  services.channels = *parse_json_document(R"({"email":{"from":"The Shop <hello@shop.example>"}})");
  const auto args = R"({"channel":"email","to":"ann@example.com","conversation":"m1@x","text":"Which?","buttons":["Returns"],
    "thread":{"subject":"My order","answers":"m2@x","references":["m1@x","<k0@shop.example>","m2@x"]}})";
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Outcome outcome = run_action("reply", args, services);
    REQUIRE(outcome.message);
    CHECK(outcome.message->conversation == "m1@x");
    CHECK(outcome.message->message_id == "<k1@shop.example>");
  }
  const Mail& mail = services.mails.at(1);
  CHECK(mail.message_id == "<k1@shop.example>");
  CHECK(mail.subject == "Re: My order");
  CHECK(mail.text == "Which?\n\n1 Returns");
  CHECK(mail.headers == HttpHeaders{{"Auto-Submitted", "auto-replied"}, {"In-Reply-To", "<m2@x>"}, {"References", "<m1@x> <k0@shop.example> <m2@x>"}});
}

TEST_CASE("a mail that begins a thread has its first line for a subject, and what a person writes is not called automatic") {
  Scripted services;
  services.channels = *parse_json_document(R"({"email":{"from":"The Shop <hello@shop.example>"}})");
  run_action("reply", R"({"channel":"email","to":"ann@example.com","text":"Your order is here\nCome and see","person":"Eva"})", services);
  CHECK(services.mails.at(0).subject == "Your order is here");
  CHECK(services.mails.at(0).headers.empty());
}

TEST_CASE("a thread's ids that are none stay out of the headers") {
  Scripted services;
  services.channels = *parse_json_document(R"({"email":{"from":"hello@shop.example"}})");
  run_action("reply", R"({"channel":"email","to":"a@b.example","text":"x","thread":{"answers":"a@b>\r\nBcc: <c@d","references":["x y@z"]}})", services);
  CHECK(services.mails.at(0).headers == HttpHeaders{{"Auto-Submitted", "auto-replied"}});
}

TEST_CASE("a reply to the shop's own address is signed with its secret, and its answer may name the message") {
  Scripted services;
  services.channels = *parse_json_document(R"({"chat":{"url":"https://chat.example/out","secret":"whsec_MDEyMzQ1Njc4OWFiY2RlZg=="}})");
  services.response = HttpResponse{.status = 200, .headers = {}, .body = R"({"message_id":"c-77"})"};
  const Outcome outcome = run_action("reply", R"({"text":"Hi","channel":"chat","to":"u7"})", services);
  REQUIRE(outcome.message);
  CHECK(outcome.message->message_id == "c-77");
  const HttpRequest& request = services.requests.at(0);
  const std::string signed_text = "k1.1800000000." + request.body;
  CHECK(request.headers.at(2) == std::pair<std::string, std::string>{"webhook-id", "k1"});
  CHECK(request.headers.at(3) == std::pair<std::string, std::string>{"webhook-timestamp", "1800000000"});
  CHECK(request.headers.at(4).second == "v1," + standard_webhook_signature("0123456789abcdef", signed_text));
}

TEST_CASE("text is measured and cut by characters, not by bytes") {
  CHECK(characters("añ€😀") == 4);
  CHECK(utf16_units("añ€😀") == 5);
  CHECK(shortened("añ€😀", 4) == "añ€😀");
  CHECK(shortened("añ€😀b", 4) == "añ€…");
  CHECK(shortened("one two", 5) == "one…");
}

TEST_CASE("each channel is in the table once, with a sentence for each setting") {
  std::vector<std::string_view> names;
  for (const Channel* channel : all_channels()) {
    CHECK(channel->say != nullptr);
    CHECK_FALSE(channel->summary.empty());
    for (const Setting& s : channel->settings) CHECK(s.doc.ends_with('.') == true);
    CHECK(std::find(names.begin(), names.end(), channel->name) == names.end());
    names.push_back(channel->name);
  }
  CHECK(names.size() >= 8);
}
