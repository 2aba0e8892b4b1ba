#pragma once
// A thread that does what it is given, in order, and a bounded number of things that wait for it.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace shopbell {

class Worker {
 public:
  using Task = std::function<void()>;
  explicit Worker(std::size_t waiting_max) : waiting_max_(waiting_max), thread_([this] { run(); }) {}
  ~Worker() { stop(); }
  /// Any thread; does not block. False: too many wait, or it was stopped; the task is untouched then.
  bool post(Task&& task);
  /// What waits is dropped.
  void stop();

 private:
  void run();

  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace shopbell
