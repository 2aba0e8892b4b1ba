#include "serve/idempotency.h"

#include "base/hash.h"

namespace shopbell {
namespace {

constexpr std::chrono::hours kept{24};

}  // namespace

void Idempotency::forget_old() {
  const auto now = std::chrono::steady_clock::now();
  while (!order_.empty()) {
    const auto at = entries_.find(order_.front());
    if (at != entries_.end() && entries_.size() < idempotency_keys_max && at->second.since > now - kept) return;
    if (at != entries_.end()) entries_.erase(at);
    order_.pop_front();
  }
}

Idempotency::Known Idempotency::begin(const std::string& scope, const std::string& content, ServerResponse& answer) {
  const std::string digest = sha256({content});
  const std::lock_guard lock(mutex_);
  forget_old();
  const auto [at, fresh] = entries_.try_emplace(scope, Entry{digest, std::nullopt, std::chrono::steady_clock::now()});
  if (fresh) {
    order_.push_back(scope);
    return Known::fresh;
  }
  if (at->second.content != digest) return Known::other;
  if (!at->second.answer) return Known::under_way;
  answer = *at->second.answer;
  return Known::done;
}

void Idempotency::end(const std::string& scope, const ServerResponse& answer) {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(scope);
  if (at == entries_.end()) return;
  if (answer.status >= 500 || answer.status == 429) entries_.erase(at);
  else at->second.answer = answer;
}

}  // namespace shopbell
