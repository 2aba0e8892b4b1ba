// whatsapp: WhatsApp Business, Cloud API. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages: a text of
// 4096 characters. ../messages/interactive-reply-buttons-messages: 3 buttons of 20 below 1024; ../messages/interactive-list-messages: 10
// rows of 24, described in 72, in a section with a title, below 4096. Within 24 hours of the customer's last message; later only
// approved templates.

#include "../say/meta.h"

#include <shopbell/outcome.h>
#include <shopbell/text.h>

#include <algorithm>

namespace shopbell::channels {
namespace {

constexpr std::size_t text_max = 4096, buttons_text_max = 1024;
constexpr std::size_t reply_buttons_max = 3, reply_title_max = 20, reply_id_bytes_max = 256;
constexpr std::size_t row_title_max = 24, row_description_max = 72, row_id_bytes_max = 200;

constexpr Setting settings[] = {
    {.name = "token", .doc = "The access token of a system user.", .required = true, .secret = true},
    {.name = "phone_number_id", .doc = "Meta's id of the shop's number, not the number.", .required = true},
    {.name = "language", .doc = "Of templates that name none: en, es_MX.", .otherwise = "en"},
    {.name = "list_button", .doc = "What opens a list, in at most 20 characters.", .otherwise = "Choose"},
    {.name = "api", .doc = "The Graph API and its version.", .otherwise = "https://graph.facebook.com/v23.0"},
};

/// What a tap sends back: the title, or its number where that is too long.
std::string back(const Saying& saying, std::size_t i, std::size_t bytes_max) {
  return saying.buttons[i].size() <= bytes_max ? saying.buttons[i] : std::to_string(i + 1);
}

Value reply_buttons(const Saying& saying, Arena& arena) {
  ListBuilder buttons(arena);
  for (std::size_t i = 0; i < saying.buttons.size(); ++i)
    buttons.add(make_map(arena, {{"type", "reply"},
                                 {"reply", make_map(arena, {{"id", arena.copy(back(saying, i, reply_id_bytes_max))}, {"title", arena.copy(saying.buttons[i])}})}}));
  return make_map(arena, {{"buttons", buttons.build()}});
}

Value list_rows(const Saying& saying, std::string_view opens, Arena& arena) {
  ListBuilder rows(arena);
  for (std::size_t i = 0; i < saying.buttons.size(); ++i) {
    const std::string& title = saying.buttons[i];
    MapBuilder row(arena);
    row.add("id", arena.copy(back(saying, i, row_id_bytes_max))).add("title", arena.copy(shortened(title, row_title_max)));
    if (characters(title) > row_title_max) row.add("description", arena.copy(shortened(title, row_description_max)));
    rows.add(row.build());
  }
  const Value title = arena.copy(shortened(opens, reply_title_max)), section = make_map(arena, {{"title", title}, {"rows", rows.build()}});
  return make_map(arena, {{"button", title}, {"sections", make_list(arena, std::span(&section, 1))}});
}

void add_interactive(MapBuilder& body, const Saying& saying, std::string_view opens, Arena& arena) {
  const bool short_titles = std::all_of(saying.buttons.begin(), saying.buttons.end(), [](const std::string& b) { return characters(b) <= reply_title_max; });
  const bool buttons = saying.buttons.size() <= reply_buttons_max && short_titles && characters(saying.text) <= buttons_text_max;
  body.add("type", "interactive");
  body.add("interactive", make_map(arena, {{"type", buttons ? "button" : "list"},
                                           {"body", make_map(arena, {{"text", saying.text}})},
                                           {"action", buttons ? reply_buttons(saying, arena) : list_rows(saying, opens, arena)}}));
}

void add_template(MapBuilder& body, const Value& approved, std::string_view language, Arena& arena) {
  const bool named = approved.is(Kind::string);
  ListBuilder values(arena);
  const Value given = approved["values"];
  for (const Value& v : given.is(Kind::list) ? given.items() : std::span<const Value>{})
    values.add(make_map(arena, {{"type", "text"}, {"text", v}}));
  MapBuilder made(arena);
  made.add("name", named ? approved : approved["name"]);
  made.add("language", make_map(arena, {{"code", arena.copy(approved["language"].text_or(language))}}));
  if (values.size() > 0) {
    const Value component = make_map(arena, {{"type", "body"}, {"parameters", values.build()}});
    made.add("components", make_list(arena, std::span(&component, 1)));
  }
  body.add("type", "template").add("template", made.build());
}

Verdict judge(const HttpResponse& response, const Value& body) {
  if (auto refused = meta::refusal("WhatsApp", response, body)) return {.refused = std::move(refused)};
  const Value messages = body["messages"];
  return {.message_id = messages.is(Kind::list) && messages.size() > 0 ? std::string(messages.items()[0]["id"].text_or("")) : std::string()};
}

Task<Outcome> say(Saying saying, Call call, Value given, Services& services) {
  const bool open = meta::is_open(saying, "window_until", call.at), has_template = !saying.approved.is_null();
  if (!open && !has_template)
    co_return window_closed("WhatsApp", "the customer has not written within 24 hours", "give `template`: the name of one that Meta has approved");
  if (open)
    if (auto refused = take_part(saying, "WhatsApp", [](std::string_view text) { return characters(text) <= text_max; })) co_return std::move(*refused);
  Arena arena;
  MapBuilder body(arena);
  body.add("messaging_product", "whatsapp").add("recipient_type", "individual").add("to", saying.to);
  if (!open) add_template(body, saying.approved, setting(settings, given, "language"), arena);
  else if (!saying.buttons.empty()) add_interactive(body, saying, setting(settings, given, "list_button"), arena);
  else body.add("type", "text").add("text", make_map(arena, {{"body", saying.text}}));
  const std::string url = std::string(setting(settings, given, "api")) + "/" + percent_encode(given["phone_number_id"].text_or("")) + "/messages";
  HttpRequest request = json_request(url, body.build(), given["token"].text_or(""));
  co_return co_await post(std::move(request), std::move(saying), judge, std::move(call), services);
}

}  // namespace

extern const Channel whatsapp{.name = "whatsapp", .summary = "WhatsApp Business, by Meta's Cloud API.", .settings = settings, .say = say};

}  // namespace shopbell::channels
