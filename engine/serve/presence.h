#pragma once
// Who looks at a conversation, and who types: told again while it holds, and forgotten when it is not. In memory; any thread.

#include <shopbell/time.h>
#include <shopbell/value.h>

#include <map>
#include <mutex>
#include <string>

namespace shopbell {

constexpr Millis presence_kept{40'000};
constexpr std::size_t presence_max = 10'000;

class Presence {
 public:
  /// Whether that is news.
  bool tell(const std::string& conversation, const std::string& person, const std::string& name, bool looking, bool typing, Time now);
  /// A list of {id, name, typing}, without `me`.
  Value others(const std::string& conversation, const std::string& me, Time now, Arena& arena);

 private:
  struct One {
    std::string name;
    bool typing = false;
    Time at;
  };
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, One> there_;  // by conversation and person
};

}  // namespace shopbell
