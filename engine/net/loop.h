#pragma once
// One thread of the server: its event loop, its connections, one coarse clock for all their deadlines,
// and the letter-box through which answers come from other threads.

#include "net/asio.h"
#include "net/server.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace shopbell {

class Connection;

/// What all threads of one server share.
struct ServerState {
  ServerConfig config;
  Handler handler;
  std::optional<asio::ssl::context> tls;
  std::atomic<std::uint64_t> open{0}, turned_away{0}, requests{0}, refused{0}, timeouts{0}, web_sockets{0};
};

/// An answer on its way to its connection.
struct Letter {
  std::shared_ptr<Connection> to;
  std::uint64_t request = 0;  // which request of the connection it answers
  ServerResponse response;
};

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(std::shared_ptr<ServerState> server, std::size_t number);

  // From any thread.
  void start();
  void deliver(Letter letter);
  void deliver(std::vector<Letter> letters);
  void run(std::function<void()> work);  // on its thread, later; dropped when the loop has ended
  void stop(Millis grace);  // asks; join() waits
  void join();
  bool is_own_thread() { return io_.get_executor().running_in_this_thread(); }
  asio::io_context& io() { return io_; }
  std::size_t number() const { return number_; }  // among the server's loops

  // From its own thread.
  void adopt(tcp::socket socket);
  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);
  bool is_stopping() const { return stopping_; }
  Deadline now() const { return std::chrono::steady_clock::now(); }
  const std::string& date() const { return date_; }
  ServerState& server() { return *server_; }

 private:
  void tick();
  void wait_for_tick();
  void give_letters();
  void end_when_empty();

  std::shared_ptr<ServerState> server_;
  const std::size_t number_;
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  asio::steady_timer timer_{io_};
  Millis tick_;
  std::string date_;
  std::vector<std::shared_ptr<Connection>> connections_;
  bool stopping_ = false;
  Deadline end_;
  std::thread thread_;

  std::mutex mutex_;  // guards the two below
  std::vector<Letter> letters_;
  bool closed_ = false;
};

}  // namespace shopbell
