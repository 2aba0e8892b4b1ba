#pragma once
// Memory that lives as long as one piece of work: a batch of inputs, one evaluation, one document.
// Values are views; whoever holds the Arena keeps them alive. Not for sharing between threads while
// it is being written; what was built may be read from any thread.

#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

namespace shopbell {

class Arena {
 public:
  explicit Arena(std::size_t first_bytes = 4096) : memory_(first_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { destroy_owned(); }

  /// Uninitialised room for `count` objects; they are never destroyed, so T must not need it.
  template <class T>
  T* make(std::size_t count = 1) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(memory_.allocate(count * sizeof(T), alignof(T)));
  }

  /// Builds one T that is destroyed with the arena: for the rare thing that owns memory.
  template <class T, class... Args>
  T* own(Args&&... args) {
    auto* owned = static_cast<Owned<T>*>(memory_.allocate(sizeof(Owned<T>), alignof(Owned<T>)));
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
  void release() {
    destroy_owned();
    memory_.release();
  }

  std::pmr::memory_resource& resource() { return memory_; }

 private:
  struct Link {
    Link* before;
    void (*destroy)(Link*);
  };
  template <class T>
  struct Owned : Link {
    T value;
  };

  void destroy_owned() {
    while (last_ != nullptr) {
      Link* link = std::exchange(last_, last_->before);
      link->destroy(link);
    }
  }

  std::pmr::monotonic_buffer_resource memory_;
  Link* last_ = nullptr;
};

}  // namespace shopbell
