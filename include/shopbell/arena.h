#pragma once
// Memory that lives as long as one piece of work: a batch of inputs, one evaluation, one document.
// Values are views; whoever holds the Arena keeps them alive. Not for sharing between threads while
// it is being written; what was built may be read from any thread.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace shopbell {

class Arena {
 public:
  /// `first_bytes`: of its first chunk, which is taken when something is built.
  explicit Arena(std::size_t first_bytes = 4096) : next_bytes_(first_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { release(); }

  /// Uninitialised room for `count` objects; they are never destroyed, so T must not need it.
  template <class T>
  T* make(std::size_t count = 1) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(room(count * sizeof(T), alignof(T)));
  }

  /// Builds one T that is destroyed with the arena: for the rare thing that owns memory.
  template <class T, class... Args>
  T* own(Args&&... args) {
    auto* owned = static_cast<Owned<T>*>(room(sizeof(Owned<T>), alignof(Owned<T>)));
    new (owned) Owned<T>{{last_, [](Link* link) { static_cast<Owned<T>*>(link)->~Owned<T>(); }},
                         T(std::forward<Args>(args)...)};
    last_ = owned;
    return &owned->value;
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = make<char>(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// Frees everything that was built in it. Every Value that pointed here is dead afterwards.
  void release();

 private:
  struct Link {
    Link* before;
    void (*destroy)(Link*);
  };
  template <class T>
  struct Owned : Link {
    T value;
  };

  struct Chunk;

  void* room(std::size_t bytes, std::size_t alignment) {
    const std::uintptr_t at = (at_ + alignment - 1) & ~(alignment - 1);
    if (at + bytes > end_) return room_in_next(bytes, alignment);
    at_ = at + bytes;
    return reinterpret_cast<void*>(at);
  }
  void* room_in_next(std::size_t bytes, std::size_t alignment);

  std::uintptr_t at_ = 0, end_ = 0;  // what is free of the newest chunk
  Chunk* newest_ = nullptr;
  std::size_t next_bytes_;
  Link* last_ = nullptr;
};

}  // namespace shopbell
