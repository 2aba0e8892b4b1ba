#include "mailing.h"

#include <shopbell/outcome.h>
#include <shopbell/text.h>

#include <algorithm>
#include <array>

namespace shopbell::mailing {
namespace {

constexpr std::size_t id_bytes_max = 250, references_bytes_max = 900;

/// With its brackets; empty: it is none.
std::string bracketed(std::string_view id) {
  if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
  const bool good = !id.empty() && id.size() <= id_bytes_max && id.find('@') != std::string_view::npos &&
                    std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '<' && c != '>'; });
  return good ? "<" + std::string(id) + ">" : std::string();
}

Outcome not_sent(const Error& error) {
  static constexpr std::array for_good{"smtp_permanent", "bad_address"};
  if (error.code == "in_doubt") {
    Outcome outcome = call_failed(error.code, error.message, error.hint);
    outcome.status = Outcome::Status::unknown;
    return outcome;
  }
  if (std::find(for_good.begin(), for_good.end(), error.code) != for_good.end())
    return call_failed(error.code, error.message, error.hint);
  return call_retry(error);
}

Outcome sent(const Mail& mail, SentMessage kept) {
  auto arena = std::make_unique<Arena>();
  const Value output = make_map(*arena, {{"message_id", arena->copy(mail.message_id)}, {"to", arena->copy(mail.to)}});
  Outcome outcome = call_done(Document(std::move(arena), output));
  kept.channel = "email";
  kept.to = mail.to;
  kept.message_id = mail.message_id;
  outcome.message = std::move(kept);
  return outcome;
}

}  // namespace

std::string_view domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view rest = address.substr(at + 1);
  return trimmed(rest.substr(0, rest.find('>')));
}

std::string_view address_of(std::string_view text) {
  const std::size_t from = text.rfind('<');
  if (from == std::string_view::npos) return trimmed(text);
  return trimmed(text.substr(from + 1, text.find('>', from) - from - 1));
}

std::string one_line(std::string_view text) {
  std::string line(trimmed(text));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

std::string message_id_of(const Call& call, std::string_view from) { return "<" + call.key + "@" + std::string(domain_of(from)) + ">"; }

void add_headers(Mail& mail, std::string_view answered, const std::vector<std::string_view>& references, bool automatic) {
  const std::string parent = bracketed(answered);
  if (automatic) mail.headers.emplace_back("Auto-Submitted", answered.empty() ? "auto-generated" : "auto-replied");
  if (parent.empty()) return;
  std::string thread;
  for (const std::string_view id : references)
    if (const std::string one = bracketed(id); !one.empty() && one != parent && thread.size() + one.size() < references_bytes_max) thread += one + " ";
  mail.headers.emplace_back("In-Reply-To", parent);
  mail.headers.emplace_back("References", thread + parent);
}

Task<Outcome> send(Mail mail, SentMessage kept, Services& services) {
  if (mail.to.empty())
    co_return call_failed("no_address", "there is no address to send to", "give `to`, or let the condition ask for has(customer.email)");
  if (domain_of(mail.from).empty())
    co_return call_failed("no_sender", "there is no address to send from",
                          "channels: { email: { from: \"The Shop <hello@shop.example>\" } } in shopbell.yaml");
  if (mail.text.empty() && mail.html.empty())
    co_return call_failed("no_text", "the mail has nothing in it", "give `template` or `text`");
  const Result<std::string> answer = co_await services.mail(mail);
  co_return answer ? sent(mail, std::move(kept)) : not_sent(answer.error());
}

}  // namespace shopbell::mailing
