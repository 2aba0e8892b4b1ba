#pragma once
// Services that say what the story wants, and remember what they were asked. Answers come later, as they
// do from an event loop: `settle()` gives the next one.

#include "support/catch.h"

#include <shopbell/action.h>
#include <shopbell/json.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace shopbell {

class Scripted : public Services {
 public:
  std::vector<HttpRequest> requests;
  std::vector<Mail> mails;
  std::vector<std::string> lines;
  Result<HttpResponse> response = HttpResponse{.status = 200, .headers = {}, .body = {}};
  Result<std::string> mail_answer = std::string("250 queued");
  Document channels;

  Task<Result<HttpResponse>> http(HttpRequest request) override {
    requests.push_back(std::move(request));
    co_return co_await later(response);
  }
  Task<Result<std::string>> mail(Mail mail) override {
    mails.push_back(std::move(mail));
    co_return co_await later(mail_answer);
  }
  Value channel(std::string_view name) const override { return channels.root()[name]; }
  void log(std::string_view line) override { lines.emplace_back(line); }

  bool settle() {
    if (waiting_.empty()) return false;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    next();
    return true;
  }

 private:
  template <class T>
  Later<T> later(T answer) {
    return Later<T>([this, answer](std::function<void(T)> done) {
      waiting_.push_back([done, answer] { done(answer); });
    });
  }
  std::deque<std::function<void()>> waiting_;
};

/// A coroutine that nobody awaits: it awaits the action.
struct Driver {
  struct promise_type {
    Driver get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

inline Driver drive(Task<Outcome> task, std::optional<Outcome>* outcome) { *outcome = co_await task; }

constexpr std::int64_t test_time_ms = 1'800'000'000'000;  // 2027-01-15T08:00:00Z

/// Runs the action of that name with arguments in JSON.
inline Outcome run_action(std::string_view name, std::string_view args, Scripted& services) {
  const Action* action = find_action(name);
  REQUIRE(action != nullptr);
  REQUIRE(action->run != nullptr);
  const auto parsed = parse_json_document(args);
  REQUIRE(parsed);
  std::optional<Outcome> outcome;
  drive(action->run({.key = "k1",
                     .run = "r1",
                     .workflow = "w",
                     .attempt = 1,
                     .at = from_ms(test_time_ms),
                     .args = parsed->root()},
                    services),
        &outcome);
  while (!outcome) REQUIRE(services.settle());
  return std::move(*outcome);
}

inline Result<Effects> decide_action(std::string_view name, std::string_view args, Arena& arena) {
  const Action* action = find_action(name);
  REQUIRE(action != nullptr);
  REQUIRE(action->decide != nullptr);
  const auto parsed = parse_json_document(args);
  REQUIRE(parsed);
  return action->decide(deep_copy(arena, parsed->root()), arena);
}

using Status = Outcome::Status;

}  // namespace shopbell
