#include "net/outbox.h"

#include <utility>

namespace shopbell {

bool Outbox::send(std::string text) {
  const std::lock_guard lock(mutex_);
  if (ended_ || goodbye_) return false;
  if (bytes_ + text.size() > limits_.queue_bytes_max || waiting_.size() >= limits_.queue_messages_max) {
    // Who comes again catches up from where it was: the rest would only keep the goodbye back. The first
    // may be on its way.
    while (waiting_.size() > 1) waiting_.pop_back();
    goodbye_ = Goodbye{WebSocketClose::too_slow, "too slow: come again and catch up"};
    return wake_later(), false;
  }
  bytes_ += text.size();
  waiting_.push_back(std::move(text));
  if (waiting_.size() == 1) wake_later();
  return true;
}

void Outbox::close(WebSocketClose code, std::string reason) {
  constexpr std::size_t reason_bytes_max = 123;
  const std::lock_guard lock(mutex_);
  if (ended_ || goodbye_) return;
  if (reason.size() > reason_bytes_max) reason.clear();
  goodbye_ = Goodbye{code, std::move(reason)};
  wake_later();
}

const std::string* Outbox::first() {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() ? nullptr : &waiting_.front();
}

void Outbox::drop_first() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return;
  bytes_ -= std::min(bytes_, waiting_.front().size());
  waiting_.pop_front();
}

std::optional<Outbox::Goodbye> Outbox::goodbye() {
  const std::lock_guard lock(mutex_);
  return goodbye_;
}

void Outbox::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  wake_ = nullptr;
}

void Outbox::wake_later() {
  loop_->run([self = shared_from_this()] {
    std::function<void()> wake;
    {
      const std::lock_guard lock(self->mutex_);
      wake = self->wake_;
    }
    if (wake) wake();
  });
}

}  // namespace shopbell
