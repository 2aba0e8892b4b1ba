// twilio: SMS, and WhatsApp through Twilio. https://www.twilio.com/docs/messaging/api/message-resource, /docs/api/errors/21617: 1600
// characters on every channel, of an SMS sent in segments of 160 (153 of several), or 70 (67) where one character is not of
// GSM 03.38; Basic login; a form. Buttons are numbers.

#include "../say/meta.h"

#include <shopbell/json.h>
#include <shopbell/outcome.h>
#include <shopbell/signing.h>
#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shopbell::channels {
namespace {

constexpr std::size_t text_max = 1600;

constexpr Setting settings[] = {
    {.name = "account", .doc = "The account's SID: AC...", .required = true},
    {.name = "token", .doc = "The account's auth token, or the secret of `key`.", .required = true, .secret = true},
    {.name = "key", .doc = "The SID of an API key (SK...) that `token` belongs to."},
    {.name = "from", .doc = "The shop's number: +34911..."},
    {.name = "service", .doc = "The SID of a messaging service (MG...), instead of `from`."},
    {.name = "status_url", .doc = "Where Twilio tells what became of a message: the address of the source, https://bell.shop.example/hooks/NAME."},
    {.name = "segments_max", .doc = "A text that would be charged as more messages is refused, in however many it is sent.", .otherwise = "30"},
    {.name = "api", .doc = "Twilio's server.", .otherwise = "https://api.twilio.com"},
};

/// GSM 03.38: 1 for a character of the alphabet, 2 for one of its extension, 0 for none.
std::size_t septets(std::string_view character) {
  static constexpr std::string_view others = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà";
  static constexpr std::string_view extended = "^{}\\[~]|€\f";
  const char c = character[0];
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return 1;
  if (others.find(character) != std::string_view::npos) return 1;
  return extended.find(character) != std::string_view::npos ? 2 : 0;
}

std::size_t segments(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0, end = 0; i < text.size(); i = end) {
    end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    const std::size_t size = septets(text.substr(i, end - i));
    if (size == 0) {
      const std::size_t units = utf16_units(text);
      return units <= 70 ? 1 : (units + 66) / 67;
    }
    count += size;
  }
  return count <= 160 ? 1 : (count + 152) / 153;
}

Verdict judge(const HttpResponse& response, const Value& body) {
  if (const std::string_view sid = body["sid"].text_or(""); !sid.empty()) return {.message_id = std::string(sid)};
  const std::int64_t code = body["code"].integer_or(0);
  const std::string why = "(" + std::to_string(code) + ") " + std::string(body["message"].text_or("Twilio did not say why"));
  // 21610: said STOP; 21211, 21614: no mobile number; 21408, 21612, 21635: not from here to there.
  static constexpr std::array<std::int64_t, 6> gone{21610, 21211, 21614, 21408, 21612, 21635};
  if (code == 20429 || code == 14107 || code == 63018 || response.status == 429) return {.refused = rate_limited(why)};
  if (code == 20003 || code == 20404 || response.status == 401) return {.refused = call_failed("bad_credentials", why)};
  if (std::find(gone.begin(), gone.end(), code) != gone.end()) return {.refused = call_failed("unreachable", why)};
  if (code == 21617 || code == 21658) return {.refused = call_failed("text_too_long", why)};
  if (code == 63016) return {.refused = window_closed("WhatsApp", why, "give `template`: the SID of a content template (HX...)")};
  if (code != 0 && response.status < 500) return {.refused = call_failed("refused", why)};
  return {};
}

class Form {
 public:
  void add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!text_.empty()) text_ += '&';
    text_.append(percent_encode(name)).append("=").append(percent_encode(value));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Content templates: https://www.twilio.com/docs/content/send-templates-created-with-the-content-template-builder.
void add_template(Form& form, const Value& approved) {
  form.add("ContentSid", approved.is(Kind::string) ? approved.text() : approved["name"].text_or(""));
  Arena arena;
  MapBuilder variables(arena);
  std::size_t n = 0;
  const Value values = approved["values"];
  for (const Value& v : values.is(Kind::list) ? values.items() : std::span<const Value>{}) variables.add(arena.copy(std::to_string(++n)), v);
  if (n > 0) form.add("ContentVariables", to_json(variables.build()));
}

std::string as_whatsapp(std::string_view number) {
  if (number.empty() || number.starts_with("whatsapp:")) return std::string(number);
  return "whatsapp:" + std::string(number.starts_with('+') ? "" : "+") + std::string(number);
}

Task<Outcome> say(Saying saying, Call call, Value given, Services& services) {
  const bool whatsapp = saying.channel == "whatsapp" || saying.to.starts_with("whatsapp:");
  std::size_t segments_max = 0;
  const std::string_view wanted = setting(settings, given, "segments_max");
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), segments_max);
  if (const std::size_t count = segments(numbered(saying.text, saying.buttons)); !whatsapp && count > segments_max) co_return too_long("segments_max", count, segments_max, "segments");
  const bool open = !whatsapp || meta::is_open(saying, "window_until", call.at);
  if (!open && saying.approved.is_null())
    co_return window_closed("WhatsApp", "the customer has not written within 24 hours", "give `template`: the SID of a content template (HX...)");
  const auto fits = [buttons = saying.buttons](std::string_view text) { return utf16_units(numbered(text, buttons)) <= text_max; };
  if (open)
    if (auto refused = take_part(saying, "Twilio", fits)) co_return std::move(*refused);

  Form form;
  form.add("To", whatsapp ? as_whatsapp(saying.to) : saying.to);
  form.add("From", whatsapp ? as_whatsapp(given["from"].text_or("")) : std::string(given["from"].text_or("")));
  form.add("MessagingServiceSid", given["service"].text_or(""));
  form.add("StatusCallback", given["status_url"].text_or(""));
  if (open) form.add("Body", numbered(saying.text, saying.buttons));
  else add_template(form, saying.approved);

  const std::string_view account = given["account"].text_or("");
  HttpRequest request;
  request.url = std::string(setting(settings, given, "api")) + "/2010-04-01/Accounts/" + percent_encode(account) + "/Messages.json";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", basic_login(given["key"].text_or(account), given["token"].text_or(""))}};
  request.body = form.text();
  co_return co_await post(std::move(request), std::move(saying), judge, std::move(call), services);
}

}  // namespace

extern const Channel twilio{.name = "twilio", .summary = "SMS, and WhatsApp, by Twilio.", .settings = settings, .say = say};

}  // namespace shopbell::channels
