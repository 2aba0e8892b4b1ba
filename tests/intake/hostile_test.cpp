// Inputs that were made to do harm, each as a part of a webhook of each platform, and as an event: what comes of it is a
// refusal or an event that keeps its schema and its line. They are read from where the conformance cases are kept.

#include "intake/urls.h"
#include "load/vocabulary.h"
#include "support.h"

#include <shopbell/text.h>

#include <cstdlib>
#include <fstream>

using namespace shopbell;

namespace {

/// One value a line, of a file of the folder; none, and said so, where there is no such file.
std::vector<std::string> lines_of(const std::string& name) {
  const char* root = std::getenv("SHOPBELL_CONFORMANCE");
  std::ifstream in((root != nullptr ? std::string(root) : std::string()) + "/hostile/" + name);
  std::vector<std::string> lines;
  if (root == nullptr || !in) WARN("skipped: SHOPBELL_CONFORMANCE does not name a folder with hostile/" + name);
  else
    for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string bytes_of(const Value& entry, std::string_view name) {
  if (const Value text = entry[name]; text.is(Kind::string)) return std::string(text.text());
  return from_base64(entry["b64"].text_or("")).value_or("");
}

/// Whatever was taken reads back from its line as it was, is one line, and fits its schema.
void check_taken(const std::vector<Taken>& events) {
  for (const Taken& one : events) {
    Arena arena;
    CHECK(one.line.find_first_of("\r\n") == std::string::npos);
    const auto again = read_line(one.line, arena);
    REQUIRE(again);
    CHECK(same(again->data, one.event.data));
    CHECK(again->subject == one.event.subject);
    CHECK(misfits(one.event.type, one.event.data).empty());
  }
}

constexpr const char* value_files[] = {"naughty_strings.jsonl", "xss.jsonl", "sqli.jsonl", "nosql_ldap.jsonl",
                                       "template_injection.jsonl", "csv_formula.jsonl", "xml_xxe.jsonl", "bombs.jsonl",
                                       "path_traversal.jsonl", "open_redirect.jsonl", "crlf_header_injection.jsonl"};

}  // namespace

TEST_CASE("JSON that must be refused is refused as a webhook's body and as an event, JSON that is good is read") {
  int refused = 0, read = 0;
  for (const std::string& line : lines_of("json_parsing.jsonl")) {
    Arena arena;
    const auto entry = parse_json(line, arena);
    REQUIRE(entry);
    const std::string text = bytes_of(*entry, "text"), expect((*entry)["expect"].text_or(""));
    INFO((*entry)["name"].text_or("") << ": " << text.substr(0, 200));
    const bool good = parse_json(text, arena).has_value();
    if (expect == "accept" && text.size() < 1000) CHECK(good);
    if (expect == "reject") CHECK_FALSE(good);
    const Delivery delivery("orders/create", text);
    const auto taken = delivery.take(arena);
    if (expect == "reject") CHECK_FALSE(taken);
    if (taken) check_taken(taken->events);
    const auto events = read_batch(text, test_time, arena);
    if (expect == "reject") CHECK_FALSE(events);
    refused += !good;
    read += good;
  }
  if (refused + read > 0) CHECK((refused > 100 && read > 50));
}

TEST_CASE("hostile texts within bodies are data: in every place of an order, a message, a product and a customer") {
  for (const char* file : value_files)
    for (const std::string& line : lines_of(file)) {
      Arena arena;
      const auto entry = parse_json(line, arena);
      REQUIRE(entry);
      const std::string value = bytes_of(*entry, "value");
      if (value.size() > 100'000) continue;
      std::string json;
      const Value v = utf8_valid(value) ? Value(value) : Value(to_base64(value));
      const auto put = [&](const Value& shape) { json = to_json(shape); };
      const Value person = make_map(arena, {{"id", v}, {"email", v}, {"phone", v}, {"first_name", v}, {"tags", v}, {"note", v}});
      const Value items[] = {make_map(arena, {{"title", v}, {"price", v}, {"quantity", v}, {"sku", v}})};
      put(make_map(arena, {{"id", v}, {"name", v}, {"email", v}, {"total_price", v}, {"currency", v}, {"created_at", v}, {"updated_at", v},
                           {"note", v}, {"customer", person}, {"line_items", make_list(arena, items)}}));
      INFO(file << ": " << value.substr(0, 200));
      for (const char* topic : {"orders/create", "carts/update", "customers/update", "products/update", "customers/redact"}) {
        const Delivery delivery(topic, json);
        const auto taken = delivery.take(arena);
        if (taken) check_taken(taken->events);
      }
      Delivery named("orders/create", R"({"id":1})");
      named.headers["X-Shopify-Topic"] = value;
      named.headers["X-Shopify-Event-Id"] = value;
      named.headers["X-Shopify-Triggered-At"] = value;
      const auto taken = named.take(arena);
      if (taken) check_taken(taken->events);
      const Value event = make_map(arena, {{"specversion", "1.0"}, {"id", v}, {"source", v}, {"type", v}, {"subject", v}, {"time", v},
                                           {"data", make_map(arena, {{"message", make_map(arena, {{"text", v}, {"from", v}})}})}});
      const auto events = read_batch(to_json(event), test_time, arena);
      if (events) check_taken(*events);
    }
}

TEST_CASE("hostile texts as whole bodies, of JSON, forms and mails, are refused or read, whatever they are called") {
  for (const char* file : value_files)
    for (const std::string& line : lines_of(file)) {
      Arena arena;
      const auto entry = parse_json(line, arena);
      REQUIRE(entry);
      const std::string value = bytes_of(*entry, "value");
      INFO(file << ": " << value.substr(0, 200));
      for (const char* type : {"application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "message/rfc822"}) {
        Delivery delivery("orders/create", value);
        delivery.headers["Content-Type"] = type;
        const auto taken = delivery.take(arena);
        if (taken) check_taken(taken->events);
      }
      Delivery mail("", "From: a@b.example\r\nMessage-Id: <1@b>\r\nSubject: " + value + "\r\n\r\n" + value);
      mail.headers = {{"Content-Type", "message/rfc822"}, {"X-Token", "secret"}};
      const auto taken = mail.take_by(*find_platform("mail"), arena);
      if (taken) check_taken(taken->events);
    }
}

TEST_CASE("no address but the platform's own host is one to have a certificate from") {
  for (const char* file : {"ssrf_urls.jsonl", "open_redirect.jsonl"})
    for (const std::string& line : lines_of(file)) {
      Arena arena;
      const auto entry = parse_json(line, arena);
      REQUIRE(entry);
      const std::string url = bytes_of(*entry, file == std::string_view("ssrf_urls.jsonl") ? "url" : "value");
      INFO(url);
      CHECK_FALSE(is_https_under(url, "paypal.com"));
      CHECK_FALSE(is_https_under("https://paypal.com" + url.substr(url.find("//") == std::string::npos ? url.size() : url.find("//")), "example.com"));
    }
}
