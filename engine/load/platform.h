#pragma once
// A platform as data: workflows/platforms/NAME.yaml, or platforms/NAME.yaml of a shop's folder, says how its
// webhooks are signed, where the topic, id and time stand, and how each topic's body becomes canonical
// events. workflows/platforms/README.md tells how such a file is written. Read once and compiled;
// immutable; any thread. intake/webhook.h puts it to work.

#include "base/known_name.h"
#include "cel/cel.h"
#include "load/load.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shopbell {

/// How one member of a canonical event is made from the platform's body.
struct Mapping {
  enum class Form : std::uint8_t { cel, path, first, of, each, map };
  Form form = Form::cel;
  cel::Type type;                  // cel, path: what the event's schema wants; see fitted()
  cel::Program program;            // cel; of and each: what the shape is about
  std::vector<KnownName> path;     // CEL that only walks down from `it` or `body`, as most of it does
  bool is_path = false;            // so it is; also of the `program` of of and each
  bool from_body = false;          // from `body`
  const Mapping* shape = nullptr;  // of and each: one of the Platform's shapes
  std::vector<std::pair<std::string, Mapping>> parts;  // map; first (names empty)
  std::vector<std::uint32_t> hashes;                   // map: key_hash() of each name
};

struct TypeChoice {
  cel::Program condition;  // over `body` and `it`; empty: holds
  std::string type;        // canonical; empty: what `named` gives
  cel::Program named;      // the event's type is the platform's word
};

struct PlatformTopic {
  std::vector<TypeChoice> types;                      // the first that holds; none: ignored
  std::string ignored;                                // why
  cel::Program subject;                               // over `body` and `it`; empty: subject_of_data()
  Mapping data;                                       // the nouns: a map
  bool by_body = true;  // under another id, too, the same body is the same event: false: what is said again is meant again
};

/// Where a text stands in a webhook: a header, one member of it (`v1` of "t=1,v1=ab"), or what CEL makes
/// of the body.
struct Location {
  std::string header, member;
  cel::Program program;
};

/// One way of signing.
struct Verification {
  enum class Scheme : std::uint8_t { hmac_sha256, hmac_sha1, rsa_sha256, ecdsa_sha256, ed25519, token };
  enum class Encoding : std::uint8_t { base64, hex, text };
  enum class SecretForm : std::uint8_t { text, base64, nfkd };
  enum class Source : std::uint8_t { literal, body, url, fields, crc32, id, timestamp, webhook_id, header };
  struct Part {
    Source source;
    std::string text;  // literal: itself; header: its name
  };

  Scheme scheme = Scheme::hmac_sha256;
  Encoding encoding = Encoding::base64;
  SecretForm secret_form = SecretForm::text;
  std::string secret_prefix;           // "whsec_": which secrets are this way's; no part of the key
  std::vector<Location> signatures;    // any of those that are there may hold
  std::string prefix;                  // before the signature: "sha256="
  std::string divided_by;              // several signatures in one header
  std::vector<Part> signed_text;       // one after the other
  std::vector<Location> id, timestamp; // the first that is there; a timestamp is in seconds since 1970
  std::int64_t tolerance_s = 0;        // how old a timestamp may be; 0: any
  std::int64_t ahead_s = 0;            // how far ahead it may be; 0: any
  bool any_port = false;               // the URL may have been signed with or without its scheme's port
  std::string body_hash;               // query parameter with the SHA-256 in hex of a body that is no form
  std::string host_header, host;       // the header's URL is https, of that host or one below it
};

/// How a platform asks whether somebody listens.
struct Challenge {
  std::string query, token;        // a GET: the parameter to answer with, and that of the verify_token
  cel::Program condition, answer;  // a signed POST: over `body`
};

struct Platform {
  std::string name, title;
  std::vector<Verification> verifications;            // a secret's: by secret_prefix, else the last
  std::vector<Location> topic;                        // the first that is there
  std::vector<std::vector<Location>> ids;             // the first list whose first is there
  std::vector<Location> time;                         // RFC 3339 or since 1970; else when it was received
  cel::Program each;                                  // the list of things in `body`; empty: the body
  std::map<std::string, PlatformTopic, std::less<>> topics;  // "orders/create", "themes/*", "*"
  std::vector<std::unique_ptr<const Mapping>> shapes;

  Challenge challenge;
  std::string ping;                                   // the one field of an unsigned form, a trial
  int success_status = 0;                             // 0: 200 or 202
  std::optional<std::string> success_text;            // instead of the count of accepted events
  cel::Program success_answer;                        // over `body`: a map is answered as JSON; none or an error: as otherwise
  bool retries = true;                                // false: what is refused once is lost

  bool signed_in_body = false, signs_url = false, signs_webhook_id = false;

  /// The topic of that name, else its family's: of "a.b.c" "a.b.*", then "a.*", then "*"; nullptr: none.
  const PlatformTopic* find_topic(std::string_view wanted) const;
};

/// One platform file's text. `own_events`: event types beside the vocabulary's.
Read<std::shared_ptr<const Platform>> load_platform(const std::string& file, const std::string& yaml,
                                                    const std::vector<std::string>& own_events = {});

/// A platform that is part of the program; null: there is none of that name.
std::shared_ptr<const Platform> find_platform(std::string_view name);
std::vector<std::string_view> platform_names();

}  // namespace shopbell
