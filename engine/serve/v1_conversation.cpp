#include "serve/v1_conversation.h"

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "core/conversation.h"
#include "core/conversations.h"
#include "core/person_reply.h"
#include "serve/conversations.h"
#include "serve/customers.h"
#include "serve/queues.h"
#include "serve/views.h"

#include <shopbell/say.h>
#include <shopbell/text.h>

#include <algorithm>
#include <set>

namespace shopbell::v1 {
namespace {

constexpr std::size_t last_text_bytes_max = 200, calls_looked_at_max = 50, messages_looked_at_max = 200;

std::string time_text(const Value& at) {
  return at.is(Kind::timestamp) ? format_rfc3339(at.seconds(), at.nanos()) : std::string(at.text_or({}));
}

/// What it says; of a message without a word what came with it: "(image)".
std::string last_words(const Value& message) {
  std::string words(message["text"].text_or({}));
  const Value files = message["attachments"];
  if (words.empty() && files.is(Kind::list) && files.size() > 0) words = "(" + std::string(files.items()[0]["kind"].text_or("file")) + ")";
  return words;
}

}  // namespace

Result<const Subject*> ConversationViews::subject(const std::string& id) {
  const auto known = subjects_.find(id);
  if (known != subjects_.end()) return &known->second;
  auto found = find_customer(*parts_.reader, id, arena_);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail("not_found", "there is no subject " + id);
  return &subjects_.emplace(id, std::move(**found)).first->second;
}

Value ConversationViews::customer(const Subject& subject) {
  const Value& p = subject.profile;
  std::string name(p["name"].text_or({}));
  if (name.empty()) name = std::string(p["first_name"].text_or({})) + (p["last_name"].text_or({}).empty() ? "" : " ") + std::string(p["last_name"].text_or({}));
  return make_map(arena_, {{"id", text(subject.id)}, {"name", text(trimmed(name))}, {"first_name", p["first_name"]}, {"email", p["email"]}});
}

/// Of the ticket that it was handed over with: what was heard then.
Result<ConversationViews::Heard> ConversationViews::heard(const ConversationRow& row, const Value& conversation) {
  Heard made;
  const std::string_view id = conversation["ticket"].text_or({});
  if (id.empty()) return made;
  Filter filter;
  filter.subject = row.subject;
  const auto tickets = parts_.reader->tickets(filter, {0, 20});
  if (!tickets) return tl::unexpected(tickets.error());
  for (const TicketView& ticket : *tickets) {
    if (ticket.row.id != id) continue;
    const auto shown = with_status(*parts_.reader, view(ticket, arena_), arena_);
    if (!shown) return tl::unexpected(shown.error());
    made.ticket = *shown;
    made.heard = (*shown)["frozen"]["heard"];
    made.suggestions = (*shown)["frozen"]["suggestions"];
  }
  return made;
}

Result<Value> ConversationViews::sla(const Value& conversation) {
  if (!desk_) {
    auto read = read_desk(*parts_.reader);
    if (!read) return tl::unexpected(read.error());
    desk_ = std::move(*read);
  }
  const auto at = desk_->tickets.find(conversation["ticket"].text_or({}));
  if (at == desk_->tickets.end() || !at->second.due) return Value();
  return make_map(arena_, {{"due", text(format_rfc3339(*at->second.due))}, {"what", conversation["handed_at"].is_null() ? "next_reply" : "first_reply"}});
}

Result<Value> ConversationViews::item(const ConversationRow& row) {
  const auto found = subject(row.subject);
  if (!found) return tl::unexpected(found.error());
  const Subject& s = **found;
  const Value now = find_conversation(s, row.id);
  const auto told = heard(row, now);
  if (!told) return tl::unexpected(told.error());
  const auto due = sla(now);
  if (!due) return due;
  const auto seen = parts_.papers.seen(ask_.who.id, {row.subject, row.id});
  if (!seen) return tl::unexpected(seen.error());
  Value last;
  const Value said = s.conversation;
  for (const Value& m : said.is(Kind::list) ? said.items() : std::span<const Value>{})
    if (m["conversation"].text_or({}) == row.id) last = m;
  const bool in = last["from"].text_or({}) == "customer";
  MapBuilder map(arena_);
  map.add("id", text(row.id)).add("subject", text(s.id)).add("customer", customer(s)).add("channel", text(row.channel));
  map.add("state", text(row.state)).add("until", now["until"].is_null() ? Value() : text(time_text(now["until"])));
  const std::string& owner = row.owner == "agent" ? row.agent : row.owner == "queue" ? row.queue : row.owner;
  map.add("owner", make_map(arena_, {{"kind", text(row.owner)}, {"name", text(owner)}}));
  map.add("epoch", Value(row.epoch)).add("priority", text(row.priority)).add("tags", now["tags"].is(Kind::list) ? now["tags"] : ListBuilder(arena_).build());
  map.add("intent", told->heard["intent"]).add("mood", told->heard["mood"]);
  map.add("waiting_since", row.waiting ? text(format_rfc3339(*row.waiting)) : Value()).add("sla", *due).add("last_at", text(format_rfc3339(row.at)));
  map.add("window_until", now["window_until"].is_null() ? Value() : text(time_text(now["window_until"])));
  if (!last.is_null())
    map.add("last", make_map(arena_, {{"text", text(cut_text(last_words(last), last_text_bytes_max))}, {"direction", in ? "in" : "out"}, {"at", text(time_text(last["at"]))}}));
  map.add("unread", in && row.at > *seen);
  return map.build();
}

Result<void> ConversationViews::add_notes(const ConversationRow& row, const Subject& s, std::vector<Value>& to) {
  std::vector<std::string> subjects = s.merged;
  subjects.push_back(s.id);
  subjects.push_back(row.subject);
  const auto ids = parts_.papers.notes(row.id, subjects);
  if (!ids) return tl::unexpected(ids.error());
  for (const std::string& id : *ids) {
    const auto events = parts_.reader->events_by_id(id);
    if (!events) return tl::unexpected(events.error());
    const auto line = events->empty() ? Result<std::string>(std::string()) : parts_.reader->line(events->front().key);
    const auto event = line ? parse_json(*line, arena_) : Result<Value>();
    const Value note = event ? event->at_path("data.note") : Value();
    if (note["text"].text_or({}).empty()) continue;  // it was erased, or the log is no longer kept
    to.push_back(make_map(arena_, {{"id", text(id)}, {"kind", "note"}, {"by", make_map(arena_, {{"kind", "agent"}, {"name", note["name"]}})},
                                   {"text", note["text"]}, {"at", text(format_rfc3339(events->front().at))}}));
  }
  return {};
}

/// Replies that are on their way, or did not arrive.
Result<void> ConversationViews::add_calls(const ConversationRow& row, std::vector<Value>& to) {
  Filter filter;
  filter.subject = row.subject;
  filter.workflow = person_reply;
  const auto calls = parts_.reader->calls(filter, {0, calls_looked_at_max});
  if (!calls) return tl::unexpected(calls.error());
  std::set<std::string> shown;
  for (const CallView& call : *calls) {
    if (call.status == "done" || call.status == "recorded") continue;
    const auto args = parse_json(call.row.args, arena_);
    if (!args || conversation_spoken_to(*args) != row.id) continue;
    const auto run = parts_.reader->run(call.row.run);
    if (!run) return tl::unexpected(run.error());
    if (!*run || (*run)->row.state.empty() || !shown.insert(call.row.run).second) continue;  // it is over, or was tried again since
    const auto state = decode_run((*run)->row.state, arena_);
    const Value by = state ? state->vars["by"] : Value();
    to.push_back(make_map(arena_, {{"id", text(id_of({"message", call.row.key}))}, {"kind", "message"}, {"direction", "out"}, {"by", make_map(arena_, {{"kind", "agent"}, {"name", by}})},
                                   {"text", (*args)[rest_of_text].is_null() ? (*args)["text"] : (*args)[rest_of_text]}, {"at", text(format_rfc3339((*run)->row.started))}, {"status", call.status == "open" ? "sending" : text(call.status)},
                                   {"run", text(call.row.run)}, {"error", text(call.row.error)}}));
  }
  return {};
}

Result<Value> ConversationViews::messages(const ConversationRow& row, const Subject& s) {
  Filter filter;
  filter.subject = s.id;
  const auto rows = parts_.reader->messages(filter, {0, messages_looked_at_max});
  if (!rows) return tl::unexpected(rows.error());
  std::map<std::string_view, const MessageRow*> known;
  for (const MessageView& m : *rows) known[m.row.id] = &m.row;
  std::vector<Value> all;
  const Value name = customer(s)["name"], said = s.conversation;
  for (const Value& m : said.is(Kind::list) ? said.items() : std::span<const Value>{}) {
    if (m["conversation"].text_or({}) != row.id) continue;
    const std::string_view from = m["from"].text_or({});
    const auto kept = known.find(m["id"].text_or({}));
    const Value by = from == "customer" ? name : from == "bot" || kept == known.end() ? Value(from) : text(kept->second->from);
    all.push_back(make_map(arena_, {{"id", m["id"]}, {"kind", "message"}, {"direction", from == "customer" ? "in" : "out"},
                                    {"by", make_map(arena_, {{"kind", from}, {"name", by}})}, {"text", kept == known.end() ? m["text"] : text(kept->second->text)},
                                    {"at", text(time_text(m["at"]))}, {"status", m["status"]}, {"attachments", m["attachments"]}, {"run", kept == known.end() ? Value() : text(kept->second->run)}}));
  }
  if (auto added = add_notes(row, s, all); !added) return tl::unexpected(added.error());
  if (auto added = add_calls(row, all); !added) return tl::unexpected(added.error());
  const auto at = [](const Value& m) { return parse_time(m["at"].text_or({})).value_or(Time{}); };
  std::stable_sort(all.begin(), all.end(), [&](const Value& a, const Value& b) { return at(a) < at(b); });
  return make_list(arena_, all);
}

Result<Value> ConversationViews::whole(const ConversationRow& row) {
  const auto shown = item(row);
  if (!shown) return shown;
  const Subject& s = **subject(row.subject);
  const auto told = heard(row, find_conversation(s, row.id));
  if (!told) return tl::unexpected(told.error());
  const auto all = messages(row, s);
  if (!all) return all;
  ListBuilder suggested(arena_);
  for (const Value& one : told->suggestions.is(Kind::list) ? told->suggestions.items() : std::span<const Value>{}) suggested.add(one);
  MapBuilder map(arena_, *shown);
  return map.add("messages", *all).add("ticket", told->ticket).add("suggested", suggested.build()).add("others", parts_.presence.others(row.id, ask_.who.id, ask_.now, arena_)).build();
}

}  // namespace shopbell::v1
