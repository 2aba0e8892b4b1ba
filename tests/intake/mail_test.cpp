#include "intake/mail.h"

#include "support.h"

using namespace shopbell;

namespace {

const std::string letter =
    "From: =?utf-8?q?Ann_Qu=C3=ADnta?= <Ann@Mail.example>\r\nTo: help@shop.example\r\nSubject: =?utf-8?b?UmU6IGhlbGxv?=\r\n"
    "Date: Fri, 15 Jan 2027 09:00:00 +0100\r\nMessage-Id: <m1@mail.example>\r\nIn-Reply-To: <s1@shop.example>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nWhere is my caf=E9?\r\n"
    "--b\r\nContent-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\nnot this\r\n"
    "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n";

Result<WebhookTaken> post(const std::string& body, Arena& arena, const std::string& token = "secret") {
  Delivery mail("", body);
  mail.headers = {{"Content-Type", "message/rfc822"}, {"X-Token", token}};
  return mail.take_by(*find_platform("mail"), arena);
}

}  // namespace

TEST_CASE("a mail as it came is a message of its sender's, in UTF-8, with its files told of") {
  Arena arena;
  const auto taken = post(letter, arena);
  REQUIRE(taken);
  REQUIRE(taken->events.size() == 1);
  const Event& event = taken->events[0].event;
  CHECK(event.type == "message.received");
  CHECK(event.subject == "customer:ann@mail.example");
  CHECK(event.at == test_time);
  CHECK(event.id == "m1@mail.example");
  const Value message = event.data["message"];
  CHECK(message["text"].text_or("") == "Where is my caf\xc3\xa9?");
  CHECK(message["subject"].text_or("") == "Re: hello");
  CHECK(message["from_name"].text_or("") == "Ann Qu\xc3\xadnta");
  CHECK(message["reply_to"].text_or("") == "s1@shop.example");
  REQUIRE(message["attachments"].size() == 2);
  CHECK(message["attachments"].items()[0]["name"].text_or("") == "notes.txt");
  CHECK(message["attachments"].items()[1]["size"].integer_or(0) == 8);
}

TEST_CASE("a mail is its sender's, and tells where one address alone wants the answers") {
  const auto [header, told] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"Reply-To: Ann at work <ann@work.example>\r\n", "ann@work.example"},
      {"Reply-To: <ann@work.example>\r\n", "ann@work.example"},
      {"Reply-To: a@x.example, b@x.example\r\n", ""},
      {"Reply-To: friends: a@x.example, b@x.example;\r\n", ""},
      {"Reply-To: nobody\r\n", ""},
  }));
  INFO(header);
  Arena arena;
  const auto taken = post(header + letter, arena);
  REQUIRE(taken);
  const Event& event = taken->events.at(0).event;
  CHECK(event.data["message"]["answers_to"].text_or("") == told);
  CHECK(event.data["message"]["from"].text_or("") == "Ann@Mail.example");
  CHECK(event.subject == "customer:ann@mail.example");
}

TEST_CASE("what an automaton sent is no message, and what has no token is refused") {
  Arena arena;
  const auto taken = post("Auto-Submitted: auto-replied\r\n" + letter, arena);
  REQUIRE(taken);
  CHECK(taken->events.empty());
  CHECK(taken->ignored == "an automaton sent it");
  CHECK(post("Auto-Submitted: no\r\n" + letter, arena)->events.size() == 1);
  const std::string other = GENERATE(as<std::string>{}, "Precedence: auto_reply", "Precedence: List", "X-Autoreply: yes", "List-Id: <news.x.example>", "Return-Path: <>");
  INFO(other);
  CHECK(post(other + "\r\n" + letter, arena)->events.empty());
  CHECK_FALSE(post(letter, arena, "guess"));
}

TEST_CASE("a mail of too many parts, or of parts within parts without end, does no harm") {
  std::string many = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (std::size_t i = 0; i <= mail_parts_max; ++i) many += "--b\r\n\r\nx\r\n";
  const auto read = read_mail(many);
  REQUIRE_FALSE(read);
  CHECK(read.error().code == "too_many_parts");
  std::string deep = "From: a@b.example\r\n";
  for (int i = 0; i < 2000; ++i) {
    const std::string b = "b" + std::to_string(i);
    deep += "Content-Type: multipart/mixed; boundary=" + b + "\r\n\r\n--" + b + "\r\n";
  }
  deep += "\r\nbottom";
  const auto nested = read_mail(deep);
  if (nested) {
    int levels = 0;
    for (const MailPart* part = &nested->body; !part->parts.empty(); part = &part->parts[0]) ++levels;
    CHECK(levels <= mail_depth_max);
  }
}

TEST_CASE("a mail belongs to the thread of its first reference, and says what was written, not what was quoted") {
  Arena arena;
  const auto [more, body, thread, text] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"References: <r1@x>\r\n <r2@x>\r\nIn-Reply-To: <r2@x>\r\n", "Yes\r\n\r\nOn Fri, 15 Jan 2027, Shop <s@x> wrote:\r\n> Shall we?", "r1@x", "Yes"},
      {"In-Reply-To: <r2@x>\r\n", "Yes", "r2@x", "Yes"},
      {"", "Hello\r\n-- \r\nAnn", "m9@x", "Hello"},
      {"Content-Type: text/html\r\n", "<style>p{}</style><p>It is<br>here &amp; there</p><blockquote><p>Shall we?</p></blockquote>", "m9@x", "It is\nhere & there"},
  }));
  const auto taken = post("From: ann@x.example\r\nMessage-Id: <m9@x>\r\n" + more + "\r\n" + body, arena);
  REQUIRE(taken);
  REQUIRE(taken->events.size() == 1);
  const Value message = taken->events[0].event.data["message"];
  CHECK(message["conversation"].text_or("") == thread);
  CHECK(message["text"].text_or("") == text);
}

TEST_CASE("what a mail server reports of a mail is told of that mail") {
  Arena arena;
  const auto [action, type, status] = GENERATE(table<std::string, std::string, std::string>({
      {"failed", "message.bounced", "failed"}, {"delivered", "message.delivered", "delivered"}, {"relayed", "message.delivered", "delivered"}, {"delayed", "", ""}}));
  INFO(action);
  const std::string report =
      "From: MAILER-DAEMON@x.example\r\nMessage-ID: <d1@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
      "--b\r\n\r\nIt did not work.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
      "Final-Recipient: rfc822; Ann@x.example\r\nAction: " + action + "\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such\r\n user here\r\n"
      "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Thanks\r\nMessage-ID: <k1@shop.example>\r\n\r\nThanks\r\n--b--\r\n";
  const auto taken = post(report, arena);
  REQUIRE(taken);
  REQUIRE(taken->events.size() == (type.empty() ? 0 : 1));
  if (type.empty()) return;
  const Event& event = taken->events[0].event;
  CHECK(event.type == type);
  CHECK(event.subject == "customer:ann@x.example");
  const Value message = event.data["message"];
  CHECK(message["id"].text_or("") == "k1@shop.example");
  CHECK(message["status"].text_or("") == status);
  CHECK(message["error"].text_or("") == "550 no such user here");
}
