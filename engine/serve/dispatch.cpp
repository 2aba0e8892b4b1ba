#include "serve/dispatch.h"

#include "base/crash_point.h"
#include "base/json.h"
#include "desk/survey.h"
#include "serve/assistant.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <coroutine>
#include <utility>

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
class Dispatch::Lent : public Services, public Hearer, public Surveyor {
 public:
  Lent(Dispatch& dispatch, const Attempt& attempt) : dispatch_(dispatch), attempt_(attempt) {}

  Task<Result<HttpResponse>> http(HttpRequest request) override {
    const auto left = std::chrono::duration_cast<Millis>(attempt_.deadline - dispatch_.clock_.steady());
    request.timeout = std::clamp(request.timeout, Millis{1}, std::max(left, Millis{1}));
    mark();
    crash_point("dispatch.request_marked");
    co_return co_await Later<Result<HttpResponse>>([this, &request](std::function<void(Result<HttpResponse>)> done) {
      dispatch_.client_->send(std::move(request), std::move(done));
    });
  }

  Task<Result<std::string>> mail(Mail mail) override {
    co_return co_await Later<Result<std::string>>([this, &mail](std::function<void(Result<std::string>)> done) {
      // The mailer answers on a thread of its own; the coroutine goes on in the client's.
      dispatch_.mailer_->send(std::move(mail), [this, done = std::move(done)](Result<std::string> result) mutable {
        crash_point("dispatch.mail_answered");
        dispatch_.client_->post([done = std::move(done), result = std::move(result)] { done(result); });
      }, [this] {
        mark();
        crash_point("dispatch.mail_marked");
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
  Result<std::string> survey_link(const SurveyAsked& asked, const std::string& subject) const override {
    const Value survey = channel("survey");
    const std::string_view url = survey["url"].text_or(""), secret = survey["secret"].text_or("");
    if (url.empty() || secret.empty())
      return fail("no_survey_url", "shopbell.yaml does not say where surveys are answered", "channels: { survey: { url: \"https://bell.shop.example\", secret: \"${env:...}\" } }");
    return std::string(url.substr(0, url.find_last_not_of('/') + 1)) + "/s/" + desk::survey_token({asked, subject}, secret);
  }
  void log(std::string_view line) override { spdlog::info("{}", line); }

 protected:
  /// From now on it may have been done.
  void mark() { dispatch_.marks_.mark(SentMarks::key_of(attempt_.row.key, attempt_.row.attempt)); }

  Dispatch& dispatch_;
  const Attempt& attempt_;
};

/// Where a language model is asked, too.
class Dispatch::Assisted : public Dispatch::Lent, public Assistant {
 public:
  using Lent::Lent;

  Task<Document> settle_intent(std::string text, std::vector<std::string> intents, Document heard) override {
    const auto hearing = dispatch_.hearing();
    if (!assist().config().classifies || !hearing || !is_open(heard.root())) co_return heard;
    AssistAsk ask = intent_ask(text, heard.root(), intents.empty() ? hearing->intents() : std::span<const std::string>(intents));
    const auto sorted = co_await Later<Result<Sorted>>([this, &ask](std::function<void(Result<Sorted>)> done) {
      assist().sort(conversation(), std::move(ask), back<Sorted>(std::move(done)), left());
    });
    if (sorted) co_return with_intent(heard, *sorted, assist().config().model);
    spdlog::warn("assist: {}; the shop's own model decides", sorted.error().message);
    co_return heard;
  }

  Task<Document> answer_from(std::string question, Document found) override {
    const ShopFacts& shop = dispatch_.config_->facts;
    AssistAsk ask = answer_ask(question, found.root(), shop.name, shop.locale);
    if (!assist().config().answers || ask.passages.empty()) co_return found;
    const auto drafted = co_await Later<Result<Drafted>>([this, &ask](std::function<void(Result<Drafted>)> done) {
      assist().ask(conversation(), std::move(ask), back<Drafted>(std::move(done)), left());
    });
    if (drafted) co_return with_answer(found, *drafted, assist().config().model);
    if (drafted.error().code != "no_answer") spdlog::warn("assist: {}; nothing is answered", drafted.error().message);
    co_return found;
  }

 private:
  Assist& assist() { return *dispatch_.assist_; }
  Millis left() const { return std::chrono::duration_cast<Millis>(attempt_.deadline - dispatch_.clock_.steady()); }

  /// Whom the question counts for: the conversation, or the subject where the call names none.
  std::string conversation() const {
    const Value args = attempt_.args.root();
    const std::string_view channel = args["channel"].text_or({}), id = args["conversation"].text_or({});
    if (channel.empty()) return attempt_.row.subject;
    return std::string(channel).append(":").append(id.empty() ? args["to"].text_or({}) : id);
  }

  /// It answers on a thread of its own; the coroutine goes on in the client's.
  template <class T>
  std::function<void(Result<T>)> back(std::function<void(Result<T>)> done) {
    return [this, done = std::move(done)](Result<T> result) {
      dispatch_.client_->post([done, result = std::move(result)] { done(result); });
    };
  }
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

namespace {

DestinationLimits limits_of(const ShopConfig& config) {
  DestinationLimits limits;
  if (const auto at = config.limits.find("calls_per_destination_max"); at != config.limits.end()) limits.calls_max = static_cast<std::size_t>(at->second);
  return limits;
}

}  // namespace

Dispatch::Dispatch(std::shared_ptr<const ShopConfig> config, std::unique_ptr<Client> client, std::unique_ptr<Mailer> mailer, Metrics& metrics,
                   std::function<void(Entry)> finished, Clock clock, SentMarks marks)
    : config_(std::move(config)), client_(std::move(client)), mailer_(std::move(mailer)), metrics_(metrics), finished_(std::move(finished)), clock_(std::move(clock)), marks_(std::move(marks)),
      destinations_(limits_of(*config_)) {}

Dispatch::~Dispatch() { stop(Millis{0}); }

std::string destination_of(std::string_view action, const Value& args) {
  const Action* known = find_action(action);
  return known != nullptr && known->destination != nullptr ? known->destination(args) : std::string(action);
}

bool Dispatch::reserve(const CallRow& row, bool waited) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  const bool behind = !waited && queues_.contains(row.destination);
  if (behind || in_flight_ >= calls_in_flight_max || !destinations_.begin(row.destination, row.attempt > 1, clock_.wall())) {
    wanted_ = true;
    queues_.insert(row.destination);
    return false;
  }
  metrics_.calls_in_flight = static_cast<std::int64_t>(++in_flight_);
  return true;
}

void Dispatch::release(const CallRow& row) { leave(row.destination, Destinations::Ended::broken_off); }

void Dispatch::leave(const std::string& destination, Destinations::Ended how) {
  const std::lock_guard lock(mutex_);
  destinations_.ended(destination, how, clock_.wall());
  metrics_.calls_in_flight = static_cast<std::int64_t>(--in_flight_);
  freed_ = freed_ || wanted_;
  if (in_flight_ == 0) idle_.notify_all();
}

std::vector<Room> Dispatch::room(const std::vector<WaitingCalls>& waiting) {
  const std::lock_guard lock(mutex_);
  const Time now = clock_.wall();
  const std::size_t free = stopping_ ? 0 : calls_in_flight_max - in_flight_;
  std::vector<Room> rooms;
  queues_.clear();
  for (const WaitingCalls& w : waiting) {
    if (w.due <= now) queues_.insert(w.destination);
    const std::size_t count = std::min(free, destinations_.room(w.destination, w.again, now));
    if (count == 0) wanted_ = true;
    rooms.push_back({count, free == 0 ? Time::max() : destinations_.room_at(w.destination, w.again, now)});
  }
  return rooms;
}

bool Dispatch::freed() {
  const std::lock_guard lock(mutex_);
  if (freed_) wanted_ = false;
  return std::exchange(freed_, false);
}

bool Dispatch::dedupes(const CallRow& row) const {
  const Action* action = find_action(row.action);
  const auto args = parse_json_document(row.args);
  return action != nullptr && action->dedupes != nullptr && args && action->dedupes(args->root(), config_->channels.root());
}

std::vector<bool> Dispatch::repeatable(const std::vector<CallRow>& begun) {
  std::vector<SentMarks::Key> keys;
  for (const CallRow& row : begun) keys.push_back(SentMarks::key_of(row.key, row.attempt));
  std::vector<bool> may = marks_.take_over(keys);
  for (std::size_t i = 0; i < begun.size(); ++i) may[i] = !may[i] || dedupes(begun[i]);
  return may;
}

void Dispatch::settled(const std::string& call, std::uint32_t attempt) { marks_.forget(SentMarks::key_of(call, attempt)); }

void Dispatch::start(std::vector<CallRow> calls) {
  client_->post([this, rows = std::move(calls)]() mutable {
    for (CallRow& row : rows) begin(std::move(row));
  });
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
  crash_point("dispatch.begun");
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
  if (assist_ != nullptr) attempt->services = std::make_unique<Assisted>(*this, *attempt);
  else attempt->services = std::make_unique<Lent>(*this, *attempt);
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
  crash_point("dispatch.ended");
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
  using How = Destinations::Ended;
  const bool answered = outcome.status == Outcome::Status::done || outcome.status == Outcome::Status::failed;
  leave(attempt.row.destination, stopped ? How::broken_off : answered ? How::answered : How::unanswered);
  // Broken off by our own stop: the call stays claimed in the store, and the next start decides about it.
  if (stopped) return;
  auto arena = std::make_shared<Document>(std::move(outcome.output));
  Finished finished{attempt.row.run, attempt.row.key, attempt.row.attempt, outcome.status, arena->root(), std::move(outcome.error), outcome.retry_after, std::move(outcome.message)};
  Entry entry{attempt.row.subject, {clock_.wall(), std::move(finished)}, {}, {}};
  entry.memory = std::move(arena);
  finished_(std::move(entry));
  crash_point("dispatch.told");
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
