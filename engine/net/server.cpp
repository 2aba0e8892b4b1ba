#include "net/server.h"

#include "net/connection.h"
#include "net/loop.h"
#include "net/tls.h"

#include <algorithm>
#include <utility>

namespace shopbell {
namespace {

constexpr Millis accept_pause{100};  // when the process is out of descriptors

class AsioServer final : public Server {
 public:
  AsioServer(std::shared_ptr<ServerState> state, std::vector<std::shared_ptr<Loop>> loops,
             tcp::acceptor acceptor)
      : state_(std::move(state)),
        loops_(std::move(loops)),
        acceptor_(std::move(acceptor)),
        pause_(loops_.front()->io()) {
    error_code ignored;
    port_ = acceptor_.local_endpoint(ignored).port();
  }
  ~AsioServer() override { stop(Millis{0}); }

  std::uint16_t port() const override { return port_; }

  void start() override {
    started_ = true;
    accept();
    for (const auto& loop : loops_) loop->start();
  }

  void stop(Millis grace) override {
    if (std::exchange(stopped_, true)) return;
    if (!started_) return;
    asio::post(loops_.front()->io(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      pause_.cancel();
    });
    for (const auto& loop : loops_) loop->stop(grace);
    for (const auto& loop : loops_) loop->join();
  }

  void answer_all(Responder::Many answers) override {
    std::vector<std::vector<Letter>> letters(loops_.size());
    for (auto& [responder, response] : answers) {
      auto* const own = dynamic_cast<ConnectionResponder*>(responder.get());
      if (own == nullptr) {
        responder->answer(std::move(response));
        continue;
      }
      auto letter = own->letter(std::move(response));
      if (!letter.to) continue;
      letters[letter.to->loop()->number()].push_back(std::move(letter));
    }
    for (std::size_t i = 0; i < loops_.size(); ++i) loops_[i]->deliver(std::move(letters[i]));
  }

  ServerCounters counters() const override {
    return {state_->open, state_->turned_away, state_->requests, state_->refused, state_->timeouts, state_->web_sockets};
  }

 private:
  // One acceptor deals the connections out in turn. SO_REUSEPORT would let the kernel do it by a hash, which
  // is uneven for few connections, and would hide that another process listens on the port already.
  void accept() {
    Loop* const loop = loops_[next_++ % loops_.size()].get();
    acceptor_.async_accept(loop->io(), [this, loop](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
      if (error) return accept_later();
      asio::post(loop->io(), [loop, taken = std::move(socket)]() mutable { loop->adopt(std::move(taken)); });
      accept();
    });
  }

  void accept_later() {
    pause_.expires_after(accept_pause);
    pause_.async_wait([this](error_code error) {
      if (!error) accept();
    });
  }

  std::shared_ptr<ServerState> state_;
  std::vector<std::shared_ptr<Loop>> loops_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
  bool started_ = false, stopped_ = false;
};

Result<void> listen(tcp::acceptor& acceptor, const ServerConfig& config) {
  error_code error;
  const auto address = asio::ip::make_address(config.host, error);
  if (error)
    return fail("listen", "the host to listen on is no address: " + config.host,
                "127.0.0.1, or 0.0.0.0 for all of IPv4");
  const tcp::endpoint endpoint(address, config.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return fail("listen", "cannot listen on " + config.host + ":" + std::to_string(config.port) + ": " +
                              error.message());
  return {};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::open(const ServerConfig& config, Handler handler) {
  const auto state = std::make_shared<ServerState>();
  state->config = config;
  state->handler = std::move(handler);
  if (!config.certificate_file.empty() || !config.key_file.empty())
    if (auto done = set_up_server_tls(state->tls, config.certificate_file, config.key_file); !done)
      return tl::unexpected(done.error());
  std::vector<std::shared_ptr<Loop>> loops;
  for (int i = 0; i < std::max(1, config.threads); ++i)
    loops.push_back(std::make_shared<Loop>(state, loops.size()));
  tcp::acceptor acceptor(loops.front()->io());
  if (auto done = listen(acceptor, config); !done) return tl::unexpected(done.error());
  return std::make_unique<AsioServer>(state, std::move(loops), std::move(acceptor));
}

}  // namespace shopbell
