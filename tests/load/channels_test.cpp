// `channels` and mailboxes of shopbell.yaml: what is missing or misspelt is told when the file is read.

#include "load/load.h"
#include "support/catch.h"
#include "reading.h"

#include <cstdlib>

using namespace shopbell;

namespace {

std::string codes(const std::vector<Diagnostic>& diagnostics) {
  std::string all;
  for (const Diagnostic& d : diagnostics) all += (all.empty() ? "" : " ") + d.code;
  return all;
}

std::vector<Diagnostic> read(const std::string& yaml, ShopConfig* config = nullptr) {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\n" + yaml);
  auto shop = load_shop(folder.path());
  if (config != nullptr && shop.value) *config = std::move(shop.value->config);
  return shop.diagnostics;
}

}  // namespace

TEST_CASE("a channel's settings arrive, ids that look like numbers as texts") {
  ShopConfig config;
  const auto found = read("channels:\n  whatsapp: { token: t, phone_number_id: 106540352242922 }\n  sms: { platform: twilio, account: AC1, token: t, from: 34911, segments_max: 3 }\n"
                          "  messenger: { token: t, human_agent: true }\n  chat2: { url: https://x.example, token: t }\n  log: {}\n",
                          &config);
  INFO(all_text(found));
  CHECK(found.empty());
  const Value channels = config.channels.root();
  CHECK(channels.at_path("whatsapp.phone_number_id").text_or("") == "106540352242922");
  CHECK(channels.at_path("sms.from").text_or("") == "34911");
  CHECK(channels.at_path("messenger.human_agent").boolean_or(false));
}

TEST_CASE("what a channel lacks, or does not know, is told with its place") {
  setenv("SHOPBELL_TEST_EMPTY", "", 1);
  const auto [yaml, code, says] = GENERATE(table<std::string, std::string, std::string>({
      {"channels:\n  telegram: { tokn: hush }\n", "missing_key unknown_key", "did you mean token"},
      {"channels:\n  whatsapp: { token: hush }\n", "missing_key", "Meta's id of the shop's number"},
      {"channels:\n  whatsapp: { token: hush, phone_number_id: [1] }\n", "wrong_type", "a text"},
      {"channels:\n  messenger: { token: hush, human_agent: yes }\n", "wrong_type", "true or false"},
      {"channels:\n  sms: { platform: twillio, account: a, token: hush }\n", "no_such_platform", "did you mean twilio"},
      {"channels:\n  telegramm: { token: hush }\n", "mute_channel", "nothing can be said"},
      {"channels:\n  telegram: { token: \"${env:SHOPBELL_TEST_EMPTY}\" }\n", "empty_secret", "token is empty"},
      {"channels:\n  email: { form: a@b.example }\n", "unknown_key", "did you mean from"},
      {"sources: { in: { platform: mail, imap: \"imaps://m.example/INBOX\", user: u } }\n", "missing_key", "password"},
      {"sources: { in: { platform: mail, imap: m.example, user: u, password: hush } }\n", "bad_url", "imaps://"},
      {"sources: { in: { platform: shopify, imap: \"imaps://m.example/INBOX\", user: u, password: hush } }\n", "bad_source", "platform mail"},
      {"sources: { in: { platform: mail } }\n", "missing_key", "secret"},
  }));
  const auto found = read(yaml);
  INFO(yaml << all_text(found));
  CHECK(codes(found) == code);
  CHECK(all_text(found).find(says) != std::string::npos);
  CHECK(all_text(found).find("hush") == std::string::npos);
}

TEST_CASE("a mailbox needs no secret of a webhook's") {
  ShopConfig config;
  const auto found = read("sources: { in: { platform: mail, imap: \"imaps://m.example/INBOX\", user: u, password: p, every: 30s } }\n", &config);
  INFO(all_text(found));
  CHECK(found.empty());
  REQUIRE(config.sources.size() == 1);
  CHECK(config.sources[0].every == Millis{30'000});
}

TEST_CASE("an intent that nobody has given examples of is never heard, and that is told") {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\n");
  folder.write("intents/own.yaml", "gift_wrapping:\n  - can you wrap it\n");
  folder.write("workflows/w.yaml", "workflow: w\non: message.received\nsteps:\n  - classify: { intents: [order_status, gift_wrapping, order_stats] }\n    as: said\n  - log: x\n");
  const auto shop = load_shop(folder.path());
  INFO(all_text(shop.diagnostics));
  CHECK(shop.value);
  CHECK(codes(shop.diagnostics) == "unknown_intent");
  CHECK(all_text(shop.diagnostics).find("did you mean order_status") != std::string::npos);
  folder.write("models/intents.model", "");
  CHECK(load_shop(folder.path()).diagnostics.empty());
}
