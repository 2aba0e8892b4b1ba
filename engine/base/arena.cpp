#include <shopbell/arena.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace shopbell {

struct Arena::Chunk {
  Chunk* before;
  std::size_t bytes;  // with this head
};

namespace {

constexpr std::size_t chunk_bytes = 32 * 1024;  // of every chunk but a first one and those for something larger
constexpr std::size_t kept_max = 512;  // chunks: 16 MiB

// An event's arena is filled on one thread and emptied on another, which is what an allocator does worst: so chunks
// of one size go round. Not where AddressSanitizer is to see who reads after a release().
class ChunkPool {
 public:
  void* take() {
    const std::lock_guard lock(mutex_);
    if (kept_.empty()) return ::operator new(chunk_bytes);
    void* chunk = kept_.back();
    kept_.pop_back();
    return chunk;
  }
  void give(void* chunk) {
#ifndef __SANITIZE_ADDRESS__
    {
      const std::lock_guard lock(mutex_);
      if (kept_.size() < kept_max) return kept_.push_back(chunk);
    }
#endif
    ::operator delete(chunk);
  }

 private:
  std::mutex mutex_;
  std::vector<void*> kept_;
};

// Never destroyed: arenas of other static objects may outlive it.
ChunkPool& pool() {
  static auto* const one = new ChunkPool;
  return *one;
}

}  // namespace

void* Arena::room_in_next(std::size_t bytes, std::size_t alignment) {
  const std::size_t size = std::max(next_bytes_, sizeof(Chunk) + bytes + alignment);
  next_bytes_ = std::max(next_bytes_, chunk_bytes);
  void* memory = size == chunk_bytes ? pool().take() : ::operator new(size);
  newest_ = new (memory) Chunk{newest_, size};
  at_ = reinterpret_cast<std::uintptr_t>(newest_ + 1);
  end_ = reinterpret_cast<std::uintptr_t>(memory) + size;
  return room(bytes, alignment);
}

void Arena::release() {
  while (last_ != nullptr) {
    Link* link = std::exchange(last_, last_->before);
    link->destroy(link);
  }
  while (newest_ != nullptr) {
    Chunk* chunk = std::exchange(newest_, newest_->before);
    if (chunk->bytes == chunk_bytes) pool().give(chunk);
    else ::operator delete(chunk);
  }
  at_ = end_ = 0;
}

}  // namespace shopbell
