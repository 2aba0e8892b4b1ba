#pragma once
// One connection of the server, on its loop's thread only: one request at a time is read, checked, handed
// to the handler and answered; bytes of the next one wait in the buffer until then.

#include "net/loop.h"
#include "net/parser.h"
#include "net/strict.h"
#include "net/stream.h"
#include "net/web_socket_line.h"

#include <boost/beast/core/flat_buffer.hpp>

#include <memory>
#include <optional>
#include <string>

namespace shopbell {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// One that is turned away is told so (503) and closed.
  Connection(std::shared_ptr<Loop> loop, tcp::socket socket, bool turned_away);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  /// The handler's answer; one that comes too late, or a second one, is dropped.
  void answer(std::uint64_t request, ServerResponse response);
  void check_deadline(Deadline now);
  void close_if_idle();
  void close();
  const std::shared_ptr<Loop>& loop() const { return loop_; }

  std::size_t place_in_loop = 0;  // the loop's

 private:
  enum class State : std::uint8_t { handshake, idle, head, body, handler, writing, upgraded, closing, closed };

  void enter(State state, Millis timeout);
  void next_request();
  void read();
  void on_read(error_code error, std::size_t bytes);
  void go_on();
  bool take_head();
  bool take_body();
  bool invite_body();
  ServerRequest request() const;
  void call_handler();
  void upgrade(const ServerResponse& response);
  void refuse(const Refusal& refusal);
  void write(const ServerResponse& response);
  void on_written(error_code error);
  void end();
  void drain();
  std::string_view unread() const;

  std::shared_ptr<Loop> loop_;
  Stream stream_;
  std::string peer_;
  const bool turned_away_;
  State state_ = State::handshake;
  Deadline deadline_;
  bool timed_out_ = false;

  boost::beast::flat_buffer buffer_;
  std::size_t scanned_ = 0;  // bytes of the buffer in which no head ended
  std::string head_, body_;
  FieldViews fields_;
  std::optional<RequestParser> parser_;
  std::uint64_t request_ = 0;  // the number of the request that is read or answered
  bool keep_alive_ = true, http_1_0_ = false, head_only_ = false;
  std::string out_;
  std::shared_ptr<WebSocketLine> web_socket_;  // once it is upgraded
  std::size_t drained_ = 0;
};

std::shared_ptr<Connection> make_connection(std::shared_ptr<Loop> loop, tcp::socket socket, bool turned_away);

/// Answers through the loop's letter-box.
class ConnectionResponder final : public Responder {
 public:
  ConnectionResponder(std::shared_ptr<Connection> connection, std::uint64_t request)
      : connection_(std::move(connection)), request_(request) {}
  ~ConnectionResponder() override;
  void answer(ServerResponse response) override;
  /// For answer_all(): the letter, which this responder then no longer owes.
  Letter letter(ServerResponse response);

 private:
  std::shared_ptr<Connection> connection_;
  std::uint64_t request_;
};

}  // namespace shopbell
