#include "intake/verify.h"

#include "base/hash.h"
#include "base/hmac.h"
#include "base/signature.h"
#include "base/time.h"
#include "intake/form.h"
#include "intake/nfkd.h"
#include "intake/urls.h"

#include <boost/crc.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace shopbell {
namespace {

using Scheme = Verification::Scheme;
using Source = Verification::Source;

constexpr std::size_t signatures_max = 16;  // of one webhook; further ones are not tried
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

tl::unexpected<Error> refused(const char* why) { return fail("bad_signature", why); }

/// The key that a secret is in the merchant's file; empty: none.
std::string key_of(const Verification& way, std::string_view secret) {
  if (secret.starts_with(way.secret_prefix)) secret.remove_prefix(way.secret_prefix.size());
  switch (way.secret_form) {
    case Verification::SecretForm::base64: return from_base64(secret).value_or("");
    case Verification::SecretForm::nfkd: return nfkd(secret).value_or("");
    case Verification::SecretForm::text: break;
  }
  return std::string(secret);
}

/// Every key and value in order of key; of a key sent twice its distinct values in their order.
Result<std::string> sorted_fields(const Webhook& webhook) {
  std::string text;
  if (media_type(webhook.header("Content-Type")) != form_type) return text;
  auto fields = read_form(webhook.body);
  if (!fields) return tl::unexpected(fields.error());
  std::sort(fields->begin(), fields->end());
  fields->erase(std::unique(fields->begin(), fields->end()), fields->end());
  for (const auto& [name, value] : *fields) text.append(name).append(value);
  return text;
}

std::string crc32_of(std::string_view body) {
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  return std::to_string(crc.checksum());
}

class Verifier {
 public:
  Verifier(const Webhook& webhook, const Secrets& secrets, const Value& body, Arena& arena)
      : webhook_(webhook), secrets_(secrets), arena_(arena) {
    if (!body.is_null()) scope_ = make_map(arena, {{"body", body}, {"it", body}});
  }

  Result<std::string> verify(const Verification& way, std::string_view secret) {
    const std::string key = key_of(way, secret);
    if (key.empty()) return refused("the secret is no key of this platform's form");
    std::vector<std::string_view> signatures = signatures_of(way);
    if (signatures.empty()) return refused("the signature is missing");
    if (auto good = check_time(way); !good) return tl::unexpected(good.error());
    if (auto good = check_url(way); !good) return tl::unexpected(good.error());
    if (auto good = check_body_hash(way); !good) return tl::unexpected(good.error());
    if (way.signed_text.size() == 1 && way.signed_text[0].source == Source::body)
      return check_body(way, key, signatures);
    for (const std::string& url : urls_of(way)) {
      auto text = signed_text(way, url);
      if (!text) return tl::unexpected(text.error());
      if (holds(way, key, *text, signatures)) return std::string();
    }
    return refused("the signature does not match");
  }

  Result<std::string> signature(const Verification& way) {
    auto text = signed_text(way, std::string(webhook_.url));
    if (!text) return text;
    if (const auto kind = kind_of(way)) {
      auto made = make_signature(*kind, secrets_.private_key, *text);
      return made ? encoded(way, std::move(*made)) : made;
    }
    const std::string key = key_of(way, secrets_.current);
    if (key.empty()) return refused("the secret is no key of this platform's form");
    return encoded(way, expected(way, key, *text));
  }

 private:
  std::vector<std::string_view> signatures_of(const Verification& way) {
    std::vector<std::string_view> found, here;
    for (const Location& location : way.signatures) {
      if (location.member.empty()) {  // one header: by far the most common
        append_bare(found, way, text_at(location, webhook_, scope_, arena_));
        continue;
      }
      here.clear();
      append_texts(here, location, webhook_, scope_, arena_);
      for (const std::string_view text : here) append_bare(found, way, text);
    }
    if (found.size() > signatures_max) found.resize(signatures_max);
    return found;
  }

  // Those with the prefix, without it.
  static void append_bare(std::vector<std::string_view>& to, const Verification& way, std::string_view text) {
    while (!text.empty()) {
      const std::size_t end =
          way.divided_by.empty() ? text.size() : std::min(text.find(way.divided_by), text.size());
      const std::string_view one = text.substr(0, end);
      text.remove_prefix(std::min(text.size(), end + way.divided_by.size()));
      if (one.starts_with(way.prefix) && one.size() > way.prefix.size())
        to.push_back(one.substr(way.prefix.size()));
    }
  }

  Result<void> check_time(const Verification& way) {
    if (way.timestamp.empty()) return {};
    const std::string_view text = text_at(way.timestamp, webhook_, scope_, arena_);
    if (text.empty()) return refused("the timestamp of the signature is missing");
    if (way.tolerance_s == 0 && way.ahead_s == 0) return {};
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || seconds < 0)
      return refused("the timestamp of the signature is no number of seconds");
    const std::int64_t now = to_ms(webhook_.received) / 1000;
    if (way.tolerance_s > 0 && seconds < now - way.tolerance_s)
      return fail("stale_signature", "the signature is too old: is this computer's clock right?");
    if (way.ahead_s > 0 && seconds > now + way.ahead_s)
      return fail("stale_signature", "the signature is of the future: is this computer's clock right?");
    return {};
  }

  Result<void> check_url(const Verification& way) {
    if (way.host_header.empty() || is_https_under(webhook_.header(way.host_header), way.host)) return {};
    return refused("the certificate is not at the platform's host");
  }

  // A body that is no form is signed by its hash in the query.
  Result<void> check_body_hash(const Verification& way) {
    if (way.body_hash.empty() || webhook_.body.empty() ||
        media_type(webhook_.header("Content-Type")) == form_type)
      return {};
    const auto query = read_form(webhook_.query);
    if (!query) return tl::unexpected(query.error());
    for (const auto& [name, value] : *query)
      if (name == way.body_hash && equal_in_constant_time(value, to_hex(plain_sha256(webhook_.body))))
        return {};
    return refused("the body is not the one that was signed");
  }

  // The usual case, without a copy of the body.
  Result<std::string> check_body(const Verification& way, const std::string& key,
                                 std::span<const std::string_view> signatures) {
    if (way.scheme != Scheme::hmac_sha256) {
      if (!holds(way, key, webhook_.body, signatures)) return refused("the signature does not match");
      return std::string();
    }
    std::string mac = expected(way, key, webhook_.body);
    if (!holds_equal(way, mac, signatures)) return refused("the signature does not match");
    return mac;
  }

  std::vector<std::string> urls_of(const Verification& way) const {
    if (way.any_port) return with_and_without_port(webhook_.url);
    return {std::string(webhook_.url)};
  }

  Result<std::string> signed_text(const Verification& way, const std::string& url) {
    std::string text;
    for (const Verification::Part& part : way.signed_text) {
      Result<std::string> more = source_of(way, part, url);
      if (!more) return more;
      text += *more;
    }
    return text;
  }

  Result<std::string> source_of(const Verification& way, const Verification::Part& part,
                                const std::string& url) {
    const auto required = [&](std::string_view text) -> Result<std::string> {
      if (text.empty()) return refused("something that is signed is missing");
      return std::string(text);
    };
    switch (part.source) {
      case Source::literal: return part.text;
      case Source::body: return std::string(webhook_.body);
      case Source::url: return required(url);
      case Source::fields: return sorted_fields(webhook_);
      case Source::crc32: return crc32_of(webhook_.body);
      case Source::id: return required(text_at(way.id, webhook_, scope_, arena_));
      case Source::timestamp: return required(text_at(way.timestamp, webhook_, scope_, arena_));
      case Source::webhook_id: return required(secrets_.webhook_id);
      case Source::header: return required(webhook_.header(part.text));
    }
    return refused("nothing is signed");
  }

  /// Of schemes with a key pair.
  static std::optional<SignatureKind> kind_of(const Verification& way) {
    switch (way.scheme) {
      case Scheme::rsa_sha256: return SignatureKind::rsa_sha256;
      case Scheme::ecdsa_sha256: return SignatureKind::ecdsa_sha256;
      case Scheme::ed25519: return SignatureKind::ed25519;
      default: return std::nullopt;
    }
  }

  static bool holds(const Verification& way, const std::string& key, std::string_view text,
                    std::span<const std::string_view> signatures) {
    const auto kind = kind_of(way);
    if (!kind) return holds_equal(way, expected(way, key, text), signatures);
    for (const std::string_view signature : signatures)
      if (const auto bytes = from_base64(signature); bytes && verify_signature(*kind, key, text, *bytes))
        return true;
    return false;
  }

  static std::string expected(const Verification& way, const std::string& key, std::string_view text) {
    if (way.scheme == Scheme::token) return key;
    if (way.scheme == Scheme::hmac_sha1) return hmac_sha1(key, text);
    const Mac mac = hmac_sha256(key, text);
    return {reinterpret_cast<const char*>(mac.data()), mac.size()};
  }

  static std::string encoded(const Verification& way, std::string bytes) {
    if (way.encoding == Verification::Encoding::base64) return to_base64(bytes);
    return way.encoding == Verification::Encoding::hex ? to_hex(bytes) : bytes;
  }

  static bool holds_equal(const Verification& way, std::string bytes,
                          std::span<const std::string_view> signatures) {
    bytes = encoded(way, std::move(bytes));
    bool good = false;
    for (const std::string_view signature : signatures) good |= equal_in_constant_time(bytes, signature);
    return good;
  }

  const Webhook& webhook_;
  const Secrets& secrets_;
  Arena& arena_;
  Value scope_;
};

}  // namespace

const Verification& way_of(const Platform& platform, std::string_view secret) {
  for (const Verification& way : platform.verifications)
    if (!way.secret_prefix.empty() && secret.starts_with(way.secret_prefix)) return way;
  return platform.verifications.back();
}

Result<std::string> signature_of(const Verification& way, const Secrets& secrets, const Webhook& webhook,
                                 const Value& body, Arena& arena) {
  return Verifier(webhook, secrets, body, arena).signature(way);
}

Result<std::string> verify(const Platform& platform, const Secrets& secrets, const Webhook& webhook,
                           const Value& body, Arena& arena) {
  if (secrets.current.empty()) return refused("this source has no secret, so nothing can be verified");
  Verifier verifier(webhook, secrets, body, arena);
  auto good = verifier.verify(way_of(platform, secrets.current), secrets.current);
  if (!good && !secrets.previous.empty()) {
    if (auto before = verifier.verify(way_of(platform, secrets.previous), secrets.previous)) return before;
  }
  return good;
}

}  // namespace shopbell
