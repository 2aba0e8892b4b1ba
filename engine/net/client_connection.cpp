#include "net/client_connection.h"

#include "base/crash_point.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/http/error.hpp>

namespace shopbell {
namespace {

constexpr std::size_t read_bytes = 4 * 1024;
constexpr int interim_max = 10;  // 1xx responses before the final one

}  // namespace

ClientConnection::ClientConnection(ConnectionOwner& owner, asio::io_context& io, asio::ssl::context* tls,
                                   std::size_t response_bytes_max)
    : owner_(owner), stream_(tcp::socket(io), tls), response_bytes_max_(response_bytes_max) {}

void ClientConnection::open(std::shared_ptr<Exchange> exchange, std::vector<tcp::endpoint> endpoints) {
  exchange_ = std::move(exchange);
  exchange_->connection = this;
  const auto checked = std::make_shared<std::vector<tcp::endpoint>>(std::move(endpoints));
  asio::async_connect(stream_.socket(), *checked,
                      [self = shared_from_this(), checked](error_code error, const tcp::endpoint&) {
                        if (self->closed_) return;
                        if (error)
                          return self->give_up(
                              "connect",
                              "cannot connect to " + self->exchange_->url.origin() + ": " + error.message());
                        self->handshake();
                      });
}

void ClientConnection::handshake() {
  crash_point("client.connected");
  error_code error;
  stream_.socket().set_option(tcp::no_delay(true), error);
  if (!stream_.is_tls()) return begin();
  const auto& url = exchange_->url;
  auto& tls = stream_.tls();
  if (!url.is_address) SSL_set_tlsext_host_name(tls.native_handle(), url.host.c_str());
  tls.set_verify_callback(asio::ssl::host_name_verification(url.host), error);
  tls.async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](error_code failed) {
    if (self->closed_) return;
    if (failed)
      return self->give_up(
          "tls", "no safe connection to " + self->exchange_->url.origin() + ": " + failed.message());
    self->begin();
  });
}

void ClientConnection::begin() {
  interim_ = 0;
  start_response();
  write();
  read();
}

void ClientConnection::run(std::shared_ptr<Exchange> exchange) {
  used_before_ = true;
  exchange_ = std::move(exchange);
  exchange_->connection = this;
  interim_ = 0;
  start_response();
  write();
}

void ClientConnection::start_response() {
  response_ = {};
  heard_ = false;
  parser_.emplace(response_, response_bytes_max_);
  if (exchange_->head_only) parser_->skip(true);
}

void ClientConnection::write() {
  written_ = false;
  // A write that fails is not the end: a response that refuses the request may have come before. The
  // read that is pending tells.
  stream_.write(asio::buffer(exchange_->bytes),
                [self = shared_from_this(), kept = exchange_](error_code error, std::size_t) {
                  crash_point("client.request_written");
                  if (kept == self->exchange_) self->written_ = !error;
                });
}

void ClientConnection::read() {
  stream_.read_some(buffer_.prepare(read_bytes),
                    [self = shared_from_this()](error_code error, std::size_t bytes) {
                      if (!self->closed_) self->on_read(error, bytes);
                    });
}

void ClientConnection::on_read(error_code error, std::size_t bytes) {
  buffer_.commit(bytes);
  if (error) return on_end(error);
  if (!exchange_) {
    close();
    return owner_.lost(*this);
  }
  heard_ = true;
  crash_point("client.response_heard");
  take_response();
}

void ClientConnection::take_response() {
  error_code error;
  while (buffer_.size() > 0) {
    buffer_.consume(parser_->put(asio::const_buffer(buffer_.data()), error));
    if (error == beast::http::error::need_more) break;
    if (error) return give_up("broken", "what came is no HTTP response: " + error.message());
    if (response_.cut) return complete();
    if (!parser_->is_done()) continue;
    if (response_.status >= 200) return complete();
    if (response_.status == 101 || ++interim_ > interim_max)
      return give_up("broken", "the response is not one to this request");
    start_response();
    heard_ = true;
  }
  read();
}

void ClientConnection::on_end(error_code error) {
  if (!exchange_) {
    close();
    return owner_.lost(*this);
  }
  if (error == asio::error::eof && heard_ && parser_->need_eof() && parser_->is_header_done()) {
    parser_->put_eof(error);
    if (!error) return complete();
  }
  if (used_before_ && !heard_ && exchange_->repeatable && !exchange_->repeated) {
    exchange_->repeated = true;
    return owner_.repeat(*this, close());
  }
  give_up("broken", "the connection to " + exchange_->url.origin() + " ended before its response");
}

void ClientConnection::complete() {
  const bool reusable =
      parser_->is_done() && parser_->keep_alive() && !response_.cut && written_ && buffer_.size() == 0;
  auto exchange = std::exchange(exchange_, nullptr);
  exchange->connection = nullptr;
  crash_point("client.response_read");
  reusable ? read() : static_cast<void>(close());
  owner_.ended(*this, std::move(exchange), std::move(response_), reusable);
}

void ClientConnection::give_up(std::string code, std::string message) {
  auto exchange = close();
  owner_.ended(*this, std::move(exchange), fail(std::move(code), std::move(message)), false);
}

std::shared_ptr<Exchange> ClientConnection::close() {
  closed_ = true;
  stream_.close();
  auto exchange = std::exchange(exchange_, nullptr);
  if (exchange) exchange->connection = nullptr;
  return exchange;
}

}  // namespace shopbell
