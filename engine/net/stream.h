#pragma once
// A TCP connection with or without TLS: the one place where the two differ. One thread, one read and one
// write at a time.

#include "net/asio.h"

#include <optional>
#include <utility>

namespace shopbell {

class Stream {
 public:
  explicit Stream(tcp::socket socket, asio::ssl::context* tls = nullptr) : socket_(std::move(socket)) {
    if (tls != nullptr) tls_.emplace(socket_, *tls);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool is_tls() const { return tls_.has_value(); }
  tcp::socket& socket() { return socket_; }
  asio::ssl::stream<tcp::socket&>& tls() { return *tls_; }

  template <class Buffers, class Then>
  void read_some(const Buffers& into, Then then) {
    if (tls_)
      tls_->async_read_some(into, std::move(then));
    else
      socket_.async_read_some(into, std::move(then));
  }

  template <class Then>
  void write(asio::const_buffer all, Then then) {
    if (tls_)
      asio::async_write(*tls_, all, std::move(then));
    else
      asio::async_write(socket_, all, std::move(then));
  }

  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }
  void end_of_writing() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
};

}  // namespace shopbell
