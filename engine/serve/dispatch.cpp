#include "serve/dispatch.h"

#include "base/json.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <coroutine>

namespace shopbell {

struct Dispatch::Attempt {
  CallRow row;
  Document args;
  Call call;
  const Action* action = nullptr;
  std::chrono::steady_clock::time_point deadline;
  std::unique_ptr<Services> services;
};

/// What an attempt is lent: its requests end with its own deadline.
class Dispatch::Lent : public Services, public Hearer {
 public:
  Lent(Dispatch& dispatch, const Attempt& attempt) : dispatch_(dispatch), attempt_(attempt) {}

  Task<Result<HttpResponse>> http(HttpRequest request) override {
    const auto left = std::chrono::duration_cast<Millis>(attempt_.deadline - dispatch_.clock_.steady());
    request.timeout = std::clamp(request.timeout, Millis{1}, std::max(left, Millis{1}));
    co_return co_await Later<Result<HttpResponse>>([this, &request](std::function<void(Result<HttpResponse>)> done) {
      dispatch_.client_->send(std::move(request), std::move(done));
    });
  }

  Task<Result<std::string>> mail(Mail mail) override {
    co_return co_await Later<Result<std::string>>([this, &mail](std::function<void(Result<std::string>)> done) {
      // The mailer answers on a thread of its own; the coroutine goes on in the client's.
      dispatch_.mailer_->send(std::move(mail), [this, done = std::move(done)](Result<std::string> result) mutable {
        dispatch_.client_->post([done = std::move(done), result = std::move(result)] { done(result); });
      });
    });
  }

  Value channel(std::string_view name) const override { return dispatch_.config_->channels.root()[name]; }
  Result<Document> classify(std::string_view text, std::span<const std::string> intents, double coverage) const override {
    const auto hearing = dispatch_.hearing();
    if (!hearing) return fail("no_model", "there is no model here that could read a message");
    return hearing->classify(text, intents, coverage);
  }
  Result<Document> look_up(std::string_view question) const override {
    const auto hearing = dispatch_.hearing();
    if (!hearing) return fail("no_faq", "there is no FAQ here");
    return hearing->look_up(question);
  }
  void log(std::string_view line) override { spdlog::info("{}", line); }

 private:
  Dispatch& dispatch_;
  const Attempt& attempt_;
};

/// Runs to its end by itself; the attempt it belongs to is counted in in_flight_ until then.
struct Dispatch::Driver {
  struct promise_type {
    Driver get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

Dispatch::Dispatch(std::shared_ptr<const ShopConfig> config, std::unique_ptr<Client> client, std::unique_ptr<Mailer> mailer, Metrics& metrics,
                   std::function<void(Entry)> finished, Clock clock)
    : config_(std::move(config)), client_(std::move(client)), mailer_(std::move(mailer)), metrics_(metrics), finished_(std::move(finished)), clock_(std::move(clock)) {}

Dispatch::~Dispatch() { stop(Millis{0}); }

void Dispatch::start(std::vector<CallRow> calls) {
  std::vector<CallRow> beginning;
  {
    const std::lock_guard lock(mutex_);
    for (CallRow& row : calls) {
      if (stopping_) break;
      if (busy_.contains(row.key)) continue;
      if (in_flight_ >= calls_in_flight_max) {
        overflowed_ = true;
        break;
      }
      busy_.insert(row.key);
      ++in_flight_;
      beginning.push_back(std::move(row));
    }
    metrics_.calls_in_flight = static_cast<std::int64_t>(in_flight_);
  }
  if (beginning.empty()) return;
  client_->post([this, rows = std::move(beginning)]() mutable {
    for (CallRow& row : rows) begin(std::move(row));
  });
}

void Dispatch::settled(const std::vector<std::string>& keys) {
  const std::lock_guard lock(mutex_);
  for (const std::string& key : keys) busy_.erase(key);
}

bool Dispatch::wants_more() {
  const std::lock_guard lock(mutex_);
  if (!overflowed_ || in_flight_ > calls_in_flight_max / 2) return false;
  overflowed_ = false;
  return true;
}

void Dispatch::hear_with(std::shared_ptr<const Hearing> hearing) {
  const std::lock_guard lock(mutex_);
  hearing_ = std::move(hearing);
}

std::shared_ptr<const Hearing> Dispatch::hearing() const {
  const std::lock_guard lock(mutex_);
  return hearing_;
}

void Dispatch::begin(CallRow row) {
  auto attempt = std::make_shared<Attempt>();
  ++metrics_.calls_started;
  attempt->action = find_action(row.action);
  attempt->deadline = clock_.steady() + Millis{row.timeout_ms};
  auto args = parse_json_document(row.args);
  attempt->row = std::move(row);
  if (attempt->action == nullptr || attempt->action->run == nullptr || !args) {
    Outcome lost;
    lost.status = Outcome::Status::failed;
    lost.error = {"no_such_action", "this version of Shopbell has no action " + attempt->row.action, {}};
    return end(*attempt, std::move(lost));
  }
  attempt->args = std::move(*args);
  const CallRow& r = attempt->row;
  attempt->call = {r.key, r.run, r.workflow, static_cast<int>(r.attempt), clock_.wall(), attempt->args.root()};
  attempt->services = std::make_unique<Lent>(*this, *attempt);
  drive(*this, std::move(attempt));
}

Dispatch::Driver Dispatch::drive(Dispatch& self, std::shared_ptr<Attempt> attempt) {
  Outcome outcome;
  try {
    outcome = co_await attempt->action->run(attempt->call, *attempt->services);
  } catch (const std::exception& e) {
    outcome.status = Outcome::Status::failed;
    outcome.error = {"action_threw", std::string("the action failed unexpectedly: ") + e.what(), {}};
  }
  self.end(*attempt, std::move(outcome));
}

void Dispatch::end(const Attempt& attempt, Outcome outcome) {
  switch (outcome.status) {
    case Outcome::Status::done: ++metrics_.calls_done; break;
    case Outcome::Status::retry: ++metrics_.calls_retried; break;
    case Outcome::Status::failed: ++metrics_.calls_failed; break;
    case Outcome::Status::unknown: ++metrics_.calls_unknown; break;
  }
  bool stopped = false;
  {
    const std::lock_guard lock(mutex_);
    stopped = stopping_ && outcome.error.code == "stopped";
  }
  // Broken off by our own stop: the call stays open in the store and is tried again at the next start.
  if (!stopped) {
    auto arena = std::make_shared<Document>(std::move(outcome.output));
    Finished finished{attempt.row.run, attempt.row.key, attempt.row.attempt, outcome.status, arena->root(), std::move(outcome.error), outcome.retry_after, std::move(outcome.message)};
    Entry entry{attempt.row.subject, {clock_.wall(), std::move(finished)}, {}, {}};
    entry.memory = std::move(arena);
    finished_(std::move(entry));
  }
  const std::lock_guard lock(mutex_);
  metrics_.calls_in_flight = static_cast<std::int64_t>(--in_flight_);
  if (in_flight_ == 0) idle_.notify_all();
}

void Dispatch::stop(Millis grace) {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    idle_.wait_for(lock, grace, [this] { return in_flight_ == 0; });
  }
  mailer_->stop();
  client_->stop();
}

}  // namespace shopbell
