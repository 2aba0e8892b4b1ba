#pragma once
// /api/v1: who asks, whether he may, and which handler answers. What there is stands in one table (v1_table.cpp): the routes are
// served from it, described from it (GET /openapi.json), and tested role by role from it. Errors are problem details (RFC 9457)
// with a `code` for programs. A write by cookie needs the session's X-CSRF-Token and an Origin of this very server.

#include "access/attempts.h"
#include "access/papers.h"
#include "access/people.h"
#include "hear/assist.h"
#include "load/complete.h"
#include "load/load.h"
#include "net/server.h"
#include "serve/backtests.h"
#include "serve/idempotency.h"
#include "serve/live.h"
#include "serve/presence.h"
#include "serve/rejected.h"
#include "serve/shard.h"
#include "serve/worker.h"
#include "store/console.h"
#include "store/store.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t v1_waiting_max = 512;     // requests; more: 503
constexpr std::size_t v1_page_max = 200, v1_page_otherwise = 50;

struct V1Route;

/// One request, which lives until it is answered.
class V1Ask : public std::enable_shared_from_this<V1Ask> {
 public:
  explicit V1Ask(const ServerRequest& request, std::unique_ptr<Responder> responder);

  std::string method, path, query, content;
  std::string peer;  // whose address it came from (serve/forwarded.h)
  std::string authorization, cookie, origin, fetch_site, host, csrf, key, content_type;  // header fields
  const V1Route* route = nullptr;
  std::vector<std::string> args;   // of the path, decoded, in order
  Who who;
  Value body;                      // by the route's form; null where it takes none
  Time now;
  Arena arena;

  std::string_view text(std::string_view field) const { return body[field].text_or({}); }
  /// Of the query, decoded; empty: it is not there.
  std::string param(std::string_view name) const;
  /// Whether a page of this very server asks: "https://shop.example:8443" is of "shop.example:8443".
  bool is_same_origin() const;
  /// limit: 1 to v1_page_max.
  std::size_t limit() const;
  /// after: the key of a page, as `next` had it; 0: from the newest.
  std::uint64_t after() const;

  /// Once; any thread.
  void answer(ServerResponse response);
  /// Hands it to somebody else, who answers.
  std::unique_ptr<Responder> take_responder() { return std::move(responder_); }
  /// Called with the answer before it goes out.
  std::function<void(ServerResponse&)> before_answer;

 private:
  std::unique_ptr<Responder> responder_;
};

using V1Params = std::vector<std::pair<std::string, std::string>>;

/// What handlers work with. The reader is for the API's own thread alone.
struct V1Parts {
  std::shared_ptr<const ShopConfig> config;
  std::string data;                                   // the store's folder
  std::unique_ptr<Reader> reader;
  std::unique_ptr<ConsoleReader> console;             // likewise
  DeskFile& file;
  std::function<bool(Job&)> offer;                    // the shard's
  std::function<std::shared_ptr<const Workflows>()> workflows;
  std::function<void(const std::string& conversation, const std::string& name)> types = {};  // a person writes there
  std::function<void(Reader&, const ConversationRow&, AssistAsk::What, std::function<void(Result<Drafted>)>)> draft = {};  // ask_for_draft()
  Rejected* rejected = nullptr;
  std::function<void(RejectedRequest, std::unique_ptr<Responder>)> resend = {};              // to Routes
  People people{file};
  Papers papers{file};
  Attempts attempts{};
  Presence presence{};
  Live live{};
  Worker passwords{64};                               // hashing takes 50 ms
  Worker heavy{16};                                   // checks and tests of workflows
  std::unique_ptr<const Completer> completer{};       // of the API's own thread
  std::shared_ptr<const Workflows> completer_of{};
  Backtests backtests{};
  Worker own{v1_waiting_max};                         // the API's own thread
};

/// Status 0: the handler has kept the ask, and answers it itself.
using V1Answer = Result<ServerResponse>;
using V1Handler = V1Answer (*)(V1Parts&, V1Ask&);

struct V1Route {
  std::string_view method, path;     // "/people/{id}", below /api/v1
  Permission permission;
  V1Handler handler;
  std::string_view summary;
  std::string_view body = {};        // "text:string! epoch:integer tags:texts": its fields, ! required; empty: none
  std::string_view query = {};       // names of parameters, apart by spaces
  std::string_view gives = {};       // what the answer is, as a schema of openapi.cpp; empty: any object
};

/// The table.
std::span<const V1Route> v1_routes();

ServerResponse v1_later();
/// `extra`: a map whose members stand beside the problem's own; null: none.
ServerResponse v1_problem(int status, std::string_view code, std::string_view detail, const Value& extra = {});
ServerResponse v1_problem(const Error& error);
ServerResponse v1_json(const Value& v, int status = 200);
/// {"items": [...], "next": KEY or null}
ServerResponse v1_list(V1Ask& ask, ListBuilder& items, std::string_view next);

class V1 {
 public:
  explicit V1(std::unique_ptr<V1Parts> parts);
  ~V1() { stop(); }
  /// Any thread; does not block. The path begins with /api/v1.
  void take(const ServerRequest& request, std::unique_ptr<Responder> responder);
  /// What a commit has changed: told live, and whom the shop is to forget is forgotten at the desks, too. Any thread.
  void committed(const Batch& rows);
  void stop();
  V1Parts& parts() { return *parts_; }

 private:
  void forget_erased();
  void handle(V1Ask& ask);
  V1Answer admit_and_answer(V1Ask& ask);

  std::unique_ptr<V1Parts> parts_;
  std::vector<std::string> token_digests_;  // of shopbell.yaml
  Idempotency idempotency_;
};

}  // namespace shopbell
