#include "net/client.h"

#include "base/crash_point.h"
#include "net/pool.h"
#include "net/tls.h"

#include <mutex>
#include <thread>
#include <utility>

namespace shopbell {
namespace {

constexpr Millis tick{10};  // deadlines are looked at this often

class AsioClient final : public Client {
 public:
  AsioClient(const ClientConfig& config, std::optional<asio::ssl::context> tls, std::set<std::string> allowed)
      : tls_(std::move(tls)),
        pool_(io_, *tls_, config, std::move(allowed)),
        work_(asio::make_work_guard(io_)) {
    thread_ = std::thread([this] { io_.run(); });
  }
  ~AsioClient() override { stop(); }

  void send(HttpRequest request, std::function<void(Result<HttpResponse>)> done) override {
    auto exchange = make_exchange(request);
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_) {
        if (!exchange)
          return asio::post(
              io_, [done = std::move(done), error = exchange.error()] { done(tl::unexpected(error)); });
        (*exchange)->done = std::move(done);
        sent_.emplace_back(std::move(*exchange), request.timeout);
        if (sent_.size() == 1) asio::post(io_, [this] { take_sent(); });
        return;
      }
    }
    done(fail("stopped", "the client has stopped"));
  }

  void post(std::function<void()> work) override { asio::post(io_, std::move(work)); }

  void post_after(Millis delay, std::function<void()> work) override {
    asio::post(io_, [this, delay, work = std::move(work)]() mutable {
      if (!work_) return;
      const auto timer = std::make_shared<asio::steady_timer>(io_, delay);
      const auto place = timers_.insert(timer).first;
      timer->async_wait([this, place, work = std::move(work)](error_code error) {
        timers_.erase(place);
        if (!error && work_) work();
      });
    });
  }

  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(stopping_, true)) return;
    }
    asio::post(io_, [this] {
      take_sent();
      pool_.stop();
      work_.reset();
      timer_.cancel();
      for (const auto& timer : timers_) timer->cancel();
    });
    thread_.join();
    pool_.join();
  }

 private:
  void take_sent() {
    std::vector<std::pair<std::shared_ptr<Exchange>, Millis>> sent;
    {
      const std::lock_guard lock(mutex_);
      sent.swap(sent_);
    }
    for (auto& [exchange, timeout] : sent) pool_.submit(std::move(exchange), timeout);
    crash_point("client.submitted");
    if (!std::exchange(ticking_, true)) wait_for_tick();
  }

  void wait_for_tick() {
    timer_.expires_after(tick);
    timer_.async_wait([this](error_code error) {
      if (error || !work_) return;
      pool_.check_deadlines(std::chrono::steady_clock::now());
      ticking_ = !pool_.is_quiet();
      if (ticking_) wait_for_tick();
    });
  }

  asio::io_context io_{1};
  std::optional<asio::ssl::context> tls_;
  Pool pool_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  asio::steady_timer timer_{io_};
  bool ticking_ = false;
  std::set<std::shared_ptr<asio::steady_timer>> timers_;
  std::mutex mutex_;  // guards the two below
  std::vector<std::pair<std::shared_ptr<Exchange>, Millis>> sent_;
  bool stopping_ = false;
  std::thread thread_;
};

Result<std::string> parse_origin(const std::string& text) {
  auto url = parse_url(text);
  if (!url) return tl::unexpected(url.error());
  if (url->target != "/") return fail("bad_url", "an origin that is allowed has no path: " + text);
  return url->origin();
}

}  // namespace

Result<void> Client::check(const ClientConfig& config) {
  for (const auto& text : config.allow)
    if (auto origin = parse_origin(text); !origin) return tl::unexpected(origin.error());
  std::optional<asio::ssl::context> tls;
  return set_up_client_tls(tls, config.ca_file);
}

std::unique_ptr<Client> Client::make(const ClientConfig& config) {
  std::set<std::string> allowed;
  for (const auto& text : config.allow)
    if (auto origin = parse_origin(text)) allowed.insert(std::move(*origin));
  std::optional<asio::ssl::context> tls;
  static_cast<void>(set_up_client_tls(tls, config.ca_file));  // check() tells
  return std::make_unique<AsioClient>(config, std::move(tls), std::move(allowed));
}

}  // namespace shopbell
