// Whom an event is about, within a batch: names become rows, and two subjects that are one customer become one.

#include "serve/batch.h"

#include <shopbell/arena.h>

namespace shopbell {

/// The subject of that name; a new one where there is none.
BatchMaker::Loading& BatchMaker::owner(const std::string& name) {
  Loading* loading = &subjects_[name];
  if (loading->subject.id.empty()) loading->subject.id = name;
  while (!loading->subject.leads_to.empty()) {
    const std::string to = loading->subject.leads_to;
    loading = &subjects_[to];
    if (loading->subject.id.empty()) loading->subject.id = to;
  }
  return *loading;
}

BatchMaker::Loading& BatchMaker::identify_subject(const Entry& entry, Input& input, InputRow& row) {
  auto& received = std::get<Received>(input.what);
  const auto find = [this](std::string_view name) -> const Subject* {
    const Loading& loading = owner(std::string(name));
    return loading.known ? &loading.subject : nullptr;
  };
  const Identified found = identify(received.event, entry.identities, find);
  Loading& on = owner(found.subject);
  if (received.event.subject != on.subject.id) received.event.subject = arena_.copy(on.subject.id);
  for (const std::string& from : found.same) merge(from, on);
  for (const std::string& name : found.names) give_name(name, on);
  std::vector<Note> notes;
  for (const std::string& why : found.refused) notes.push_back({"not_merged", {}, {}, {}, why});
  add_notes(notes, row);
  tell_others(found.others, received, row);
  return on;
}

/// An input of its own, before the event that made it known; then the rows of the one are the other's. Where the core
/// throws on it both stay what they are.
void BatchMaker::merge(const std::string& id, Loading& into) {
  Loading& from = subjects_.at(id);
  Entry entry;
  entry.subject = into.subject.id;
  auto& merged = entry.input.what.emplace<Merged>();
  merged.from.id = id;
  if (claims_.poisons(claim_of(entry))) return take(entry);
  merged.from = std::move(from.subject);
  const std::vector<std::string> names = merged.from.identities;
  const Value segments = merged.from.profile["in_segments"];
  into.known_runs.merge(from.known_runs);
  lead(id, into.subject.id);
  for (const std::string& name : names) lead(name, into.subject.id);
  rows_.moves.push_back({id, into.subject.id});
  const auto move = [&](auto& row) {
    if (row.subject == id) row.subject = into.subject.id;
  };
  for (RunRow& row : rows_.runs)
    if (!row.state.empty()) move(row);  // what is over stays, as it would in a batch before
  for (TicketRow& row : rows_.tickets) move(row);
  for (MessageRow& row : rows_.messages) move(row);
  if (segments.is(Kind::map))
    for (const Member& m : segments.members()) rows_.members.push_back({std::string(m.key.text_or({})), id, false});
  take(entry);
}

void BatchMaker::lead(const std::string& name, const std::string& to) {
  Loading& loading = subjects_[name];
  loading.subject = Subject{};
  loading.subject.id = name;
  loading.subject.leads_to = to;
  loading.known = loading.changed = true;
}

/// A session may have been another's until now.
void BatchMaker::give_name(const std::string& name, Loading& to) {
  if (Loading& before = owner(name); before.known && before.subject.id != name) {
    std::erase(before.subject.identities, name);
    before.changed = true;
  }
  const Named named = add_identity(to.subject, name);
  if (!named.dropped.empty()) {
    lead(named.dropped, {});
    subjects_[named.dropped].known = false;  // its row goes
  }
  if (!named.added) return;
  lead(name, to.subject.id);
  to.known = to.changed = true;
}

void BatchMaker::tell_others(const std::vector<std::string>& others, const Received& received, InputRow& row) {
  if (workflows_.memory_of(received.event.type) == Memory::nothing) return;
  std::vector<Following> told;
  for (const std::string& other : others) {
    told.push_back({other, received});
    told.back().received.overheard = true;
  }
  follow(std::move(told), row);
}

}  // namespace shopbell
