#include "sim/network.h"

namespace shopbell::sim {
namespace {

constexpr Millis mail_timeout{30'000};

std::string header_of(const HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return {};
}

}  // namespace

/// What one life of the engine has under way. It outlives the engine, as answers do that come too late.
struct Network::Exchanges {
  bool stopped = false;
  std::uint64_t last = 0;
  std::map<std::uint64_t, std::function<void()>> break_off;  // of those that are open
  std::set<std::string> keys;                                // that are being attempted

  std::vector<std::function<void()>> take_all() {
    std::vector<std::function<void()>> all;
    for (auto& [id, end] : break_off) all.push_back(std::move(end));
    break_off.clear();
    return all;
  }
};

class Network::SimClient : public Client {
 public:
  explicit SimClient(Network& network) : network_(network) {}
  ~SimClient() override { stop(); }

  void send(HttpRequest request, std::function<void(Result<HttpResponse>)> done) override {
    if (open_->stopped) return done(fail("stopped", "the client has stopped"));
    const std::string key = header_of(request, "Idempotency-Key");
    network_.begin_attempt(key, open_->keys);
    open_->keys.insert(key);
    const Fate fate = network_.http_fate(request.timeout);
    network_.arrive(fate.arrives, {{}, false, key, request.body});
    network_.arrive(fate.again, {{}, false, key, request.body});
    const bool in_time = fate.answers >= Millis{0} && fate.answers <= request.timeout;
    Result<HttpResponse> result = fail(in_time && fate.error != nullptr ? fate.error : "timeout", "the network");
    if (in_time && fate.error == nullptr) {
      HttpResponse response{fate.status, {{"Content-Type", "application/json"}}, "{}", false};
      if (fate.status == 429) response.headers.emplace_back("Retry-After", std::to_string(1 + network_.world_.random.below(20)));
      result = std::move(response);
    }
    finish_later(in_time ? fate.answers : request.timeout, key, std::move(done), std::move(result));
  }

  void stop() override {
    if (open_->stopped) return;
    for (auto& work : std::exchange(posted_, {})) work.second();
    open_->stopped = true;
    for (auto& end : open_->take_all()) end();
  }

  void post(std::function<void()> work) override { post_after(Millis{0}, std::move(work)); }
  void post_after(Millis delay, std::function<void()> work) override {
    if (open_->stopped) return work();  // so that nothing that waits for it is left
    const std::uint64_t id = ++open_->last;
    posted_[id] = std::move(work);
    network_.world_.after(delay, [this, open = open_, id] {
      if (open->stopped) return;  // then `this` is gone
      auto due = posted_.extract(id);
      if (due) due.mapped()();
    });
  }

 private:
  void finish_later(Millis delay, const std::string& key, std::function<void(Result<HttpResponse>)> done, Result<HttpResponse> result) {
    const std::uint64_t id = ++open_->last;
    auto shared = std::make_shared<std::function<void(Result<HttpResponse>)>>(std::move(done));
    open_->break_off[id] = [shared] { (*shared)(fail("stopped", "the client has stopped")); };
    network_.world_.after(delay, [open = open_, id, key, shared, result = std::move(result)] {
      if (open->break_off.erase(id) == 0) return;
      open->keys.erase(key);
      (*shared)(result);
    });
  }

  Network& network_;
  std::shared_ptr<Exchanges> open_ = std::make_shared<Exchanges>();
  std::map<std::uint64_t, std::function<void()>> posted_;
};

class Network::SimMailer : public Mailer {
 public:
  explicit SimMailer(Network& network) : network_(network) {}
  ~SimMailer() override { stop(); }

  void send(Mail mail, std::function<void(Result<std::string>)> done, std::function<void()> giving) override {
    if (open_->stopped) return done(fail("stopped", "the mailer has stopped"));
    network_.begin_attempt(mail.message_id, open_->keys);
    open_->keys.insert(mail.message_id);
    const Fate fate = network_.mail_fate();
    Result<std::string> result = fate.error != nullptr ? Result<std::string>(fail(fate.error, "the network")) : Result<std::string>("250 ok");
    const std::uint64_t id = ++open_->last;
    auto shared = std::make_shared<std::function<void(Result<std::string>)>>(std::move(done));
    open_->break_off[id] = [shared] { (*shared)(fail("stopped", "the mailer has stopped")); };
    give_later(fate, id, {{}, true, mail.message_id, mail.subject}, std::move(giving));
    network_.world_.after(fate.answers, [open = open_, id, key = mail.message_id, shared, result] {
      if (open->break_off.erase(id) == 0) return;
      open->keys.erase(key);
      (*shared)(result);
    });
  }

  void stop() override {
    open_->stopped = true;
    for (auto& end : open_->take_all()) end();
  }

 private:
  /// The last of it is given away half way, unless the engine is gone by then: that mail arrives nowhere.
  void give_later(const Fate& fate, std::uint64_t id, Arrival mail, std::function<void()> giving) {
    const bool refused = fate.arrives < Millis{0} && fate.error != std::string_view("in_doubt");
    if (refused) return;
    const Millis half = (fate.arrives < Millis{0} ? fate.answers : fate.arrives) / 2;
    network_.world_.after(half, [this, open = open_, id, giving = std::move(giving), mail = std::move(mail), rest = fate.arrives - half, comes = fate.arrives >= Millis{0}] {
      if (!open->break_off.contains(id)) return;  // then `this` may be gone
      giving();
      if (comes) network_.arrive(rest, mail);
    });
  }

  Network& network_;
  std::shared_ptr<Exchanges> open_ = std::make_shared<Exchanges>();
};

std::unique_ptr<Client> Network::client() { return std::make_unique<SimClient>(*this); }
std::unique_ptr<Mailer> Network::mailer() { return std::make_unique<SimMailer>(*this); }

Network::Fate Network::http_fate(Millis timeout) {
  Random& random = world_.random;
  const Millis there{random.between(1, 40)};
  const Millis back = there + Millis{random.between(1, 40)};
  const std::uint64_t luck = healed_ ? 0 : random.below(100);
  if (luck < 62) return {there, Millis{-1}, back, 200, nullptr};
  if (luck < 70) return {there, Millis{-1}, back, 503, nullptr};         // it came, was noted, and was refused
  if (luck < 74) return {there, Millis{-1}, back, 429, nullptr};
  if (luck < 80) return {there, Millis{-1}, Millis{-1}, 0, nullptr};     // the answer is lost
  if (luck < 85) return {Millis{-1}, Millis{-1}, Millis{-1}, 0, nullptr};
  if (luck < 90) {                                                       // slow: perhaps too slow
    const Millis late{random.between(1'000, timeout.count() * 3 / 2)};
    return {late, Millis{-1}, late + Millis{5}, 200, nullptr};
  }
  if (luck < 94) return {there, there + Millis{random.between(1, 60'000)}, back, 200, nullptr};  // comes twice
  if (luck < 97) return {Millis{-1}, Millis{-1}, there, 0, "connect"};
  return {there, Millis{-1}, back, 0, "broken"};
}

Network::Fate Network::mail_fate() {
  Random& random = world_.random;
  const Millis there{random.between(1, 300)};
  const Millis back = there + Millis{random.between(1, 300)};
  const std::uint64_t luck = healed_ ? 0 : random.below(100);
  if (luck < 70) return {there, Millis{-1}, back, 0, nullptr};
  if (luck < 78) return {Millis{-1}, Millis{-1}, back, 0, "smtp_temporary"};
  if (luck < 84) return {Millis{-1}, Millis{-1}, back, 0, "connect"};
  if (luck < 90) return {there, Millis{-1}, back, 0, "in_doubt"};
  if (luck < 94) return {Millis{-1}, Millis{-1}, back, 0, "in_doubt"};
  const Millis late{random.between(1'000, mail_timeout.count() - 10)};
  return {late, Millis{-1}, late + Millis{5}, 0, nullptr};
}

void Network::arrive(Millis after, Arrival what) {
  if (after < Millis{0}) return;
  world_.after(after, [this, what = std::move(what)]() mutable {
    what.at = world_.now();
    world_.trace("arrived {} {}", what.key, what.what);
    arrivals_.push_back(std::move(what));
  });
}

void Network::begin_attempt(const std::string& key, const std::set<std::string>& open) {
  world_.trace("attempt {}", key);
  if (open.contains(key)) complaints_.push_back("two attempts at once of " + key);
}

}  // namespace shopbell::sim
