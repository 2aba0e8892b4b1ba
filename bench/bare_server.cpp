#include "bare_server.h"

#include "net/asio.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <optional>
#include <thread>
#include <vector>

namespace shopbell::bench {
namespace {

namespace http = boost::beast::http;

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {
    buffer_.reserve(16 * 1024);  // one read for a request, where the default takes thirteen
    response_.result(http::status::accepted);
    response_.version(11);
    response_.set(http::field::content_type, "application/json");
    response_.body() = "{\"accepted\":true}";
    response_.prepare_payload();
  }

  void read() {
    parser_.emplace();
    http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->write();
    });
  }

 private:
  void write() {
    http::async_write(socket_, response_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error) self->read();
    });
  }

  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

class Bare final : public BareServer {
 public:
  explicit Bare(int threads)
      : acceptor_(loops_.emplace_back(std::make_unique<asio::io_context>(1))->get_executor()) {
    for (int i = 1; i < threads; ++i) loops_.push_back(std::make_unique<asio::io_context>(1));
    const tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
    acceptor_.open(any.protocol());
    acceptor_.bind(any);
    acceptor_.listen();
    accept();
    for (auto& loop : loops_) {
      work_.push_back(asio::make_work_guard(*loop));
      threads_.emplace_back([&loop = *loop] { loop.run(); });
    }
  }
  ~Bare() override {
    for (auto& loop : loops_) loop->stop();
    for (auto& thread : threads_) thread.join();
  }
  std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    auto& loop = *loops_[next_++ % loops_.size()];
    acceptor_.async_accept(loop, [this, &loop](error_code error, tcp::socket socket) {
      if (error) return;
      socket.set_option(tcp::no_delay(true));
      asio::post(loop, [session = std::make_shared<Session>(std::move(socket))] { session->read(); });
      accept();
    });
  }

  std::vector<std::unique_ptr<asio::io_context>> loops_;
  tcp::acceptor acceptor_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::vector<std::thread> threads_;
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<BareServer> BareServer::start(int threads) { return std::make_unique<Bare>(threads); }

}  // namespace shopbell::bench
