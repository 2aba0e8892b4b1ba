#pragma once
// The words between a visitor's browser and the web chat, as JSON texts over a WebSocket. Pure.
//
//   from the browser                                          from the engine
//   {type: hello, visitor?, identity?, after?, pending?}      {type: welcome, title, visitor?, named, owner, name, state}
//     tokens; the last `seq` that it has; ids of messages       then what came behind `after` (without: the newest), and
//     that it does not know to be kept                          {type: caught_up, seq}
//   {type: message, id, text}                                 {type: kept, id, key}: it is on the disk
//     `id` is the browser's own: the same once more is        {type: refused, id, code, retry_ms?}: it is not; with
//     the same message                                          retry_ms it may come again then
//   {type: typing, typing?: false}                            {type: message, seq, key, from, name?, text, at, buttons?, id?}
//     told again while it holds                                 seq grows; from: customer, bot, agent
//                                                             {type: owner, owner, name, state}, {type: typing, name}
//                                                             {type: error, code, message}: before it is closed

#include "store/store.h"

#include <shopbell/error.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::string_view web_channel = "web";
constexpr std::size_t chat_text_bytes_max = 16'000;
constexpr std::size_t chat_pending_max = 50;
constexpr std::size_t chat_id_bytes_max = 64;

/// What a browser says. Texts that were not said are empty.
struct ChatFrame {
  std::string type, visitor, identity, id, text;
  std::optional<std::uint64_t> after;
  std::vector<std::string> pending;
  bool types = true;  // of typing
};
/// Errors: "bad_frame".
Result<ChatFrame> read_chat_frame(std::string_view json);

struct ChatOwner {
  std::string kind = "bot", name, state = "open";
};
ChatOwner owner_of(const ConversationRow& row);

std::string welcome_frame(std::string_view title, std::string_view visitor, bool named, const ChatOwner& owner);
std::string message_frame(const MessageView& message, const std::vector<std::string>& buttons, std::string_view id);
std::string caught_up_frame(std::uint64_t seq);
std::string kept_frame(std::string_view id, std::string_view key);
std::string refused_frame(std::string_view id, std::string_view code, std::optional<Millis> retry = {});
std::string owner_frame(const ChatOwner& owner);
std::string typing_frame(std::string_view name);
std::string error_frame(std::string_view code, std::string_view message);

/// Who wrote a message of the web chat, or whom it was to.
const std::string& thread_of(const MessageRow& message);

}  // namespace shopbell
