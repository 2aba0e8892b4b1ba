// email: a mail from the shop's templates. The same call makes the same Message-ID at each attempt, so
// that a mail that was sent twice can be recognised as one.

#include <shopbell/action.h>
#include <shopbell/outcome.h>
#include <shopbell/text.h>

#include <algorithm>
#include <array>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "template",
     .type = ParamType::page,
     .doc = "The template's name: templates/NAME.liquid is the text, templates/NAME.html.liquid the HTML.",
     .positional = true},
    {.name = "subject", .doc = "The subject line.", .required = true},
    {.name = "text", .doc = "The text itself, where a template would be too much."},
    {.name = "to", .doc = "Who gets it.", .otherwise = "'{{ customer.email }}'"},
    {.name = "from",
     .doc = "Who it is from; without it, `from` of the channel `email` in shopbell.yaml.",
     .otherwise = "''"},
    {.name = "in_reply_to",
     .doc = "The Message-ID of the mail that this one answers.",
     .otherwise = "\"{% if message.channel == 'email' %}{{ message.id }}{% endif %}\""},
    {.name = "reply_to", .doc = "Where answers go, if not to the sender.", .otherwise = "''"},
};

/// "The Shop <hello@shop.example>" -> "shop.example".
std::string_view domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view rest = address.substr(at + 1);
  return trimmed(rest.substr(0, rest.find('>')));
}

/// A line break in a subject would begin another header; a template's folded lines mean blanks.
std::string one_line(std::string_view text) {
  std::string line(trimmed(text));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

/// RFC 3834, 3.1: no vacation notices in return, and an answer says what it answers.
void add_headers(Mail& mail, std::string_view answered) {
  const bool is_id = answered.size() > 2 && answered.size() <= 250 && answered.front() == '<' && answered.back() == '>' &&
                     std::all_of(answered.begin(), answered.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  mail.headers = {{"Auto-Submitted", answered.empty() ? "auto-generated" : "auto-replied"}};
  if (!is_id) return;
  mail.headers.emplace_back("In-Reply-To", answered);
  mail.headers.emplace_back("References", answered);
}

Mail mail_of(const Call& call, const Value& channel) {
  const Value& args = call.args;
  const std::string_view own_sender = trimmed(args["from"].text_or(""));
  const Value page = args["template"];
  Mail mail;
  mail.from = own_sender.empty() ? std::string(channel["from"].text_or("")) : std::string(own_sender);
  mail.to = trimmed(args["to"].text_or(""));
  mail.subject = one_line(args["subject"].text_or(""));
  mail.text = page["text"].text_or(args["text"].text_or(""));
  mail.html = page["html"].text_or("");
  mail.reply_to = trimmed(args["reply_to"].text_or(""));
  add_headers(mail, trimmed(args["in_reply_to"].text_or("")));
  mail.date = call.at;
  mail.message_id = "<" + call.key + "@" + std::string(domain_of(mail.from)) + ">";
  return mail;
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

Outcome sent(const Mail& mail) {
  auto arena = std::make_unique<Arena>();
  const Value output = make_map(*arena, {{"message_id", arena->copy(mail.message_id)}, {"to", arena->copy(mail.to)}});
  Outcome outcome = call_done(Document(std::move(arena), output));
  outcome.message = SentMessage{.channel = "email", .to = mail.to, .text = mail.text, .message_id = mail.message_id};
  return outcome;
}

/// A folder has a file for each Message-ID; a mail server takes the same mail twice.
bool dedupes(const Value&, const Value& channels) { return channels["email"]["smtp"].text_or("").empty(); }

Task<Outcome> run(Call call, Services& services) {
  const Mail mail = mail_of(call, services.channel("email"));
  if (mail.to.empty())
    co_return call_failed("no_address", "there is no address to send to",
                          "give `to`, or let the condition ask for has(customer.email)");
  if (domain_of(mail.from).empty())
    co_return call_failed("no_sender", "there is no address to send from",
                          "channels: { email: { from: \"The Shop <hello@shop.example>\" } } in shopbell.yaml");
  if (mail.text.empty() && mail.html.empty())
    co_return call_failed("no_text", "the mail has nothing in it", "give `template` or `text`");

  const Result<std::string> answer = co_await services.mail(mail);
  co_return answer ? sent(mail) : not_sent(answer.error());
}

}  // namespace

extern const Action email{
    .name = "email",
    .summary = "Sends a mail, made from the shop's templates.",
    .params = params,
    .output = "a map: message_id, to",
    .reaches_customer = true,
    .run = run,
    .dedupes = dedupes,
};

}  // namespace shopbell::actions
