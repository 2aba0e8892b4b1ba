#pragma once
// One connection of the client, on the client's thread only: opened for an exchange, then kept for the
// next ones to the same origin. A read is always pending, so that a far side that closes is noticed at once.

#include "net/exchange.h"
#include "net/parser.h"
#include "net/stream.h"

#include <boost/beast/core/flat_buffer.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace shopbell {

/// What a connection tells its owner. May be called inside open() and run().
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  /// The exchange has ended, and the connection is free for another one if `reusable`; else it is closed.
  virtual void ended(ClientConnection& connection, std::shared_ptr<Exchange> exchange,
                     Result<HttpResponse> result, bool reusable) = 0;
  /// The connection was stale; the exchange has not been answered and wants a fresh one.
  virtual void repeat(ClientConnection& connection, std::shared_ptr<Exchange> exchange) = 0;
  /// A free connection was closed by the far side.
  virtual void lost(ClientConnection& connection) = 0;
};

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(ConnectionOwner& owner, asio::io_context& io, asio::ssl::context* tls,
                   std::size_t response_bytes_max);

  /// Connects to one of the endpoints, which have been checked, and runs the exchange.
  void open(std::shared_ptr<Exchange> exchange, std::vector<tcp::endpoint> endpoints);
  void run(std::shared_ptr<Exchange> exchange);
  /// Silent: the owner is not told. Gives back the exchange that ran.
  std::shared_ptr<Exchange> close();

  Deadline free_since;  // the owner's

 private:
  void handshake();
  void begin();
  void write();
  void read();
  void on_read(error_code error, std::size_t bytes);
  void on_end(error_code error);
  void take_response();
  void start_response();
  void complete();
  void give_up(std::string code, std::string message);

  ConnectionOwner& owner_;
  Stream stream_;
  std::size_t response_bytes_max_;
  boost::beast::flat_buffer buffer_;
  std::shared_ptr<Exchange> exchange_;
  HttpResponse response_;
  std::optional<ResponseParser> parser_;
  int interim_ = 0;
  bool used_before_ = false, heard_ = false, written_ = false, closed_ = false;
};

}  // namespace shopbell
