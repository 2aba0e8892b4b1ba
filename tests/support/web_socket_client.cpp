#include "support/web_socket_client.h"

#include "net/asio.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace shopbell {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

constexpr std::chrono::seconds patience{10};

struct WebSocketClient::Impl {
  virtual ~Impl() = default;
  virtual void open(std::uint16_t port, const How& how) = 0;
  virtual bool send(const std::string& bytes, bool binary) = 0;
  virtual std::optional<std::string> read() = 0;
  virtual void close(std::uint16_t code) = 0;
  virtual void drop() = 0;
  virtual std::uint16_t code() const = 0;
  virtual std::string reason() const = 0;
  websocket::response_type answer;
  int status = 0;
};

template <class Layer>
struct WebSocketClient::Over final : Impl {
  template <class... Args>
  explicit Over(Args&&... args) : stream(io, std::forward<Args>(args)...) {}

  // One operation, to its end or the end of patience.
  template <class Start>
  error_code run(Start start) {
    error_code result = asio::error::timed_out;
    start([&result](error_code error, auto...) { result = error; });
    io.restart();
    io.run_for(patience);
    if (!io.stopped()) {
      drop();
      io.run();
    }
    return result;
  }

  void open(std::uint16_t port, const How& how) override {
    auto& tcp_layer = beast::get_lowest_layer(stream).socket();
    error_code error;
    tcp_layer.open(tcp::v4(), error);
    if (how.receive_buffer_bytes > 0)
      tcp_layer.set_option(asio::socket_base::receive_buffer_size(how.receive_buffer_bytes), error);
    tcp_layer.connect({asio::ip::address_v4::loopback(), port}, error);
    if (error) return;
    if constexpr (!std::is_same_v<Layer, beast::tcp_stream>)
      if (run([&](auto then) { stream.next_layer().async_handshake(asio::ssl::stream_base::client, then); })) return;
    stream.set_option(websocket::stream_base::decorator([&how](websocket::request_type& request) {
      for (const auto& [name, value] : how.headers) request.set(name, value);
    }));
    run([&](auto then) { stream.async_handshake(answer, "localhost:" + std::to_string(port), how.path, then); });
    status = static_cast<int>(answer.result_int());
  }

  bool send(const std::string& bytes, bool binary) override {
    stream.binary(binary);
    return !run([&](auto then) { stream.async_write(asio::buffer(bytes), then); });
  }

  std::optional<std::string> read() override {
    if (run([&](auto then) { stream.async_read(buffer, then); })) return {};
    std::string text = beast::buffers_to_string(buffer.data());
    buffer.consume(buffer.size());
    return text;
  }

  void close(std::uint16_t code) override {
    run([&](auto then) { stream.async_close(static_cast<websocket::close_code>(code), then); });
  }

  void drop() override {
    error_code ignored;
    beast::get_lowest_layer(stream).socket().close(ignored);
  }

  std::uint16_t code() const override { return stream.reason().code == websocket::close_code::none ? std::uint16_t{1006} : stream.reason().code; }
  std::string reason() const override { return {stream.reason().reason.data(), stream.reason().reason.size()}; }

  asio::io_context io;
  websocket::stream<Layer> stream;
  beast::flat_buffer buffer;
};

namespace {

asio::ssl::context& any_certificate() {
  static asio::ssl::context tls(asio::ssl::context::tls_client);
  return tls;
}

}  // namespace

WebSocketClient::WebSocketClient(std::uint16_t port, How how) {
  if (how.tls)
    impl_ = std::make_unique<Over<asio::ssl::stream<beast::tcp_stream>>>(any_certificate());
  else
    impl_ = std::make_unique<Over<beast::tcp_stream>>();
  impl_->open(port, how);
}

WebSocketClient::~WebSocketClient() = default;

int WebSocketClient::status() const { return impl_->status; }
std::string WebSocketClient::header(const std::string& name) const {
  const auto value = impl_->answer[name];
  return {value.data(), value.size()};
}
bool WebSocketClient::send(const std::string& text) { return impl_->send(text, false); }
bool WebSocketClient::send_binary(const std::string& bytes) { return impl_->send(bytes, true); }
std::optional<std::string> WebSocketClient::read() { return impl_->read(); }
std::uint16_t WebSocketClient::code() const { return impl_->code(); }
std::string WebSocketClient::reason() const { return impl_->reason(); }
void WebSocketClient::close(std::uint16_t code) { impl_->close(code); }
void WebSocketClient::drop() { impl_->drop(); }

}  // namespace shopbell
