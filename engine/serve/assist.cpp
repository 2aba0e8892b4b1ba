#include "serve/assist.h"

#include <algorithm>
#include <charconv>

namespace shopbell {
namespace {

constexpr std::int64_t day_ms = 24 * 3'600'000;
constexpr Millis rest_max{3'600'000};

std::string endpoint_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url + "/chat/completions";
}

/// Retry-After in seconds; of the other form nothing.
Millis rest_of(const HttpResponse& response) {
  for (const auto& [name, value] : response.headers) {
    std::int64_t seconds = 0;
    if (name.size() == 11 && (name[0] == 'R' || name[0] == 'r') && name.substr(1) == "etry-After" &&
        std::from_chars(value.data(), value.data() + value.size(), seconds).ec == std::errc{} && seconds > 0)
      return std::min(rest_max, Millis{seconds * 1000});
  }
  return assist_rest;
}

std::unique_ptr<Client> client_for(std::vector<std::string> http_allow) {
  ClientConfig config;
  config.allow = std::move(http_allow);
  return Client::make(config);
}

}  // namespace

Assist::Assist(AssistConfig config, std::vector<std::string> http_allow, Now now)
    : config_(std::move(config)), now_(std::move(now)), client_(client_for(std::move(http_allow))) {}

Assist::~Assist() { stop(); }

void Assist::stop() { client_->stop(); }

void Assist::ask(const std::string& conversation, AssistAsk ask, Done done, Millis within) {
  send(conversation, ask, within, [ask, done = std::move(done)](const Result<std::string>& body) {
    done(body ? read_assist(*body, ask) : tl::unexpected(body.error()));
  });
}

void Assist::sort(const std::string& conversation, AssistAsk ask, SortedDone done, Millis within) {
  send(conversation, ask, within, [ask, done = std::move(done)](const Result<std::string>& body) {
    done(body ? read_sorted(*body, ask) : tl::unexpected(body.error()));
  });
}

void Assist::send(const std::string& conversation, const AssistAsk& ask, Millis within, std::function<void(Result<std::string>)> done) {
  if (auto good = admit(conversation); !good) return done(tl::unexpected(good.error()));
  HttpRequest request;
  request.url = endpoint_of(config_.url);
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  if (!config_.key.empty()) request.headers.emplace_back("Authorization", "Bearer " + config_.key);
  request.body = assist_body(ask, config_.model);
  request.timeout = std::clamp(within, Millis{1}, config_.timeout);
  client_->send(std::move(request), [this, done = std::move(done)](Result<HttpResponse> response) { done(judge(response)); });
}

Result<void> Assist::admit(const std::string& conversation) {
  const Time now = now_();
  const std::int64_t day = to_ms(now) / day_ms;
  const std::lock_guard lock(mutex_);
  if (now < rests_until_) return fail("resting", "the model's endpoint has failed; it is asked again in a while");
  if (day != day_) {
    day_ = day;
    asked_ = 0;
    asked_by_.clear();
  }
  if (asked_ >= config_.per_day) return fail("spent", "the model was asked as often as it may be on one day");
  std::int64_t& of_it = asked_by_[conversation];
  if (of_it >= config_.per_conversation) return fail("spent", "the model was asked about this conversation as often as it may be");
  ++of_it;
  ++asked_;
  return {};
}

void Assist::settle(bool failed, Millis rest) {
  const std::lock_guard lock(mutex_);
  failures_ = failed ? failures_ + 1 : 0;
  if (failures_ < assist_failures_max && rest <= assist_rest) return;
  if (!failed) return;
  failures_ = 0;
  rests_until_ = now_() + rest;
}

Result<std::string> Assist::judge(const Result<HttpResponse>& response) {
  if (!response) {
    settle(true, assist_rest);
    if (response.error().code == "timeout") return fail("slow", "the model did not answer in time");
    return fail("unreachable", "the model's endpoint cannot be reached: " + response.error().message);
  }
  const int status = response->status;
  if (status == 200) {
    settle(false, {});
    if (response->cut) return fail("bad_answer", "the endpoint's answer is too long");
    return response->body;
  }
  settle(true, rest_of(*response));
  if (status == 429 || status == 402) return fail("quota", "the model's endpoint takes no more for now");
  if (status == 401 || status == 403) return fail("bad_key", "the model's endpoint does not take the key of assist.key");
  return fail("broken", "the model's endpoint answered " + std::to_string(status));
}

}  // namespace shopbell
