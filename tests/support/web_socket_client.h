#pragma once
// A WebSocket client by Beast, for tests: each call waits until it is done, at most ten seconds.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shopbell {

class WebSocketClient {
 public:
  struct How {
    std::string path = "/";
    std::vector<std::pair<std::string, std::string>> headers;
    bool tls = false;  // any certificate will do
    int receive_buffer_bytes = 0;  // of the socket; 0: the system's
  };
  /// Connects and asks for the upgrade.
  WebSocketClient(std::uint16_t port, How how);
  explicit WebSocketClient(std::uint16_t port) : WebSocketClient(port, How()) {}
  ~WebSocketClient();

  int status() const;                             // of the answer: 101; 0: there was none
  std::string header(const std::string& name) const;  // of the answer
  bool send(const std::string& text);
  bool send_binary(const std::string& bytes);
  /// The next message; nothing when the connection ended: code() says how.
  std::optional<std::string> read();
  /// What the server gave as the reason to close; 1006 when the connection ended without a word.
  std::uint16_t code() const;
  std::string reason() const;
  /// Says goodbye and waits for the answer.
  void close(std::uint16_t code = 1000);
  /// Ends the connection without a word.
  void drop();

 private:
  struct Impl;
  template <class Layer>
  struct Over;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shopbell
