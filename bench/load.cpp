#include "load.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <stdexcept>
#include <vector>

namespace shopbell::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Peer {
  int socket = -1;
  std::size_t number = 0;
  std::string_view left;  // of the request
  std::string in;
  Clock::time_point begun;
};

int connect_to(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (made < 0 || ::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("cannot connect to the server under load");
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

// The length of a whole response at the front of `in`, and its status; 0: there is more to come.
std::size_t whole_response(const std::string& in, int& status) {
  const auto end = in.find("\r\n\r\n");
  if (end == in.npos || end < 12) return 0;
  std::from_chars(in.data() + 9, in.data() + 12, status);
  std::size_t length = 0;
  auto at = in.find("Content-Length: ");
  if (at == in.npos) at = in.find("content-length: ");
  if (at < end) std::from_chars(in.data() + at + 16, in.data() + end, length);
  return in.size() >= end + 4 + length ? end + 4 + length : 0;
}

class Generator {
 public:
  explicit Generator(const Load& load)
      : load_(load), epoll_(::epoll_create1(EPOLL_CLOEXEC)), peers_(load.connections) {}
  ~Generator() {
    for (auto& peer : peers_)
      if (peer.socket >= 0) ::close(peer.socket);
    ::close(epoll_);
  }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  LoadReport run() {
    const double cpu = thread_cpu_seconds();
    open_all();
    const auto begun = Clock::now();
    for (auto& peer : peers_) begin_next(peer);
    epoll_event events[256];
    while (open_ > 0) {
      const int count = ::epoll_wait(epoll_, events, 256, 10'000);
      if (count == 0) break;  // a server that says nothing for ten seconds
      for (int i = 0; i < count; ++i) turn(*static_cast<Peer*>(events[i].data.ptr), events[i].events);
    }
    report_.took = Clock::now() - begun;
    report_.cpu_seconds = thread_cpu_seconds() - cpu;
    return std::move(report_);
  }

 private:
  void open_all() {
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      auto& peer = peers_[i];
      peer.socket = connect_to(load_.port);
      peer.number = i;
      epoll_event event{EPOLLIN | EPOLLOUT | EPOLLET, {&peer}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.socket, &event);
    }
    open_ = peers_.size();
  }

  void begin_next(Peer& peer) {
    if (sent_ == load_.requests) return close(peer);
    peer.left = load_.request(sent_++, peer.number);
    peer.begun = Clock::now();
    send(peer);
  }

  void send(Peer& peer) {
    while (!peer.left.empty()) {
      const auto sent = ::send(peer.socket, peer.left.data(), peer.left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno == EAGAIN) return;
      if (sent <= 0) return broke(peer);
      peer.left.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void turn(Peer& peer, std::uint32_t events) {
    if (peer.socket >= 0 && (events & EPOLLOUT) != 0 && !peer.left.empty()) send(peer);
    if (peer.socket >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(peer);
  }

  void receive(Peer& peer) {
    char part[8192];
    const auto got = ::recv(peer.socket, part, sizeof part, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return broke(peer);
    peer.in.append(part, static_cast<std::size_t>(got));
    int status = 0;
    const auto length = whole_response(peer.in, status);
    if (length == 0) return;
    peer.in.erase(0, length);
    ++report_.statuses[status];
    report_.latency_us.add(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - peer.begun).count()));
    begin_next(peer);
  }

  void broke(Peer& peer) {
    ++report_.statuses[0];
    close(peer);
  }

  void close(Peer& peer) {
    ::close(peer.socket);
    peer.socket = -1;
    --open_;
  }

  const Load& load_;
  int epoll_;
  std::vector<Peer> peers_;
  std::size_t open_ = 0;
  std::uint64_t sent_ = 0;
  LoadReport report_;
};

std::string milliseconds(std::uint64_t us) {
  return us < 1000 ? fmt::format("{} us", us) : fmt::format("{:.1f} ms", static_cast<double>(us) / 1000);
}

// A value below 64 is its own bucket; above, each power of two has the buckets 32..63 of its exponent.
std::size_t bucket_of(std::uint64_t us) {
  const auto exponent = us < 64 ? 0U : static_cast<unsigned>(std::bit_width(us)) - 6U;
  return exponent * 64ULL + (us >> exponent);
}

std::uint64_t lower_bound(std::size_t bucket) {
  return static_cast<std::uint64_t>(bucket % 64) << (bucket / 64);
}

}  // namespace

void Histogram::add(std::uint64_t us) {
  ++counts_[std::min(buckets - 1, bucket_of(us))];
  ++count_;
  max_ = std::max(max_, us);
}

std::uint64_t Histogram::at(double share) const {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    seen += counts_[i];
    if (seen > wanted) return lower_bound(i);
  }
  return max_;
}

LoadReport run_load(const Load& load) { return Generator(load).run(); }

double thread_cpu_seconds() {
  timespec at{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) / 1e9;
}

std::string to_text(const LoadReport& report) {
  std::string text = fmt::format(
      "{:8.0f} /s   p50 {}   p99 {}   max {}  ", report.per_second(), milliseconds(report.latency_us.at(0.5)),
      milliseconds(report.latency_us.at(0.99)), milliseconds(report.latency_us.max()));
  for (const auto& [status, count] : report.statuses)
    text += fmt::format(" {}: {} ", status == 0 ? "broken" : std::to_string(status), count);
  return text + fmt::format(" generator {:.0f} % of a core", 100 * report.cpu_seconds / report.took.count());
}

std::string webhook_request(std::string_view path, std::size_t body_bytes) {
  std::string body =
      R"({"id":5678901234,"email":"ann@example.org","total_price":"129.90","currency":"EUR","tags":"vip","line_items":[)";
  for (int i = 0; body.size() + 120 < body_bytes; ++i)
    body += fmt::format(R"({{"id":{},"title":"Blue mug","quantity":1,"price":"12.99","sku":"MUG-{:04}"}},)",
                        1000 + i, i);
  body += R"({"id":1,"title":")";
  body.append(body_bytes > body.size() + 4 ? body_bytes - body.size() - 4 : 0, 'x');
  body += "\"}]}";
  return fmt::format(
             "POST {} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Shopify-Captain-Hook\r\nContent-Type: "
             "application/json\r\nAccept: */*\r\n"
             "X-Shopify-Topic: orders/create\r\nX-Shopify-Shop-Domain: "
             "demo.myshopify.com\r\nX-Shopify-Webhook-Id: b54557e4-bdd9-4b37-8a5f-bf7d70bcd043\r\n"
             "X-Shopify-Hmac-Sha256: XWmrwMey6OsLMeiZKwP4FppHH3cmAiiJJAweH5Jo4bM=\r\nX-Shopify-API-Version: "
             "2024-10\r\nContent-Length: {}\r\n\r\n",
             path, body.size()) +
         body;
}

}  // namespace shopbell::bench
