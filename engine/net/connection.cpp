#include "net/connection.h"

#include "net/answer.h"
#include "net/upgrade.h"

#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t read_bytes = 16 * 1024;           // a webhook of 6.5 KB comes in one read
constexpr std::size_t kept_body_bytes_max = 64 * 1024;  // a larger one is given back between requests
constexpr std::size_t drained_bytes_max = 8 * 1024 * 1024;
constexpr Millis linger_timeout{2'000};
constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";

Refusal refusal_of(error_code error) {
  if (error == beast::http::error::body_limit)
    return {413, "body_too_large", "the body is larger than its limit"};
  if (error == beast::http::error::bad_chunk || error == beast::http::error::bad_chunk_extension)
    return {400, "bad_chunk", "a chunk of the body is malformed"};
  return {400, "bad_request", "the request is malformed"};
}

}  // namespace

Connection::Connection(std::shared_ptr<Loop> loop, tcp::socket socket, bool turned_away)
    : loop_(std::move(loop)),
      stream_(std::move(socket), loop_->server().tls ? &*loop_->server().tls : nullptr),
      turned_away_(turned_away) {
  auto& server = loop_->server();
  ++(turned_away_ ? server.turned_away : server.open);
}

Connection::~Connection() {
  if (!turned_away_) --loop_->server().open;
}

void Connection::start() {
  error_code ignored;
  stream_.socket().set_option(tcp::no_delay(true), ignored);
  const auto peer = stream_.socket().remote_endpoint(ignored);
  peer_ = peer.address().to_string();
  loop_->add(shared_from_this());
  enter(State::handshake, loop_->server().config.limits.header_timeout);
  const auto begin = [self = shared_from_this()](error_code error) {
    if (error) return self->close();
    if (self->turned_away_)
      return self->refuse({503, "too_many_connections", "too many connections are open"});
    self->next_request();
  };
  if (stream_.is_tls())
    stream_.tls().async_handshake(asio::ssl::stream_base::server, begin);
  else
    begin({});
}

void Connection::enter(State state, Millis timeout) {
  state_ = state;
  deadline_ = loop_->now() + timeout;
}

std::string_view Connection::unread() const {
  const auto bytes = buffer_.data();
  return {static_cast<const char*>(bytes.data()), bytes.size()};
}

void Connection::next_request() {
  const auto& limits = loop_->server().config.limits;
  if (body_.capacity() > kept_body_bytes_max) std::string().swap(body_);
  scanned_ = 0;
  enter(State::idle, request_ == 0 ? limits.header_timeout : limits.idle_timeout);
  ++request_;
  if (buffer_.size() > 0) return go_on();
  if (loop_->is_stopping()) return close();
  read();
}

void Connection::read() {
  if (buffer_.size() == 0) buffer_.clear();
  const auto room =
      buffer_.prepare(std::max(read_bytes - std::min(read_bytes, buffer_.size()), read_bytes / 4));
  stream_.read_some(room, [self = shared_from_this()](error_code error, std::size_t bytes) {
    self->on_read(error, bytes);
  });
}

void Connection::on_read(error_code error, std::size_t bytes) {
  if (state_ == State::closed) return;
  buffer_.commit(bytes);
  if (state_ == State::closing) return error ? close() : drain();
  if (timed_out_) return refuse({408, "timeout", "the request did not come whole in time"});
  if (!error) return go_on();
  // A client that ended in the middle may still listen; one that ended between two requests is done.
  if (error == asio::error::eof && state_ != State::idle)
    return refuse({400, "truncated", "the request ended before its end"});
  close();
}

void Connection::go_on() {
  if (state_ == State::idle) enter(State::head, loop_->server().config.limits.header_timeout);
  if (state_ == State::head && !take_head()) return;
  if (state_ == State::body && !take_body()) return;
  call_handler();
}

// True when the head has been taken and the body is next.
bool Connection::take_head() {
  const auto& limits = loop_->server().config.limits;
  const auto bytes = unread();
  const HeadScan scan = scan_head(bytes, scanned_);
  if (scan.refusal) return refuse(*scan.refusal), false;
  scanned_ = bytes.size();
  if ((scan.length == 0 ? bytes.size() : scan.length) > limits.header_bytes_max) {
    const bool in_first_line = bytes.substr(0, limits.header_bytes_max).find('\n') == bytes.npos;
    return refuse(in_first_line
                      ? Refusal{414, "target_too_long", "the request line is longer than its limit"}
                      : Refusal{431, "headers_too_large", "the headers are larger than their limit"}),
           false;
  }
  if (scan.length == 0) return read(), false;
  head_.assign(bytes.substr(0, scan.length));
  buffer_.consume(scan.length);
  if (const auto found = check_head(head_)) return refuse(*found), false;
  parser_.emplace(fields_, body_, head_.size() + 1, limits.body_bytes_max);
  error_code error;
  parser_->put(asio::buffer(head_), error);
  if (error && error != beast::http::error::need_more) return refuse(refusal_of(error)), false;
  keep_alive_ = parser_->keep_alive();
  http_1_0_ = std::string_view(head_).substr(0, head_.find('\r')).ends_with("HTTP/1.0");
  head_only_ = parser_->method() == "HEAD";
  enter(State::body, limits.body_timeout);
  return !invite_body();
}

// True when the client waits for a word before it sends the body, and gets it.
bool Connection::invite_body() {
  const bool expects = !http_1_0_ && !RequestHeaders(fields_)("Expect").empty();
  if (!expects || parser_->is_done() || buffer_.size() > 0) return false;
  stream_.write(asio::buffer(go_ahead), [self = shared_from_this()](error_code error, std::size_t) {
    if (self->state_ != State::body) return;
    error ? self->close() : self->go_on();
  });
  return true;
}

// True when the body has been taken whole.
bool Connection::take_body() {
  const auto& limits = loop_->server().config.limits;
  while (!parser_->is_done() && buffer_.size() > 0) {
    error_code error;
    buffer_.consume(parser_->put(asio::const_buffer(buffer_.data()), error));
    if (error == beast::http::error::need_more) break;
    if (error) return refuse(refusal_of(error)), false;
  }
  if (parser_->is_done()) return true;
  // Only a chunk's size line or the trailers are kept unconsumed.
  if (buffer_.size() > limits.header_bytes_max)
    return refuse({400, "bad_chunk", "a chunk's head or the trailers are too long"}), false;
  read();
  return false;
}

ServerRequest Connection::request() const {
  const auto target = parser_->target();
  const auto mark = std::min(target.find('?'), target.size());
  ServerRequest request;
  request.method = parser_->method();
  request.path = target.substr(0, mark);
  request.query = target.substr(std::min(mark + 1, target.size()));
  request.body = body_;
  request.peer = peer_;
  request.keep_alive = keep_alive_;
  request.header = RequestHeaders(fields_);
  return request;
}

void Connection::call_handler() {
  auto& server = loop_->server();
  ++server.requests;
  enter(State::handler, server.config.limits.answer_timeout);
  try {
    server.handler(request(), std::make_unique<ConnectionResponder>(shared_from_this(), request_));
  } catch (...) { answer(request_, refusal_response({500, "internal", "the request could not be handled"})); }
}

void Connection::answer(std::uint64_t request, ServerResponse response) {
  if (state_ != State::handler || request != request_) return;
  if (response.web_socket) return upgrade(response);
  if (!may_be_sent(response)) response = refusal_response({500, "internal", "the answer could not be given"});
  keep_alive_ = keep_alive_ && response.status != 500;  // after a bug here nothing is taken for granted
  write(response);
}

// Nothing may be sent behind the request before it is answered: it would be another protocol's.
void Connection::upgrade(const ServerResponse& response) {
  if (!may_be_sent(response)) return answer(request_, refusal_response({500, "internal", "the answer could not be given"}));
  const auto asked = request();
  auto refusal = check_upgrade(asked, http_1_0_);
  if (!refusal && buffer_.size() > 0) refusal = {400, "bad_upgrade", "bytes behind a request to upgrade"};
  if (!refusal && loop_->is_stopping()) refusal = {503, "stopping", "the server stops"};
  if (refusal) return refuse(*refusal);
  enter(State::upgraded, Millis{0});
  web_socket_ = make_web_socket_line(shared_from_this(), stream_, response.web_socket);
  ++loop_->server().web_sockets;
  web_socket_->start(asked, response.headers);
}

void Connection::refuse(const Refusal& refusal) {
  auto& server = loop_->server();
  if (refusal.status == 408)
    ++server.timeouts;
  else if (refusal.status != 503)
    ++server.refused;
  keep_alive_ = false;
  write(refusal_response(refusal));
}

void Connection::write(const ServerResponse& response) {
  keep_alive_ = keep_alive_ && !loop_->is_stopping();
  format_response(out_, response, {loop_->date(), keep_alive_, http_1_0_, head_only_});
  enter(State::writing, loop_->server().config.limits.body_timeout);
  stream_.write(asio::buffer(out_),
                [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void Connection::on_written(error_code error) {
  if (state_ == State::closed) return;
  if (error) return close();
  keep_alive_ ? next_request() : end();
}

// RFC 9112, section 9.6: closing with unread bytes would reset the connection and might destroy the answer
// on its way. So only the own direction is closed, and what still comes is thrown away for a while.
void Connection::end() {
  enter(State::closing, linger_timeout);
  if (!stream_.is_tls()) {
    stream_.end_of_writing();
    return drain();
  }
  stream_.tls().async_shutdown([self = shared_from_this()](error_code) {
    if (self->state_ == State::closed) return;
    self->stream_.end_of_writing();
    self->drain();
  });
}

void Connection::drain() {
  drained_ += buffer_.size();
  buffer_.clear();
  if (drained_ > drained_bytes_max) return close();
  stream_.socket().async_read_some(
      buffer_.prepare(read_bytes),
      [self = shared_from_this()](error_code error, std::size_t bytes) { self->on_read(error, bytes); });
}

void Connection::check_deadline(Deadline now) {
  if (now < deadline_) return;
  auto& server = loop_->server();
  switch (state_) {
    case State::head:
    case State::body:
      // The pending read ends with an error and answers.
      timed_out_ = true;
      deadline_ = Deadline::max();
      return stream_.cancel();
    case State::handler:
      ++server.timeouts;
      keep_alive_ = false;
      return write(refusal_response({503, "no_answer", "no answer was found in time"}));
    case State::upgraded:
      if (web_socket_->is_overdue(now)) close();
      return;
    default: return close();
  }
}

void Connection::close_if_idle() {
  if (state_ == State::idle || state_ == State::handshake) close();
  if (state_ == State::upgraded) web_socket_->close(WebSocketClose::going_away, "the server stops");
}

void Connection::close() {
  if (state_ == State::closed) return;
  if (state_ == State::upgraded) --loop_->server().web_sockets;
  state_ = State::closed;
  stream_.close();
  web_socket_.reset();
  loop_->remove(*this);
}

std::shared_ptr<Connection> make_connection(std::shared_ptr<Loop> loop, tcp::socket socket,
                                            bool turned_away) {
  return std::make_shared<Connection>(std::move(loop), std::move(socket), turned_away);
}

Letter ConnectionResponder::letter(ServerResponse response) {
  return {std::exchange(connection_, nullptr), request_, std::move(response)};
}

void ConnectionResponder::answer(ServerResponse response) {
  if (!connection_) return;
  const auto loop = connection_->loop();
  if (!loop->is_own_thread()) return loop->deliver(letter(std::move(response)));
  std::exchange(connection_, nullptr)->answer(request_, std::move(response));
}

ConnectionResponder::~ConnectionResponder() {
  if (connection_) answer(refusal_response({500, "internal", "the request was not answered"}));
}

std::string_view RequestHeaders::operator()(std::string_view name) const {
  for (const auto& [field, value] : fields_)
    if (same_ignoring_case(field, name)) return value;
  return {};
}

}  // namespace shopbell
