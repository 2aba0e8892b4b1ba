#include "intake/sign.h"

#include "base/hash.h"
#include "base/json.h"

#include <algorithm>

namespace shopbell {
namespace {

using Scheme = Verification::Scheme;

bool is_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// The map with a text put at the path; what is no map on the way there becomes one.
Value put_at(const Value& map, std::string_view path, std::string_view text, Arena& arena) {
  const std::string_view name = path.substr(0, path.find('.'));
  const Value there = map.is(Kind::map) ? map[name] : Value();
  const Value v = name.size() == path.size() ? Value(arena.copy(text)) : put_at(there, path.substr(name.size() + 1), text, arena);
  std::vector<Member> members;
  bool found = false;
  for (const Member& m : map.is(Kind::map) ? map.members() : std::span<const Member>{}) {
    const bool same = m.key.text_or({}) == name;
    members.push_back(same ? Member{m.key, v} : m);
    found |= same;
  }
  if (!found) members.push_back({Value(arena.copy(name)), v});
  return freeze_map(arena, members);
}

class Signer {
 public:
  Signer(const Webhook& webhook, Arena& arena) : webhook_(webhook), arena_(arena) { made_.body = webhook.body; }

  Result<SignedRequest> sign(const Verification& way, const Secrets& secrets) {
    const bool by_pair = way.scheme != Scheme::hmac_sha256 && way.scheme != Scheme::hmac_sha1 && way.scheme != Scheme::token;
    if (!way.host_header.empty() && secrets.current == fetched_secret)
      return fail("cannot_sign", "this source trusts only the certificate that the platform publishes, so nobody else can sign for it",
                  "to try it, put a certificate or public key of your own in the place of `fetch`, and give its private key by --key");
    if (by_pair && secrets.private_key.empty())
      return fail("cannot_sign", "this platform signs with a private key that only it has",
                  "sign with a key pair of your own: its public key, or a certificate of it, is the source's secret, and --key names the private one");
    const std::string seconds = std::to_string(to_ms(webhook_.received) / 1000);
    if (!way.timestamp.empty())
      if (auto good = put(way.timestamp, {}, seconds); !good) return tl::unexpected(good.error());
    if (!way.id.empty() && header(way.id.front().header).empty())
      if (auto good = put(way.id, {}, id_of({webhook_.body})); !good) return tl::unexpected(good.error());
    const std::function<std::string_view(std::string_view)> look = [this](std::string_view name) { return header(name); };
    Webhook now{webhook_.endpoint, look, made_.body, webhook_.received, webhook_.url, webhook_.query};
    Value body;
    if (uses_body(way)) {
      const auto read = parse_json(made_.body, arena_);
      if (!read) return fail("cannot_sign", "this platform signs within the body, and this body is no JSON");
      body = *read;
    }
    const auto signature = signature_of(way, secrets, now, body, arena_);
    if (!signature) return tl::unexpected(signature.error());
    if (auto good = put(way.signatures, way.prefix, *signature); !good) return tl::unexpected(good.error());
    return std::move(made_);
  }

 private:
  static bool in_body(const std::vector<Location>& places) {
    return !places.empty() && std::all_of(places.begin(), places.end(), [](const Location& l) { return l.header.empty(); });
  }
  static bool uses_body(const Verification& way) {
    return in_body(way.signatures) || in_body(way.id) || in_body(way.timestamp);
  }

  std::string_view header(std::string_view name) const {
    for (const auto& [own, value] : made_.headers)
      if (is_same_name(own, name)) return value;
    return webhook_.header(name);
  }

  // Into the first header of the places, or its member; else into the body, where the first of the places is that
  // the body has the beginning of.
  Result<void> put(const std::vector<Location>& places, const std::string& prefix, const std::string& text) {
    for (const Location& place : places) {
      if (place.header.empty()) continue;
      put_header(place, prefix + text);
      return {};
    }
    const auto body = parse_json(made_.body, arena_);
    if (!body || !body->is(Kind::map)) return fail("cannot_sign", "this platform signs within the body, and this body is no JSON");
    for (const Location& place : places) {
      const std::string path(place.program.source());
      if (!path.starts_with("body.")) continue;
      const std::string inner = path.substr(5), parent = inner.substr(0, inner.find('.'));
      const bool last = &place == &places.back();
      if (!last && !(*body)[parent].is(Kind::map)) continue;
      made_.body = to_json(put_at(*body, inner, prefix + text, arena_));
      return {};
    }
    return fail("cannot_sign", "where this platform's signature stands in the body is not plain");
  }

  void put_header(const Location& place, const std::string& text) {
    const std::string part = place.member.empty() ? text : place.member + "=" + text;
    for (auto& [name, value] : made_.headers) {
      if (!is_same_name(name, place.header)) continue;
      value = place.member.empty() ? part : value + "," + part;
      return;
    }
    made_.headers.emplace_back(place.header, part);
  }

  const Webhook& webhook_;
  Arena& arena_;
  SignedRequest made_;
};

}  // namespace

Result<SignedRequest> sign(const Platform& platform, const Secrets& secrets, const Webhook& webhook, Arena& arena) {
  return Signer(webhook, arena).sign(way_of(platform, secrets.current), secrets);
}

}  // namespace shopbell
