// Whom an event is about, within a bout: as serve/batch_identity.cpp does it with the store behind it.

#include "play/bout.h"

namespace shopbell::play {

/// The subject of that name; a new one where there is none; nullptr: another group has it.
Bout::Loaded* Bout::owner(const std::string& name) {
  Loaded* loaded = find(name);
  while (loaded != nullptr && !loaded->subject.leads_to.empty()) loaded = find(std::string(loaded->subject.leads_to));
  return loaded;
}

/// nullptr: nothing is known of it, or, `ours` being false then, another group has it.
const Subject* Bout::known_owner(const std::string& name, bool& ours) {
  if (!by_id_.contains(name)) {
    Entry* entry = nullptr;
    ours = ours && stage_.claim(name, group_, entry);
    if (!ours || entry == nullptr) return nullptr;
  }
  const Loaded* loaded = owner(name);
  ours = ours && loaded != nullptr;
  return loaded != nullptr && loaded->known ? &loaded->subject : nullptr;
}

bool Bout::identify_and_take(const Event& event, const std::vector<Identity>& names) {
  bool ours = true;
  asked_.clear();
  const Identified found = identify(event, names, [&](std::string_view name) {
    for (const auto& [at, known] : asked_)
      if (at == name.data()) return known;
    return asked_.emplace_back(name.data(), known_owner(std::string(name), ours)).second;
  });
  Loaded* on = ours ? owner(found.subject) : nullptr;
  if (on == nullptr) return false;
  Received received{event, 0, {}, {}};
  if (event.subject != on->subject.id) received.event.subject = arena_.copy(on->subject.id);
  for (const std::string& from : found.same)
    if (!merge(from, *on)) return false;
  for (const std::string& name : found.names)
    if (!give_name(name, *on)) return false;
  if (stage_.workflows().memory_of(event.type) != Memory::nothing)
    for (const std::string& other : found.others) {
      Received told = received;
      told.overheard = true;
      following_.push_back({other, std::move(told)});
    }
  return take(on->id, {now_, std::move(received)});
}

bool Bout::merge(const std::string& id, Loaded& into) {
  Loaded* from = find(id);
  if (from == nullptr) return false;
  Input input;
  auto& merged = input.what.emplace<Merged>();
  merged.from = std::move(from->subject);
  const std::vector<std::string> names = merged.from.identities;
  into.pending.insert(into.pending.end(), from->pending.begin(), from->pending.end());
  from->pending.clear();
  to_.moves.push_back({id, into.id});
  if (!lead(id, into.id)) return false;
  for (const std::string& name : names)
    if (!lead(name, into.id)) return false;
  return take(into.id, std::move(input));
}

/// With an empty `to` it is nobody's any more.
bool Bout::lead(const std::string& name, const std::string& to) {
  Loaded* loaded = find(name);
  if (loaded == nullptr) return false;
  loaded->subject = Subject{};
  loaded->subject.id = name;
  loaded->subject.leads_to = to;
  loaded->known = !to.empty();
  loaded->changed = loaded->touched = true;
  set_due(*loaded);
  return true;
}

/// A session may have been another's until now.
bool Bout::give_name(const std::string& name, Loaded& to) {
  Loaded* before = owner(name);
  if (before == nullptr) return false;
  if (before->known && before->id != name) {
    std::erase(before->subject.identities, name);
    before->changed = before->touched = true;
  }
  const Named named = add_identity(to.subject, name);
  if (!named.dropped.empty() && !lead(named.dropped, {})) return false;
  if (!named.added) return true;
  to.known = to.changed = to.touched = true;
  return lead(name, to.id);
}

}  // namespace shopbell::play
