#include "serve/presence.h"

namespace shopbell {

bool Presence::tell(const std::string& conversation, const std::string& person, const std::string& name, bool looking, bool typing, Time now) {
  const std::lock_guard lock(mutex_);
  if (there_.size() >= presence_max) std::erase_if(there_, [&](const auto& one) { return one.second.at < now - presence_kept; });
  const auto at = there_.find({conversation, person});
  const bool was = at != there_.end() && at->second.at >= now - presence_kept;
  if (!looking) {
    if (at != there_.end()) there_.erase(at);
    return was;
  }
  const bool news = !was || at->second.typing != typing;
  if (at != there_.end() || there_.size() < presence_max) there_[{conversation, person}] = {name, typing, now};
  return news;
}

Value Presence::others(const std::string& conversation, const std::string& me, Time now, Arena& arena) {
  const std::lock_guard lock(mutex_);
  ListBuilder list(arena);
  for (auto at = there_.lower_bound({conversation, ""}); at != there_.end() && at->first.first == conversation; ++at)
    if (at->first.second != me && at->second.at >= now - presence_kept)
      list.add(make_map(arena, {{"id", arena.copy(at->first.second)}, {"name", arena.copy(at->second.name)}, {"typing", at->second.typing}}));
  return list.build();
}

}  // namespace shopbell
