// web: the chat on the shop's pages. What is kept of the conversation is what the visitor is sent (serve/chat_room.h), so that
// saying it is keeping it.

#include <shopbell/channel.h>

namespace shopbell::channels {
namespace {

constexpr Setting settings[] = {
    {.name = "secret", .doc = "At least 16 bytes: it vouches for who a customer is.", .required = true, .secret = true},
    {.name = "origins", .doc = "The shop's addresses whose pages may show the chat, with blanks between."},
    {.name = "page", .doc = "A file of the shop's folder, shown as a page to try the chat on."},
    {.name = "title", .doc = "What stands above the chat; otherwise the shop's name."},
};

Task<Outcome> say(Saying saying, Call call, Value, Services&) { co_return said(saying, call.key); }

}  // namespace

extern const Channel web{.name = "web", .summary = "The chat on the shop's own pages.", .settings = settings, .say = say, .dedupes = true};

}  // namespace shopbell::channels
