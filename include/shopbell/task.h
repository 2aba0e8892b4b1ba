#pragma once
// Task<T>: the coroutine type of actions. Lazy: it runs when it is awaited or start()ed. It knows no
// event loop; what it waits for resumes it (see Later). Take arguments by value; do not write
// capturing coroutine lambdas.

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace shopbell {

template <class T>
class Task {
 public:
  struct promise_type {
    std::optional<T> result;
    std::exception_ptr failure;
    std::coroutine_handle<> waiting = std::noop_coroutine();

    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Resume {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept { return h.promise().waiting; }
        void await_resume() noexcept {}
      };
      return Resume{};
    }
    void return_value(T value) { result = std::move(value); }
    void unhandled_exception() { failure = std::current_exception(); }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
    handle_.promise().waiting = waiting;
    return handle_;
  }
  T await_resume() {
    if (handle_.promise().failure) std::rethrow_exception(handle_.promise().failure);
    return std::move(*handle_.promise().result);
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

/// Something that answers through a callback, made awaitable: `begin` is handed the function to call
/// once with the result, from any thread; the coroutine goes on in that call.
template <class T>
class Later {
 public:
  using Begin = std::function<void(std::function<void(T)>)>;
  explicit Later(Begin begin) : begin_(std::move(begin)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    // `this` lives in the coroutine's frame, which the resumption may end: nothing touches it after begin.
    auto begin = std::move(begin_);
    begin([this, waiting](T value) {
      value_ = std::move(value);
      waiting.resume();
    });
  }
  T await_resume() { return std::move(*value_); }

 private:
  Begin begin_;
  std::optional<T> value_;
};

}  // namespace shopbell
