#pragma once
// A peer that follows a script, line by line, whatever the protocol: waits until what came ends a
// passage, says its piece, and may hang up.

#include "support/listener.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace shopbell {

class ScriptServer {
 public:
  struct Step {
    std::string until;  // reads on until this has come; empty: says its piece at once
    std::string say;
    bool hang_up = false;
    bool start_tls = false;  // behind its piece
  };
  using Script = std::vector<Step>;

  /// The first connection follows the first script, further ones the second where there is one.
  explicit ScriptServer(Script first, Script second = {}, const Certificate* certificate = nullptr)
      : scripts_{std::move(first)}, tls_(tls_context(certificate)) {
    if (!second.empty()) scripts_.push_back(std::move(second));
    thread_ = std::thread([this] { run(); });
  }
  ~ScriptServer() {
    listener_.stop();
    thread_.join();
  }
  ScriptServer(const ScriptServer&) = delete;
  ScriptServer& operator=(const ScriptServer&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  int connections() const { return connections_; }
  /// All that was heard, over all connections.
  std::string heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  void run() {
    for (int socket; (socket = listener_.accept()) >= 0;) {
      const auto which = std::min(static_cast<std::size_t>(connections_++), scripts_.size() - 1);
      Peer peer(listener_, socket);
      follow(peer, scripts_[which]);
    }
  }

  void follow(Peer& peer, const Script& script) {
    std::string in;
    char part[4096];
    for (const auto& step : script) {
      std::size_t at;
      while ((at = in.find(step.until)) == in.npos) {
        const auto got = peer.receive(part, sizeof part);
        if (got == 0) return;
        in.append(part, got);
        const std::lock_guard lock(mutex_);
        heard_.append(part, got);
      }
      in.erase(0, at + step.until.size());
      peer.say(step.say);
      if (step.hang_up || (step.start_tls && !peer.start_tls(tls_.get()))) return;
    }
    // Nothing more to say: whatever comes now (a QUIT) is the end.
    peer.receive(part, sizeof part);
  }

  std::vector<Script> scripts_;
  const TlsContext tls_;
  Listener listener_;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::string heard_;
  std::thread thread_;
};

}  // namespace shopbell
