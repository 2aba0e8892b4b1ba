#pragma once
// What each request is for. Called on the server's threads; never blocks: reads, verifies, hands over.

#include "intake/webhook.h"
#include "load/load.h"
#include "net/server.h"
#include "serve/api.h"
#include "serve/certificates.h"
#include "serve/metrics.h"
#include "serve/rejected.h"
#include "serve/shard.h"
#include "serve/v1.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shopbell {

class Routes {
 public:
  Routes(const ShopConfig& config, Shard& shard, Api& api, V1& v1, Metrics& metrics, Sources& sources,
         Certificates& certificates, Rejected& rejected);
  /// A mail that was fetched for the source of that name. Any thread.
  void take_mail(const std::string& source, const std::string& raw, std::unique_ptr<Responder> responder);
  void handle(const ServerRequest& request, std::unique_ptr<Responder> responder);
  /// One that was refused, verified anew by the time at which it came: a signature's age counts from then. Any thread.
  void resend(RejectedRequest request, std::unique_ptr<Responder> responder);

 private:
  using Answer = std::unique_ptr<Responder>;
  /// What POST /events may ask for beside its events.
  struct Replay {
    std::string prefix;             // "replay:NAME/": they are played again, and what they call is recorded
    std::vector<std::string> only;  // the workflows that they may start; empty: all
  };

  void hook(const ServerRequest& request, Answer responder);
  void take_hook(const SourceConfig& source, const std::string& secret, const ServerRequest& request, Time came, Answer responder);
  void fetch_and_take(const SourceConfig& source, const ServerRequest& request, Time came, Answer responder);
  void refuse_hook(const Error& error, const SourceConfig& source, const ServerRequest& request, Answer& responder);
  void challenge(const SourceConfig& source, const ServerRequest& request, Answer& responder);
  void events(const ServerRequest& request, Answer responder);
  void observe(const ServerRequest& request, Answer responder);
  void api(const ServerRequest& request, Answer responder);
  void survey(const ServerRequest& request, Answer responder);
  void presence(const ServerRequest& request, Answer responder);
  void offer(Job job, std::vector<Taken> taken, const Replay& replay, std::unique_ptr<Arena> arena, Answer responder);
  Result<Replay> replay_of(const ServerRequest& request) const;
  void refuse(const Error& error, Answer& responder, const SourceConfig* source = nullptr);
  bool allowed(const ServerRequest& request) const;

  std::map<std::string, SourceConfig, std::less<>> endpoints_;
  std::vector<std::string> token_digests_;  // compared as digests, so that time tells nothing
  std::string shop_name_, survey_secret_;
  Shard& shard_;
  Api& api_;
  V1& v1_;
  Metrics& metrics_;
  Sources& sources_;
  Certificates& certificates_;
  Rejected& rejected_;
};

}  // namespace shopbell
