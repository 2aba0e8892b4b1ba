#pragma once
// The client's connections by origin, and the requests that wait for one. On the client's thread only.

#include "net/client_connection.h"

#include <boost/asio/thread_pool.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace shopbell {

class Pool final : public ConnectionOwner {
 public:
  /// `allowed`: origins whose addresses are not checked.
  Pool(asio::io_context& io, asio::ssl::context& tls, const ClientConfig& config,
       std::set<std::string> allowed);

  void submit(std::shared_ptr<Exchange> exchange, Millis timeout);
  /// Ends what is open with "stopped" and closes all connections.
  void stop();
  /// Ends exchanges that are due and closes connections that were free for too long.
  void check_deadlines(Deadline now);
  bool is_quiet() const { return deadlines_.empty() && connections_ == 0; }
  /// Lets the resolver's threads end; waits for what they do.
  void join() { resolvers_.join(); }

 private:
  using ConnectionPtr = std::shared_ptr<ClientConnection>;
  struct Origin {
    std::deque<std::shared_ptr<Exchange>> waiting;
    std::vector<ConnectionPtr> free;
    std::map<ClientConnection*, ConnectionPtr> all;
    std::size_t resolving = 0;  // connections-to-be
    std::size_t count() const { return all.size() + resolving; }
  };
  using Addresses = Result<std::vector<tcp::endpoint>>;

  void ended(ClientConnection& connection, std::shared_ptr<Exchange> exchange, Result<HttpResponse> result,
             bool reusable) override;
  void repeat(ClientConnection& connection, std::shared_ptr<Exchange> exchange) override;
  void lost(ClientConnection& connection) override;

  void serve(const std::string& name);
  void serve_starved();
  bool make_room();
  void resolve(const std::string& name, std::shared_ptr<Exchange> exchange);
  Addresses addresses_of(const Url& url, bool is_allowed) const;
  void connect(const std::string& name, std::shared_ptr<Exchange> exchange, Addresses addresses);
  void forget(ClientConnection& connection);
  void finish(std::shared_ptr<Exchange> exchange, Result<HttpResponse> result);

  asio::io_context& io_;
  asio::ssl::context& tls_;
  const ClientConfig config_;
  const std::set<std::string> allowed_;
  asio::thread_pool resolvers_;
  std::unordered_map<std::string, Origin> origins_;
  std::unordered_map<ClientConnection*, std::string> origin_of_;
  std::set<std::string> starved_;  // origins that wait for room among all connections
  std::multimap<Deadline, std::shared_ptr<Exchange>> deadlines_;
  std::size_t connections_ = 0, waiting_ = 0;
  bool stopped_ = false;
};

}  // namespace shopbell
