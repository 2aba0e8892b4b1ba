// survey: asks a customer for a number, by one tap. Each number is a link to a page of the engine's own, where a second tap
// counts: what a mail's scanner follows counts nothing.

#include <shopbell/action.h>
#include <shopbell/outcome.h>
#include <shopbell/say.h>
#include <shopbell/surveyor.h>
#include <shopbell/text.h>

#include <array>

namespace shopbell::actions {
namespace {

constexpr std::array<std::string_view, 3> kinds{"csat", "nps", "ces"};

constexpr Param params[] = {
    {.name = "kind",
     .type = ParamType::choice,
     .doc = "csat: how satisfied, 1 to 5; nps: whether to recommend, 0 to 10; ces: whether it was easy, 1 to 7.",
     .required = true,
     .choices = kinds,
     .positional = true},
    {.name = "text", .doc = "What stands before the numbers.", .required = true},
    {.name = "subject", .doc = "The subject line of the mail.", .otherwise = "'How did we do?'"},
    {.name = "channel",
     .doc = "The channel to ask on: email, or a name from `channels` in shopbell.yaml.",
     .otherwise = "\"{{ message.channel | default: conversation.channel | default: 'email' }}\""},
    {.name = "to",
     .doc = "Whom to ask, by the channel's own id.",
     .otherwise = "\"{% if message.channel %}{{ message.from }}{% else %}{{ customer.email }}{% endif %}\""},
    {.name = "name", .doc = "Which survey it is, for reports.", .otherwise = "''"},
    {.name = "ticket", .doc = "The ticket whose end it is about: one answer for each end.", .otherwise = "'{{ ticket.id }}'"},
    {.name = "about", .doc = "Whose answer it is.", .otherwise = "'{{ event.subject }}'"},
};

struct Ends {
  int from, to;
};
Ends ends_of(std::string_view kind) {
  if (kind == "nps") return {0, 10};
  return {1, kind == "ces" ? 7 : 5};
}

std::string html_escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '&') made += "&amp;";
    else if (c == '<') made += "&lt;";
    else if (c == '>') made += "&gt;";
    else made += c;
  }
  return made;
}

Mail mail_of(const Call& call, const Value& channel, const std::string& link) {
  const auto [from, to] = ends_of(call.args["kind"].text_or(""));
  Mail mail;
  mail.from = channel["from"].text_or("");
  mail.to = trimmed(call.args["to"].text_or(""));
  mail.subject = trimmed(call.args["subject"].text_or(""));
  mail.text = std::string(trimmed(call.args["text"].text_or(""))) + "\n\n";
  mail.html = "<p>" + html_escaped(trimmed(call.args["text"].text_or(""))) + "</p><p>";
  for (int n = from; n <= to; ++n) {
    const std::string number = std::to_string(n), address = link + "?score=" + number;
    mail.text += number + ": " + address + "\n";
    mail.html += "<a href=\"" + address + "\" style=\"padding:.6em\">" + number + "</a> ";
  }
  mail.html += "</p>";
  mail.headers = {{"Auto-Submitted", "auto-generated"}};
  mail.date = call.at;
  const std::size_t at = mail.from.rfind('@');
  const std::string domain = at == std::string::npos ? std::string() : mail.from.substr(at + 1, mail.from.find('>', at) - at - 1);
  mail.message_id = "<" + call.key + "@" + domain + ">";
  return mail;
}

Outcome mailed(const Mail& mail, const Result<std::string>& answer) {
  if (answer) {
    auto arena = std::make_unique<Arena>();
    const Value output = make_map(*arena, {{"channel", "email"}, {"to", arena->copy(mail.to)}});
    Outcome outcome = call_done(Document(std::move(arena), output));
    outcome.message = SentMessage{.channel = "email", .to = mail.to, .text = mail.text, .message_id = mail.message_id};
    return outcome;
  }
  const Error& error = answer.error();
  if (error.code == "smtp_permanent" || error.code == "bad_address") return call_failed(error.code, error.message, error.hint);
  Outcome outcome = call_retry(error);
  if (error.code == "in_doubt") outcome.status = Outcome::Status::unknown;
  return outcome;
}

Task<Outcome> run(Call call, Services& services) {
  const auto* surveyor = dynamic_cast<const Surveyor*>(&services);
  if (surveyor == nullptr) co_return call_failed("no_survey_url", "there is nobody here to answer to");
  const auto text = [&](std::string_view name) { return std::string(trimmed(call.args[name].text_or(""))); };
  const SurveyAsked asked{call.key, text("kind"), text("name"), text("ticket"), call.workflow, to_ms(call.at)};
  const auto link = surveyor->survey_link(asked, text("about"));
  if (!link) co_return call_failed(link.error().code, link.error().message, link.error().hint);
  if (text("channel") != "email") {
    Saying saying{text("channel"), text("to"), text("text") + "\n" + *link, {}};
    co_return co_await say(std::move(saying), std::move(call), services);
  }
  const Mail mail = mail_of(call, services.channel("email"), *link);
  if (mail.to.empty()) co_return call_failed("no_address", "there is no address to send to", "give `to`");
  if (mail.from.empty())
    co_return call_failed("no_sender", "there is no address to send from", "channels: { email: { from: ... } } in shopbell.yaml");
  const Result<std::string> answer = co_await services.mail(mail);
  co_return mailed(mail, answer);
}

std::string destination(const Value& args) {
  return trimmed(args["channel"].text_or("")) == "email" ? "email" : said_to(args);
}

}  // namespace

extern const Action survey{
    .name = "survey",
    .summary = "Asks a customer for a number, by one tap: csat, nps or ces.",
    .params = params,
    .output = "a map: channel, to",
    .reaches_customer = true,
    .run = run,
    .destination = destination,
};

}  // namespace shopbell::actions
