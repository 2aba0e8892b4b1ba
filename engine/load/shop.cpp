#include "load/shop.h"

#include "base/json.h"
#include "cel/network.h"
#include "load/channels.h"
#include "load/derive.h"
#include "load/desk.h"
#include "load/draft.h"
#include "load/hours.h"
#include "load/nouns.h"
#include "load/platform.h"
#include "load/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shopbell {
namespace {

constexpr Key shop_keys[] = {{"shop"},   {"name"},   {"url"},  {"currency"},   {"timezone"}, {"locale"},
                             {"listen"}, {"data"},   {"tls"},  {"api_tokens"}, {"sources"},  {"channels"},
                             {"queues"}, {"agents"}, {"limits"}, {"http"}, {"events"},     {"hours"},    {"contact"},
                             {"unsubscribe_url"},    {"track_url"}, {"fields"}, {"derive"}, {"retention"}, {"assist"}, {"trusted_proxies"}};
constexpr Key tls_keys[] = {{"certificate"}, {"key"}};
constexpr Key source_keys[] = {{"platform"}, {"secret"},     {"previous_secret"},
                               {"url"},      {"webhook_id"}, {"verify_token"}, {"silent_after"},
                               {"imap"},     {"user"},   {"password"}, {"ca_file"},  {"every"}};
constexpr Key assist_keys[] = {{"url"}, {"key"}, {"model"}, {"timeout"}, {"per_conversation_max"}, {"per_day_max"}, {"classify"}, {"answer"}};
constexpr Key http_keys[] = {{"allow"}};
constexpr Key limit_keys[] = {{"body_bytes_max"}, {"header_bytes_max"}, {"connections_max"},
                              {"queue_events_max"}, {"waits_per_second_max"}, {"calls_per_destination_max"}, {"chat_messages_per_minute_max"}};
constexpr std::array<std::string_view, 9> secret_names{"secret", "previous_secret", "password",     "token",       "key",
                                                      "api_key", "access_token",   "api_tokens", "verify_token"};
constexpr Millis silence_max{std::int64_t{365} * 24 * 3600 * 1000};

bool is_plain_name(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), good);
}

// "2MiB", "512KiB", or a plain number of bytes.
std::optional<std::int64_t> parse_size(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, int>, 4> units{
      {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"B", 0}}};
  int shift = 0;
  for (const auto& [unit, bits] : units) {
    if (!text.ends_with(unit)) continue;
    text.remove_suffix(unit.size());
    shift = bits;
    break;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > (INT64_MAX >> shift))
    return std::nullopt;
  return number << shift;
}

class ShopReader {
 public:
  ShopReader(const yaml::Node& root, Report& report, const std::string& folder)
      : root_(root), report_(report), folder_(folder), fields_(root, "the shop", shop_keys, report) {
    made_.config.folder = folder;
  }

  ShopFile read() {
    hide_secrets(root_, false);
    facts();
    listen();
    made_.config.data = text("data", made_.config.data);
    if (const yaml::Node* tls = fields_.find("tls")) read_tls(*tls);
    if (const yaml::Node* tokens = fields_.find("api_tokens")) made_.config.api_tokens = texts(*tokens, "api_tokens");
    if (const yaml::Node* proxies = fields_.find("trusted_proxies")) read_proxies(*proxies);
    if (const yaml::Node* events = fields_.find("events")) read_events(*events);
    read_own_platforms();
    if (const yaml::Node* sources = fields_.find("sources")) read_sources(*sources);
    if (const yaml::Node* channels = fields_.find("channels")) read_channels(*channels);
    if (const yaml::Node* limits = fields_.find("limits")) read_limits(*limits);
    if (const yaml::Node* http = fields_.find("http")) {
      Fields fields(*http, "http", http_keys, report_);
      if (const yaml::Node* allow = fields.find("allow")) made_.config.http_allow = texts(*allow, "allow");
    }
    if (const yaml::Node* assist = fields_.find("assist")) read_assist_config(*assist);
    if (const yaml::Node* hours = fields_.find("hours")) made_.config.facts.calendars = read_calendars(*hours, report_);
    made_.config.facts.desk = std::make_shared<const desk::Rules>(
        read_desk(fields_.find("queues"), fields_.find("agents"), made_.config.facts.calendars, report_));
    if (const yaml::Node* contact = fields_.find("contact")) made_.config.facts.contact = read_contact(*contact, report_);
    if (const yaml::Node* retention = fields_.find("retention")) made_.config.retention = read_retention(*retention, report_);
    if (const yaml::Node* derive = fields_.find("derive")) made_.config.facts.derive = read_derivation(*derive, report_);
    if (const yaml::Node* own = fields_.find("fields")) read_own(*own);
    return std::move(made_);
  }

 private:
  void error(const yaml::Node& node, std::string code, std::string message, std::string hint = {}) {
    report_.error(place_of(node, report_.source()), std::move(code), std::move(message), std::move(hint));
  }

  // A diagnostic shows the line it is about: a secret that stands in it must not be readable.
  void hide_secrets(const yaml::Node& node, bool secret) {
    // A reference alone tells nothing; what stands beside one does.
    const bool reference = node.text.starts_with("${") && node.text.find('}') + 1 == node.text.size();
    const bool login = node.text.find("://") != std::string::npos && node.text.find('@') != std::string::npos;
    if (node.is_scalar() && (secret || login) && !reference && !node.is_null())
      report_.hide({node.offset, raw_length(node)});
    for (const yaml::NodePtr& item : node.items) hide_secrets(*item, secret);
    for (const yaml::Entry& entry : node.entries) {
      const std::string& name = entry.key->text;
      const bool named = std::find(secret_names.begin(), secret_names.end(), name) != secret_names.end();
      hide_secrets(*entry.value, secret || named);
    }
  }

  std::uint32_t raw_length(const yaml::Node& node) const {
    const auto from = yaml::spelling_of(node, report_.source());
    return std::max(place_of(node, report_.source()).length, from.back() - node.offset + 1);
  }

  std::string resolved(const yaml::Node& node, std::string_view what) {
    const auto written = read_text(node, what, report_);
    if (!written) return {};
    Result<std::string> value = resolve_secrets(*written, folder_);
    if (value) return std::move(*value);
    report_.error(place_within(node, report_.source(), value.error().offset, value.error().length), value.error().code,
                  value.error().message, value.error().hint);
    return {};
  }

  std::string text(std::string_view key, std::string otherwise) {
    const yaml::Node* node = fields_.find(key);
    return node != nullptr ? resolved(*node, key) : otherwise;
  }

  std::vector<std::string> texts(const yaml::Node& list, std::string_view what) {
    std::vector<std::string> made;
    if (!list.is_list()) wrong_type(report_, list, what, "a list of texts");
    for (const yaml::NodePtr& item : list.items) made.push_back(resolved(*item, what));
    if (what == "api_tokens")
      for (std::size_t i = 0; i < made.size(); ++i)
        if (made[i].empty() && !report_.failed())
          error(*list.items[i], "empty_secret", "an API token must not be empty");
    return made;
  }

  void read_proxies(const yaml::Node& list) {
    made_.config.trusted_proxies = texts(list, "trusted_proxies");
    for (std::size_t i = 0; i < made_.config.trusted_proxies.size(); ++i)
      if (const std::string& one = made_.config.trusted_proxies[i]; !cel::parse_address(one) && !cel::parse_block(one))
        error(*list.items[i], "bad_address", fmt::format("{} is no IP address and no block of them", one), "for example 127.0.0.1 or 10.0.0.0/8");
  }

  void facts() {
    ShopFacts& facts = made_.config.facts;
    if (const yaml::Node* id = fields_.require("shop")) {
      facts.id = resolved(*id, "shop");
      if (!facts.id.empty() && !is_plain_name(facts.id))
        error(*id, "bad_name", "the shop's id is made of letters, digits, - and _");
    }
    facts.name = text("name", facts.id);
    facts.url = text("url", "");
    facts.currency = text("currency", "USD");
    facts.timezone = text("timezone", "UTC");
    facts.locale = text("locale", "en");
    facts.unsubscribe_url = address("unsubscribe_url");
    facts.track_url = address("track_url");
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (const yaml::Node* node = fields_.find("currency");
        node != nullptr && node->is_text() &&
        !(facts.currency.size() == 3 && std::all_of(facts.currency.begin(), facts.currency.end(), upper)))
      error(*node, "bad_currency", fmt::format("{} is no currency", node->text), "three letters, as in ISO 4217: EUR");
  }

  // Where links in messages lead.
  std::string address(std::string_view key) {
    const yaml::Node* node = fields_.find(key);
    std::string url = text(key, "");
    if (node != nullptr && !url.starts_with("https://") && !url.starts_with("http://"))
      error(*node, "bad_url", fmt::format("{} must be an address that a browser opens", key), "https://...");
    return url;
  }

  void listen() {
    const yaml::Node* node = fields_.find("listen");
    if (node == nullptr) return;
    const std::string address = resolved(*node, "listen");
    const std::size_t colon = address.rfind(':');
    if (address.empty()) return;
    unsigned port = 0;
    const char* end = address.data() + address.size();
    const auto parsed = colon == std::string::npos ? std::from_chars_result{end, std::errc::invalid_argument}
                                                   : std::from_chars(address.data() + colon + 1, end, port);
    if (parsed.ec != std::errc() || parsed.ptr != end || port > 65535 || colon == 0) {
      error(*node, "bad_address", "listen must be a host and a port", "127.0.0.1:8080");
      return;
    }
    made_.config.host = address.substr(0, colon);
    if (made_.config.host.starts_with('[') && made_.config.host.ends_with(']'))
      made_.config.host = made_.config.host.substr(1, made_.config.host.size() - 2);
    made_.config.port = static_cast<std::uint16_t>(port);
  }

  void read_tls(const yaml::Node& node) {
    Fields fields(node, "tls", tls_keys, report_);
    if (const yaml::Node* certificate = fields.require("certificate"))
      made_.config.certificate_file = resolved(*certificate, "certificate");
    if (const yaml::Node* key = fields.require("key")) made_.config.key_file = resolved(*key, "key");
  }

  void read_assist_config(const yaml::Node& node) {
    Fields fields(node, "assist", assist_keys, report_);
    AssistConfig& assist = made_.config.assist;
    if (const yaml::Node* url = fields.require("url")) assist.url = resolved(*url, "url");
    if (const yaml::Node* model = fields.require("model")) assist.model = resolved(*model, "model");
    if (const yaml::Node* key = fields.find("key")) assist.key = secret_of(*key, "key");
    assist.timeout = fields.duration("timeout", Millis{100}, Millis{25'000}).value_or(assist.timeout);
    assist.per_conversation = fields.whole("per_conversation_max", 1, 10'000).value_or(assist.per_conversation);
    assist.classifies = fields.flag("classify").value_or(false);
    assist.answers = fields.flag("answer").value_or(false);
    assist.per_day = fields.whole("per_day_max", 1, 10'000'000).value_or(assist.per_day);
  }

  bool named_map(const yaml::Node& node, std::string_view what) {
    if (!node.is_map()) {
      wrong_type(report_, node, what, "a map by name");
      return false;
    }
    for (const yaml::Entry& entry : node.entries)
      if (!is_plain_name(entry.key->text))
        error(*entry.key, "bad_name", fmt::format("{}: a name is made of letters, digits, - and _", what));
    return true;
  }

  void read_sources(const yaml::Node& node) {
    if (!named_map(node, "sources")) return;
    for (const yaml::Entry& entry : node.entries) {
      Fields fields(*entry.value, "a source", source_keys, report_);
      SourceConfig source;
      source.name = entry.key->text;
      if (const yaml::Node* platform = fields.require("platform")) read_platform_of(*platform, source);
      if (const yaml::Node* imap = fields.find("imap")) read_mailbox(*imap, fields, source);
      const yaml::Node* own_secret = source.imap.empty() ? fields.require("secret") : fields.find("secret");
      if (own_secret != nullptr) source.secret = secret_of(*own_secret, "secret");
      if (const yaml::Node* secret = fields.find("previous_secret"))
        source.previous_secret = secret_of(*secret, "previous_secret");
      if (const yaml::Node* url = fields.find("url")) source.url = resolved(*url, "url");
      if (const yaml::Node* id = fields.find("webhook_id")) source.webhook_id = resolved(*id, "webhook_id");
      if (const yaml::Node* token = fields.find("verify_token")) source.verify_token = secret_of(*token, "verify_token");
      source.silent_after = fields.duration("silent_after", Millis{60'000}, silence_max).value_or(Millis{0});
      check_needs(*entry.key, source);
      made_.config.sources.push_back(std::move(source));
    }
  }

  void read_mailbox(const yaml::Node& node, Fields& fields, SourceConfig& source) {
    source.imap = resolved(node, "imap");
    const bool known = source.imap.starts_with("imaps://") || source.imap.starts_with("imap://") || source.imap.starts_with("imap+plain://");
    const std::size_t host = source.imap.find("://");
    if (!known || source.imap.find('/', host + 3) == std::string::npos)
      error(node, "bad_url", "`imap` must be the address of a mailbox", "imaps://mail.example:993/INBOX");
    if (source.how && source.platform != "mail")
      error(node, "bad_source", fmt::format("what stands in a mailbox is of the platform mail, not {}", source.platform));
    if (const yaml::Node* user = fields.require("user")) source.user = resolved(*user, "user");
    if (const yaml::Node* password = fields.require("password")) source.password = secret_of(*password, "password");
    if (const yaml::Node* ca = fields.find("ca_file")) source.ca_file = resolved(*ca, "ca_file");
    source.every = fields.duration("every", Millis{1'000}, Millis{24 * 3'600'000}).value_or(Millis{60'000});
  }

  void read_own_platforms() {
    std::vector<Diagnostic> found;
    platforms_ = read_platforms(folder_, made_.events, found);
    for (Diagnostic& d : found) report_.add(std::move(d));
  }

  void read_platform_of(const yaml::Node& node, SourceConfig& source) {
    source.platform = resolved(node, "platform");
    const auto own = platforms_.find(source.platform);
    source.how = own != platforms_.end() ? own->second : find_platform(source.platform);
    if (source.how || own != platforms_.end() || source.platform.empty()) return;
    std::vector<std::string_view> known = platform_names();
    for (const auto& [name, platform] : platforms_) known.push_back(name);
    unknown_name(report_, place_of(node, report_.source()), "unknown_platform",
                 fmt::format("there is no platform {}", source.platform), source.platform, known);
  }

  // Without it, no webhook of the source would verify.
  void check_needs(const yaml::Node& name, const SourceConfig& source) {
    if (!source.how) return;
    if (source.how->signs_url && source.url.empty())
      error(name, "missing_key", fmt::format("`url` is missing: {} signs the address that it calls", source.platform),
            fmt::format("url: https://shop.example/hooks/{}", source.name));
    if (source.how->signs_webhook_id && source.webhook_id.empty())
      error(name, "missing_key", fmt::format("`webhook_id` is missing: {} signs it", source.platform));
    if (!source.how->challenge.token.empty() && source.verify_token.empty())
      error(name, "missing_key", fmt::format("`verify_token` is missing: {} sends it when it subscribes", source.platform),
            "any text, the same here and there");
  }

  std::string secret_of(const yaml::Node& node, std::string_view what) {
    const std::string secret = resolved(node, what);
    if (secret.empty() && node.is_text()) {
      const Result<std::string> again = resolve_secrets(node.text, folder_);
      if (again) error(node, "empty_secret", fmt::format("{} is empty: anybody could sign with it", what));
    }
    return secret;
  }

  // Any map, its texts resolved.
  Value settings(const yaml::Node& node, Arena& arena) {
    if (node.is_list()) {
      ListBuilder list(arena);
      for (const yaml::NodePtr& item : node.items) list.add(settings(*item, arena));
      return list.build();
    }
    if (node.is_map()) {
      MapBuilder map(arena);
      for (const yaml::Entry& entry : node.entries) map.add(arena.copy(entry.key->text), settings(*entry.value, arena));
      return map.build();
    }
    return node.is_text() ? Value(arena.copy(resolved(node, "a setting"))) : to_value(node, arena);
  }

  void read_channels(const yaml::Node& node) {
    if (!named_map(node, "channels")) return;
    for (const yaml::Entry& entry : node.entries)
      if (!entry.value->is_map())
        wrong_type(report_, *entry.value, "a channel", "a map of settings", fmt::format("{}: {{}}", entry.key->text));
    auto arena = std::make_unique<Arena>();
    MapBuilder all(*arena);
    for (const yaml::Entry& entry : node.entries)
      if (entry.value->is_map()) all.add(arena->copy(entry.key->text), channel(entry.key->text, *entry.value, *arena));
    const Value made = all.build();
    made_.config.channels = Document(std::move(arena), made);
  }

  Value channel(const std::string& name, const yaml::Node& node, Arena& arena) {
    check_channel(name, node, report_);
    MapBuilder map(arena);
    for (const yaml::Entry& entry : node.entries) {
      const bool number = entry.value->is_scalar() && !entry.value->is_text() && !entry.value->is_null();
      const Value value = number && is_text_setting(name, node, entry.key->text) ? Value(arena.copy(entry.value->text)) : settings(*entry.value, arena);
      if (value.is(Kind::string) && value.text().empty() && is_secret_setting(name, node, entry.key->text) && entry.value->is_text() && !report_.failed())
        error(*entry.value, "empty_secret", fmt::format("{} is empty", entry.key->text));
      map.add(arena.copy(entry.key->text), value);
    }
    return map.build();
  }

  void read_limits(const yaml::Node& node) {
    Fields fields(node, "limits", limit_keys, report_);
    for (const yaml::Entry& entry : node.entries) {
      const auto size = entry.value->is_scalar() ? parse_size(entry.value->text) : std::nullopt;
      if (size && *size >= 1) made_.config.limits[entry.key->text] = *size;
      else
        error(*entry.value, "bad_size", fmt::format("{} must be a number, perhaps of bytes", entry.key->text),
              "2MiB, 512KiB, or a plain number");
    }
  }

  void read_events(const yaml::Node& node) {
    if (!node.is_list()) {
      wrong_type(report_, node, "events", "a list of event types", "events: [loyalty.reached]");
      return;
    }
    for (const yaml::NodePtr& item : node.items) {
      const auto name = read_text(*item, "an event type", report_);
      if (name && !is_event_name(*name))
        error(*item, "bad_event_name", fmt::format("{} is no event type", *name),
              "two words in small letters with a dot: loyalty.reached");
      else if (name) made_.events.push_back(*name);
    }
  }

  void read_own(const yaml::Node& node) {
    read_own_fields(node, report_);
    Arena arena;
    made_.fields = to_json(to_value(node, arena));
  }

  const yaml::Node& root_;
  Report& report_;
  const std::string& folder_;
  Fields fields_;
  ShopFile made_;
  OwnPlatforms platforms_;
};

}  // namespace

ShopFile read_shop_file(Report& report, const std::string& folder) {
  const yaml::NodePtr root = yaml::parse(report);
  if (root) return ShopReader(*root, report, folder).read();
  // Without a tree nobody knows where the secrets are.
  report.hide({0, static_cast<std::uint32_t>(report.source().size())});
  return {};
}

}  // namespace shopbell
