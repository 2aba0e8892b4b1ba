#include <shopbell/channel.h>
#include <shopbell/outcome.h>
#include <shopbell/text.h>

namespace shopbell {

Saying saying_of(const Value& args) {
  const auto text = [&](std::string_view name) { return std::string(trimmed(args[name].text_or(""))); };
  Saying saying{.channel = text("channel"), .to = text("to"), .text = text("text"), .conversation = text("conversation")};
  const Value buttons = args["buttons"];
  for (const Value& button : buttons.is(Kind::list) ? buttons.items() : std::span<const Value>{})
    if (const std::string_view title = trimmed(button.text_or("")); !title.empty() && saying.buttons.size() < buttons_max)
      saying.buttons.emplace_back(title);
  saying.approved = args["template"];
  saying.person = text("person");
  saying.thread = args["thread"];
  return saying;
}

std::string said_to(const Value& args) { return "channel " + std::string(trimmed(args["channel"].text_or(""))); }

bool says_once(const Value& args, const Value& channels) {
  const std::string_view name = trimmed(args["channel"].text_or(""));
  const Channel* channel = channel_of(name, channels[name]);
  return channel == nullptr || channel->dedupes;
}

const Channel* find_channel(std::string_view name) {
  for (const Channel* channel : all_channels())
    if (channel->name == name) return channel;
  return nullptr;
}

const Channel* channel_of(std::string_view name, const Value& settings) {
  if (!settings.is(Kind::map)) return nullptr;
  if (const std::string_view platform = settings["platform"].text_or(""); !platform.empty()) return find_channel(platform);
  return find_channel(settings["url"].text_or("").empty() ? name : "callback");
}

std::string_view setting(std::span<const Setting> known, const Value& given, std::string_view name) {
  if (const std::string_view text = given[name].text_or(""); !text.empty()) return text;
  for (const Setting& s : known)
    if (s.name == name) return s.otherwise;
  return {};
}

Task<Outcome> say(Saying saying, Call call, Services& services) {
  if (const std::string_view rest = call.args[rest_of_text].text_or(""); !rest.empty()) saying.text = rest;
  if (saying.text.empty()) co_return call_failed("no_text", "there is nothing to say");
  const Value settings = services.channel(saying.channel);
  const Channel* channel = channel_of(saying.channel, settings);
  if (channel != nullptr) co_return co_await channel->say(std::move(saying), std::move(call), settings, services);
  if (saying.channel == "log") {
    // Whom to and what stands with the messages: it is personal, and no business of a log.
    services.log("a reply of " + std::to_string(saying.text.size()) + " bytes");
    co_return said(saying, call.key);
  }
  if (settings.is_null())
    co_return call_failed("no_such_channel", "there is no channel \"" + saying.channel + "\"", "name it under `channels` in shopbell.yaml");
  co_return call_failed("cannot_reply", "the channel \"" + saying.channel + "\" has no `platform`, and no `url` to send replies to");
}

}  // namespace shopbell
