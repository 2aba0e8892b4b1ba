#pragma once
// A client that sends exactly the bytes it is given: to see what a server says to what no library would send.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace shopbell {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};  // only a server that hangs meets it
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void end_of_writing() { ::shutdown(socket_, SHUT_WR); }

  /// True when something came, or the end, within the time.
  bool hears(std::chrono::milliseconds patience) {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
  }

  struct Response {
    int status = 0;
    std::string head, body;
    bool says(std::string_view header) const { return head.find(header) != head.npos; }
  };

  /// The next response that has a Content-Length; nothing when the connection ended, or nothing came.
  std::optional<Response> response(bool has_body = true) {
    std::size_t end;
    while ((end = bytes_.find("\r\n\r\n")) == bytes_.npos)
      if (!more()) return {};
    Response r;
    r.head = bytes_.substr(0, end + 2);
    r.status = std::atoi(r.head.c_str() + std::string_view("HTTP/1.1 ").size());
    const auto at = r.head.find("Content-Length: ");
    const auto length =
        !has_body || at == r.head.npos ? 0 : std::strtoull(r.head.c_str() + at + 16, nullptr, 10);
    while (bytes_.size() < end + 4 + length)
      if (!more()) return {};
    r.body = bytes_.substr(end + 4, length);
    bytes_.erase(0, end + 4 + length);
    return r;
  }

  /// True when the server closes (or resets) without a further byte.
  bool ends() { return bytes_.empty() && !more() && ended_; }

 private:
  bool more() {
    char part[16384];
    const auto got = ::recv(socket_, part, sizeof part, 0);
    ended_ = got == 0 || (got < 0 && errno == ECONNRESET);
    if (got <= 0) return false;
    bytes_.append(part, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false, ended_ = false;
  std::string bytes_;
};

}  // namespace shopbell
