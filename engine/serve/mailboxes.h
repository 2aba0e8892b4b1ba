#pragma once
// Mailboxes that are looked into: sources with `imap`. Each has a thread; what it finds goes the way of a webhook. How far it
// has come is kept in DATA/mailboxes/NAME.json, after the event is durable: a mail may come twice after a crash, and is known by
// its Message-ID then, and none is left out. A mailbox that is met for the first time begins with what comes from then on.

#include "load/load.h"
#include "net/server.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace shopbell {

/// Who waits for the answer to a mail: no connection of the server's.
class Fetched : public Responder {
 public:
  explicit Fetched(std::function<void(int status, std::string body)> done) : done_(std::move(done)) {}
  void answer(ServerResponse response) override { done_(response.status, std::move(response.body)); }

 private:
  std::function<void(int, std::string)> done_;
};

class Mailboxes {
 public:
  /// `take`: gives a mail of that source to the engine, which answers.
  using Take = std::function<void(const std::string& source, const std::string& raw, std::unique_ptr<Responder> responder)>;

  Mailboxes(const std::vector<SourceConfig>& sources, std::string data, Take take);
  ~Mailboxes();
  void start();
  /// What is under way ends.
  void stop();

 private:
  class Box;
  std::vector<std::unique_ptr<Box>> boxes_;
};

}  // namespace shopbell
