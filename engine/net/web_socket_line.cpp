#include "net/web_socket_line.h"

#include "net/connection.h"
#include "net/outbox.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <utility>

namespace shopbell {
namespace {

namespace websocket = beast::websocket;

/// Layer is a TCP socket or TLS over one; both belong to the connection.
template <class Layer>
class Line final : public WebSocketLine, public std::enable_shared_from_this<Line<Layer>> {
 public:
  Line(std::shared_ptr<Connection> connection, Layer& layer, std::shared_ptr<WebSocketHandler> handler)
      : connection_(std::move(connection)), stream_(layer), handler_(std::move(handler)) {}

  void start(const ServerRequest& request, const HttpHeaders& headers) override {
    const auto& limits = handler_->limits;
    outbox_ = std::make_shared<Outbox>(connection_->loop(), limits, [weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->write();
    });
    stream_.set_option(websocket::stream_base::timeout{limits.close_timeout, limits.silence, true});
    stream_.set_option(websocket::stream_base::decorator([&headers](websocket::response_type& response) {
      response.set(beast::http::field::server, "Shopbell");
      for (const auto& [name, value] : headers) response.insert(name, value);
    }));
    stream_.read_message_max(limits.message_bytes_max);
    stream_.auto_fragment(false);
    stream_.text(true);
    beast::http::request<beast::http::empty_body> upgrade(beast::http::verb::get, "/", 11);
    for (const auto& [name, value] : request.header.all())
      upgrade.insert(beast::string_view(name.data(), name.size()), beast::string_view(value.data(), value.size()));
    stream_.async_accept(upgrade, [self = this->shared_from_this()](error_code error) {
      if (error) return self->finish();
      self->opened_ = true;
      self->guarded([&] { self->handler_->opened(self->outbox_); });
      self->read();
    });
    stream_.set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
  }

  void close(WebSocketClose code, std::string reason) override { outbox_->close(code, std::move(reason)); }

  bool is_overdue(Deadline now) const override { return closing_ && now >= closed_by_; }

 private:
  void read() {
    if (finished_) return;
    stream_.async_read(buffer_, [self = this->shared_from_this()](error_code error, std::size_t) {
      if (error) return self->on_end(error);
      self->on_message();
      self->read();
    });
  }

  void on_message() {
    if (!closing_) {
      if (!stream_.got_text()) {
        close(WebSocketClose::not_text, "text messages only");
      } else {
        const auto bytes = buffer_.data();
        guarded([&] { handler_->message({static_cast<const char*>(bytes.data()), bytes.size()}); });
      }
    }
    buffer_.consume(buffer_.size());
  }

  // What the handler throws is a bug of its own connection only.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (...) { close(WebSocketClose::broken, "an error within the server"); }
  }

  void write() {
    if (finished_ || !opened_) return;
    const auto goodbye = outbox_->goodbye();
    if (goodbye && !closing_) {
      closing_ = true;
      code_ = goodbye->code;
      closed_by_ = connection_->loop()->now() + handler_->limits.close_timeout;
    }
    if (writing_) return;
    if (const std::string* const text = outbox_->first()) return write(*text);
    if (goodbye) say_goodbye(*goodbye);
  }

  void write(const std::string& text) {
    writing_ = true;
    stream_.async_write(asio::buffer(text), [self = this->shared_from_this()](error_code error, std::size_t) {
      self->writing_ = false;
      self->outbox_->drop_first();
      if (!error) return self->write();
      if (self->closing_) self->finish();  // else the read that is pending tells of it, and why
    });
  }

  void say_goodbye(const Outbox::Goodbye& goodbye) {
    writing_ = true;
    const websocket::close_reason reason(static_cast<websocket::close_code>(goodbye.code),
                                         beast::string_view(goodbye.reason.data(), goodbye.reason.size()));
    stream_.async_close(reason, [self = this->shared_from_this()](error_code) { self->finish(); });
  }

  // Beast has answered a goodbye, or sent one of its own for what broke the protocol, before it says so.
  void on_end(error_code error) {
    if (closing_) {
      if (!writing_ || error != websocket::error::closed) finish();
      return;  // async_close() is about to end
    }
    if (error == websocket::error::closed && stream_.reason().code != websocket::close_code::none)
      code_ = static_cast<WebSocketClose>(stream_.reason().code);
    else if (error == websocket::error::closed)
      code_ = WebSocketClose::normal;
    else if (error == websocket::error::message_too_big)
      code_ = WebSocketClose::too_large;
    else if (error == websocket::error::bad_frame_payload)
      code_ = WebSocketClose::bad_text;
    finish();
  }

  void finish() {
    if (std::exchange(finished_, true)) return;
    outbox_->end();
    connection_->close();
    if (opened_) {
      try {
        handler_->closed(code_);
      } catch (...) {}  // there is nothing left to close
    }
    handler_.reset();
  }

  const std::shared_ptr<Connection> connection_;
  websocket::stream<Layer&> stream_;
  std::shared_ptr<WebSocketHandler> handler_;
  std::shared_ptr<Outbox> outbox_;
  beast::flat_buffer buffer_;
  WebSocketClose code_ = WebSocketClose::lost;
  Deadline closed_by_;
  bool opened_ = false, writing_ = false, closing_ = false, finished_ = false;
};

}  // namespace

std::shared_ptr<WebSocketLine> make_web_socket_line(std::shared_ptr<Connection> connection, Stream& stream,
                                                    std::shared_ptr<WebSocketHandler> handler) {
  if (stream.is_tls())
    return std::make_shared<Line<asio::ssl::stream<tcp::socket&>>>(std::move(connection), stream.tls(), std::move(handler));
  return std::make_shared<Line<tcp::socket>>(std::move(connection), stream.socket(), std::move(handler));
}

}  // namespace shopbell
