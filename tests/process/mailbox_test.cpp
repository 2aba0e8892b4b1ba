// Mail with the real program: fetched from a mailbox, answered in its thread; killed in between.

#include "support/catch.h"
#include "support/imap_server.h"
#include "support/program.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace shopbell;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

std::string shown(std::uint16_t port, const std::string& path) {
  const auto response = get(port, path);
  return response ? response->body : std::string();
}

std::string mail(const std::string& id, const std::string& text, const std::string& more = "") {
  return "From: Ann <ann@x.example>\r\nTo: help@shop.example\r\nSubject: My order\r\nMessage-ID: <" + id + ">\r\n" + more + "\r\n" + text + "\r\n";
}

/// All mails of the outbox.
std::string outbox(const std::filesystem::path& folder) {
  std::stringstream all;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator(folder / "data/outbox/new", none)) all << std::ifstream(file.path()).rdbuf();
  return all.str();
}

std::string shop_of(const ImapServer& server, const std::string& ca_file = "") {
  return "shop: a\ncurrency: EUR\napi_tokens: [test-token]\nchannels:\n  email: { from: \"Shop <help@shop.example>\" }\nsources:\n  inbox: { platform: mail, imap: \"" + (ca_file.empty() ? server.url() : server.url("imaps")) +
         "\", user: shop, password: secret, every: 1s" + (ca_file.empty() ? "" : ", ca_file: \"" + ca_file + "\"") + " }\n";
}

constexpr const char* bot = "workflow: bot\non: message.received\nsteps:\n  - reply: \"beep {{ message.text }}\"\n";

}  // namespace

TEST_CASE("a mailbox is looked into from the day that it is met; what comes is answered in its thread, once, whatever breaks") {
  const Certificate certificate;
  ImapServer server(ImapServer::Tls::from_start, &certificate);
  server.put(1, mail("before@x.example", "written before the shop looked"));
  const TempFolder folder;
  folder.write("shopbell.yaml", shop_of(server, certificate.certificate_file));
  folder.write("workflows/bot.yaml", bot);
  const auto received = [](std::uint16_t port) { return count(shown(port, "/api/events?type=message.received"), "\"id\":"); };
  {
    RunningServer program(SHOPBELL_BINARY, folder.path());
    REQUIRE(program.listens());
    REQUIRE(eventually([&] { return server.looks() >= 1 && std::filesystem::exists(folder.path() / "data/mailboxes/inbox.json"); }));
    server.break_off_next_fetch();
    server.put(2, mail("m1@x.example", "one\r\n\r\nOn Fri, 15 Jan 2027 at 9:00, Shop <help@shop.example> wrote:\r\n> two"));
    REQUIRE(eventually([&] { return count(outbox(folder.path()), "In-Reply-To: <m1@x.example>") == 1; }));
    CHECK(server.fetches() >= 2);
    CHECK(count(outbox(folder.path()), "Subject: Re: My order") == 1);
    program.kill();
  }
  server.put(3, mail("m2@x.example", "three", "In-Reply-To: <k@shop.example>\r\nReferences: <m1@x.example>\r\n <k@shop.example>\r\n"));
  server.put(4, mail("vacation@x.example", "I am away", "Auto-Submitted: auto-replied\r\n"));
  {  // It does not get to write down how far it has come: the mail is fetched again, and known.
    ::setenv("SHOPBELL_CRASH_AT", "mailboxes.mail_taken", 1);
    RunningServer program(SHOPBELL_BINARY, folder.path());
    ::unsetenv("SHOPBELL_CRASH_AT");
    CHECK(program.wait() == -SIGKILL);
  }
  RunningServer program(SHOPBELL_BINARY, folder.path());
  REQUIRE(program.listens());
  REQUIRE(eventually([&] { return count(outbox(folder.path()), "In-Reply-To: <m2@x.example>") == 1; }));
  CHECK(count(outbox(folder.path()), "In-Reply-To: <m1@x.example>") == 1);
  CHECK(count(outbox(folder.path()), "References: <m1@x.example>") == 2);
  CHECK(count(outbox(folder.path()), "vacation") == 0);

  RawClient poster(program.port());  // a mailbox is no webhook, and has no secret that could be guessed
  poster.send("POST /hooks/inbox HTTP/1.1\r\nHost: t\r\nContent-Type: message/rfc822\r\nX-Token: \r\nContent-Length: 0\r\n\r\n");
  CHECK(poster.response()->status == 404);

  server.count_anew(7);
  const int looks = server.looks();
  REQUIRE(eventually([&] { return server.looks() >= looks + 4; }));
  CHECK(eventually([&] { return received(program.port()) == 3; }));  // also the one from before: it came within the last days, and has been left out by its UID alone
  CHECK(count(outbox(folder.path()), "In-Reply-To: <m2@x.example>") == 1);
}

TEST_CASE("a mail that comes back undelivered is no message, and the one that was sent has failed") {
  ImapServer server;
  const TempFolder folder;
  folder.write("shopbell.yaml", shop_of(server));
  folder.write("workflows/thanks.yaml", "workflow: thanks\non: order.placed\nsteps:\n  - email: { subject: Thanks, text: Thanks, to: ann@x.example }\n");
  folder.write("workflows/bounced.yaml", "workflow: bounced\non: message.bounced\nif: message.error.contains('550 no such user here')\nsteps:\n  - tag: { add: [unreachable-by-mail] }\n");
  RunningServer program(SHOPBELL_BINARY, folder.path());
  REQUIRE(program.listens());
  REQUIRE(eventually([&] { return server.looks() >= 1; }));
  RawClient client(program.port());
  client.send(post_event(R"({"specversion":"1.0","id":"1","source":"test","type":"order.placed","subject":"customer:7","data":{"customer":{"id":7,"email":"ann@x.example"},"order":{"id":1}}})"));
  REQUIRE(client.response());
  REQUIRE(eventually([&] { return count(outbox(folder.path()), "Message-ID: <") == 1; }));
  const std::string sent = outbox(folder.path());
  const std::size_t at = sent.find("Message-ID: <") + 12;
  const std::string id = sent.substr(at, sent.find('>', at) + 1 - at);
  server.put(9, "From: MAILER-DAEMON@x.example\r\nTo: help@shop.example\r\nSubject: Undelivered\r\nMessage-ID: <d1@x.example>\r\nAuto-Submitted: auto-replied\r\n"
                "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
                "--b\r\n\r\nIt did not work.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
                "Final-Recipient: rfc822; ann@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such\r\n user here\r\n"
                "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Thanks\r\nMessage-ID: " + id + "\r\n--b--\r\n");
  CHECK(eventually([&] { return count(shown(program.port(), "/api/events?type=message.bounced"), "message.bounced") >= 1; }));
  CHECK(eventually([&] { return count(shown(program.port(), "/api/customers/7"), "unreachable-by-mail") >= 1; }));
}
