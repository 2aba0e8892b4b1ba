#include "core/person_reply.h"

#include "base/hash.h"
#include "core/conversation.h"
#include "core/conversations.h"
#include "core/replayed.h"
#include "core/runs.h"
#include "core/thread.h"
#include "core/walk.h"

#include <shopbell/text.h>

namespace shopbell {

std::string speaker_of(const Run& run) {
  return is_person_reply(run) ? std::string(run.vars["by"].text_or("agent")) : "bot";
}

Value said_behind(const Subject& subject, std::string_view conversation, std::string_view last_seen, Arena& arena) {
  std::vector<Value> behind;
  const Value said = subject.conversation;
  for (const Value& m : said.is(Kind::list) ? said.items() : std::span<const Value>{}) {
    if (m["conversation"].text_or({}) != conversation) continue;
    if (m["id"].text_or({}) == last_seen) behind.clear();
    else behind.push_back(m);
  }
  return make_list(arena, behind);
}

std::string bad_reply(const Turn& turn, const Value& command) {
  const std::string_view text = command["text"].text_or({});
  if (trimmed(text).empty()) return "a reply needs text";
  if (text.size() > conversation_text_bytes_max) return "a reply has at most " + std::to_string(conversation_text_bytes_max) + " bytes";
  if (command["by"].text_or({}).empty()) return "a reply needs by";
  if (is_replayed(turn.subject.id)) return "what is replayed is not answered";
  if (turn.workflows.version(person_reply) == nullptr) return "this program answers nobody";
  if (turn.subject.runs.size() >= open_runs_max) return "this customer has too much open already";
  return {};
}

void order_reply(Turn& turn, const Event& event, const Value& conversation, std::string_view by, std::string_view text) {
  const Instruction& step = turn.workflows.version(person_reply)->program.front();
  Run run;
  run.id = id_of({"run", event.source, event.id, person_reply, turn.subject.id});
  run.workflow = person_reply;
  run.version = person_reply;
  run.status = RunStatus::calling;
  run.started = turn.at;
  run.steps = 1;
  run.event = event;
  run.event.data = {};  // what is needed of it stands in the arguments
  run.vars = make_map(turn.arena, {{"by", turn.arena.copy(by)}});
  const Value to = conversation["sender"].text_or({}).empty() ? conversation["thread"] : conversation["sender"];
  Value said = make_map(turn.arena, {{"text", turn.arena.copy(text)}, {"channel", conversation["channel"]}, {"to", to},
                                           {"conversation", conversation["thread"]}, {"person", turn.arena.copy(by)}});
  if (const Value id = conversation["id"]; conversation_id(conversation["channel"].text_or({}), conversation["thread"].text_or({})) != id.text_or({})) said = MapBuilder(turn.arena, said).add("in", id).build();
  run.args = with_thread(said, thread_of(turn.subject, conversation["id"].text_or({}), turn.arena), turn.arena);
  run.call = id_of({"call", run.id, step.id, "1"});
  run.attempt = 1;
  turn.note("started", "by " + std::string(by), run.workflow, run.id);
  order_call(turn, run, step, turn.at);
  turn.note("called", label_of(step), run.workflow, run.id, step.id);
  settle_new(turn, std::move(run));
}

}  // namespace shopbell
