#pragma once
// Where the calls of a shop under test arrive: an HTTP server that keeps what it got, and answers as it is told.

#include "net/server.h"
#include "support/catch.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace shopbell {

class Sink {
 public:
  Sink() {
    auto server = Server::open({}, [this](const ServerRequest& request, std::unique_ptr<Responder> responder) {
      {
        const std::lock_guard lock(mutex_);
        keys_of_[std::string(request.body)].insert(std::string(request.header("Idempotency-Key")));
        bodies_.emplace_back(request.body);
      }
      responder->answer({status_, "application/json", "{}", {}});
    });
    REQUIRE(server);
    server_ = std::move(*server);
    server_->start();
  }
  ~Sink() { server_->stop(Millis{1000}); }

  std::uint16_t port() const { return server_->port(); }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port()); }
  /// From now on.
  void answer_with(int status) { status_ = status; }
  /// The keys that each body came with.
  std::map<std::string, std::set<std::string>> keys_of() const {
    const std::lock_guard lock(mutex_);
    return keys_of_;
  }
  std::vector<std::string> bodies() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }

 private:
  mutable std::mutex mutex_;
  std::atomic<int> status_{200};
  std::map<std::string, std::set<std::string>> keys_of_;
  std::vector<std::string> bodies_;
  std::unique_ptr<Server> server_;
};

}  // namespace shopbell
