// A text that is longer than a channel's messages is said in several: each has the rest for the next.

#include "scripted.h"

#include <shopbell/channel.h>
#include <shopbell/cut.h>
#include <shopbell/json.h>

using namespace shopbell;

namespace {

constexpr auto shop = R"({"telegram":{"token":"1:a"},"whatsapp":{"token":"t","phone_number_id":"1"},"messenger":{"token":"t"},"instagram":{"token":"t"},
  "sms":{"platform":"twilio","account":"AC1","token":"t","from":"+34911","segments_max":"1000"},"slack":{"token":"x"}})";
constexpr auto taken = R"({"ok":true,"result":{"message_id":7},"messages":[{"id":"w"}],"message_id":"m","sid":"SM1","ts":"1"})";

struct Said {
  std::vector<std::string> texts, bodies;  // as they are kept, and as they went out
  Outcome last;
};

/// As the core makes the calls.
Said say_all(const std::string& channel, const std::string& text, const std::string& more = "") {
  Said said;
  std::string rest;
  for (int i = 0; i < 20; ++i) {
    Scripted services;
    services.channels = *parse_json_document(shop);
    services.response = HttpResponse{.status = 200, .headers = {}, .body = taken};
    said.last = run_action("reply", R"({"channel":")" + channel + R"(","to":"+1","text":")" + text + "\"" + more + rest + R"(,"thread":{"window_until":1800000000001}})", services);
    if (said.last.status != Status::done) return said;
    said.texts.push_back(said.last.message->text);
    said.bodies.push_back(services.requests.at(0).body);
    const Value left = said.last.output.root()["rest"];
    if (left.is_null()) return said;
    rest = R"(,"rest":)" + to_json(left);
  }
  return said;
}

}  // namespace

TEST_CASE("each channel's text is said in as few messages as its measure allows, with the buttons below the last") {
  struct Case {
    std::string channel, unit;
    std::size_t count;        // of units in the whole text
    std::vector<std::size_t> bytes;  // of each message
  };
  const std::string emoji = "\xf0\x9f\x98\x80";
  const Case c = GENERATE_COPY(Case{"telegram", "x", 4097, {4096, 1}}, Case{"telegram", emoji, 2049, {8192, 4}},  // of UTF-16 units
                          Case{"whatsapp", "x", 4097, {4096, 1}}, Case{"whatsapp", emoji, 4097, {16384, 4}},  // of characters
                          Case{"messenger", "é", 2001, {4000, 2}}, Case{"instagram", "é", 501, {1000, 2}},     // of bytes
                          Case{"sms", "x", 1601, {1600, 1}}, Case{"sms", "€", 1601, {4800, 3}}, Case{"slack", "x", 40001, {40000, 1}},
                          Case{"slack", "&", 8001, {8000, 1}});  // as &amp;
  INFO(c.channel << " " << c.unit);
  std::string text;
  for (std::size_t i = 0; i < c.count; ++i) text += c.unit;
  const Said said = say_all(c.channel, text);
  std::vector<std::size_t> sizes;
  for (const std::string& one : said.texts) sizes.push_back(one.size());
  CHECK(sizes == c.bytes);
}

TEST_CASE("buttons stand below the last message, and where they are numbers they count") {
  const std::string channel = GENERATE(as<std::string>{}, "telegram", "whatsapp", "messenger", "instagram", "sms", "slack");
  INFO(channel);
  std::string text;
  while (text.size() < (channel == "slack" ? 4000u : 5000u)) text += "Sentence after sentence. ";
  const Said said = say_all(channel, text, R"(,"buttons":["Order status","Talk to a person"])");
  REQUIRE(said.bodies.size() >= 2);
  for (std::size_t i = 0; i < said.bodies.size(); ++i) {
    INFO(i);
    const bool last = i + 1 == said.bodies.size();
    CHECK((said.bodies[i].find(channel == "sms" ? "Order%20status" : "Order status") != std::string::npos) == last);
    CHECK(said.texts[i].ends_with("."));
    if (channel == "slack") CHECK(said.texts[i].size() <= 3000);
  }
}

TEST_CASE("more than ten messages are said to nobody") {
  const Said said = say_all("instagram", std::string(10'001, 'x'));
  CHECK(said.last.status == Status::failed);
  CHECK(said.last.error.code == "text_too_long");
  CHECK(said.texts.empty());
  CHECK(say_all("instagram", std::string(10'000, 'x')).texts.size() == 10);
}

TEST_CASE("a template stands for the whole text, however long that is") {
  Scripted services;
  services.channels = *parse_json_document(shop);
  services.response = HttpResponse{.status = 200, .headers = {}, .body = taken};
  const Outcome outcome = run_action("reply", R"({"channel":"whatsapp","to":"1","text":")" + std::string(5000, 'x') + R"(","template":"order_update"})", services);
  CHECK(outcome.output.root()["rest"].is_null());
  CHECK(outcome.message->text.size() == 5000);
}

TEST_CASE("whatever talks says the rest of it, and looks nothing up again") {
  const std::string action = GENERATE(as<std::string>{}, "reply", "ask", "answer", "notify");
  Scripted services;  // which has no FAQ
  services.channels = *parse_json_document(shop);
  services.response = HttpResponse{.status = 200, .headers = {}, .body = taken};
  const Outcome outcome = run_action(action, R"({"channel":"telegram","to":"1","text":"the beginning","rest":"and the end","first":{}})", services);
  CHECK(outcome.status == Status::done);
  CHECK(services.requests.at(0).body == R"({"chat_id":"1","text":"and the end"})");
}
