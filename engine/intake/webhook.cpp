#include "intake/webhook.h"

#include "base/hash.h"
#include "base/hmac.h"
#include "base/json.h"
#include "base/shape.h"
#include "base/time.h"
#include "intake/form.h"
#include "intake/mail.h"
#include "intake/mapping.h"
#include "load/draft.h"
#include "load/vocabulary.h"

#include <simdjson.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr cel::Limits silently{.messages = false};

/// JSON without line breaks: as it came when it has none.
Result<std::string_view> one_line(std::string_view json, Arena& arena) {
  // Twice find(), which is memchr: find_first_of() looks at each byte by itself, 40 times slower.
  if (json.find('\n') == std::string_view::npos && json.find('\r') == std::string_view::npos) return json;
  char* to = arena.make<char>(json.size());
  std::size_t size = 0;
  if (simdjson::minify(json.data(), json.size(), to, size) != simdjson::SUCCESS)
    return fail("bad_json", "this is not JSON");
  return std::string_view(to, size);
}

bool is_json(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

/// The one field that the platform tries a new address with: "webhook_id=7".
bool is_ping(const Platform& platform, const Webhook& webhook) {
  const std::string_view body = webhook.body;
  if (platform.ping.empty() || !body.starts_with(platform.ping)) return false;
  const std::string_view rest = body.substr(platform.ping.size());
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return rest.size() > 1 && rest.size() <= 21 && rest[0] == '=' &&
         std::all_of(rest.begin() + 1, rest.end(), digit);
}

/// One webhook on its way to its events.
class Intake {
 public:
  /// `body_digest`: what verify() gave.
  Intake(const Platform& platform, const Webhook& webhook, std::string body_digest, Arena& arena)
      : platform_(platform), webhook_(webhook), body_digest_(std::move(body_digest)), arena_(arena) {}

  Result<WebhookTaken> take(const Value& body) {
    body_ = body;
    WebhookTaken result;
    const Value scope = scope_of(body);
    if (platform_.challenge.condition &&
        platform_.challenge.condition.condition(scope, arena_, silently).value_or(false)) {
      result.challenge = platform_.challenge.answer.evaluate(scope, arena_, silently).text_or("");
      return result;
    }
    if (!platform_.each) {
      if (!body.is(Kind::map)) return fail("bad_event", "the body is no JSON object");
      if (auto good = take_one(body, result); !good) return tl::unexpected(good.error());
      return result;
    }
    const Value things = platform_.each.evaluate(scope, arena_, silently);
    result.ignored = "the body has nothing in it that is an event";
    if (things.is(Kind::list)) count_ = things.size();
    if (count_ > events_max) return fail("too_many_events", "a webhook holds at most 1000 events");
    for (; things.is(Kind::list) && number_ < count_; ++number_)
      if (auto good = take_one(things.items()[number_], result); !good) return tl::unexpected(good.error());
    return result;
  }

 private:
  Value scope_of(const Value& it) { return make_map(arena_, {{"body", body_}, {"it", it}}); }

  Result<void> take_one(const Value& it, WebhookTaken& result) {
    const Value scope = scope_of(it);
    const std::string_view name = text_at(platform_.topic, webhook_, scope, arena_);
    const PlatformTopic* topic = platform_.find_topic(name);
    if (topic == nullptr) {
      if (result.events.empty()) result.ignored = "unknown topic";
      return {};
    }
    result.topic = name;
    const Event event = event_of(*topic, name, it, scope);
    if (event.type.empty()) {
      if (result.events.empty()) result.ignored = topic->ignored;
      return {};
    }
    const bool sent_as_json = !platform_.each && is_json(webhook_.body);
    const auto raw =
        sent_as_json ? one_line(webhook_.body, arena_) : Result<std::string_view>(std::string_view());
    if (!raw) return tl::unexpected(raw.error());
    auto taken = finish(event, webhook_.received, *raw);
    if (!taken) return tl::unexpected(taken.error());
    if (topic->by_body && id_outside_) taken->body_digest = digest_of_body(name, event.source, scope);
    result.events.push_back(std::move(*taken));
    result.ignored.clear();
    return {};
  }

  Event event_of(const PlatformTopic& topic, std::string_view name, const Value& it, const Value& scope) {
    Event event;
    event.at = webhook_.received;
    bool named = false;
    event.type = type_of(topic, scope, named);
    if (event.type.empty()) return event;
    Value nouns = map_body(topic.data, body_, it, arena_);
    if (named && find_event_type(event.type) != nullptr) nouns = fitted(data_type(event.type), nouns, arena_);
    MapBuilder data = nouns.is(Kind::map) ? MapBuilder(arena_, nouns) : MapBuilder(arena_);
    data.add("raw", it);
    event.data = data.build();
    event.id = id_of_event(name, it, scope);
    event.source = arena_.copy(platform_.name + "/" + std::string(webhook_.endpoint));
    if (topic.subject) event.subject = topic.subject.evaluate(scope, arena_, silently).text_or("");
    if (event.subject.empty()) event.subject = subject_of_data(event.data, arena_);
    if (const auto at = time_of_event(scope)) event.at = *at;
    return event;
  }

  /// The canonical type that the topic means for this body, or an empty text.
  std::string_view type_of(const PlatformTopic& topic, const Value& scope, bool& named) {
    for (const TypeChoice& choice : topic.types) {
      if (choice.condition && !choice.condition.condition(scope, arena_, silently).value_or(false)) continue;
      named = bool(choice.named);
      if (!named) return arena_.copy(choice.type);
      const std::string_view name = choice.named.evaluate(scope, arena_, silently).text_or("");
      return is_event_name(name) ? name : std::string_view();
    }
    return {};
  }

  /// The sender's id where it gives one: "EVENT:TOPIC:SHOP", since one happening may be told under several
  /// topics. Else what was said is what identifies it.
  std::string_view id_of_event(std::string_view topic, const Value& it, const Value& scope) {
    id_outside_ = false;
    for (const std::vector<Location>& parts : platform_.ids) {
      if (text_at(parts.front(), webhook_, scope, arena_).empty()) continue;
      std::string id;
      bool of_body = false;
      for (const Location& part : parts) {
        const std::string_view text = text_at(part, webhook_, scope, arena_);
        of_body |= bool(part.program);
        if (!id.empty() && !text.empty()) id += ':';
        id += text;
      }
      if (count_ > 1 && !of_body) id.append(":").append(std::to_string(number_));
      id_outside_ = !of_body;
      return id.size() <= event_id_bytes_max ? arena_.copy(id) : arena_.copy(id_of({id}));
    }
    id_outside_ = !platform_.ids.empty();  // the id is missing this time
    if (!platform_.each) return arena_.copy(id_of({topic, webhook_.body}));
    return arena_.copy(id_of({topic, to_json(it)}));
  }

  /// An id within the body is the same where the body is; so is one made of it.
  std::string digest_of_body(std::string_view topic, std::string_view source, const Value& scope) {
    if (body_digest_.empty()) body_digest_ = sha256({webhook_.body});
    std::string within;  // what the id holds within: the shop
    for (const Location& part : std::span(platform_.ids.front()).subspan(1))
      within.append(text_at(part, webhook_, scope, arena_)).append(":");
    return sha256({source, topic, within, body_digest_, std::to_string(number_)}).substr(0, 16);
  }

  std::optional<Time> time_of_event(const Value& scope) {
    for (const Location& location : platform_.time) {
      const std::string_view text = text_at(location, webhook_, scope, arena_);
      if (const auto at = parse_time(text)) return at;
      const Value at = text.empty() ? Value() : fitted(cel::TypeKind::timestamp, Value(text), arena_);
      if (at.is(Kind::timestamp)) return from_ms(at.seconds() * 1000 + at.nanos() / 1'000'000);
    }
    return std::nullopt;
  }

  const Platform& platform_;
  const Webhook& webhook_;
  std::string body_digest_;
  Arena& arena_;
  Value body_;
  bool id_outside_ = false;  // the event's id stands in headers only, or would
  std::size_t count_ = 1, number_ = 0;  // of the body's things
};

/// `body`: null when it was not read yet.
Result<WebhookTaken> take_verified(const Platform& platform, const Webhook& webhook, Value body, std::string body_digest, Arena& arena) {
  // A topic that stands in a header tells, before the body is read, that nobody will want it.
  if (const Location& topic = platform.topic.front(); platform.topic.size() == 1 && !topic.header.empty()) {
    const std::string_view name = webhook.header(topic.header);
    if (name.empty()) return fail("no_topic", "the header " + topic.header + " is missing");
    const PlatformTopic* found = platform.find_topic(name);
    if (found == nullptr || found->types.empty()) {
      WebhookTaken ignored;
      ignored.ignored = found ? found->ignored : "unknown topic";
      if (found != nullptr) ignored.topic = name;
      return ignored;
    }
  }
  if (body.is_null()) {
    auto read = read_body(webhook, arena);
    if (!read) return tl::unexpected(read.error());
    body = *read;
  }
  auto taken = Intake(platform, webhook, std::move(body_digest), arena).take(body);
  if (!taken || !platform.success_answer) return taken;
  const Value answer = platform.success_answer.evaluate(make_map(arena, {{"body", body}}), arena, silently);
  if (answer.is(Kind::map)) taken->answer = to_json(answer);
  return taken;
}

}  // namespace

Result<Value> read_body(const Webhook& webhook, Arena& arena) {
  if (is_json(webhook.body)) return parse_body(webhook.body, arena);
  const std::string_view content_type = webhook.header("Content-Type");
  const std::string type = media_type(content_type);
  if (type == "message/rfc822") {
    const auto mail = read_mail(webhook.body);
    if (!mail) return tl::unexpected(mail.error());
    return mail_value(*mail, arena);
  }
  if (type == "multipart/form-data") return read_multipart(content_type, webhook.body, arena);
  if (type != "application/x-www-form-urlencoded") return parse_json(webhook.body, arena);
  const auto fields = read_form(webhook.body);
  if (!fields) return tl::unexpected(fields.error());
  return form_value(*fields, arena);
}

Result<WebhookTaken> take_webhook(const Platform& platform, const Secrets& secrets, const Webhook& webhook,
                                  Arena& arena) {
  WebhookTaken ignored;
  if (is_ping(platform, webhook)) {
    ignored.ignored = "the platform tries whether somebody listens";
    return ignored;
  }
  Value body;
  if (platform.signed_in_body) {
    auto read = read_body(webhook, arena);
    if (!read) return tl::unexpected(read.error());
    body = *read;
  }
  auto verified = verify(platform, secrets, webhook, body, arena);
  if (!verified) return tl::unexpected(verified.error());
  return take_verified(platform, webhook, body, std::move(*verified), arena);
}

Result<WebhookTaken> map_webhook(const Platform& platform, const Webhook& webhook, Arena& arena) {
  return take_verified(platform, webhook, {}, {}, arena);
}

Result<std::string> answer_challenge(const Platform& platform, std::string_view verify_token,
                                     std::string_view query) {
  if (platform.challenge.query.empty())
    return fail("no_challenge", "this platform subscribes without a challenge");
  const auto fields = read_form(query);
  if (!fields) return tl::unexpected(fields.error());
  const auto value_of = [&](std::string_view name) {
    for (const auto& [key, value] : *fields)
      if (key == name) return value;
    return std::string();
  };
  const bool asks = !platform.challenge.token.empty();
  if (asks &&
      (verify_token.empty() || !equal_in_constant_time(value_of(platform.challenge.token), verify_token)))
    return fail("bad_token", "the query bears another token than the source's verify_token");
  return value_of(platform.challenge.query);
}

}  // namespace shopbell
