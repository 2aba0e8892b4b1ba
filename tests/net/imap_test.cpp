#include "net/imap.h"

#include "support/catch.h"
#include "support/imap_server.h"

using namespace shopbell;

namespace {

const std::atomic<bool> going_on{false};
const std::string letter = "From: ann@x.example\r\nSubject: hi\r\n\r\nWhere is it?\r\n";

}  // namespace

TEST_CASE("a mailbox tells which mails are new, and gives each as it came") {
  ImapServer server;
  server.put(3, "From: old@x.example\r\n\r\nold\r\n");
  server.put(5, letter);
  server.put(8, std::string(300'000, 'x') + "\r\n");
  Imap imap({server.url(), "shop", "secret", {}, Millis{5'000}}, going_on);
  CHECK(imap.above(0).value() == std::vector<std::uint32_t>{3, 5, 8});
  CHECK(imap.validity() == 1);
  CHECK(imap.above(3).value() == std::vector<std::uint32_t>{5, 8});
  CHECK(imap.above(8).value().empty());  // though "9:*" names the last one
  CHECK(imap.fetch(5).value() == letter);
  CHECK(imap.fetch(8).value().size() == 300'002);
  CHECK(imap.since(from_ms(1'800'000'000'000)).value().size() == 3);
}

TEST_CASE("what a mailbox does not give has a reason") {
  ImapServer server;
  server.put(5, letter);
  SECTION("a wrong password") {
    Imap imap({server.url(), "shop", "guess", {}, Millis{5'000}}, going_on);
    const auto uids = imap.above(0);
    REQUIRE_FALSE(uids);
    CHECK(uids.error().code == "login");
  }
  SECTION("a mail that is gone") {
    Imap imap({server.url(), "shop", "secret", {}, Millis{5'000}}, going_on);
    const auto mail = imap.fetch(6);
    REQUIRE_FALSE(mail);
    CHECK(mail.error().code == "gone");
  }
  SECTION("a connection that breaks within a mail") {
    server.break_off_next_fetch();
    Imap imap({server.url(), "shop", "secret", {}, Millis{5'000}}, going_on);
    const auto mail = imap.fetch(5);
    REQUIRE_FALSE(mail);
    CHECK(mail.error().code == "connect");
    CHECK(imap.fetch(5).value() == letter);
  }
  SECTION("nobody there") {
    Imap imap({"imap+plain://127.0.0.1:1/INBOX", "shop", "secret", {}, Millis{5'000}}, going_on);
    const auto uids = imap.above(0);
    REQUIRE_FALSE(uids);
    CHECK(uids.error().code == "connect");
  }
}

TEST_CASE("over TLS a mailbox is whose certificate says so, and nobody else hears the password") {
  using Tls = ImapServer::Tls;
  struct Case {
    Tls how;
    std::string scheme;
    bool known;  // the authority that signed the certificate
    std::string error;
  };
  const Case c = GENERATE(Case{Tls::from_start, "imaps", true, ""}, Case{Tls::from_start, "imaps", false, "tls"},
                          Case{Tls::on_demand, "imap", true, ""}, Case{Tls::on_demand, "imap", false, "tls"},
                          Case{Tls::none, "imap", true, "tls"});  // it offers none, and is told no password
  INFO(c.scheme << " " << c.known);
  const Certificate certificate, other;
  ImapServer server(c.how, c.how == Tls::none ? nullptr : &certificate);
  server.put(5, letter);
  Imap imap({server.url(c.scheme), "shop", "secret", (c.known ? certificate : other).certificate_file, Millis{5'000}}, going_on);
  const auto uids = imap.above(0);
  CHECK((uids ? "" : uids.error().code) == c.error);
  CHECK_FALSE(server.heard_password_unsafely());
  if (!uids) return;
  CHECK(*uids == std::vector<std::uint32_t>{5});
  CHECK(imap.fetch(5).value() == letter);
}
