// How platforms try an address before they use it, and what they want to hear when they do.

#include "base/hash.h"
#include "base/hmac.h"
#include "base/signature.h"
#include "base/time.h"
#include "support/catch.h"
#include "support/program.h"

using namespace shopbell;

namespace {

std::string post(const std::string& line, const std::string& headers, const std::string& body, const std::string& version = "1.1") {
  return "POST " + line + " HTTP/" + version + "\r\nHost: test\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get_of(const std::string& line) { return "GET " + line + " HTTP/1.1\r\nHost: test\r\n\r\n"; }

std::string hex_mac(const std::string& text) {
  const Mac mac = hmac_sha256("right", text);
  return to_hex({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string slack(const std::string& body) {
  const std::string now = std::to_string(std::time(nullptr));
  return post("/hooks/slack", "X-Slack-Request-Timestamp: " + now + "\r\nX-Slack-Signature: v0=" + hex_mac("v0:" + now + ":" + body) + "\r\n", body);
}

std::string twilio(const std::string& fields, const std::string& signed_fields) {
  const std::string mac = to_base64(hmac_sha1("right", "https://shop.example/hooks/twilio?a=1" + signed_fields));
  return post("/hooks/twilio?a=1", "Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: " + mac + "\r\n", fields);
}

const std::string form = "Content-Type: application/x-www-form-urlencoded\r\n";
const std::string whatsapp_body = R"({"entry":[{"changes":[{"field":"messages","value":{"messages":[{"from":"34600","id":"m1","type":"text","text":{"body":"hi"}}]}}]}]})";

struct Case {
  const char* what;
  std::string bytes;
  int status;
  std::string body;
};

std::vector<Case> cases() {
  return {
      {"Meta's challenge with the token", get_of("/hooks/meta?hub.mode=subscribe&hub.verify_token=t%201&hub.challenge=42"), 200, "42"},
      {"Meta's challenge with another token", get_of("/hooks/meta?hub.verify_token=t&hub.challenge=42"), 403, "{\"error\""},
      {"a challenge to a platform without one", get_of("/hooks/woo?hub.challenge=42"), 405, "{\"error\""},
      {"Slack's challenge, signed", slack(R"({"type":"url_verification","challenge":"c1"})"), 200, "c1"},
      {"Slack's challenge, unsigned", post("/hooks/slack", "", R"({"type":"url_verification","challenge":"c1"})"), 401, "{\"error\""},
      {"a message of Slack's is answered without a text", slack(R"({"type":"event_callback","event_id":"E","event":{"type":"message","user":"U","channel":"C","text":"hi","ts":"1.0"}})"), 200, ""},
      {"WooCommerce's trial", post("/hooks/woo", form, "webhook_id=7"), 200, ""},
      {"WooCommerce's trial by HTTP/1.0", post("/hooks/woo", form + "Connection: close\r\n", "webhook_id=7", "1.0"), 200, ""},
      {"an unsigned form that is no trial", post("/hooks/woo", form, "webhook_id=7&x=1"), 401, "{\"error\""},
      {"Twilio's message is answered without a text", twilio("Body=hi&From=%2B34600&MessageSid=S1&NumMedia=0&To=%2B1", "BodyhiFrom+34600MessageSidS1NumMedia0To+1"), 204, ""},
      {"Twilio's message with a changed field", twilio("Body=no&From=%2B34600&MessageSid=S1&NumMedia=0&To=%2B1", "BodyhiFrom+34600MessageSidS1NumMedia0To+1"), 401, "{\"error\""},
      {"WhatsApp's message", post("/hooks/meta", "X-Hub-Signature-256: sha256=" + hex_mac(whatsapp_body) + "\r\n", whatsapp_body), 200, ""},
  };
}

}  // namespace

TEST_CASE("each platform's handshake is answered as it wants, and so is what it sends") {
  TempFolder folder;
  folder.write("shopbell.yaml",
               "shop: test\nsources:\n  meta: { platform: whatsapp, secret: right, verify_token: t 1 }\n  slack: { platform: slack, secret: right }\n"
               "  woo: { platform: woocommerce, secret: right }\n  twilio: { platform: twilio, secret: right, url: 'https://shop.example/hooks/twilio' }\n");
  folder.write("workflows/tell.yaml", "workflow: tell\non: message.received\nsteps:\n  - note: seen\n");
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  for (const Case& c : cases()) {
    INFO(c.what);
    RawClient client(server.port());
    client.send(c.bytes);
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == c.status);
    if (c.body.empty()) CHECK(response->body.empty());
    else CHECK(response->body.starts_with(c.body));
  }
  CHECK(server.terminate() == 0);
}
