// What steps do beyond their run: messages kept, tags, tickets, events.

#include "core/effects.h"

#include "base/hash.h"
#include "core/conversation.h"
#include "core/conversation_moves.h"
#include "core/conversations.h"
#include "core/desk.h"
#include "core/early_states.h"
#include "core/handoff.h"
#include "core/inquiry.h"
#include "core/profile.h"
#include "core/replayed.h"
#include "core/scope.h"

namespace shopbell {
namespace {

// A run on a subject of its own (`per`) tells the customer's subject by an event of the engine's own.
void tell(Turn& turn, std::string_view about, std::string_view type, std::string_view cause, const Value& data,
          std::uint32_t depth) {
  Event event;
  event.id = turn.arena.copy(id_of({"tell", type, cause}));
  event.source = "shopbell";
  event.type = type;
  event.subject = turn.arena.copy(about);
  event.at = turn.at;
  event.data = data;
  turn.made.following.push_back({std::string(about), {event, depth, {}, {}}});
}

Value texts_value(const std::vector<std::string>& texts, Arena& arena) {
  ListBuilder list(arena);
  for (const std::string& text : texts) list.add(arena.copy(text));
  return list.build();
}

/// Puts it into the conversation, and counts it; false: it stands there already.
bool keep_said(Turn& turn, const Said& said) {
  const Value before = turn.subject.conversation;
  const Value longer = append_said(before, said, turn.arena);
  if (longer.items().data() == before.items().data()) return false;
  turn.set_conversation(longer);
  if (!has_profile(turn.subject.id)) return true;
  const bool sent = said.from != "customer";
  const bool answers = !sent && before.size() > 0 && before.items().back()["from"].text_or("customer") != "customer";
  turn.set_profile(count_message(turn.subject.profile, sent, answers, turn.arena));
  return true;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

void change_tags(Turn& turn, const Run& run, const Instruction& step, const Effects& effects) {
  if (effects.tags_added.empty() && effects.tags_removed.empty()) return;
  std::string text;
  if (!effects.tags_added.empty()) text += "added " + joined(effects.tags_added);
  if (!effects.tags_removed.empty()) text += (text.empty() ? "removed " : "; removed ") + joined(effects.tags_removed);
  if (!has_profile(run.event.subject))
    text = "there is nobody to tag: the event is about " + std::string(run.event.subject);
  turn.note("tagged", std::move(text), run.workflow, run.id, step.id);
  if (!has_profile(run.event.subject)) return;
  if (run.event.subject == turn.subject.id) {
    turn.set_profile(retag(turn.subject.profile, effects.tags_added, effects.tags_removed, turn.arena));
    return;
  }
  const Value tags = make_map(turn.arena, {{"added", texts_value(effects.tags_added, turn.arena)},
                                           {"removed", texts_value(effects.tags_removed, turn.arena)}});
  tell(turn, run.event.subject, tags_changed, cause_of(run, step), make_map(turn.arena, {{"tags", tags}}),
       run.depth + 1);
}

void open_ticket(Turn& turn, Run& run, const Instruction& step, const TicketDraft& draft) {
  const std::string why = draft.queue + (draft.reason.empty() ? "" : ": " + draft.reason);
  if (is_replayed(turn.subject.id))
    return turn.note("recorded", "a ticket in the queue " + why, run.workflow, run.id, step.id);
  const std::string id = id_of({"ticket", cause_of(run, step)});
  turn.made.tickets.push_back({id, run.id, run.workflow, draft, frozen_for(turn, run, draft)});
  tell_opened(turn, run, turn.made.tickets.back());
  turn.note("ticket", "opened in the queue " + why, run.workflow, run.id, step.id);
  give_to_queue(turn, run, draft, id);
}

}  // namespace

std::string cause_of(const Run& run, const Instruction& step) {
  return id_of({"step", run.id, step.id, std::to_string(run.steps)});
}

void take_tags_changed(Turn& turn, const Event& event) {
  if (!has_profile(turn.subject.id)) return;
  const auto texts = [&](std::string_view name) {
    std::vector<std::string> made;
    const Value list = event.data.at_path(name);
    for (const Value& tag : list.is(Kind::list) ? list.items() : std::span<const Value>{})
      made.emplace_back(tag.text_or({}));
    return made;
  };
  turn.set_profile(retag(turn.subject.profile, texts("tags.added"), texts("tags.removed"), turn.arena));
}

void do_effects(Turn& turn, Run& run, const Instruction& step, const Effects& effects) {
  change_tags(turn, run, step, effects);
  if (effects.ticket) open_ticket(turn, run, step, *effects.ticket);
  for (const std::string& note : effects.notes) turn.note("note", note, run.workflow, run.id, step.id);
  if (!effects.log.empty() && !is_replayed(turn.subject.id)) turn.made.log.push_back(effects.log);
}

namespace {

/// What the channel tells of a message that the shop has sent; empty: it is a message itself.
std::string_view state_told(const Event& event) {
  if (event.type == "message.delivered") return "delivered";
  if (event.type == "message.read") return "read";
  if (event.type == "message.bounced") return "failed";
  const Value message = event.data["message"];
  if (event.type != message_sent || event.source == "shopbell") return "";
  const bool told = !message["status"].text_or({}).empty() || message["text"].text_or({}).empty();
  return told ? "sent" : "";
}

}  // namespace

void keep_received(Turn& turn, const Event& event) {
  const Value message = event.data["message"];
  if (!message.is(Kind::map)) return;
  if (const std::string_view state = state_told(event); !state.empty()) {
    const Value until = message["until"];
    const std::string in = conversation_of(event);
    return take_state(turn, {message["id"].text_or({}), in, state,
                             until.is(Kind::timestamp) ? std::optional(from_ms(until.seconds() * 1000 + until.nanos() / 1'000'000)) : std::nullopt});
  }
  const bool sent = event.type == message_sent;
  if (!sent && event.type != "message.received") return;
  if (sent) give_back_grant(turn, message["run"].text_or({}));
  if (sent && event.source != "shopbell" && message["from"].text_or({}) != "bot" && is_own(turn, conversation_of(event), message)) return;  // an echo
  see_message(turn, event);  // before it is kept: an echo of what a machine said is known by what is kept already
  MessageKept kept;
  kept.id = sent ? std::string(message["id"].text_or({})) : std::string();
  if (kept.id.empty()) kept.id = id_of({"message", event.source, event.id});
  kept.channel = message["channel"].text_or({});
  kept.direction = sent ? "out" : "in";
  kept.from = message["from"].text_or({});
  kept.to = message["to"].text_or({});
  kept.text = message["text"].text_or({});
  kept.run = message["run"].text_or({});
  kept.at = event.at;
  const std::string_view speaker = !sent ? "customer" : kept.from == "bot" ? "bot" : "agent";
  const std::string in = conversation_of(event);
  const std::string_view ref = message[sent ? "ref" : "id"].text_or({});
  if (keep_said(turn, {kept.id, speaker, kept.text, kept.channel, event.at, in, ref, sent ? "sent" : "", message["attachments"]}) && sent) take_early_states(turn, ref.empty() ? kept.id : ref);
  turn.made.messages.push_back(std::move(kept));
}

/// Of a person's word in what was split off, its own conversation; what was taken into another since stands there.
static std::string said_in(const Turn& turn, const std::string& run, const SentMessage& sent) {
  std::string in = conversation_id(sent.channel, sent.conversation.empty() ? sent.to : sent.conversation);
  for (const Run& one : turn.subject.runs)
    if (one.id == run && !one.args["in"].text_or({}).empty()) in = conversation_spoken_to(one.args);
  return stands_in(turn.subject, in);
}

void keep_sent(Turn& turn, const std::string& run, std::string_view about, std::string_view call, const SentMessage& sent,
               std::string_view by) {
  const std::string id = id_of({"message", call});
  if (!about.empty() && about != turn.subject.id) {
    const Value message = make_map(turn.arena, {{"id", turn.arena.copy(id)},
                                                {"from", turn.arena.copy(by)},
                                                {"to", turn.arena.copy(sent.to)},
                                                {"channel", turn.arena.copy(sent.channel)},
                                                {"text", turn.arena.copy(sent.text)},
                                                {"conversation", turn.arena.copy(sent.conversation)},
                                                {"ref", turn.arena.copy(sent.message_id)},
                                                {"run", turn.arena.copy(run)}});
    return tell(turn, about, message_sent, call, make_map(turn.arena, {{"message", message}}), 1);
  }
  const std::string in = said_in(turn, run, sent);
  if (!keep_said(turn, {id, by == "bot" ? "bot" : "agent", sent.text, sent.channel, turn.at, in, sent.message_id, "sent"})) return;  // told before
  take_early_states(turn, sent.message_id);
  if (has_profile(turn.subject.id)) see_sent(turn, in, by != "bot");
  turn.made.messages.push_back({id, sent.channel, "out", std::string(by), sent.to, sent.text, run, turn.at});
}

bool emit(Turn& turn, const Run& run, const Instruction& step, const Value& data) {
  if (run.depth >= cause_depth_max) return false;
  Event event;
  event.id = turn.arena.copy(cause_of(run, step));
  event.source = turn.arena.copy("workflow/" + run.workflow);
  event.type = step.text;
  event.subject = run.event.subject;
  event.at = turn.at;
  event.data = data.is(Kind::map) ? data : freeze_map(turn.arena, {});
  const Value customer = run.event.data["customer"];
  if (event.data.find("customer") == nullptr && !customer.is_null())
    event.data = MapBuilder(turn.arena, event.data).add("customer", customer).build();
  turn.made.following.push_back({std::string(event.subject), {event, run.depth + 1, {}, {}}});
  turn.note("emitted", step.text + " about " + std::string(event.subject), run.workflow, run.id, step.id);
  return true;
}

}  // namespace shopbell
