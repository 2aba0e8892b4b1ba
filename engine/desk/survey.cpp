#include "desk/survey.h"

#include "base/hmac.h"
#include "base/json.h"
#include "base/time.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace shopbell::desk {
namespace {

struct NamedScale {
  std::string_view name;
  Scale scale;
};
// Customer effort score in its second form: "the company made it easy", 1 to 7 (Dixon et al., The Effortless Experience, 2013).
constexpr std::array<NamedScale, 3> kinds{{{"csat", {1, 5, "How satisfied are you with the help that you got?", "not at all", "very"}},
                                      {"nps", {0, 10, "How likely is it that you recommend us to a friend?", "not at all likely", "extremely likely"}},
                                      {"ces", {1, 7, "Did we make it easy for you?", "not at all", "very easy"}}}};

// Base64 for addresses (RFC 4648, 5), without padding.
std::string to_url_text(std::string_view bytes) {
  std::string text = to_base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

std::optional<std::string> from_url_text(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  return from_base64(plain);
}

std::string mac_of(std::string_view text, std::string_view secret) {
  const Mac mac = hmac_sha256(secret, text);
  return to_url_text({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::optional<std::string> decoded(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      made += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned byte = 0;
    const char* from = text.data() + i + 1;
    if (i + 2 >= text.size() || std::from_chars(from, from + 2, byte, 16).ptr != from + 2) return {};
    made += static_cast<char>(byte);
    i += 2;
  }
  return utf8_valid(made) ? std::optional(std::move(made)) : std::nullopt;
}

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '&') made += "&amp;";
    else if (c == '<') made += "&lt;";
    else if (c == '>') made += "&gt;";
    else if (c == '"') made += "&quot;";
    else if (c == '\'') made += "&#39;";
    else made += c;
  }
  return made;
}

std::string page(std::string_view shop, const std::string& body) {
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
         "<meta name=\"robots\" content=\"noindex\"><title>" + escaped(shop) + "</title><style>body{font:1.1em sans-serif;max-width:36em;margin:3em auto;padding:0 1em}"
         "button{font:inherit;min-width:2.6em;padding:.6em;margin:.2em}button[aria-current]{font-weight:bold;outline:3px solid}"
         "textarea{font:inherit;width:100%}</style></head><body><main>" + body + "</main></body></html>\n";
}

}  // namespace

const Scale* scale_of(std::string_view kind) {
  const auto at = std::find_if(kinds.begin(), kinds.end(), [&](const NamedScale& k) { return k.name == kind; });
  return at == kinds.end() ? nullptr : &at->scale;
}

std::string survey_token(const SurveyLink& link, std::string_view secret) {
  Arena arena;
  const SurveyAsked& a = link.asked;
  const std::string text = to_url_text(to_json(make_map(arena, {{"i", a.id}, {"k", a.kind}, {"n", a.name}, {"t", a.ticket}, {"w", a.workflow}, {"a", a.at_ms}, {"s", link.subject}})));
  return text + "." + mac_of(text, secret);
}

Result<SurveyLink> read_token(std::string_view token, std::string_view secret, Time now) {
  const auto bad = [] { return fail("bad_link", "this link is not whole"); };
  const std::size_t dot = token.find('.');
  if (token.size() > survey_token_bytes_max || dot == std::string_view::npos || secret.empty()) return bad();
  if (!equal_in_constant_time(token.substr(dot + 1), mac_of(token.substr(0, dot), secret))) return bad();
  const auto text = from_url_text(token.substr(0, dot));
  if (!text) return bad();
  Arena arena;
  const auto read = parse_json(*text, arena);
  if (!read) return bad();
  const auto field = [&](std::string_view name) { return std::string((*read)[name].text_or({})); };
  SurveyLink link{{field("i"), field("k"), field("n"), field("t"), field("w"), (*read)["a"].integer_or(0)}, field("s")};
  if (scale_of(link.asked.kind) == nullptr || link.asked.id.empty() || link.subject.empty()) return bad();
  if (now > from_ms(link.asked.at_ms) + survey_open) return fail("old_link", "this survey is over");
  return link;
}

Result<SurveyReply> read_reply(std::string_view form, const SurveyLink& link) {
  SurveyReply reply;
  const Scale& scale = *scale_of(link.asked.kind);
  while (!form.empty()) {
    const std::string_view field = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(form.size(), field.size() + 1));
    const std::size_t sign = std::min(field.find('='), field.size());
    const auto value = decoded(field.substr(std::min(field.size(), sign + 1)));
    if (!value) return fail("bad_answer", "the answer is not well-formed");
    if (field.substr(0, sign) == "comment") reply.comment = *value;
    if (field.substr(0, sign) != "score") continue;
    int score = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), score);
    if (error != std::errc() || end != value->data() + value->size() || score < scale.from || score > scale.to)
      return fail("bad_answer", "there is no such number on the scale");
    reply.score = score;
  }
  if (reply.comment.size() > survey_comment_bytes_max) return fail("bad_answer", "that is more than can be kept");
  if (!reply.score && reply.comment.empty()) return fail("bad_answer", "there is no answer");
  return reply;
}

std::string event_of(const SurveyLink& link, const SurveyReply& reply, Time now) {
  Arena arena;
  const SurveyAsked& a = link.asked;
  const auto text = [](const std::string& of) { return of.empty() ? Value() : Value(of); };
  const std::string at = format_rfc3339(now), asked_at = format_rfc3339(from_ms(a.at_ms));
  const std::string id = reply.score ? a.id : a.id + "/comment";
  const Value survey = make_map(arena, {{"id", a.id},
                                        {"kind", a.kind},
                                        {"name", text(a.name)},
                                        {"ticket", text(a.ticket)},
                                        {"workflow", text(a.workflow)},
                                        {"score", reply.score ? Value(*reply.score) : Value()},
                                        {"comment", text(reply.comment)},
                                        {"asked_at", asked_at},
                                        {"answered_at", at}});
  return to_json(make_map(arena, {{"specversion", "1.0"},
                                  {"id", id},
                                  {"source", "shopbell/surveys"},
                                  {"type", reply.score ? "survey.answered" : "survey.commented"},
                                  {"subject", link.subject},
                                  {"time", at},
                                  {"data", make_map(arena, {{"survey", survey}})}}));
}

std::string question_page(const SurveyLink& link, std::string_view shop, std::optional<int> chosen) {
  const Scale& scale = *scale_of(link.asked.kind);
  std::string body = "<h1>" + escaped(scale.question) + "</h1><form method=\"post\"><p>" + std::to_string(scale.from) + ": " + escaped(scale.low) + ", " +
                     std::to_string(scale.to) + ": " + escaped(scale.high) + "</p>";
  if (chosen) body += "<p>Tap your number once more, and it counts.</p>";
  for (int n = scale.from; n <= scale.to; ++n) {
    const std::string number = std::to_string(n);
    body += "<button name=\"score\" value=\"" + number + "\"" + (chosen == n ? " aria-current=\"true\" autofocus" : "") + ">" + number + "</button>";
  }
  return page(shop, body + "</form>");
}

std::string thanks_page(std::string_view shop, bool ask_why) {
  std::string body = "<h1>Thank you</h1>";
  if (ask_why)
    body += "<form method=\"post\"><label>Why? <textarea name=\"comment\" rows=\"5\" maxlength=\"1000\"></textarea></label><button>Send</button></form>";
  return page(shop, body);
}

std::string sorry_page(std::string_view shop, std::string_view why) { return page(shop, "<h1>Sorry</h1><p>" + escaped(why) + "</p>"); }

}  // namespace shopbell::desk
