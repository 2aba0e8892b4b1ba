#pragma once
// The HTTP server: strict HTTP/1.1 and 1.0 (RFC 9110, 9112) under limits. Every request is validated
// before it is routed; after any 4xx of its own the connection is closed. What the server answers by
// itself is one line of JSON: {"error":{"code":"bad_host","message":"…"}}.

#include <shopbell/error.h>
#include <shopbell/http.h>
#include <shopbell/time.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shopbell {

class WebSocketHandler;

struct ServerLimits {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 2 * 1024 * 1024;
  std::size_t connections_max = 10'000;
  Millis header_timeout{10'000};  // first byte to end of header; also the first request's
  Millis body_timeout{30'000};    // end of header to end of body; also for a client to take an answer
  Millis idle_timeout{60'000};    // between two requests of a connection
  Millis answer_timeout{30'000};  // for the handler to answer: then 503
};

struct ServerConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  int threads = 1;
  std::string certificate_file, key_file;  // PEM; both empty: plain HTTP
  ServerLimits limits;
};

/// The fields of a request, in their order.
class RequestHeaders {
 public:
  using Field = std::pair<std::string_view, std::string_view>;
  RequestHeaders() = default;
  explicit RequestHeaders(std::span<const Field> fields) : fields_(fields) {}
  /// The value of the field of that name (any case), or an empty text. A field sent twice: its first value.
  std::string_view operator()(std::string_view name) const;
  std::span<const Field> all() const { return fields_; }

 private:
  std::span<const Field> fields_;
};

/// A request that has been read whole. Views live until the answer has been given.
struct ServerRequest {
  std::string_view method;
  std::string_view path;   // as sent, without query; starts with '/', or is "*" of OPTIONS
  std::string_view query;  // behind '?', as sent
  std::string_view body;
  std::string_view peer;  // "127.0.0.1"
  bool keep_alive = true;
  RequestHeaders header;  // request.header("content-type"); trailers are not among them
};

struct ServerResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  HttpHeaders headers;  // further ones; those of the framing, and Date, are the server's own
  /// Set: the request is upgraded (net/web_socket.h) instead; only `headers` count beside it. One that is no
  /// proper upgrade is refused with 426 or 400 by the server, and the handler is dropped unopened.
  std::shared_ptr<WebSocketHandler> web_socket = {};
};

/// Answers once, from any thread, also after the server stopped (then nobody hears it). Dropped
/// unanswered: the client gets 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void answer(ServerResponse response) = 0;
  /// For answer_all().
  using Many = std::vector<std::pair<std::unique_ptr<Responder>, ServerResponse>>;
};

using Handler = std::function<void(const ServerRequest&, std::unique_ptr<Responder>)>;

struct ServerCounters {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_refused = 0;  // above connections_max: answered 503, closed
  std::uint64_t requests = 0;             // handed to the handler
  std::uint64_t refused = 0;              // answered by the server itself with a 4xx, 501 or 505
  std::uint64_t timeouts = 0;             // requests that did not come whole, and answers that did not come
  std::uint64_t web_sockets_open = 0;     // of connections_open
};

class Server {
 public:
  /// Binds and listens. Errors: "listen" (address in use, not allowed), "tls".
  static Result<std::unique_ptr<Server>> open(const ServerConfig& config, Handler handler);
  virtual ~Server() = default;
  virtual std::uint16_t port() const = 0;
  /// Starts config.threads threads. The handler is called on them; it must not block. What it throws is
  /// answered 500, and the connection closed.
  virtual void start() = 0;
  /// Stops accepting, lets requests that were read be answered, closes; returns when all threads ended.
  virtual void stop(Millis grace) = 0;
  /// Answers of this server's connections in one crossing; others' right away.
  virtual void answer_all(Responder::Many answers) = 0;
  virtual ServerCounters counters() const = 0;
};

}  // namespace shopbell
