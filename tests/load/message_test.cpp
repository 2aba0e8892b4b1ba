// A message from the shop's files to the call that sends it: what load/ reads, the core renders.

#include "core/apply.h"
#include "load/load.h"
#include "reading.h"
#include "support/catch.h"

#include "base/json.h"
#include "base/time.h"

using namespace shopbell;

namespace {

constexpr const char* workflow = R"(
on: order.placed
steps:
  - email: { template: thanks, to: "a@example.com", subject: "{{ 'mail.subject' | t: name: order.name }}" }
)";
constexpr const char* english = R"(
mail:
  subject: Your order {{ name }}
  items: { one: "{{ count }} item", other: "{{ count }} items" }
  only_here: Thanks
)";
constexpr const char* german = R"(
mail:
  subject: Ihre Bestellung {{ name }}
  items: { one: "{{ count }} Artikel, allein", other: "{{ count }} Artikel" }
date:
  day_names: [Sonntag, Montag, Dienstag, Mittwoch, Donnerstag, Freitag, Samstag]
)";

class MailingShop {
 public:
  MailingShop() {
    folder.write("shopbell.yaml",
                 "shop: demo\nurl: https://demo.example\ncurrency: USD\ntimezone: America/New_York\n"
                 "unsubscribe_url: https://demo.example/leave?l=1\ntrack_url: https://t.example/r\n"
                 "channels: { email: { from: a@demo.example } }\n");
    folder.write("workflows/thanks.yaml", workflow);
    folder.write("locales/en.yaml", english);
    folder.write("locales/de.yaml", german);
  }

  void says(const std::string& plain, const std::string& html = {}) const {
    folder.write("templates/thanks.liquid", plain);
    if (!html.empty()) folder.write("templates/thanks.html.liquid", html);
  }

  /// What the call would send, or why there is none.
  Value order_by(const std::string& customer, const std::string& order = R"({"name": "#1", "total": 1234.5, "currency": "EUR"})") {
    loaded_.push_back(load_shop(folder.path()));
    const Read<Shop>& read = loaded_.back();
    INFO(all_text(read.diagnostics));
    REQUIRE(read.value);
    const Workflows workflows(read.value->config.facts, read.value->workflows);
    const auto data = parse_json(R"({"order": )" + order + R"(, "customer": )" + customer + "}", arena_);
    REQUIRE(data);
    Subject subject;
    subject.id = "customer:7";
    const Time at = *parse_time("2026-11-21T23:30:00Z");
    const Input input{at, Received{{"e1", "test", "order.placed", "customer:7", at, *data}, 0, {}, {}}};
    made = apply(workflows, subject, input, arena_);
    return made.calls.empty() ? Value() : made.calls[0].call.args;
  }

  Folder folder;
  Transition made;

 private:
  Arena arena_;
  std::vector<Read<Shop>> loaded_;  // what a call is made of points into its workflow
};

}  // namespace

TEST_CASE("a message speaks the customer's language, and falls back to the shop's") {
  MailingShop shop;
  shop.says("{{ 'mail.items' | t: count: 1 }}; {{ 'mail.items' | t: count: 3 }}; {{ 'mail.only_here' | t }}");
  Value args = shop.order_by(R"({"id": 7, "locale": "de-AT"})");
  CHECK(args["subject"].text_or("") == "Ihre Bestellung #1");
  CHECK(args.at_path("template.text").text_or("") == "1 Artikel, allein; 3 Artikel; Thanks");
  args = shop.order_by(R"({"id": 7, "locale": "fr"})");
  CHECK(args["subject"].text_or("") == "Your order #1");
  CHECK(args.at_path("template.text").text_or("") == "1 item; 3 items; Thanks");
}

TEST_CASE("dates are the recipient's, money is as the order's currency and the customer's locale have it") {
  MailingShop shop;
  shop.says("{{ now | date: '%A %H:%M' }} {{ order.total | money }}");
  CHECK(shop.order_by(R"({"locale": "de", "timezone": "Asia/Tokyo"})").at_path("template.text").text_or("") == "Sonntag 08:30 1.234,50\u00a0€");
  CHECK(shop.order_by("{}", R"({"name": "#1", "total": 1234.5})").at_path("template.text").text_or("") == "Saturday 18:30 $1,234.50");
}

TEST_CASE("links lead where shopbell.yaml says") {
  MailingShop shop;
  shop.says("{{ customer.id | unsubscribe_url }} {{ '/a' | track_url }}");
  CHECK(shop.order_by(R"({"id": 7})").at_path("template.text").text_or("") == "https://demo.example/leave?l=1&c=7 https://t.example/r?u=%2Fa");
}

TEST_CASE("what a customer wrote is text: never a template, and escaped in HTML unless the template says raw") {
  MailingShop shop;
  shop.says("{{ customer.name }}", "<p>{{ customer.name }}</p>{{ order.name | raw }}");
  const Value args = shop.order_by(R"({"name": "{{ shop.url }}<script>"})", R"({"name": "<b>1</b>"})");
  CHECK(args.at_path("template.text").text_or("") == "{{ shop.url }}<script>");
  CHECK(args.at_path("template.html").text_or("") == "<p>{{ shop.url }}&lt;script&gt;</p><b>1</b>");
}

TEST_CASE("a message that cannot be rendered is not sent, and the note has the place") {
  MailingShop shop;
  shop.folder.write("templates/_sum.liquid", "a\nb {{ order.total | divided_by: order.count }}");
  shop.says("fine", "<p>Hello</p>\n{% include 'sum' %}");
  shop.order_by("{}", R"({"name": "#1", "total": 5, "count": 0})");
  CHECK(shop.made.calls.empty());
  REQUIRE(shop.made.runs.size() == 1);
  CHECK(shop.made.runs[0].status == RunStatus::failed);
  const std::string& why = shop.made.notes.back().text;
  INFO(why);
  CHECK(why.find("divided by 0 (in partial 'sum', line 2, column 20)") != std::string::npos);
  CHECK(why.find("of thanks.html.liquid, line 2, column 1") != std::string::npos);
}

TEST_CASE("a text that the templates ask for and the fallback locale lacks is a warning") {
  MailingShop shop;
  shop.folder.write("locales/de.yaml", "only_german: ja\n");
  shop.says("{{ 'mail.itms' | t: count: 1 }}\n{{ 'only_german' | t }}{{ 'mail' | append: 'x' | t }}");
  const auto read = load_shop(shop.folder.path());
  CHECK(read.value.has_value());
  const std::string file = shop.folder.path("templates/thanks.liquid");
  CHECK(all_text(read.diagnostics) == file + ":1:4: warning: no locale has the text mail.itms\n"
                                             "    1 | {{ 'mail.itms' | t: count: 1 }}\n"
                                             "      |    ^~~~~~~~~~~\n"
                                             "      = did you mean mail.items?\n" +
                                          file + ":2:4: warning: the locale en, which all others fall back to, has no text only_german\n"
                                             "    2 | {{ 'only_german' | t }}{{ 'mail' | append: 'x' | t }}\n"
                                             "      |    ^~~~~~~~~~~~~\n");
}

TEST_CASE("a broken locale keeps the shop from loading, and says where it is broken") {
  struct Mistake {
    const char *file, *text, *code;
    std::uint32_t line;
  };
  static constexpr Mistake mistakes[] = {
      {"locales/de.yaml", "a: [x\n", "bad_yaml", 0},
      {"locales/de.yaml", "- a\n", "wrong_type", 1},
      {"locales/de.yaml", "a: x\nb: 5\n", "wrong_type", 2},
      {"locales/de.yaml", "a: x\nb: ~\n", "wrong_type", 2},
      {"locales/de.yaml", "a:\n  b: x\n  b: y\n", "duplicate_key", 3},
      {"locales/de.yaml", "a.b: x\n", "bad_name", 1},
      {"locales/de.yaml", "a:\n  one: x\n  few: y\n", "missing_key", 2},
      {"locales/german.yaml", "a: x\n", "bad_locale", 0},
      {"shopbell.yaml", "shop: demo\ntrack_url: javascript:alert(1)\n", "bad_url", 2},
  };
  for (const Mistake& m : mistakes) {
    MailingShop shop;
    shop.says("x");
    shop.folder.write(m.file, m.text);
    const auto read = load_shop(shop.folder.path());
    INFO(m.text << all_text(read.diagnostics));
    CHECK_FALSE(read.value.has_value());
    REQUIRE_FALSE(read.diagnostics.empty());
    const Diagnostic& d = read.diagnostics.front();
    CHECK(d.file == shop.folder.path(m.file));
    CHECK(d.code == m.code);
    if (m.line != 0) CHECK(d.line == m.line);
  }
}
