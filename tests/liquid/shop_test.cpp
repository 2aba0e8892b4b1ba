#include "support.h"

#include "base/time.h"

namespace shopbell::liquid {
namespace {

TEST_CASE("money is written as the locale writes it") {
  struct Case {
    std::string_view locale, amount, currency, expected;
  };
  for (const Case& c : {Case{"en", "1234.5", "USD", "$1,234.50"}, Case{"en", "-5", "USD", "-$5.00"}, Case{"en", "1.005", "GBP", "£1.01"},
                        Case{"de", "1234.5", "EUR", "1.234,50\u00a0€"}, Case{"de-CH", "1234.5", "CHF", "CHF\u00a01’234.50"},
                        Case{"fr-FR", "1234.5", "EUR", "1\u202f234,50\u00a0€"}, Case{"es", "1234.5", "EUR", "1234,50\u00a0€"},
                        Case{"es", "12345", "EUR", "12.345,00\u00a0€"}, Case{"ja", "1234", "JPY", "¥1,234"},
                        Case{"en", "1.2345", "KWD", "KWD\u00a01.235"}, Case{"en-IN", "1234567", "INR", "₹12,34,567.00"},
                        Case{"pt-BR", "10", "BRL", "R$\u00a010,00"}, Case{"xx", "10", "XYZ", "XYZ\u00a010.00"}}) {
    Setting setting;
    setting.locale = c.locale;
    setting.currency = c.currency;
    INFO(c.locale << " " << c.amount << " " << c.currency);
    CHECK(render("{{ a | money }}", "{\"a\": " + std::string(c.amount) + "}", setting) == c.expected);
  }
}

TEST_CASE("money has its variants, and refuses what is no amount") {
  Setting setting;
  setting.currency = "USD";
  const auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"{{ 10 | money_with_currency }}", "$10.00 USD"},
      {"{{ 10 | money_without_trailing_zeros }} {{ 10.5 | money_without_trailing_zeros }}", "$10 $10.50"},
      {"{{ 10 | money_without_currency }}", "10.00"},
      {"{{ 10 | money: 'eur' }}", "€10.00"},
      {"{{ 10 | money: currency: 'GBP' }}", "£10.00"},
      {"{{ '19.9' | money }}", "$19.90"},
      {"{{ missing | money }}", ""},
      {"{{ 'free' | money }}", "ERROR render: money needs an amount, not 'free'"},
      {"{{ 99999999999999999999.99 | money }}", "$100,000,000,000,000,000,000.00"},
      {"{{ 3330000000114519000000000000000000015400 | money }}", "ERROR render: money needs an amount below 1e30, not '3.330000000114519e+39'"},
      {"{{ '-1000000000000000000000000000000' | money_without_currency }}", "ERROR render: money needs an amount below 1e30, not '-1000000000000000000000000000000'"},
  }));
  INFO(text);
  CHECK(render(text, "{}", setting) == expected);
}

TEST_CASE("dates are printed in the recipient's zone") {
  Setting setting;
  setting.now = *parse_time("2026-11-21T20:27:34Z");
  Arena arena;
  const Value scope = make_map(arena, {{"at", Value(*parse_time("2026-07-01T22:30:00Z"))}, {"winter", Value(*parse_time("2026-01-01T00:30:00Z"))}});
  const auto at = [&](std::string_view text, std::string_view zone) {
    setting.timezone = zone;
    const auto result = template_of(text).render(scope, arena, setting);
    return result ? *result : "ERROR " + result.error().code;
  };
  CHECK(at("{{ at | date: '%Y-%m-%d %H:%M %Z' }}", "Europe/Madrid") == "2026-07-02 00:30 CEST");
  CHECK(at("{{ winter | date: '%F %T %z' }}", "America/New_York") == "2025-12-31 19:30:00 -0500");
  CHECK(at("{{ at | date: '%-d. %B %Y, %l:%M %p' }}", "Asia/Tokyo") == "2. July 2026,  7:30 AM");
  CHECK(at("{{ 'now' | date: '%H:%M' }}", "UTC") == "20:27");
  CHECK(at("{{ '2026-03-01 10:00' | date: '%s' }}", "Europe/Madrid") == "1772355600");
  CHECK(at("{{ '2026-03-01T10:00:00-05:00' | date: '%H:%M %z' }}", "Europe/Madrid") == "16:00 +0100");
  CHECK(at("{{ '2026-03-01T10:00:00-05:00' | date: '%H:%M %z' }}", "") == "10:00 -0500");
  CHECK(at("{{ at }}", "Europe/Madrid") == "2026-07-02 00:30:00 +0200");
  CHECK(at("{{ at | date: '%F' }}", "Mars/Olympus") == "ERROR no_such_timezone");
}

TEST_CASE("dates that people write are understood") {
  for (const std::string_view text : {"March 14, 2016", "14 Mar 2016", "Mar 14 2016", "2016-03-14", "2016/03/14", "14/3/2016", "20160314T000000", "Mon, 14 Mar 2016 00:00:00 +0000", "14th of March 2016", "2016-03-14T00:00:00Z", "1457913600"}) {
    Arena arena;
    const Value scope = make_map(arena, {{"d", Value(text)}});
    INFO(text);
    CHECK(template_of("{{ d | date: '%Y-%m-%d' }}").render(scope, arena, {}).value() == "2016-03-14");
  }
  CHECK(render("{{ 'soon' | date: '%Y' }}") == "soon");
  CHECK(render("{{ '2016-02-30' | date: '%Y' }}") == "2016-02-30");
}

TEST_CASE("strftime has Ruby's conversions and flags") {
  const auto [format, expected] = GENERATE(table<std::string_view, std::string_view>({
      {"%a %A %b %B %^a", "Tue Tuesday Jan January TUE"},
      {"%C %y %G-W%V-%u %U %W %j %w", "20 24 2024-W01-2 00 01 002 2"},
      {"%H %I %k %l %M %S %p %P %L %3N", "15 03 15  3 04 05 PM pm 000 000"},
      {"%-d %-m %e %_m %05d", "2 1  2  1 00002"},
      {"%z %:z %::z %Z", "+0000 +00:00 +00:00:00 UTC"},
      {"%D %F %T %R %r %c %x %X", "01/02/24 2024-01-02 15:04:05 15:04 03:04:05 PM Tue Jan  2 15:04:05 2024 01/02/24 15:04:05"},
      {"%s %% %n %Q", "1704207845 % \n %Q"},
  }));
  INFO(format);
  CHECK(render("{{ '2024-01-02 15:04:05' | date: \"" + std::string(format) + "\" }}") == expected);
}

class Shop {
 public:
  Shop() {
    texts_.add("en", *parse_json_document(R"({"cart": {"title": "Your cart", "items": {"one": "{{ count }} item", "other": "{{ count }} items"}, "only_en": "English", "hello_html": "<b>Hello, %{name}</b>", "hello": "Hello, %{name}"}, "date_formats": {"day": "%A"}})"));
    texts_.add("de", *parse_json_document(R"({"cart": {"title": "Ihr Warenkorb"}, "date": {"day_names": ["Sonntag","Montag","Dienstag","Mittwoch","Donnerstag","Freitag","Samstag"]}})"));
    texts_.add("pl", *parse_json_document(R"({"cart": {"items": {"one": "{{ count }} rzecz", "few": "{{ count }} rzeczy", "many": "{{ count }} sztuk", "other": "{{ count }} sztuki"}}})"));
    setting.translations = &texts_;
    setting.shop_url = "https://demo.example/";
  }
  Setting setting;

 private:
  Translations texts_{"en"};
};

TEST_CASE("texts are translated, with fallback and plural forms") {
  Shop shop;
  const auto t = [&](std::string_view locale, std::string_view text) {
    shop.setting.locale = locale;
    return render_html(text, R"({"name": "<Eve>"})", shop.setting);
  };
  CHECK(t("de-AT", "{{ 'cart.title' | t }}") == "Ihr Warenkorb");
  CHECK(t("de", "{{ 'cart.only_en' | t }}") == "English");
  CHECK(t("en", "{{ 'cart.items' | t: count: 1 }}, {{ 'cart.items' | t: count: 2 }}") == "1 item, 2 items");
  CHECK(t("pl", "{{ 'cart.items' | t: count: 1 }}, {{ 'cart.items' | t: count: 3 }}, {{ 'cart.items' | t: count: 12 }}, {{ 'cart.items' | t: count: 22 }}") == "1 rzecz, 3 rzeczy, 12 sztuk, 22 rzeczy");
  CHECK(t("en", "{{ 'cart.hello_html' | t: name: name }}") == "<b>Hello, &lt;Eve&gt;</b>");
  CHECK(t("en", "{{ 'cart.hello' | t: name: name }}") == "Hello, &lt;Eve&gt;");
  CHECK(t("en", "{{ 'cart.nope' | t }}") == "ERROR no_such_translation: there is no text 'cart.nope' for the locale 'en'");
  CHECK(t("de", "{{ '2026-11-21' | date: format: 'day' }}") == "Samstag");
}

TEST_CASE("dates have named formats, the shop's and Shopify's") {
  Shop shop;
  CHECK(render("{{ '2026-11-21 19:05' | date: 'abbreviated_date' }}", "{}", shop.setting) == "Nov 21, 2026");
  CHECK(render("{{ '2026-11-21 19:05' | date: format: 'date_at_time' }}", "{}", shop.setting) == "November 21, 2026 at 7:05 pm");
  CHECK(render("{{ '2026-11-21' | date: 'day' }}", "{}", shop.setting) == "Saturday");
  CHECK(render("{{ '2026-11-21' | date: format: 'nope' }}", "{}", shop.setting) == "ERROR render: there is no date format named 'nope'");
}

TEST_CASE("links lead into the shop") {
  Shop shop;
  CHECK(render("{{ 'img/a b.png' | asset_url }}", "{}", shop.setting) == "https://demo.example/assets/img/a%20b.png");
  CHECK(render("{{ 'c:7' | unsubscribe_url }}", "{}", shop.setting) == "https://demo.example/unsubscribe?c=c%3A7");
  CHECK(render("{{ '/p?a=1' | track_url }}", "{}", shop.setting) == "/p?a=1");
  shop.setting.track_url = "https://t.example/r?s=1";
  CHECK(render("{{ 'https://x.example/?a=1&b' | track_url: 'spring' }}", "{}", shop.setting) == "https://t.example/r?s=1&u=https%3A%2F%2Fx.example%2F%3Fa%3D1%26b&c=spring");
}

}  // namespace
}  // namespace shopbell::liquid
