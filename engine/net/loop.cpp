#include "net/loop.h"

#include "net/answer.h"
#include "net/connection.h"

#include <algorithm>

namespace shopbell {
namespace {

// Deadlines are looked at this often: a fifth of the shortest, so that they are late by that at most.
Millis tick_of(const ServerLimits& limits) {
  const auto shortest =
      std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.answer_timeout});
  return std::clamp(shortest / 5, Millis{5}, Millis{500});
}

std::string date_now() { return http_date(std::chrono::floor<Millis>(std::chrono::system_clock::now())); }

}  // namespace

Loop::Loop(std::shared_ptr<ServerState> server, std::size_t number)
    : server_(std::move(server)),
      number_(number),
      work_(asio::make_work_guard(io_)),
      tick_(tick_of(server_->config.limits)),
      date_(date_now()) {}

void Loop::start() {
  wait_for_tick();
  thread_ = std::thread([self = shared_from_this()] { self->io_.run(); });
}

void Loop::join() {
  if (thread_.joinable()) thread_.join();
}

void Loop::wait_for_tick() {
  timer_.expires_after(tick_);
  timer_.async_wait([this](error_code error) {
    if (!error) tick();
  });
}

void Loop::tick() {
  date_ = date_now();
  const auto at = now();
  // A connection that closes takes its place in the list away: go backwards.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    const auto connection = connections_[i];
    stopping_&& at >= end_ ? connection->close() : connection->check_deadline(at);
  }
  if (!work_) return;
  wait_for_tick();
}

void Loop::adopt(tcp::socket socket) {
  auto& server = *server_;
  const bool is_full = server.open.load() >= server.config.limits.connections_max;
  // Those that are turned away linger a moment too; there is a bound to them as well.
  if (stopping_ || (is_full && connections_.size() >= 2 * server.config.limits.connections_max + 64)) {
    server.turned_away += is_full;
    return;
  }
  make_connection(shared_from_this(), std::move(socket), is_full)->start();
}

void Loop::add(std::shared_ptr<Connection> connection) {
  connection->place_in_loop = connections_.size();
  connections_.push_back(std::move(connection));
}

void Loop::remove(Connection& connection) {
  const auto place = connection.place_in_loop;
  std::swap(connections_[place], connections_.back());
  connections_[place]->place_in_loop = place;
  connections_.pop_back();
  end_when_empty();
}

void Loop::end_when_empty() {
  if (!stopping_ || !connections_.empty() || !work_) return;
  work_.reset();
  timer_.cancel();
  const std::lock_guard lock(mutex_);
  closed_ = true;
  letters_.clear();
}

void Loop::deliver(Letter letter) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  letters_.push_back(std::move(letter));
  if (letters_.size() == 1) asio::post(io_, [this] { give_letters(); });
}

void Loop::deliver(std::vector<Letter> letters) {
  if (letters.empty()) return;
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  const bool was_empty = letters_.empty();
  std::move(letters.begin(), letters.end(), std::back_inserter(letters_));
  if (was_empty) asio::post(io_, [this] { give_letters(); });
}

void Loop::run(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (!closed_) asio::post(io_, std::move(work));
}

void Loop::give_letters() {
  std::vector<Letter> letters;
  {
    const std::lock_guard lock(mutex_);
    letters.swap(letters_);
  }
  for (auto& letter : letters) letter.to->answer(letter.request, std::move(letter.response));
}

void Loop::stop(Millis grace) {
  asio::post(io_, [this, grace] {
    stopping_ = true;
    end_ = now() + grace;
    for (std::size_t i = connections_.size(); i-- > 0;) std::shared_ptr(connections_[i])->close_if_idle();
    end_when_empty();
  });
}

}  // namespace shopbell
