#pragma once
// GET /api/...: read-only views of what the store holds. POST /api/attention/... and /api/conversations/...: a person's decisions, handed to the
// shard as inputs; /api/corrections: a person's word on a message, for the next `shopbell train`. Answers on a thread of its own, because
// queries read from disk.

#include "desk/rules.h"
#include "net/server.h"
#include "serve/assist_passages.h"
#include "serve/shard.h"
#include "store/store.h"

#include <shopbell/hearing.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace shopbell {

constexpr std::size_t api_queue_max = 64;     // requests waiting; more: 503
constexpr std::size_t api_page_max = 500;     // rows of one answer

ServerResponse json_error(int status, std::string_view code, std::string_view message);

/// The answer to one query about a shop with these queues and agents, at `now`. `path` begins behind "/api": "/runs", "/runs/ID"; `query` is as sent.
ServerResponse answer_query(Reader& reader, const desk::Rules& rules, Time now, std::string_view path, std::string_view query);

class Api {
 public:
  /// `offer` is the shard's; `folder` the shop's, where corrections are kept.
  Api(std::unique_ptr<Reader> reader, std::function<bool(Job&)> offer, std::shared_ptr<const desk::Rules> rules, std::string folder);
  ~Api();
  /// Any thread; does not block.
  void ask(std::string_view path, std::string_view query, std::unique_ptr<Responder> responder);
  /// The same for POST; `path` as above. The answer goes out when the inputs are durable.
  void tell(std::string_view path, std::string_view body, std::unique_ptr<Responder> responder);
  /// POST /api/conversations/ID/draft and /summary ask a language model. Before the first request.
  void draft_with(Drafts drafts) { drafts_ = std::move(drafts); }
  void stop();

 private:
  struct Question {
    std::string path, query;
    std::unique_ptr<Responder> responder;
    std::optional<std::string> body = {};  // of a POST
  };
  void run();
  void add(Question question);
  void resolve(Question question);
  void correct(Question question);
  void command(Question question);
  void draft(const std::string& id, bool is_summary, Question question);

  std::unique_ptr<Reader> reader_;
  std::function<bool(Job&)> offer_;
  std::string folder_;
  Drafts drafts_;
  std::shared_ptr<const desk::Rules> rules_;  // never nullptr
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Question> questions_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace shopbell
