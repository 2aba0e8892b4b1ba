#include "load/channels.h"

#include <shopbell/channel.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 4> own{"log", "email", "survey", "chat"};

const Channel* find(const std::string& name, const yaml::Node& settings) {
  if (const yaml::Node* platform = settings.find("platform")) return find_channel(platform->text);
  const yaml::Node* url = settings.find("url");
  if (url != nullptr && std::find(own.begin(), own.end(), name) == own.end()) return find_channel("callback");
  return find_channel(name);
}

std::vector<std::string_view> channel_names() {
  std::vector<std::string_view> names;
  for (const Channel* channel : all_channels())
    if (channel->name != "callback") names.push_back(channel->name);
  return names;
}

void check_value(const Setting& setting, const yaml::Node& value, Report& report) {
  if (setting.flag && !yaml::scalar_value(value).is(Kind::boolean)) return wrong_type(report, value, fmt::format("`{}`", setting.name), "true or false");
  if (!setting.flag && (!value.is_scalar() || value.is_null())) return wrong_type(report, value, fmt::format("`{}`", setting.name), "a text");
}

}  // namespace

void check_channel(const std::string& name, const yaml::Node& settings, Report& report) {
  const yaml::Node* platform = settings.find("platform");
  const Channel* channel = find(name, settings);
  if (channel == nullptr) {
    if (platform != nullptr)
      unknown_name(report, yaml::place_of(*platform, report.source()), "no_such_platform", fmt::format("no channel has the platform {}", platform->text), platform->text, channel_names());
    else if (std::find(own.begin(), own.end(), name) == own.end())
      report.warning(yaml::place_of(settings, report.source()), "mute_channel", fmt::format("nothing can be said on the channel {}", name),
                     fmt::format("give it a `platform` ({}), or a `url` to post replies to", fmt::join(channel_names(), ", ")));
    return;
  }
  std::vector<std::string_view> known{"platform"};
  for (const Setting& s : channel->settings) known.push_back(s.name);
  for (const yaml::Entry& entry : settings.entries)  // a misspelt token is one
    if (std::find(known.begin(), known.end(), entry.key->text) == known.end() && entry.value->is_scalar())
      report.hide(yaml::place_of(*entry.value, report.source()));
  for (const Setting& s : channel->settings) {
    const yaml::Node* value = settings.find(s.name);
    if (value != nullptr) check_value(s, *value, report);
    else if (s.required)
      report.error(yaml::place_of(settings, report.source()), "missing_key", fmt::format("the channel {} has no `{}`", name, s.name), std::string(s.doc));
  }
  for (const yaml::Entry& entry : settings.entries)
    if (std::find(known.begin(), known.end(), entry.key->text) == known.end())
      unknown_name(report, yaml::place_of(*entry.key, report.source()), "unknown_key", fmt::format("the channel {} has no setting {}", name, entry.key->text), entry.key->text, known);
}

bool is_secret_setting(const std::string& channel, const yaml::Node& settings, std::string_view name) {
  const Channel* known = find(channel, settings);
  if (known == nullptr) return false;
  return std::any_of(known->settings.begin(), known->settings.end(), [&](const Setting& s) { return s.name == name && s.secret; });
}

bool is_text_setting(const std::string& channel, const yaml::Node& settings, std::string_view name) {
  const Channel* known = find(channel, settings);
  if (known == nullptr) return false;
  return std::any_of(known->settings.begin(), known->settings.end(), [&](const Setting& s) { return s.name == name && !s.flag; });
}

}  // namespace shopbell
