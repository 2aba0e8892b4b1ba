#include "core/scope.h"

#include "core/conversations.h"
#include "core/replayed.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t members_expected = 24;

Value event_value(const Turn& turn, const Event& event) {
  const Member members[] = {{"id", event.id},
                            {"type", event.type},
                            {"time", Value(event.at)},
                            {"source", plain_subject(event.source)},
                            {"subject", plain_subject(event.subject)},
                            {"shop", turn.workflows.shop().id},
                            {"stale", Value(event.stale)},
                            {"raw", event.data["raw"]}};
  return freeze_map(turn.arena, members);
}

struct RunPart {
  Value vars, outputs, events;
  const Workflow* workflow = nullptr;
  const Event* trigger = nullptr;
};

void add_named_outputs(std::vector<Member>& members, const RunPart& part) {
  if (part.workflow == nullptr || part.outputs.size() == 0) return;
  for (const Instruction& i : part.workflow->program) {
    if (i.as.empty()) continue;
    if (const Value* output = part.outputs.find(i.id)) members.push_back({Value(i.as), *output});
  }
  if (const Value* error = part.outputs.find("error")) members.push_back({"error", *error});
}

Value build(const Turn& turn, const Event& event, const Value& forwarded, const RunPart& part) {
  std::vector<Member> members;
  members.reserve(members_expected);
  for (const Member& m : event.data.members())
    if (m.key.text_or({}) != "raw" && m.key.text_or({}) != "conversation") members.push_back(m);
  members.push_back({"conversation", conversation_seen(turn, event)});
  add_named_outputs(members, part);
  if (!part.events.is_null()) members.push_back({"events", part.events});
  if (part.trigger != nullptr) members.push_back({"trigger", nouns_of(turn.arena, *part.trigger)});
  const Value empty = freeze_map(turn.arena, {});
  members.push_back({"event", event_value(turn, event)});
  members.push_back({"customer", customer_of(turn, event, forwarded)});
  members.push_back({"shop", turn.shop});
  members.push_back({"vars", part.vars.is(Kind::map) ? part.vars : empty});
  members.push_back({"steps", part.outputs.is(Kind::map) ? part.outputs : empty});
  members.push_back({"now", Value(turn.at)});
  return freeze_map(turn.arena, members);
}

}  // namespace

Value shop_value(const ShopFacts& shop, Arena& arena) {
  const Member facts[] = {{"id", shop.id},
                          {"name", shop.name},
                          {"url", shop.url},
                          {"currency", shop.currency},
                          {"timezone", shop.timezone},
                          {"locale", shop.locale}};
  return freeze_map(arena, facts);
}

Value customer_of(const Turn& turn, const Event& event, const Value& forwarded) {
  const Value& said = event.data["customer"];
  const bool own = event.subject == turn.subject.id || plain_subject(turn.subject.id).starts_with("customer:");
  const Value& known = own && turn.subject.profile.is(Kind::map) ? turn.subject.profile : forwarded;
  if (!known.is(Kind::map)) return said.is(Kind::map) ? said : freeze_map(turn.arena, {});
  if (!said.is(Kind::map)) return known;
  std::vector<Member> members;
  members.reserve(members_expected);
  for (const Member& m : said.members())
    if (m.key.is(Kind::string) && known.find(m.key.text()) == nullptr) members.push_back(m);
  members.insert(members.end(), known.members().begin(), known.members().end());
  return freeze_map(turn.arena, members);
}

Value event_scope(const Turn& turn, const Event& event, const Value& forwarded) {
  return build(turn, event, forwarded, {});
}

Value run_scope(const Turn& turn, const Run& run, const Workflow& workflow) {
  return build(turn, run.event, run.customer, {run.vars, run.outputs, run.flow.events, &workflow});
}

Value awaited_scope(const Turn& turn, const Run& run, const Workflow& workflow, const Event& event) {
  return build(turn, event, run.customer, {run.vars, run.outputs, run.flow.events, &workflow, &run.event});
}

Value nouns_of(Arena& arena, const Event& event) {
  std::vector<Member> members{{"id", event.id},
                              {"type", event.type},
                              {"time", Value(event.at)},
                              {"source", event.source},
                              {"subject", event.subject}};
  for (const Member& m : event.data.members())
    if (m.key.text_or({}) != "raw") members.push_back(m);
  return freeze_map(arena, members);
}

}  // namespace shopbell
