#include "net/pool.h"

#include <algorithm>
#include <utility>

namespace shopbell {
namespace {

constexpr std::size_t resolver_threads = 4;  // a name server that does not answer holds up one of them
constexpr std::size_t addresses_max = 16;    // of one name

Result<std::vector<std::string>> system_resolve(const std::string& host) {
  asio::io_context io;
  tcp::resolver resolver(io);
  error_code error;
  const auto found = resolver.resolve(host, "", tcp::resolver::flags{}, error);
  if (error) return fail("resolve", "the name " + host + " cannot be resolved: " + error.message());
  std::vector<std::string> addresses;
  for (const auto& entry : found) addresses.push_back(entry.endpoint().address().to_string());
  return addresses;
}

}  // namespace

Pool::Pool(asio::io_context& io, asio::ssl::context& tls, const ClientConfig& config,
           std::set<std::string> allowed)
    : io_(io), tls_(tls), config_(config), allowed_(std::move(allowed)), resolvers_(resolver_threads) {}

void Pool::submit(std::shared_ptr<Exchange> exchange, Millis timeout) {
  exchange->deadline = deadlines_.emplace(std::chrono::steady_clock::now() + timeout, exchange);
  if (stopped_) return finish(exchange, fail("stopped", "the client has stopped"));
  if (waiting_ >= config_.waiting_max)
    return finish(exchange, fail("overloaded", "too many requests wait for a connection"));
  const std::string name = exchange->url.origin();
  origins_[name].waiting.push_back(std::move(exchange));
  ++waiting_;
  serve(name);
}

// Gives connections to those that wait, as long as there are any to give.
void Pool::serve(const std::string& name) {
  const auto at = origins_.find(name);
  if (at == origins_.end()) return;
  auto& origin = at->second;
  while (!origin.waiting.empty()) {
    const bool is_over = origin.waiting.front()->finished;
    if (!is_over && origin.free.empty()) {
      if (origin.count() >= config_.connections_per_host_max) return;
      if (connections_ >= config_.connections_max && !make_room()) {
        starved_.insert(name);
        return;
      }
    }
    auto exchange = std::move(origin.waiting.front());
    origin.waiting.pop_front();
    --waiting_;
    if (is_over) continue;
    if (origin.free.empty() || exchange->repeated) {
      resolve(name, std::move(exchange));
    } else {
      const auto connection = std::move(origin.free.back());
      origin.free.pop_back();
      connection->run(std::move(exchange));
    }
  }
  if (origin.count() == 0) origins_.erase(at);
}

// Closes a connection that is free and not wanted by its own origin.
bool Pool::make_room() {
  for (auto& [name, origin] : origins_) {
    if (origin.free.empty()) continue;
    const auto connection = origin.free.front();
    origin.free.erase(origin.free.begin());
    connection->close();
    forget(*connection);
    return true;
  }
  return false;
}

void Pool::serve_starved() {
  for (const auto& name : std::exchange(starved_, {})) serve(name);
}

void Pool::resolve(const std::string& name, std::shared_ptr<Exchange> exchange) {
  ++origins_[name].resolving;
  ++connections_;
  const bool is_allowed = allowed_.contains(name);
  if (exchange->url.is_address) {
    auto addresses = addresses_of(exchange->url, is_allowed);
    return asio::post(io_, [this, name, exchange, addresses = std::move(addresses)]() mutable {
      connect(name, exchange, std::move(addresses));
    });
  }
  asio::post(resolvers_, [this, name, exchange = std::move(exchange), is_allowed,
                          guard = asio::make_work_guard(io_)]() mutable {
    auto addresses = addresses_of(exchange->url, is_allowed);
    asio::post(io_, [this, name, exchange = std::move(exchange), addresses = std::move(addresses)]() mutable {
      connect(name, std::move(exchange), std::move(addresses));
    });
  });
}

// Any thread. One address that is refused refuses the name: who owns a name could else let chance decide.
Pool::Addresses Pool::addresses_of(const Url& url, bool is_allowed) const {
  std::vector<std::string> texts{url.host};
  if (!url.is_address) {
    auto found = config_.resolve ? config_.resolve(url.host) : system_resolve(url.host);
    if (!found) return fail("resolve", found.error().message);
    texts = std::move(*found);
  }
  std::vector<tcp::endpoint> endpoints;
  for (const auto& text : texts) {
    if (!is_allowed && !is_public_address(text))
      return fail("refused_address", url.host + " is not a public address: " + text,
                  "allow the origin " + url.origin() + " if it is yours");
    error_code error;
    const auto address = asio::ip::make_address(text, error);
    if (!error && endpoints.size() < addresses_max) endpoints.emplace_back(address, url.port);
  }
  if (endpoints.empty()) return fail("resolve", "the name " + url.host + " has no address");
  return endpoints;
}

void Pool::connect(const std::string& name, std::shared_ptr<Exchange> exchange, Addresses addresses) {
  auto& origin = origins_[name];
  --origin.resolving;
  if (exchange->finished || !addresses) {
    --connections_;
    if (!exchange->finished) finish(exchange, tl::unexpected(addresses.error()));
    serve(name);
    return serve_starved();
  }
  const auto connection = std::make_shared<ClientConnection>(*this, io_, exchange->url.tls ? &tls_ : nullptr,
                                                             config_.response_bytes_max);
  origin.all.emplace(connection.get(), connection);
  origin_of_.emplace(connection.get(), name);
  connection->open(std::move(exchange), std::move(*addresses));
}

void Pool::forget(ClientConnection& connection) {
  const auto at = origin_of_.find(&connection);
  const std::string name = std::move(at->second);
  auto& origin = origins_[name];
  std::erase_if(origin.free, [&](const ConnectionPtr& free) { return free.get() == &connection; });
  origin_of_.erase(at);
  --connections_;
  origin.all.erase(&connection);
  if (origin.count() == 0 && origin.waiting.empty()) origins_.erase(name);
}

void Pool::ended(ClientConnection& connection, std::shared_ptr<Exchange> exchange,
                 Result<HttpResponse> result, bool reusable) {
  const std::string name = origin_of_.at(&connection);
  if (reusable) {
    connection.free_since = std::chrono::steady_clock::now();
    origins_[name].free.push_back(connection.shared_from_this());
  } else {
    forget(connection);
  }
  serve(name);
  if (!starved_.empty()) serve_starved();
  finish(exchange, std::move(result));
}

void Pool::repeat(ClientConnection& connection, std::shared_ptr<Exchange> exchange) {
  const std::string name = origin_of_.at(&connection);
  forget(connection);
  origins_[name].waiting.push_front(std::move(exchange));
  ++waiting_;
  serve(name);
}

void Pool::lost(ClientConnection& connection) {
  const std::string name = origin_of_.at(&connection);
  forget(connection);
  serve(name);
  serve_starved();
}

void Pool::finish(std::shared_ptr<Exchange> exchange, Result<HttpResponse> result) {
  if (std::exchange(exchange->finished, true)) return;
  deadlines_.erase(exchange->deadline);
  std::exchange(exchange->done, nullptr)(std::move(result));
}

void Pool::check_deadlines(Deadline now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto exchange = deadlines_.begin()->second;
    auto* const connection = exchange->connection;
    const Error late{"timeout", "no response from " + exchange->url.origin() + " in time", {}};
    if (connection == nullptr) {
      finish(exchange, tl::unexpected(late));
      continue;
    }
    const auto kept = connection->shared_from_this();
    kept->close();
    ended(*kept, exchange, tl::unexpected(late), false);
  }
  std::vector<ConnectionPtr> old;
  for (const auto& [name, origin] : origins_)
    for (const auto& free : origin.free)
      if (free->free_since + config_.idle_timeout <= now) old.push_back(free);
  for (const auto& connection : old) {
    connection->close();
    lost(*connection);
  }
}

void Pool::stop() {
  stopped_ = true;
  while (!deadlines_.empty()) finish(deadlines_.begin()->second, fail("stopped", "the client has stopped"));
  for (auto& [name, origin] : origins_)
    for (auto& [connection, kept] : origin.all) kept->close();
}

}  // namespace shopbell
