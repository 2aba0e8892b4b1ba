#include "cli/replay_sender.h"

#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell::cli {
namespace {

constexpr std::size_t batches_waiting_max = 2;  // of one lane, beside the one under way
constexpr Millis pause_min{50}, pause_max{2'000};
constexpr Millis answer_timeout{60'000};

// What no other batch would be answered otherwise.
bool is_about_all(int status, std::string_view code) {
  return status == 401 || status == 403 || status == 404 || status == 405 || status == 415 || code == "bad_replay" ||
         code == "no_such_workflow";
}

bool is_about_now(int status) { return status == 503 || status == 429 || status == 502 || status == 504; }

}  // namespace

ReplaySender::ReplaySender(const Target& target, HttpHeaders headers, std::size_t lanes, Refused refused)
    : target_(target),
      headers_(std::move(headers)),
      refused_(std::move(refused)),
      bytes_max_(std::min(batch_bytes_max, target.body_bytes_max)),
      lanes_(lanes) {
  headers_.emplace_back("Content-Type", "application/x-ndjson");
  if (!target.token.empty()) headers_.emplace_back("Authorization", "Bearer " + target.token);
  ClientConfig config;
  config.allow = {target.url};
  client_ = Client::make(config);
}

ReplaySender::~ReplaySender() { client_->stop(); }

void ReplaySender::add(std::string_view subject, OutgoingEvent event) {
  Lane& lane = lanes_[std::hash<std::string_view>{}(subject) % lanes_.size()];
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failed_ || lane.batches.size() <= batches_waiting_max; });
  if (failed_) return;
  if (lane.bytes + event.json.size() + 1 > bytes_max_) close(lane);
  lane.bytes += event.json.size() + 1;
  lane.filling.push_back(std::move(event));
  if (lane.filling.size() >= batch_events_max) close(lane);
}

void ReplaySender::close(Lane& lane) {
  if (lane.filling.empty()) return;
  lane.batches.push_back(std::exchange(lane.filling, {}));
  lane.bytes = 0;
  start(lane);
}

void ReplaySender::start(Lane& lane) {
  if (lane.busy || failed_ || lane.batches.empty()) return;
  lane.busy = true;
  HttpRequest request{"POST", target_.url + "/events", headers_, {}, answer_timeout};
  for (const OutgoingEvent& event : lane.batches.front()) request.body.append(event.json).append("\n");
  client_->send(std::move(request), [this, &lane](const Result<HttpResponse>& response) { heard(lane, response); });
}

void ReplaySender::heard(Lane& lane, const Result<HttpResponse>& response) {
  const std::lock_guard lock(mutex_);
  if (!response) return try_again(lane, response.error());
  Arena arena;
  const auto body = parse_json(response->body, arena);
  const Value error = body ? (*body)["error"] : Value();
  const std::string said = fmt::format("answered {}: {}", response->status, error["message"].text_or(""));
  if (response->status / 100 == 2) accept(lane, *response);
  else if (is_about_now(response->status)) return try_again(lane, {"busy", said, {}});
  else if (is_about_all(response->status, error["code"].text_or("")))
    return stop({"refused", target_.url + " " + said, response->status == 401 ? "name a token of api_tokens with --token" : ""});
  else split_or_refuse(lane, said);
  lane.busy = false;
  lane.attempts = 0;
  start(lane);
  changed_.notify_all();
}

void ReplaySender::accept(Lane& lane, const HttpResponse& response) {
  Arena arena;
  const auto body = parse_json(response.body, arena);
  tally_.accepted += body ? static_cast<std::uint64_t>((*body)["accepted"].integer_or(0)) : lane.batches.front().size();
  tally_.repeated += body ? static_cast<std::uint64_t>((*body)["repeated"].integer_or(0)) : 0;
  lane.batches.pop_front();
}

// A batch is taken whole or not at all: its halves tell which event it is.
void ReplaySender::split_or_refuse(Lane& lane, std::string_view why) {
  Batch batch = std::move(lane.batches.front());
  lane.batches.pop_front();
  if (batch.size() == 1) {
    ++tally_.refused;
    return refused_(batch.front(), why);
  }
  const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
  lane.batches.emplace_front(std::make_move_iterator(middle), std::make_move_iterator(batch.end()));
  batch.erase(middle, batch.end());
  lane.batches.push_front(std::move(batch));
}

void ReplaySender::try_again(Lane& lane, const Error& why) {
  if (++lane.attempts > attempts_max) return stop({why.code, fmt::format("{} does not take events: {}", target_.url, why.message), {}});
  const Millis pause = std::min(pause_max, pause_min * (std::int64_t{1} << std::min(lane.attempts, 6u)));
  client_->post_after(pause, [this, &lane] {
    const std::lock_guard lock(mutex_);
    lane.busy = false;
    start(lane);
  });
}

void ReplaySender::stop(Error why) {
  if (!failed_) failed_ = std::move(why);
  for (Lane& lane : lanes_) lane.busy = false;
  changed_.notify_all();
}

void ReplaySender::flush() {
  const std::lock_guard lock(mutex_);
  for (Lane& lane : lanes_) close(lane);
}

bool ReplaySender::is_idle() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.batches.empty(); });
}

void ReplaySender::finish() {
  flush();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failed_ || is_idle(); });
}

std::optional<Error> ReplaySender::failed() {
  const std::lock_guard lock(mutex_);
  return failed_;
}

ReplaySender::Tally ReplaySender::tally() {
  const std::lock_guard lock(mutex_);
  return tally_;
}

std::optional<LinePlace> ReplaySender::first_open() {
  const std::lock_guard lock(mutex_);
  std::optional<LinePlace> first;
  const auto look = [&](const Batch& batch) {
    if (!batch.empty() && (!first || batch.front().place < *first)) first = batch.front().place;
  };
  for (const Lane& lane : lanes_) {
    if (!lane.batches.empty()) look(lane.batches.front());
    look(lane.filling);
  }
  return first;
}

}  // namespace shopbell::cli
