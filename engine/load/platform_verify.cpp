// `verify` of a platform file.

#include "load/platform_parts.h"

#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

using Scheme = Verification::Scheme;
using Source = Verification::Source;

template <class T>
struct Named {
  std::string_view name;
  T value;
};

constexpr Named<Scheme> schemes[] = {
    {"hmac_sha256", Scheme::hmac_sha256}, {"hmac_sha1", Scheme::hmac_sha1},
    {"rsa_sha256", Scheme::rsa_sha256},   {"ecdsa_sha256", Scheme::ecdsa_sha256},
    {"ed25519", Scheme::ed25519},         {"token", Scheme::token}};
constexpr Named<Verification::Encoding> encodings[] = {{"base64", Verification::Encoding::base64},
                                                       {"hex", Verification::Encoding::hex},
                                                       {"text", Verification::Encoding::text}};
constexpr Named<Verification::SecretForm> secret_forms[] = {{"text", Verification::SecretForm::text},
                                                            {"base64", Verification::SecretForm::base64},
                                                            {"nfkd", Verification::SecretForm::nfkd}};
constexpr Named<Source> sources[] = {{"body", Source::body},           {"url", Source::url},
                                     {"fields", Source::fields},       {"crc32", Source::crc32},
                                     {"id", Source::id},               {"timestamp", Source::timestamp},
                                     {"webhook_id", Source::webhook_id}};
constexpr std::array<std::string_view, 16> keys{
    "scheme", "encoding",  "signature", "prefix", "divided_by", "signed",  "id",   "timestamp", "tolerance",
    "ahead",  "secret_in", "secret_prefix", "any_port", "body_hash", "url_in", "host"};

class VerificationReader {
 public:
  VerificationReader(const yaml::Node& node, PlatformParts& parts) : node_(node), parts_(parts) {}

  Verification read() {
    parts_.check_keys(node_, "`verify`", keys);
    made_.scheme = choice("scheme", schemes, true, Scheme::hmac_sha256);
    made_.encoding = choice("encoding", encodings, true, Verification::Encoding::base64);
    made_.secret_form = choice("secret_in", secret_forms, false, Verification::SecretForm::text);
    made_.secret_prefix = parts_.optional_text(node_, "secret_prefix");
    made_.signatures = parts_.locations(node_.find("signature"), "signature");
    if (made_.signatures.empty()) parts_.error(node_, "missing_key", "`signature` is missing");
    made_.prefix = parts_.optional_text(node_, "prefix");
    made_.divided_by = parts_.optional_text(node_, "divided_by");
    made_.id = parts_.locations(node_.find("id"), "id");
    made_.timestamp = parts_.locations(node_.find("timestamp"), "timestamp");
    made_.tolerance_s = seconds("tolerance");
    made_.ahead_s = seconds("ahead");
    if ((made_.tolerance_s > 0 || made_.ahead_s > 0) && made_.timestamp.empty())
      parts_.error(node_, "missing_key", "`timestamp` is missing: `tolerance` and `ahead` are about it");
    made_.any_port = parts_.optional_text(node_, "any_port") == "true";
    made_.body_hash = parts_.optional_text(node_, "body_hash");
    made_.host_header = parts_.optional_text(node_, "url_in");
    made_.host = parts_.optional_text(node_, "host");
    read_signed();
    return std::move(made_);
  }

 private:
  template <class T, std::size_t N>
  T choice(std::string_view key, const Named<T> (&known)[N], bool required, T otherwise) {
    const std::string text = required ? parts_.required_text(node_, key) : parts_.optional_text(node_, key);
    if (text.empty()) return otherwise;
    std::string all;
    for (const Named<T>& one : known) {
      if (one.name == text) return one.value;
      all.append(all.empty() ? "" : ", ").append(one.name);
    }
    parts_.error(*node_.find(key), "unknown_" + std::string(key),
                 "unknown " + std::string(key) + " \"" + text + "\"", all + " are known");
    return otherwise;
  }

  std::int64_t seconds(std::string_view key) {
    const std::string text = parts_.optional_text(node_, key);
    if (text.empty()) return 0;
    const auto duration = parse_duration(text);
    if (duration && *duration >= Millis{1000}) return duration->count() / 1000;
    parts_.error(*node_.find(key), "bad_duration",
                 fmt::format("`{}` is a duration of a second or more", key), "5m");
    return 0;
  }

  // "v0:{timestamp}:{body}": what is in braces is a source or a header.
  void read_signed() {
    const std::string text = parts_.optional_text(node_, "signed");
    if (made_.scheme == Scheme::token) return;
    if (text.empty()) {
      made_.signed_text.push_back({Source::body, {}});
      return;
    }
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t open = std::min(rest.find('{'), rest.size());
      if (open > 0) made_.signed_text.push_back({Source::literal, std::string(rest.substr(0, open))});
      rest.remove_prefix(open);
      if (rest.empty()) break;
      const std::size_t close = rest.find('}');
      if (close == std::string_view::npos)
        return parts_.error(*node_.find("signed"), "bad_signed", "a brace is not closed",
                            "{timestamp}.{body}");
      add_source(rest.substr(1, close - 1));
      rest.remove_prefix(close + 1);
    }
  }

  void add_source(std::string_view name) {
    for (const Named<Source>& source : sources)
      if (source.name == name) return made_.signed_text.push_back({source.value, {}});
    made_.signed_text.push_back({Source::header, std::string(name)});
  }

  const yaml::Node& node_;
  PlatformParts& parts_;
  Verification made_;
};

}  // namespace

std::vector<Verification> read_verifications(const yaml::Node& node, PlatformParts& parts) {
  std::vector<Verification> made;
  if (!node.is_list()) {
    made.push_back(VerificationReader(node, parts).read());
    return made;
  }
  for (const yaml::NodePtr& item : node.items) made.push_back(VerificationReader(*item, parts).read());
  if (made.empty()) parts.error(node, "missing_key", "`verify` is an empty list");
  return made;
}

}  // namespace shopbell
