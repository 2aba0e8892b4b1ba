#include "serve/sent_marks.h"

#include "base/hash.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <string>

namespace shopbell {

// Zeros are an empty one of no boot.
struct SentMarks::Marks {
  std::array<char, 64> boot;                               // that the rest is of
  std::atomic<std::uint32_t> overflowed;                   // there was no room for a mark
  std::array<std::atomic<Key>, sent_marks_max> marked;     // 0: free

  bool has(Key key) const {
    return std::any_of(marked.begin(), marked.end(), [&](const auto& slot) { return slot.load() == key; });
  }
};

SentMarks::SentMarks() : SentMarks(MappedFile(), {}) {}

SentMarks::SentMarks(MappedFile file, std::string boot) : file_(std::move(file)), boot_(std::move(boot)), marks_(static_cast<Marks*>(file_.get())) {
  static_assert(std::atomic<Key>::is_always_lock_free);  // as it is shared with the process after this one
  boot_.resize(std::min(boot_.size(), sizeof(Marks::boot)));
}

Result<SentMarks> SentMarks::open(const std::string& path, const std::string& boot) {
  auto file = map_file(path, sizeof(Marks));
  if (!file) return tl::unexpected(file.error());
  return SentMarks(std::move(*file), boot);
}

std::string SentMarks::boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

SentMarks::Key SentMarks::key_of(std::string_view call, std::uint32_t attempt) {
  return std::max<Key>(1, hash64({call, std::to_string(attempt)}));
}

std::vector<bool> SentMarks::take_over(const std::vector<Key>& begun) {
  std::vector<bool> in_doubt(begun.size(), true);
  if (marks_ == nullptr) return in_doubt;
  std::array<char, sizeof(Marks::boot)> boot{};
  std::copy(boot_.begin(), boot_.end(), boot.begin());
  const bool known = !boot_.empty() && marks_->boot == boot && marks_->overflowed == 0;
  for (std::size_t i = 0; i < begun.size(); ++i) in_doubt[i] = !known || marks_->has(begun[i]);
  // Whoever dies in here leaves a file that tells nothing.
  marks_->boot = {};
  std::atomic_thread_fence(std::memory_order_seq_cst);
  for (auto& slot : marks_->marked) slot = 0;
  marks_->overflowed = 0;
  for (std::size_t i = 0; i < begun.size(); ++i)
    if (in_doubt[i]) mark(begun[i]);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  marks_->boot = boot;
  return in_doubt;
}

void SentMarks::mark(Key key) {
  if (marks_ == nullptr || marks_->has(key)) return;
  for (auto& slot : marks_->marked)
    if (Key free = 0; slot.compare_exchange_strong(free, key)) return;
  marks_->overflowed = 1;
}

void SentMarks::forget(Key key) {
  if (marks_ == nullptr) return;
  for (auto& slot : marks_->marked) {
    Key own = key;
    slot.compare_exchange_strong(own, 0);
  }
}

}  // namespace shopbell
