#pragma once
// What happens, told to whoever listens, each with a number that only grows, over restarts, too. Who was away for a moment says
// the last number and is told what came since; for whom that is too long ago there is one {"kind":"reset"}: load anew. In memory;
// any thread.

#include "access/permission.h"
#include "net/web_socket.h"

#include <shopbell/value.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace shopbell {

struct Batch;

constexpr std::size_t live_kept = 5'000, live_each_max = 20, live_listeners_max = 2'000;
constexpr Millis live_checked_every{60'000};

class Live {
 public:
  Live();
  /// {"seq", "kind", "id", ...more}; an empty id is left out.
  void tell(std::string_view kind, std::string_view id, const Value& more);
  /// What a commit changed. More than live_each_max of a kind are told as one, with their count.
  void tell(const Batch& rows);

  /// A handler for one connection; nullptr: too many. `after`: the last number that was heard; 0: none. `still`: whether they may
  /// listen on, asked now and then by `ask_again`, which must call it elsewhere.
  std::shared_ptr<WebSocketHandler> listener(Permissions may, std::uint64_t after, std::function<bool()> still);
  std::function<void(std::function<void()>)> ask_again;
  std::size_t listeners() const;

 private:
  friend class LiveListener;
  struct Told {
    std::uint64_t seq = 0;
    Permission needs = Permission::inbox_read;
    std::string text;
  };
  struct Ear {
    std::shared_ptr<WebSocket> socket;
    Permissions may;
    std::function<bool()> still;
    std::chrono::steady_clock::time_point checked;
  };
  void opened(const void* who, Ear ear, std::uint64_t after);
  void closed(const void* who);
  void check();

  mutable std::mutex mutex_;
  std::uint64_t next_;
  std::deque<Told> told_;
  std::map<const void*, Ear> ears_;
};

}  // namespace shopbell
