#pragma once
// Mails that wait for one of a mailer's threads.

#include "net/mail.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace shopbell {

constexpr std::size_t mails_waiting_max = 100'000;

class MailQueue {
 public:
  struct Item {
    Mail mail;
    std::function<void(Result<std::string>)> done;
    std::function<void()> giving;
  };
  /// Each thread calls `work` with up to `items_max` mails at a time.
  MailQueue(int threads, std::size_t items_max, std::function<void(std::vector<Item>)> work);
  ~MailQueue() { stop(); }
  MailQueue(const MailQueue&) = delete;
  MailQueue& operator=(const MailQueue&) = delete;

  /// A queue that is full ("overloaded") or has stopped ("stopped") says so on the caller's thread.
  void add(Item item);
  /// Mails that wait end with "stopped"; those at work are waited for.
  void stop();

 private:
  void run();

  const std::size_t items_max_;
  const std::function<void(std::vector<Item>)> work_;
  std::mutex mutex_;  // guards the queue and the flag
  std::condition_variable wakes_;
  std::deque<Item> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace shopbell
