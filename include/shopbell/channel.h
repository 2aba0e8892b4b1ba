#pragma once
// A channel: how a message reaches a customer on one vendor's network. One file in actions/channels/ defines one:
//
//   namespace shopbell::channels {
//   extern const Channel telegram{.name = "telegram", .settings = settings, .say = say};
//   }
//
// The constant is called as the file; CMake makes the table from the folder. `channels:` in shopbell.yaml names those that
// a shop has; `reply` and `ask` say the same words on each, rendered as it can.

#include <shopbell/say.h>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace shopbell {

/// What a shop writes about a channel, checked when it is read.
struct Setting {
  std::string_view name, doc;
  bool required = false;
  bool secret = false;  // must not be empty; no diagnostic shows it
  std::string_view otherwise = {};
  bool flag = false;  // true or false; others are texts
};

struct Channel {
  std::string_view name;  // the platform's, as in `sources`
  std::string_view summary;
  std::span<const Setting> settings = {};
  Task<Outcome> (*say)(Saying saying, Call call, Value settings, Services& services) = nullptr;
  bool dedupes = false;  // the far side knows a message that comes again by the call's key
};

/// The table that CMake made from actions/channels/.
std::span<const Channel* const> all_channels();
const Channel* find_channel(std::string_view name);

/// What the shop's channel of that name is: by `platform`, by `url` (callback), else by its own name; nullptr: none.
const Channel* channel_of(std::string_view name, const Value& settings);

/// The setting's text, or what stands there otherwise.
std::string_view setting(std::span<const Setting> known, const Value& given, std::string_view name);

// How a message ends; the codes are the same on all channels:
//   text_too_long (more than parts_max messages), window_closed, bad_credentials, unreachable (the customer blocked the shop, or is not there),
//   rate_limited (tried again), refused (any other reason of the vendor's, who says it in the message)

/// Said, by the vendor's id of the message. `text`: as it was rendered.
Outcome said(const Saying& saying, std::string_view message_id, std::string text = {});
Outcome rate_limited(std::string message, std::optional<Millis> after = {});
Outcome too_long(std::string_view vendor, std::size_t size, std::size_t max, std::string_view unit);

constexpr std::size_t parts_max = 10;
/// Leaves in the saying what goes into one message, its buttons only when nothing is left for another. `fits`: as of cut().
/// Fails where it would take more than parts_max.
std::optional<Outcome> take_part(Saying& saying, std::string_view vendor, const std::function<bool(std::string_view)>& fits);
Outcome window_closed(std::string_view vendor, std::string message, std::string hint);

/// What the vendor's answer means: the id of the message, or why there is none. Neither: the status decides.
struct Verdict {
  std::string message_id = {};
  std::optional<Outcome> refused = {};
};
/// `body`: null when it is no JSON.
using Judge = Verdict (*)(const HttpResponse& response, const Value& body);

/// Sends the request and says what came of it. A vendor that knows no keys may have taken what nobody saw the end of: that
/// call is in doubt.
Task<Outcome> post(HttpRequest request, Saying saying, Judge judge, Call call, Services& services);

HttpRequest json_request(std::string url, const Value& body, std::string_view bearer = {});

std::size_t characters(std::string_view text);   // code points
std::size_t utf16_units(std::string_view text);  // as most vendors count
/// The first characters, the last one an ellipsis where something was cut.
std::string shortened(std::string_view text, std::size_t characters_max);
/// The buttons as a numbered list behind the text; `ask` understands the number.
std::string numbered(std::string_view text, std::span<const std::string> buttons);

}  // namespace shopbell
