#include "net/mail_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace shopbell {

MailQueue::MailQueue(int threads, std::size_t items_max, std::function<void(std::vector<Item>)> work)
    : items_max_(items_max), work_(std::move(work)) {
  for (int i = 0; i < std::max(1, threads); ++i) threads_.emplace_back([this] { run(); });
}

void MailQueue::add(Item item) {
  bool is_full = false;
  {
    const std::lock_guard lock(mutex_);
    is_full = waiting_.size() >= mails_waiting_max;
    if (!stopping_ && !is_full) {
      waiting_.push_back(std::move(item));
      wakes_.notify_one();
      return;
    }
  }
  item.done(is_full ? fail("overloaded", "too many mails wait") : fail("stopped", "the mailer has stopped"));
}

void MailQueue::run() {
  while (true) {
    std::vector<Item> items;
    {
      std::unique_lock lock(mutex_);
      wakes_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      const auto count = static_cast<std::ptrdiff_t>(std::min(items_max_, waiting_.size()));
      std::move(waiting_.begin(), waiting_.begin() + count, std::back_inserter(items));
      waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    }
    work_(std::move(items));
  }
}

void MailQueue::stop() {
  std::deque<Item> left;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    left.swap(waiting_);
  }
  wakes_.notify_all();
  for (auto& thread : threads_) thread.join();
  for (auto& item : left) item.done(fail("stopped", "the mailer has stopped"));
}

}  // namespace shopbell
