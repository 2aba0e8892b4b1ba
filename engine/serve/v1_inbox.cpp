// The inbox: conversations by view, and what people do about one. A command says which epoch it was decided on; what has changed
// meanwhile is answered with 409 and the conversation as it is now.

#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"
#include "desk/rules.h"
#include "serve/assist_passages.h"
#include "serve/conversations.h"
#include "serve/v1_command.h"
#include "serve/v1_conversation.h"
#include "serve/v1_fill.h"
#include "serve/v1_handlers.h"
#include "teach/corrections.h"

#include <shopbell/text.h>

#include <charconv>

namespace shopbell::v1 {
namespace {

std::string key_text(const InboxKey& key) { return std::to_string(key.at) + ":" + std::to_string(key.n); }

bool read_key(const std::string& text, InboxKey& key) {
  if (text.empty()) return true;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, key.at);
  return first.ec == std::errc{} && first.ptr != end && *first.ptr == ':' && std::from_chars(first.ptr + 1, end, key.n).ptr == end;
}

/// "mine", "queue:care", "agent:ana", "unassigned", "bot", "open", "all", "snoozed", "resolved".
bool read_view(std::string_view view, const Who& who, InboxQuery& query) {
  query.state = "open";
  if (view == "mine") query.owner = "agent", query.agent = who.agent;
  else if (view.starts_with("queue:")) query.owner = "queue", query.queue = view.substr(6);
  else if (view.starts_with("agent:")) query.owner = "agent", query.agent = view.substr(6);
  else if (view == "unassigned") query.owner = "queue";
  else if (view == "bot") query.owner = "bot";
  else if (view == "snoozed" || view == "resolved") query.state = view;
  else if (view.empty() || view == "all") query.state.clear();
  else return view == "open";
  return true;
}

ConversationKey place_of(const ConversationRow& row) { return {row.subject, row.id}; }

Value saved_view(Arena& arena, const SavedReply& r) {
  return make_map(arena, {{"id", arena.copy(r.id)}, {"name", arena.copy(r.name)}, {"text", arena.copy(r.text)}, {"by", arena.copy(r.by)}, {"at", arena.copy(format_rfc3339(r.at))}});
}

}  // namespace

V1Answer list_conversations(V1Parts& parts, V1Ask& ask) {
  InboxQuery query;
  if (!read_view(ask.param("view"), ask.who, query)) return fail("bad_query", "view is mine, unassigned, queue:NAME, agent:NAME, bot, open, all, snoozed or resolved");
  if (!read_key(ask.param("after"), query.after)) return fail("bad_query", "after is the `next` of the page before");
  query.text = ask.param("q");
  query.subject = ask.param("subject");
  query.max = ask.limit();
  const auto rows = parts.console->inbox(query);
  if (!rows) return tl::unexpected(rows.error());
  ConversationViews views(parts, ask);
  ListBuilder items(ask.arena);
  for (const InboxRow& row : *rows) {
    const auto item = views.item(row.row);
    if (!item && item.error().code == "not_found") continue;  // erased at this moment
    if (!item) return tl::unexpected(item.error());
    items.add(*item);
  }
  return v1_list(ask, items, rows->size() == query.max ? key_text(rows->back().key) : std::string());
}

V1Answer count_conversations(V1Parts& parts, V1Ask& ask) {
  const auto counts = parts.console->counts();
  if (!counts) return tl::unexpected(counts.error());
  MapBuilder map(ask.arena);
  for (const auto& [name, count] : *counts) map.add(ask.arena.copy(name), static_cast<std::int64_t>(count));
  return v1_json(make_map(ask.arena, {{"open", map.build()}}));
}

V1Answer show_conversation(V1Parts& parts, V1Ask& ask) {
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  ConversationViews views(parts, ask);
  const auto shown = views.whole(*row);
  if (!shown) return tl::unexpected(shown.error());
  return v1_json(*shown);
}

V1Answer take_over(V1Parts& parts, V1Ask& ask) { return command(parts, ask, "takeover"); }
V1Answer assign(V1Parts& parts, V1Ask& ask) { return command(parts, ask, "assign"); }
V1Answer hand_over(V1Parts& parts, V1Ask& ask) {
  const auto workflows = parts.workflows();
  const desk::Rules& rules = *workflows->shop().desk;
  if (!rules.queues.empty() && rules.find_queue(ask.text("queue")) == nullptr) return fail("bad_queue", "there is no queue " + std::string(ask.text("queue")));
  return command(parts, ask, "hand_over");
}
V1Answer hand_back(V1Parts& parts, V1Ask& ask) { return command(parts, ask, "hand_back"); }
V1Answer snooze(V1Parts& parts, V1Ask& ask) { return command(parts, ask, "snooze"); }
V1Answer resolve(V1Parts& parts, V1Ask& ask) { return command(parts, ask, "resolve"); }
V1Answer reopen(V1Parts& parts, V1Ask& ask) { return command(parts, ask, "reopen"); }
V1Answer label(V1Parts& parts, V1Ask& ask) { return command(parts, ask, "label"); }
V1Answer reply(V1Parts& parts, V1Ask& ask) { return command(parts, ask, "reply", {.status = 201, .replies = true}); }

// An event of its own, which no reply is made of: a note and a reply share no code but this file.
V1Answer add_note(V1Parts& parts, V1Ask& ask) {
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  const std::string_view text = ask.text("text");
  if (trimmed(text).empty() || text.size() > draft_bytes_max) return fail("bad_note", "text has 1 to 65536 bytes");
  const Value note = make_map(ask.arena, {{"text", text}, {"by", ask.arena.copy(ask.who.agent)}, {"name", ask.arena.copy(ask.who.name)}});
  std::string id;
  Job job = note_job(*row, note, ask.key.empty() ? std::string() : ask.who.id + " " + ask.key, id);
  const ConversationKey place = place_of(*row);
  return offer(parts, ask, std::move(job), [&parts, &ask, id, place](const ServerResponse& response) -> V1Answer {
    if (response.status == 503) return v1_problem(503, "busy", "the engine cannot take more at the moment; send this again");
    if (auto kept = parts.papers.keep_note(place, id, ask.now); !kept) return tl::unexpected(kept.error());
    return v1_json(make_map(ask.arena, {{"id", ask.arena.copy(id)}, {"kind", "note"}, {"text", ask.body["text"]}, {"at", ask.arena.copy(format_rfc3339(ask.now))},
                                        {"by", make_map(ask.arena, {{"kind", "agent"}, {"name", ask.arena.copy(ask.who.name)}})}}), 201);
  });
}

namespace {

V1Answer ask_model(V1Parts& parts, V1Ask& ask, AssistAsk::What what) {
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  parts.draft(*parts.reader, *row, what, [kept = ask.shared_from_this()](const Result<Drafted>& drafted) {
    Arena arena;
    if (drafted) return kept->answer(v1_json(to_value(*drafted, arena)));
    kept->answer(v1_problem(draft_status(drafted.error().code), drafted.error().code, drafted.error().message));
  });
  return v1_later();
}

}  // namespace

V1Answer suggest_reply(V1Parts& parts, V1Ask& ask) { return ask_model(parts, ask, AssistAsk::What::reply); }
V1Answer summarise(V1Parts& parts, V1Ask& ask) { return ask_model(parts, ask, AssistAsk::What::summary); }

V1Answer show_draft(V1Parts& parts, V1Ask& ask) {
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  const auto text = parts.papers.draft(ask.who.id, place_of(*row));
  if (!text) return tl::unexpected(text.error());
  return v1_json(make_map(ask.arena, {{"text", *text ? Value(ask.arena.copy(**text)) : Value()}}));
}

V1Answer keep_draft(V1Parts& parts, V1Ask& ask) {
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  if (auto kept = parts.papers.keep_draft(ask.who.id, place_of(*row), ask.text("text"), ask.now); !kept) return tl::unexpected(kept.error());
  return ServerResponse{204, {}, {}, {}};
}

V1Answer drop_draft(V1Parts& parts, V1Ask& ask) {
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  if (auto gone = parts.papers.drop_draft(ask.who.id, place_of(*row)); !gone) return tl::unexpected(gone.error());
  return ServerResponse{204, {}, {}, {}};
}

V1Answer tell_presence(V1Parts& parts, V1Ask& ask) {
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  const bool looking = ask.body["looking"].boolean_or(true), typing = ask.body["typing"].boolean_or(false);
  if (looking)
    if (auto seen = parts.papers.see(ask.who.id, place_of(*row), ask.now); !seen) return tl::unexpected(seen.error());
  if (typing && parts.types) parts.types(row->id, ask.who.name);
  if (parts.presence.tell(row->id, ask.who.id, ask.who.name, looking, typing, ask.now))
    parts.live.tell("presence", row->id,
                    make_map(ask.arena, {{"conversation", ask.arena.copy(row->id)}, {"person", make_map(ask.arena, {{"id", ask.arena.copy(ask.who.id)}, {"name", ask.arena.copy(ask.who.name)}})},
                                         {"looking", looking}, {"typing", typing}}));
  return ServerResponse{204, {}, {}, {}};
}

V1Answer list_saved_replies(V1Parts& parts, V1Ask& ask) {
  const auto all = parts.papers.saved_replies();
  if (!all) return tl::unexpected(all.error());
  const std::string conversation = ask.param("conversation");
  const auto row = conversation.empty() ? Result<ConversationRow>() : row_of(parts, ask, conversation);
  if (!row) return tl::unexpected(row.error());
  ListBuilder items(ask.arena);
  for (const SavedReply& r : *all) {
    const auto text = conversation.empty() ? Result<std::string>() : filled(parts, ask, *row, r.text);
    if (!text) return tl::unexpected(text.error());
    items.add(conversation.empty() ? saved_view(ask.arena, r) : MapBuilder(ask.arena, saved_view(ask.arena, r)).add("filled", ask.arena.copy(*text)).build());
  }
  return v1_list(ask, items, {});
}

V1Answer add_saved_reply(V1Parts& parts, V1Ask& ask) {
  const auto kept = parts.papers.keep_saved_reply({{}, std::string(ask.text("name")), std::string(ask.text("text")), ask.who.name, ask.now});
  if (!kept) return tl::unexpected(kept.error());
  return v1_json(saved_view(ask.arena, *kept), 201);
}

V1Answer change_saved_reply(V1Parts& parts, V1Ask& ask) {
  const auto kept = parts.papers.keep_saved_reply({ask.args[0], std::string(ask.text("name")), std::string(ask.text("text")), ask.who.name, ask.now});
  if (!kept) return tl::unexpected(kept.error());
  return v1_json(saved_view(ask.arena, *kept));
}

V1Answer drop_saved_reply(V1Parts& parts, V1Ask& ask) {
  if (auto gone = parts.papers.drop_saved_reply(ask.args[0]); !gone) return tl::unexpected(gone.error());
  return ServerResponse{204, {}, {}, {}};
}

V1Answer correct(V1Parts& parts, V1Ask& ask) {
  if (auto kept = add_correction(parts.config->folder, correction_of(ask.body, ask.who.name, ask.now)); !kept) {
    const bool io = kept.error().code == "io";
    return v1_problem(io ? 500 : 400, kept.error().code, kept.error().message);
  }
  return v1_json(make_map(ask.arena, {{"kept", true}}));
}

}  // namespace shopbell::v1
