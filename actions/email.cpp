// email: a mail from the shop's templates. The same call makes the same Message-ID at each attempt, so
// that a mail that was sent twice can be recognised as one.

#include "say/mailing.h"

#include <shopbell/text.h>

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
    {.name = "conversation",
     .doc = "Which conversation it belongs to; otherwise it begins one.",
     .otherwise = "\"{% if message.channel == 'email' %}{{ message.conversation }}{% endif %}\""},
    {.name = "reply_to", .doc = "Where answers go, if not to the sender.", .otherwise = "''"},
};

Mail mail_of(const Call& call, const Value& channel) {
  const Value& args = call.args;
  const std::string_view own_sender = trimmed(args["from"].text_or(""));
  const Value page = args["template"];
  Mail mail;
  mail.from = own_sender.empty() ? std::string(channel["from"].text_or("")) : std::string(own_sender);
  mail.to = trimmed(args["to"].text_or(""));
  mail.subject = mailing::one_line(args["subject"].text_or(""));
  mail.text = page["text"].text_or(args["text"].text_or(""));
  mail.html = page["html"].text_or("");
  mail.reply_to = trimmed(args["reply_to"].text_or(""));
  mailing::add_headers(mail, trimmed(args["in_reply_to"].text_or("")), {}, true);
  mail.date = call.at;
  mail.message_id = mailing::message_id_of(call, mail.from);
  return mail;
}

/// A folder has a file for each Message-ID; a mail server takes the same mail twice.
bool dedupes(const Value&, const Value& channels) { return channels["email"]["smtp"].text_or("").empty(); }

Task<Outcome> run(Call call, Services& services) {
  Mail mail = mail_of(call, services.channel("email"));
  SentMessage kept;
  kept.text = mail.text;
  kept.conversation = trimmed(call.args["conversation"].text_or(""));
  if (kept.conversation.empty() && mail.message_id.size() > 2) kept.conversation = mail.message_id.substr(1, mail.message_id.size() - 2);  // what answers it names it
  co_return co_await mailing::send(std::move(mail), std::move(kept), services);
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
