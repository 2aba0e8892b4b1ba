#include "net/mail.h"
#include "net/mail_address.h"
#include "support/catch.h"
#include "support/certificate.h"
#include "support/script_server.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

using namespace shopbell;
namespace fs = std::filesystem;

namespace {

Mail a_mail() {
  Mail mail;
  mail.from = "Café Noir <shop@example.com>";
  mail.to = "ann@example.org";
  mail.subject = "Your order #1001";
  mail.text = "Hello Ann,\n.\nFrom us: grüße = fine\n";
  mail.html = "<p>Hello <b>Ann</b></p>";
  mail.message_id = "<run-1.step-2@example.com>";
  mail.headers = {{"Auto-Submitted", "auto-generated"}};
  mail.date = from_ms(1'795'292'854'000);
  return mail;
}

std::string code_of(const Result<std::string>& result) { return result ? "done" : result.error().code; }

struct Folder {
  fs::path path = fs::temp_directory_path() / ("shopbell-mail-" + std::to_string(::getpid()));
  Folder() { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<std::string> post(Mailer& mailer, Mail mail) {
  std::promise<Result<std::string>> said;
  mailer.send(std::move(mail), [&](Result<std::string> result) { said.set_value(std::move(result)); });
  return said.get_future().get();
}

}  // namespace

TEST_CASE("a mail is lines of printable ASCII, none too long, the same each time") {
  auto mail = a_mail();
  mail.subject = std::string(300, 'x') + " \xf0\x9f\x94\x94 " + std::string(50, ' ') + "Übergröße";
  mail.to =
      "\"Doe, Ann \\\"A\\\"\" <ann@example.org>, Jürgen Müller-Lüdenscheidt von und zu Übersee "
      "<j@example.org>, b@example.org";
  mail.text = std::string(5000, 'a') + "\r\n" + std::string(300, '=') + "\rtrailing \n\ttab\t\n";
  const auto message = compose(mail);
  REQUIRE(message);
  CHECK(*message == *compose(mail));
  std::istringstream lines(*message);
  std::string line;
  while (std::getline(lines, line)) {
    INFO(line);
    REQUIRE(line.ends_with('\r'));
    line.pop_back();
    CHECK(line.size() <= 78);
    CHECK_FALSE(line.starts_with("."));
    CHECK_FALSE(line.starts_with("From "));
    CHECK(std::all_of(line.begin(), line.end(), [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; }));
    CHECK((line.empty() || (line.back() != ' ' && line.back() != '\t')));
  }
}

TEST_CASE("a mail has the headers that it must") {
  const auto message = compose(a_mail());
  REQUIRE(message);
  for (const auto* header :
       {"Date: Sat, 21 Nov 2026 20:27:34 +0000\r\n", "To: ann@example.org\r\n",
        "Subject: Your order #1001\r\n", "Message-ID: <run-1.step-2@example.com>\r\n",
        "From: =?UTF-8?B?Q2Fmw6kgTm9pcg==?= <shop@example.com>\r\n", "Auto-Submitted: auto-generated\r\n",
        "MIME-Version: 1.0\r\n", "Content-Type: multipart/alternative;"}) {
    INFO(header);
    CHECK(message->find(header) != message->npos);
  }
  auto only_text = a_mail();
  only_text.html.clear();
  CHECK(compose(only_text)->find("Content-Type: text/plain; charset=utf-8\r\n") != std::string::npos);
  CHECK(compose(only_text)->find("multipart") == std::string::npos);
}

TEST_CASE("another program reads a mail as it was meant") {
  if (std::system("python3 -c 'import email' 2>/dev/null") != 0) {
    WARN("skipped: there is no python3 to read the mail back");
    return;
  }
  auto mail = a_mail();
  mail.subject = "Größe  \xf0\x9f\x94\x94 =?UTF-8?B?eA==?= " + std::string(200, 'w') + " end";
  mail.to =
      "\"Doe, Ann \\\"A\\\"\" <ann@example.org>, J\xc3\xbcrgen <j@b\xc3\xbc"
      "cher.example>";
  mail.reply_to = "Help <help@example.com>";
  mail.text = "Line one\n\n.\n..two\nFrom here \t\n" + std::string(500, 'z') + " \xe2\x82\xac = 100%\n";
  mail.headers.emplace_back("X-Note", "grün");
  const auto message = compose(mail);
  REQUIRE(message);
  const Folder folder;
  fs::create_directories(folder.path);
  std::ofstream(folder.path / "mail", std::ios::binary) << *message;
  std::ofstream(folder.path / "expected", std::ios::binary)
      << mail.subject << "\x1e"
      << "Doe, Ann \"A\"|ann@example.org;Jürgen|j@xn--bcher-kva.example"
      << "\x1e"
      << "Café Noir"
      << "\x1e"
      << "grün"
      << "\x1e" << mail.text << "\x1e" << mail.html;
  std::ofstream(folder.path / "read.py") << R"(
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1] + '/mail', 'rb'), policy=email.policy.default)
parts = list(m.iter_parts())
assert [p.get_content_type() for p in parts] == ['text/plain', 'text/html'], parts
assert not m.defects and not any(p.defects for p in parts)
found = [m['subject'], ';'.join(a.display_name + '|' + a.addr_spec for a in m['to'].addresses), m['from'].addresses[0].display_name, m['x-note']]
found += [p.get_payload(decode=True).decode('utf-8').replace('\r\n', '\n') for p in parts]
expected = open(sys.argv[1] + '/expected', 'rb').read().decode('utf-8').split('\x1e')
for f, e in zip(found, expected):
    if f != e: print(repr(f), '!=', repr(e))
sys.exit(0 if found == expected else 1)
)";
  CHECK(std::system(("python3 " + (folder.path / "read.py").string() + " " + folder.path.string()).c_str()) ==
        0);
}

TEST_CASE("what would break a mail's header is refused") {
  const auto refused = [](auto change) {
    auto mail = a_mail();
    change(mail);
    return code_of(compose(mail)) == "bad_address";
  };
  CHECK_FALSE(refused([](Mail&) {}));
  for (const std::string text : {"",
                                 "ann",
                                 "ann@",
                                 "@b",
                                 "a b@c.d",
                                 "a@b c",
                                 "a@b\r\nBcc: evil@example.com",
                                 "a@b\n",
                                 "a..b@c.d",
                                 ".a@c.d",
                                 "a@-b.c",
                                 "a@b-.c",
                                 "a@b..c",
                                 "a@b.c>",
                                 "<a@b.c",
                                 "a@b.c, ",
                                 "\"a@b.c",
                                 "\xff@b.c",
                                 "\xc3\xbc@b.c",
                                 "a@b@c.d",
                                 "Ann <a@b.c> x",
                                 "a@b_c.d"}) {
    INFO(text);
    CHECK(refused([&](Mail& mail) { mail.to = text; }));
    CHECK(refused([&](Mail& mail) { mail.from = text; }));
    if (!text.empty()) CHECK(refused([&](Mail& mail) { mail.reply_to = text; }));
  }
  CHECK(refused([](Mail& mail) { mail.to = std::string(65, 'a') + "@b.c"; }));
  CHECK(refused([](Mail& mail) { mail.to = "a@" + std::string(64, 'b') + ".c"; }));
  CHECK(refused([](Mail& mail) {
    mail.to = std::string(60, 'a') + "@" + std::string(60, 'b') + "." + std::string(60, 'b') + "." +
              std::string(60, 'b') + "." + std::string(20, 'b');
  }));
  CHECK(refused([](Mail& mail) { mail.from = "a@b.c, d@e.f"; }));
  CHECK(refused([](Mail& mail) {
    mail.to = "a@b.c";
    for (int i = 0; i < 100; ++i) mail.to += ", a@b.c";
  }));
  CHECK(refused([](Mail& mail) { mail.subject = "a\r\nBcc: evil@example.com"; }));
  CHECK(refused([](Mail& mail) { mail.subject = "\xff"; }));
  CHECK(refused([](Mail& mail) { mail.subject = std::string(2001, 'a'); }));
  CHECK(refused([](Mail& mail) { mail.headers = {{"X", "a\nb"}}; }));
  CHECK(refused([](Mail& mail) { mail.headers = {{"X\r\nBcc", "a"}}; }));
  CHECK(refused([](Mail& mail) { mail.headers = {{"bcc", "evil@example.com"}}; }));
  CHECK(refused([](Mail& mail) { mail.headers = {{"Content-Type", "text/html"}}; }));
  CHECK(refused([](Mail& mail) { mail.message_id = "a@b"; }));
  CHECK(refused([](Mail& mail) { mail.message_id = "<a@b>\r\nX: y"; }));
  CHECK(refused([](Mail& mail) { mail.text = "\xff"; }));
  CHECK(refused([](Mail& mail) { mail.html = std::string(10 * 1024 * 1024 + 1, 'a'); }));
}

TEST_CASE("a Maildir holds each mail once, whole, under the name of its Message-ID") {
  const Folder folder;
  const auto made = Mailer::maildir(folder.path.string());
  REQUIRE(made);
  auto& mailer = **made;
  REQUIRE(post(mailer, a_mail()));
  REQUIRE(post(mailer, a_mail()));
  auto second = a_mail();
  second.message_id = "<run-2@example.com>";
  REQUIRE(post(mailer, second));
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder.path / "new")) files.push_back(entry.path());
  CHECK(files.size() == 2);
  CHECK(fs::is_empty(folder.path / "tmp"));
  for (const auto& file : files)
    CHECK((content(file) == *compose(a_mail()) || content(file) == *compose(second)));
  // Read by a mail program, it stays read.
  for (const auto& file : files) fs::rename(file, folder.path / "cur" / (file.filename().string() + ":2,S"));
  REQUIRE(post(mailer, second));
  CHECK(fs::is_empty(folder.path / "new"));
  auto bad = a_mail();
  bad.to = "nobody";
  CHECK(code_of(post(mailer, bad)) == "bad_address");
  mailer.stop();
  CHECK(code_of(post(mailer, second)) == "stopped");
}

TEST_CASE("a Maildir that cannot be made or written is an error, not a lost mail") {
  CHECK(Mailer::maildir("/proc/nowhere").error().code == "outbox");
  const Folder folder;
  const auto made = Mailer::maildir(folder.path.string());
  REQUIRE(made);
  fs::remove_all(folder.path / "new");
  CHECK(code_of(post(**made, a_mail())) == "outbox");
}

namespace {

using Script = ScriptServer::Script;

const std::string hello = "250-mail.example\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000\r\n";

Script conversation(const std::string& final_word = "250 queued as 42\r\n") {
  return {{"", "220 mail.example\r\n"}, {"\r\n", hello},           {"\r\n", "250 from\r\n"},
          {"\r\n", "250 to\r\n"},       {"\r\n", "354 go on\r\n"}, {"\r\n.\r\n", final_word}};
}

SmtpConfig plain_to(const ScriptServer& server) {
  SmtpConfig config;
  config.url = "smtp+plain://127.0.0.1:" + std::to_string(server.port());
  config.timeout = Millis{10'000};
  return config;
}

}  // namespace

TEST_CASE("a mail goes out by SMTP, byte for byte") {
  ScriptServer server(conversation());
  auto mail = a_mail();
  mail.to = "Ann <ann@example.org>";
  const auto result = post(*Mailer::smtp(plain_to(server), 1), mail);
  REQUIRE(result);
  CHECK(*result == "250 queued as 42");
  const auto heard = server.heard();
  CHECK(heard.find("MAIL FROM:<shop@example.com>") != heard.npos);
  CHECK(heard.find("RCPT TO:<ann@example.org>\r\n") != heard.npos);
  CHECK(heard.find("DATA\r\n" + *compose(mail) + ".\r\n") != heard.npos);
}

TEST_CASE("a refusal is temporary or permanent as its first digit says, wherever it comes") {
  for (const std::string digit : {"4", "5"}) {
    const std::string word = digit + "50 no, thank you\r\n",
                      code = digit == "4" ? "smtp_temporary" : "smtp_permanent";
    for (std::size_t step = 2; step <= 5; ++step) {
      INFO(digit << " at step " << step);
      auto script = conversation();
      script[step].say = word;
      script.resize(step + 1);
      ScriptServer server(script);
      const auto result = post(*Mailer::smtp(plain_to(server), 1), a_mail());
      CHECK(code_of(result) == code);
      CHECK(result.error().message.find("no, thank you") != std::string::npos);
    }
  }
}

TEST_CASE("a connection that breaks before the end is no mail, behind the final dot it is a doubt") {
  for (std::size_t step = 0; step <= 5; ++step) {
    INFO(step);
    auto script = conversation();
    script[step].say.clear();
    script[step].hang_up = true;
    ScriptServer server(script);
    CHECK(code_of(post(*Mailer::smtp(plain_to(server), 1), a_mail())) ==
          (step == 5 ? "in_doubt" : "connect"));
  }
}

TEST_CASE("a server that says nothing behind the final dot leaves a doubt when the time is over") {
  auto script = conversation();
  script.back().say.clear();
  ScriptServer server(script);
  auto config = plain_to(server);
  config.timeout = Millis{300};
  CHECK(code_of(post(*Mailer::smtp(config, 1), a_mail())) == "in_doubt");
}

TEST_CASE("nobody listens: connect; nothing is sent to an address that is none") {
  std::uint16_t port = 0;
  { port = ScriptServer(Script{}).port(); }
  SmtpConfig config;
  config.url = "smtp+plain://127.0.0.1:" + std::to_string(port);
  const auto mailer = Mailer::smtp(config, 1);
  CHECK(code_of(post(*mailer, a_mail())) == "connect");
  auto bad = a_mail();
  bad.to = "a@b\r\nRCPT TO:<evil@example.com>";
  CHECK(code_of(post(*mailer, bad)) == "bad_address");
}

TEST_CASE("two mails of one thread share a connection") {
  auto script = conversation();
  const auto again = conversation();
  script.insert(script.end(), again.begin() + 2, again.end());
  ScriptServer server(script);
  const auto mailer = Mailer::smtp(plain_to(server), 1);
  CHECK(code_of(post(*mailer, a_mail())) == "done");
  CHECK(code_of(post(*mailer, a_mail())) == "done");
  CHECK(server.connections() == 1);
}

TEST_CASE("smtp:// goes on only under TLS, and gives its password only there") {
  const Certificate certificate;
  SmtpConfig config;
  config.user = "shop";
  config.password = "secret";
  config.timeout = Millis{10'000};
  {
    ScriptServer without(conversation());
    config.url = "smtp://127.0.0.1:" + std::to_string(without.port());
    CHECK(code_of(post(*Mailer::smtp(config, 1), a_mail())) == "tls");
    CHECK(without.heard().find("MAIL") == std::string::npos);
    CHECK(without.heard().find("AUTH") == std::string::npos);
  }
  Script script{{"", "220 mail.example\r\n"},
                {"\r\n", "250-mail.example\r\n250 STARTTLS\r\n"},
                {"STARTTLS\r\n", "220 go on\r\n", false, true},
                {"\r\n", hello},
                {"AUTH PLAIN\r\n", "334 \r\n"},
                {"\r\n", "235 welcome\r\n"}};
  const auto rest = conversation();
  script.insert(script.end(), rest.begin() + 2, rest.end());
  ScriptServer server(script, {}, &certificate);
  config.url = "smtp://localhost:" + std::to_string(server.port());
  {
    ScriptServer stranger(script, {}, &certificate);
    auto trusting = config;
    trusting.url = "smtp://localhost:" + std::to_string(stranger.port());
    CHECK(code_of(post(*Mailer::smtp(trusting, 1), a_mail())) == "tls");
  }
  config.ca_file = certificate.certificate_file;
  const auto result = post(*Mailer::smtp(config, 1), a_mail());
  REQUIRE(result);
  CHECK(*result == "250 queued as 42");
  CHECK(server.heard().find("AHNob3AAc2VjcmV0\r\n") != std::string::npos);  // "\0shop\0secret"
}

TEST_CASE("smtps:// is TLS from the first byte, and a wrong password is permanent") {
  const Certificate certificate;
  Script script{{"", "", false, true},
                {"", "220 mail.example\r\n"},
                {"\r\n", hello},
                {"AUTH PLAIN\r\n", "334 \r\n"},
                {"\r\n", "535 who are you\r\n"}};
  ScriptServer server(script, {}, &certificate);
  SmtpConfig config;
  config.url = "smtps://localhost:" + std::to_string(server.port());
  config.user = "shop";
  config.password = "wrong";
  config.ca_file = certificate.certificate_file;
  CHECK(code_of(post(*Mailer::smtp(config, 1), a_mail())) == "smtp_permanent");
}

TEST_CASE("a mailer that stops does not wait for a server that does not answer") {
  ScriptServer server(Script{{"\r\n", "never reached"}});
  const auto mailer = Mailer::smtp(plain_to(server), 1);
  std::promise<std::string> first, second;
  mailer->send(a_mail(), [&](Result<std::string> result) { first.set_value(code_of(result)); });
  mailer->send(a_mail(), [&](Result<std::string> result) { second.set_value(code_of(result)); });
  mailer->stop();
  CHECK(first.get_future().get() == "stopped");
  CHECK(second.get_future().get() == "stopped");
}
