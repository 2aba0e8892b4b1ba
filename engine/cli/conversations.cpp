// Conversations: who has which, and what a person does about one.

#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"
#include "cli/target.h"
#include "net/client.h"
#include "serve/conversations.h"
#include "serve/customers.h"

#include <future>
#include <memory>

namespace shopbell::cli {
namespace {

struct Change {
  TargetOptions target;
  std::string id, subject, by, agent, queue, until;
  std::int64_t epoch = 0;
};

std::vector<std::string> cells(const ConversationView& c) {
  const std::string who = !c.row.agent.empty() ? c.row.agent : c.row.queue;
  return {fit(c.row.id, 36), fit(c.row.subject, 30), c.row.owner + (who.empty() ? "" : " " + who), std::to_string(c.row.epoch), c.row.state,
          c.row.priority, c.row.waiting ? format_rfc3339(*c.row.waiting) : "", format_rfc3339(c.row.at)};
}

int show(Reader& reader, const std::string& id, const std::string& subject) {
  const auto row = find_conversation_row(reader, id, subject);
  if (!row) return report(row.error());
  Arena arena;
  const auto shown = conversation_view(reader, *row, arena);
  if (!shown) return report(shown.error());
  fmt::print("{}\n", to_json(*shown));
  return 0;
}

int conversations(const ListOptions& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  if (!options.filter.conversation.empty()) return show(**reader, options.filter.conversation, options.filter.subject);
  const auto filter = known_as(**reader, options.filter);
  if (!filter) return report(filter.error());
  return print_rows((*reader)->conversations(*filter, options.page), options.json,
                    {"CONVERSATION", "SUBJECT", "OWNER", "EPOCH", "STATE", "PRIORITY", "WAITING SINCE", "LAST"}, cells, "no conversations yet");
}

std::string body_of(const Change& c, const std::string& until) {
  Arena arena;
  MapBuilder map(arena);
  map.add("epoch", Value(c.epoch));
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) map.add(name, value);
  };
  text("by", c.by);
  text("agent", c.agent);
  text("queue", c.queue);
  text("until", until);
  text("subject", c.subject);
  return to_json(map.build());
}

/// "2h" is two hours from now.
Result<std::string> until_of(const std::string& text) {
  if (text.empty() || parse_time(text)) return text;
  if (const auto in = parse_duration(text)) return format_rfc3339(wall_clock() + *in);
  return fail("bad_time", "--until " + text + " is neither a duration nor an instant", "2h, or 2026-12-24T18:00:00Z");
}

std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
    made += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return made;
}

int tell(const Change& c, const std::string& verb) {
  const auto until = until_of(c.until);
  if (!until) return report(until.error());
  const auto target = find_target(c.target);
  if (!target) return report(target.error());
  ClientConfig config;
  config.allow = {target->url};
  const auto client = Client::make(config);
  HttpRequest request;
  request.url = target->url + "/api/conversations/" + escaped(c.id) + "/" + verb;
  request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + target->token}};
  request.body = body_of(c, *until);
  std::promise<Result<HttpResponse>> promise;
  client->send(std::move(request), [&promise](Result<HttpResponse> r) { promise.set_value(std::move(r)); });
  const Result<HttpResponse> response = promise.get_future().get();
  client->stop();
  if (!response) return report(response.error());
  Arena arena;
  const auto answer = parse_json(response->body, arena);
  if (response->status != 200 || !answer)
    return report({"refused", fmt::format("the server answered {}: {}", response->status, answer ? (*answer)["error"]["message"].text_or("") : ""), {}});
  const Value now = (*answer)["conversation"];
  fmt::print("{}: {}, epoch {}\n", c.id, now["owner"].text_or(""), now["epoch"].integer_or(0));
  return 0;
}

struct Verb {
  const char *name, *verb, *what;
  bool agent = false, queue = false, until = false;
};

constexpr Verb verbs[] = {{"takeover", "takeover", "Take a conversation into a person's hands: no machine speaks there any more", true},
                          {"assign", "assign", "Give a conversation to an agent", true},
                          {"hand-over", "hand_over", "Give a conversation to a queue", false, true},
                          {"hand-back", "hand_back", "Give a conversation back to the bot"},
                          {"snooze", "snooze", "Put a conversation aside until a time, or until the customer writes", false, false, true},
                          {"resolve", "resolve", "Close a conversation; the customer's next message opens it again"}};

void add_verb(Command app, Run& run, const Verb& verb) {
  auto c = std::make_shared<Change>();
  Command command = app.add_subcommand(verb.name, verb.what);
  command.add_option("ID", c->id, "The conversation: whatsapp:34600111222").required();
  command.add_option("--epoch", c->epoch, "The epoch that you have seen; when it is another by now nothing is done").required();
  command.add_option("--by", c->by, "Who does it (default: api)");
  if (verb.agent) command.add_option("--agent", c->agent, "Who gets it");
  if (verb.queue) command.add_option("--queue", c->queue, "The queue that gets it").required();
  if (verb.until) command.add_option("--until", c->until, "2h, or 2026-12-24T18:00:00Z");
  command.add_option("--subject", c->subject, "The customer, where several have a conversation of that id");
  command.add_option("--shop", c->target.shop, "The shop's folder: its address and token (default: this one)");
  command.add_option("--to", c->target.to, "The server, when it is elsewhere: http://HOST:PORT");
  command.add_option("--token", c->target.token, "The API token, over the shop's first one");
  command.footer("The server must be running. `shopbell conversations` shows ids and epochs.");
  command.callback([&run, c, name = std::string(verb.verb)] { run = [c, name] { return tell(*c, name); }; });
}

}  // namespace

void add_conversations(Command app, Run& run) {
  auto options = std::make_shared<ListOptions>();
  Command command = app.add_subcommand("conversations", "List conversations and who has them; one with its messages");
  command.add_option("ID", options->filter.conversation, "One conversation, as JSON: whatsapp:34600111222");
  command.add_option("--shop", options->where.folder, "The shop's folder (default: this one)");
  command.add_option("--data", options->where.data, "The data folder, when it is elsewhere");
  command.add_option("--limit", options->page.max, "At most so many (default 50)").between(1, 100'000);
  command.add_option("--before", options->page.before, "Only those before this key: the next page");
  command.add_flag("--json", options->json, "One JSON object a line");
  command.add_option("--owner", options->filter.owner, "Only those of: bot, queue, agent, nobody");
  command.add_option("--state", options->filter.status, "Only those that are: open, snoozed, resolved");
  command.add_option("--queue", options->filter.queue, "Only of this queue");
  command.add_option("--subject", options->filter.subject, "Only of this subject: customer:7");
  command.callback([&run, options] { run = [options] { return conversations(*options); }; });
  for (const Verb& verb : verbs) add_verb(app, run, verb);
}

}  // namespace shopbell::cli
