#include "core/thread.h"

#include "core/conversations.h"

#include <algorithm>
#include <array>
#include <vector>

namespace shopbell {
namespace {

constexpr Millis day{24 * 3'600'000};

struct Rule {
  std::string_view channel;
  Window window;
};
constexpr std::array<Rule, 3> rules{{{"whatsapp", {day, day}}, {"messenger", {day, 7 * day}}, {"instagram", {day, 7 * day}}}};

Value milliseconds(const Value& time) {
  if (!time.is(Kind::timestamp)) return {};
  return Value(time.seconds() * 1000 + time.nanos() / 1'000'000);
}

/// Of whom only an address is known, which anybody can write: nothing of a customer's goes where such a mail wants it.
bool is_stranger(const Subject& subject) {
  const auto is_address = [](std::string_view name) { return name.starts_with("customer:") && name.find('@') != std::string_view::npos; };
  return subject.profile["orders_count"].integer_or(0) == 0 && is_address(subject.id) &&
         std::all_of(subject.identities.begin(), subject.identities.end(), is_address);
}

}  // namespace

Window window_of(std::string_view channel) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return r.channel == channel; });
  return found == rules.end() ? Window{} : found->window;
}

Value thread_of(const Subject& subject, std::string_view id, Arena& arena) {
  const Value conversation = id.empty() ? Value() : find_conversation(subject, id);
  if (conversation.is_null()) return {};
  MapBuilder made(arena);
  for (const char* name : {"window_until", "person_until"})
    if (const Value until = milliseconds(conversation[name]); !until.is_null()) made.add(name, until);
  if (conversation["channel"].text_or({}) != "email") return made.build();
  std::vector<Value> references;
  Value answers;
  const Value said = subject.conversation;
  for (const Value& m : said.is(Kind::list) ? said.items() : std::span<const Value>{}) {
    if (m["conversation"].text_or({}) != id || m["ref"].text_or({}).empty()) continue;
    references.push_back(m["ref"]);
    if (m["from"].text_or({}) == "customer") answers = m["ref"];
  }
  if (references.size() > references_max) references.erase(references.begin() + 1, references.end() - (references_max - 1));
  if (!conversation["answers_to"].is_null() && is_stranger(subject)) made.add("sender", conversation["sender"]).add("answers_to", conversation["answers_to"]);
  if (!conversation["subject"].is_null()) made.add("subject", conversation["subject"]);
  if (!answers.is_null()) made.add("answers", answers);
  if (!references.empty()) made.add("references", make_list(arena, references));
  return made.build();
}

Value placed(const Subject& subject, const Value& args, Arena& arena) {
  const std::string_view channel = args["channel"].text_or({}), thread = args["conversation"].text_or({});
  if (!args.is(Kind::map) || !find_conversation(subject, conversation_id(channel, thread)).is_null()) return args;
  const std::string to(args["to"].text_or({}));
  const std::string bare = to.starts_with('+') ? to.substr(1) : to;
  for (const std::string& other : {to, bare, "whatsapp:" + to})
    if (!other.empty() && !find_conversation(subject, conversation_id(channel, other)).is_null())
      return MapBuilder(arena, args).add("conversation", arena.copy(other)).build();
  for (const Member& m : subject.conversations["list"].members())
    if (!thread.empty() && m.value["thread"].text_or({}) == thread) return MapBuilder(arena, args).add("conversation", "").build();
  return args;
}

Value with_thread(const Value& args, const Value& thread, Arena& arena) {
  if (!thread.is(Kind::map) || thread.size() == 0 || !args.is(Kind::map)) return args;
  return MapBuilder(arena, args).add("thread", thread).build();
}

}  // namespace shopbell
