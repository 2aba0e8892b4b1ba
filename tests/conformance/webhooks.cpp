// Webhook bodies and signatures that nobody here wrote, as JSON lines; the encoding is told by the README
// beside them.

#include "suites.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "intake/webhook.h"
#include "load/vocabulary.h"

#include <shopbell/text.h>

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace shopbell::conformance {
namespace {

namespace fs = std::filesystem;

struct Case {
  const Value& entry;
  fs::path folder;
};
// What is wrong with a case; nothing when it is as expected.
using Judge = std::string (*)(const Case&);

int run_lines(std::span<const std::string> files, std::string_view id, Judge judge) {
  std::size_t passed = 0, failed = 0;
  for (const std::string& path : files) {
    std::ifstream file(path);
    if (!file) return fmt::print(stderr, "conformance: cannot read {}\n", path), 1;
    for (std::string line; std::getline(file, line);) {
      Arena arena;
      const auto c = parse_json(line, arena);
      const std::string wrong = c ? judge({*c, fs::path(path).parent_path()}) : c.error().message;
      ++(wrong.empty() ? passed : failed);
      if (!wrong.empty()) fmt::print("{}: {}\n", c ? (*c)[id].text_or("?") : path, wrong);
    }
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return made;
}

// The request that a case describes.
struct Request {
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body, url, query;
  Time received{};

  explicit Request(const Case& c) {
    for (const Member& m : c.entry["headers"].members()) headers[lower(m.key.text())] = m.value.text_or("");
    const Value& file = c.entry["body_file"].is_null() ? c.entry["file"] : c.entry["body_file"];
    body = file.is_null() ? std::string(c.entry["body"].text_or(""))
                          : bytes_of(c.folder / std::string(file.text()));
    url = c.entry["url"].text_or("");
    if (const auto mark = url.find('?'); mark != std::string::npos) query = url.substr(mark + 1);
    received = from_ms(c.entry["now"].integer_or(1'700'000'000) * 1000);
    if (const std::string_view type = c.entry["content_type"].text_or(""); !type.empty())
      headers["content-type"] = type;
  }
  void set_form(const std::string& form) {
    body = form;
    headers["content-type"] = "application/x-www-form-urlencoded";
  }
  template <class Use>
  auto use(Use work) const {
    const std::function<std::string_view(std::string_view)> header = [this](std::string_view name) {
      const auto found = headers.find(lower(name));
      return found == headers.end() ? std::string_view() : std::string_view(found->second);
    };
    return work(Webhook{.endpoint = "case",
                        .header = header,
                        .body = body,
                        .received = received,
                        .url = url,
                        .query = query});
  }
};

const std::map<std::string_view, std::string_view> platform_of_scheme{
    {"standard-webhooks", "standard_webhooks"}, {"standard-webhooks-v1a", "standard_webhooks"},
    {"hmac-sha256-hex", "custom"},              {"x-hub-signature-256", "whatsapp"},
    {"x-hub-signature-sha1", "intercom"},       {"slack-v0", "slack"},
    {"sendgrid-ecdsa", "sendgrid"},             {"telegram-secret-token", "telegram"},
    {"adobe-commerce", "adobe_commerce"},       {"adobe", "adobe_commerce"}};

std::shared_ptr<const Platform> platform_for(const Value& entry) {
  const std::string_view scheme = entry["scheme"].text_or("");
  if (entry["secret_encoding"].text_or("") == "raw") return find_platform("bigcommerce");
  const auto found = platform_of_scheme.find(scheme);
  return find_platform(found == platform_of_scheme.end() ? scheme : found->second);
}

std::string public_key_of(std::string_view seed) {
  seed.remove_prefix(seed.starts_with("whsk_") ? 5 : 0);
  const std::string bytes = from_base64(seed).value_or("");
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   std::min<std::size_t>(bytes.size(), 32)),
      &EVP_PKEY_free);
  unsigned char raw[32];
  std::size_t size = sizeof raw;
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), raw, &size) != 1) return {};
  return "whpk_" + to_base64({reinterpret_cast<const char*>(raw), size});
}

std::string secret_of(const Value& entry) {
  for (const char* name : {"secret", "public_key", "public_key_pem"})
    if (entry[name].is(Kind::string)) return std::string(entry[name].text());
  return public_key_of(entry["private_key_seed"].text_or(""));
}

std::string form_of(const Value& entry) {
  std::string form;
  const auto add = [&](std::string_view name, std::string_view value) {
    form.append(form.empty() ? "" : "&")
        .append(percent_encode(name))
        .append("=")
        .append(percent_encode(value));
  };
  for (const Value& pair : entry["params"].items())
    add(pair.items()[0].text_or(""), pair.items()[1].text_or(""));
  for (const Member& m : entry["form"].members()) add(m.key.text(), m.value.text_or(""));
  return form;
}

// Mailgun's form and its JSON are read before they are verified: they bear the signature.
std::string judge_signature(const Case& c) {
  const auto platform = platform_for(c.entry);
  if (!platform) return fmt::format("no platform signs by {}", c.entry["scheme"].text_or("?"));
  Request request(c);
  if (const std::string form = form_of(c.entry); !form.empty()) request.set_form(form);
  if (const Value* expected = c.entry.find("expected"))
    request.headers["x-signature"] = expected->text_or("");
  const std::string secret = secret_of(c.entry);
  const Secrets secrets{.current = secret, .previous = {}, .webhook_id = c.entry["webhook_id"].text_or("")};
  const std::string refusal = request.use([&](const Webhook& webhook) -> std::string {
    Arena arena;
    const auto body = platform->signed_in_body ? read_body(webhook, arena) : Result<Value>(Value());
    if (!body) return body.error().message;
    const auto good = verify(*platform, secrets, webhook, *body, arena);
    return good ? "" : good.error().message;
  });
  const bool valid = c.entry["valid"].boolean_or(false);
  if (refusal.empty() == valid) return {};
  return valid ? "refused: " + refusal : "accepted";
}

// Every way of signing off: what is judged is the mapping.
Platform trusting(const Platform& platform) {
  Platform copy;
  copy.name = platform.name;
  copy.verifications = {Verification{}};
  copy.verifications[0].scheme = Verification::Scheme::token;
  copy.verifications[0].encoding = Verification::Encoding::text;
  copy.verifications[0].signatures = {Location{"x-trusted", {}, {}}};
  copy.topic = platform.topic;
  copy.ids = platform.ids;
  copy.time = platform.time;
  copy.each = platform.each;
  copy.topics = platform.topics;
  copy.challenge = platform.challenge;
  return copy;
}

// Examples of a family rather than of a topic are tried under each of the family's topics.
std::vector<std::string> topics_of(const Platform& platform, std::string_view topic) {
  if (!topic.ends_with("/exemplar")) return {std::string(topic)};
  const std::string_view family = topic.substr(0, topic.find('/') + 1);
  std::vector<std::string> topics;
  for (const auto& [name, known] : platform.topics)
    if (name.starts_with(family) && !name.ends_with("*")) topics.push_back(name);
  return topics;
}

std::string judge_taken(const Result<WebhookTaken>& taken) {
  if (!taken) return fmt::format("refused: {}", taken.error().message);
  if (taken->challenge) return {};
  if (taken->events.empty() && taken->topic.empty()) return fmt::format("not known: {}", taken->ignored);
  if (taken->events.empty()) return taken->ignored.empty() ? "ignored without a reason" : "";
  Arena arena;
  for (const Taken& one : taken->events) {
    const auto wrong = misfits(one.event.type, one.event.data);
    if (!wrong.empty()) return fmt::format("{}: {}", one.event.type, wrong.front());
    const auto again = read_line(one.line, arena);
    if (!again || !same(again->data, one.event.data))
      return fmt::format("{}: its line reads back as another", one.event.type);
  }
  return {};
}

std::string judge_body(const Case& c) {
  const auto platform = find_platform(c.entry["provider"].text_or(""));
  if (!platform) return fmt::format("there is no platform {}", c.entry["provider"].text_or("?"));
  Request request(c);
  request.headers["x-trusted"] = "yes";
  const Platform trusted = trusting(*platform);
  const std::string& header = platform->topic.front().header;
  for (const std::string& topic : topics_of(*platform, c.entry["topic"].text_or(""))) {
    if (!header.empty()) request.headers.try_emplace(lower(header), topic);
    if (!header.empty() && c.entry["topic"].text_or("").ends_with("/exemplar"))
      request.headers[lower(header)] = topic;
    const std::string wrong = request.use([&](const Webhook& webhook) {
      Arena arena;
      return judge_taken(take_webhook(trusted, {.current = "yes", .previous = {}}, webhook, arena));
    });
    if (!wrong.empty()) return fmt::format("as {}: {}", topic, wrong);
  }
  return {};
}

}  // namespace

int run_signatures(std::span<const std::string> files) { return run_lines(files, "id", judge_signature); }
int run_webhooks(std::span<const std::string> files) { return run_lines(files, "file", judge_body); }

}  // namespace shopbell::conformance
