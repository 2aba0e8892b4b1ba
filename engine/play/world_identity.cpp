// Whom an event is about, in a world: as serve/batch_identity.cpp does it with the store behind it.

#include "play/world.h"

#include <map>

namespace shopbell::play {

std::string World::owner(std::string_view name) const {
  std::string id(name);
  for (auto at = leads_.find(id); at != leads_.end(); at = leads_.find(id)) id = at->second;
  return id;
}

std::string World::identify_subject(Received& received, const std::vector<Identity>& names) {
  std::map<std::string, Subject> met;
  const Identified found = identify(received.event, names, [&](std::string_view name) -> const Subject* {
    const std::string id = owner(name);
    if (!kept_.contains(id)) return nullptr;
    return &met.try_emplace(id, subject(id)).first->second;
  });
  const std::string on = owner(found.subject);
  if (received.event.subject != on) received.event.subject = arena_.copy(on);
  for (const std::string& from : found.same) merge(from, on);
  for (const std::string& name : found.names) give_name(name, on);
  if (workflows_->memory_of(received.event.type) != Memory::nothing)
    for (const std::string& other : found.others) {
      Received told = received;
      told.overheard = true;
      following_.push_back({other, std::move(told)});
    }
  return on;
}

void World::merge(const std::string& id, const std::string& into) {
  Input input{now, Merged{subject(id)}};
  const std::vector<std::string> names = std::get<Merged>(input.what).from.identities;
  auto failed = std::move(kept_[id].failed);
  kept_[into].failed.merge(failed);
  for (OpenCall& call : calls_)
    if (call.subject == id) call.subject = into;
  lead(id, into);
  for (const std::string& name : names) lead(name, into);
  take(into, input);
}

void World::lead(const std::string& name, const std::string& to) {
  if (const auto due = due_of_.find(name); due != due_of_.end()) {
    due_.erase({due->second, name});
    due_of_.erase(due);
  }
  kept_.erase(name);
  leads_.insert_or_assign(name, to);
}

/// A session may have been another's until now.
void World::give_name(const std::string& name, const std::string& to) {
  const auto change = [this](const std::string& id, auto&& how) {
    Subject changed = subject(id);
    how(changed);
    kept_[id].state = encode_subject(changed);
  };
  if (const std::string before = owner(name); before != name && kept_.contains(before))
    change(before, [&](Subject& subject) { std::erase(subject.identities, name); });
  Named named;
  change(to, [&](Subject& subject) { named = add_identity(subject, name); });
  if (!named.dropped.empty()) leads_.erase(named.dropped);
  if (named.added) lead(name, to);
}

}  // namespace shopbell::play
