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

TEST_CASE("what an automaton sent is no message, and what has no token is refused") {
  Arena arena;
  const auto taken = post("Auto-Submitted: auto-replied\r\n" + letter, arena);
  REQUIRE(taken);
  CHECK(taken->events.empty());
  CHECK(taken->ignored == "an automaton sent it");
  CHECK(post("Auto-Submitted: no\r\n" + letter, arena)->events.size() == 1);
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
