#pragma once
// A platform as data: workflows/platforms/NAME.yaml says how its webhooks are signed, where the
// topic, id and time stand, and how each topic's body becomes a canonical event. Read once and
// compiled; immutable; any thread. intake/webhook.h puts it to work.
//
//   platform: shopify
//   verify: { scheme: hmac_sha256, encoding: base64, header: X-Shopify-Hmac-SHA256 }
//   topic: X-Shopify-Topic
//   id: [[X-Shopify-Event-Id, X-Shopify-Topic], [X-Shopify-Webhook-Id]]
//   time: X-Shopify-Triggered-At
//   shapes:
//     customer: { id: it.id, email: it.email }
//   topics:
//     orders/create: { type: order.placed, data: { customer: { of: body.customer, shape: customer } } }
//   ignored:
//     - { why: about the design of the shop, topics: [themes/*] }
//
// `type` may be a list: of [{ if: CEL, then: TYPE }, ...] the first that holds; of none, the webhook is ignored.
// A shape may use those above it. A field is one of: CEL (a text); a list of fields (the first that is
// there); {of: CEL, shape: NAME}; {each: CEL, shape: NAME} (a list); or a map of fields. CEL sees `body`
// and, within a shape, the thing itself as `it`. What is null, missing, or cannot be evaluated is left
// out, and so is a map without a single member: webhooks of older API versions lack fields, and that is
// no error. On top of CEL's functions: number("199.00") is 199.0, words("a, b") is ["a", "b"],
// sum([1, 2]) is 3, and time(x) is the text x if that is an RFC 3339 time.

#include "cel/cel.h"
#include "load/load.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shopbell {

/// How one member of a canonical event is made from the platform's body.
struct Mapping {
  enum class Form : std::uint8_t { cel, path, first, of, each, map };
  struct Field {
    std::string name;
    std::uint32_t hash;            // key_hash(name)
  };
  Form form = Form::cel;
  cel::Program program;            // cel; of and each: what the shape is about
  std::vector<Field> path;         // path: CEL that only walks down from `it` or `body`, as most of it does
  bool from_body = false;          // path: from `body`
  const Mapping* shape = nullptr;  // of and each: one of the Platform's shapes
  std::vector<std::pair<std::string, Mapping>> parts;  // map; first (names empty)
};

struct TypeChoice {
  cel::Program condition;  // over `body`; empty: holds
  std::string type;        // canonical
};

struct PlatformTopic {
  std::vector<TypeChoice> types;                      // the first that holds; none: ignored
  std::string ignored;                                // why
  cel::Program subject;                               // over `body`; empty: subject_of_data()
  Mapping data;                                       // the nouns: a map
};

struct Platform {
  enum class Encoding : std::uint8_t { base64, hex };

  std::string name, title;
  std::string signature_header;
  Encoding signature_encoding = Encoding::base64;
  std::string signature_prefix;                       // "sha256=" before the signature; usually empty
  std::string topic_header;
  std::vector<std::vector<std::string>> id_headers;   // the first list whose first header is there
  std::string time_header;                            // RFC 3339; empty or absent: when it was received
  std::map<std::string, std::unique_ptr<const Mapping>, std::less<>> shapes;
  std::map<std::string, PlatformTopic, std::less<>> topics;  // "orders/create", "themes/*"

  /// The topic of that name, else its family's; nullptr: there is none.
  const PlatformTopic* find_topic(std::string_view topic) const;
};

/// One platform file's text.
Read<std::shared_ptr<const Platform>> load_platform(const std::string& file, const std::string& yaml);

/// A platform that is part of the program; null: there is none of that name.
std::shared_ptr<const Platform> find_platform(std::string_view name);
std::vector<std::string_view> platform_names();

}  // namespace shopbell
