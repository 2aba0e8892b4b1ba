#include "serve/shard.h"

#include "base/crash_point.h"
#include "core/replayed.h"
#include "core/schedule.h"
#include "load/load.h"
#include "serve/api.h"
#include "serve/catalogue.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace shopbell {
namespace {

constexpr Millis look_ahead{60'000};             // waits further away are looked up again by then
constexpr std::chrono::seconds full_pause{1};    // between tries while the disk is full
constexpr Millis upkeep_pause{30'000};           // between looks at sources, requests and what is old
constexpr Millis upkeep_again{1'000};            // when something was in the way

}  // namespace

Shard::Shard(std::unique_ptr<Store> store, std::shared_ptr<const Workflows> workflows, ShardLimits limits, Metrics& metrics, Outside outside, Clock clock, InputClaims claims)
    : store_(std::move(store)), limits_(limits), metrics_(metrics), outside_(std::move(outside)), clock_(std::move(clock)), claims_(std::move(claims)), pace_(limits.waits_per_second, limits.due_max), workflows_(std::move(workflows)), next_due_(clock_.wall()), next_call_(next_due_), next_upkeep_(next_due_) {}

Shard::~Shard() { stop(); }

void Shard::begin(bool syncs_apart) {
  syncs_apart_ = syncs_apart;
  read_products();
  recover_calls();
  set_clocks(*workflows());
  ready_ = true;
}

void Shard::read_products() {
  auto read = read_catalogue(*store_);
  if (!read) return die(read.error().message);
  catalogue_ = std::move(*read);
  if (!catalogue_.empty()) sweep_.look_again();  // a process before may not have come to all
}

void Shard::start() {
  begin();
  syncer_ = std::thread([this] { sync_written(); });
  thread_ = std::thread([this] { run(); });
}

void Shard::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock(written_mutex_);
    ended_ = true;
  }
  written_changed_.notify_all();
  if (syncer_.joinable()) syncer_.join();
  ready_ = false;
}

bool Shard::offer(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    const std::size_t events_max = limits_.queue_events_max - (job.comes_again ? limits_.kept_events : 0);
    if (full_ || stopping_ || queued_events_ + job.entries.size() > events_max || queued_bytes_ + job.bytes > limits_.queue_bytes_max) return false;
    queued_events_ += job.entries.size();
    queued_bytes_ += job.bytes;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void Shard::push(Entry entry) {
  Job job;
  job.entries.push_back(std::move(entry));
  {
    const std::lock_guard lock(mutex_);
    queued_events_ += 1;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void Shard::use(std::shared_ptr<const Workflows> workflows) {
  const auto set = workflows;
  {
    const std::lock_guard lock(mutex_);
    workflows_ = std::move(workflows);
    new_set_ = true;
  }
  wake_.notify_one();
  set_clocks(*set);
}

// Each workflow with schedules has a clock, which is due as a run is.
void Shard::set_clocks(const Workflows& workflows) {
  for (const auto& workflow : workflows.all())
    if (!workflow->schedules.empty())
      push({schedule_subject(workflow->id), {clock_.wall(), Scheduled{workflow->id}}, {}, {}});
}

std::shared_ptr<const Workflows> Shard::workflows() const {
  const std::lock_guard lock(mutex_);
  return workflows_;
}

void Shard::run() {
  try {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        wait_for_work(lock);
      }
      if (turn()) continue;
      const std::lock_guard lock(mutex_);
      if (stopping_ && queue_.empty()) return;
    }
  } catch (const std::exception& e) {
    die(e.what());
  }
}

bool Shard::turn() {
  std::vector<Job> jobs = take();
  std::vector<CallRow> claimed = claim_due_calls();
  add_due(jobs);
  add_segments(jobs);
  add_edited(jobs);
  const bool segments_over = segments_done_ && !full_;
  if (jobs.empty() && claimed.empty() && unclaimed_.empty() && !segments_over) return look_after();
  process(std::move(jobs), std::move(claimed));
  look_after();
  return true;
}

Millis Shard::pause() const {
  const auto until_try = std::chrono::ceil<Millis>(try_again_at_ - clock_.steady());
  if (full_ && until_try > Millis{0}) return until_try;  // whatever is due
  return std::clamp(std::min({next_due_, next_call_, sweep_.next(), next_upkeep_}) - clock_.wall(), Millis{0}, look_ahead);
}

void Shard::wait_for_work(std::unique_lock<std::mutex>& lock) {
  const auto ready = [this] { return stopping_ || new_set_ || (!queue_.empty() && clock_.steady() >= try_again_at_); };
  if (!ready()) wake_.wait_for(lock, pause(), ready);
}

std::vector<Job> Shard::take() {
  std::vector<Job> jobs;
  const std::lock_guard lock(mutex_);
  new_set_ = false;
  if (clock_.steady() < try_again_at_ && !stopping_) return jobs;
  full_ = full_ && stopping_;  // the pause is over: whether there is room, the next commit tells
  std::size_t events = 0, bytes = 0;
  while (!queue_.empty() && events < limits_.batch_events_max && bytes < limits_.batch_bytes_max) {
    events += queue_.front().entries.size();
    bytes += queue_.front().bytes;
    jobs.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_events_ -= events;
  queued_bytes_ -= bytes;
  if (!jobs.empty()) crash_point("shard.jobs_taken");
  metrics_.queue_length = static_cast<std::int64_t>(queued_events_);
  return jobs;
}

// Subjects whose waits are due join the batch.
void Shard::add_due(std::vector<Job>& jobs) {
  const Time now = clock_.wall();
  if (full_ || next_due_ > now) return;
  const std::size_t most = pace_.room(clock_.steady());
  if (most == 0) {
    next_due_ = now + pace_.until_room();
    return;
  }
  auto due = store_->due(now + look_ahead, most);
  if (!due) return die(due.error().message);
  const bool all = due->size() < most;
  next_due_ = now + look_ahead;
  Job job;
  for (DueSubject& subject : *due) {
    if (subject.due > now) {
      next_due_ = subject.due;
      break;
    }
    job.entries.push_back({std::move(subject.id), {now, Due{}}, {}, {}});
  }
  if (!all && job.entries.size() == due->size()) next_due_ = now;
  pace_.take(job.entries.size());
  if (!job.entries.empty()) crash_point("shard.due_taken");
  if (!job.entries.empty()) jobs.push_back(std::move(job));
}

// So do customers whose segments are others with the time, or by a new segments.yaml, or whose products are filed otherwise.
void Shard::add_segments(std::vector<Job>& jobs) {
  const auto workflows = this->workflows();
  if (full_) return;
  if (auto good = sweep_.use(*workflows, *store_); !good) return die(good.error().message);
  auto entries = sweep_.page(*workflows, *store_, catalogue_, clock_.wall());
  if (!entries) return die(entries.error().message);
  if (auto done = sweep_.done()) segments_done_ = std::move(done);
  if (entries->empty()) return;
  Job job;
  job.entries = std::move(*entries);
  jobs.push_back(std::move(job));
}

// An input on which the core throws is a fault of the engine: it is tried again, as one is that the process died of.
std::unique_ptr<BatchMaker> Shard::make(std::vector<Entry>& entries, const Workflows& workflows) {
  for (;;) {
    auto maker = std::make_unique<BatchMaker>(workflows, *store_, clock_.wall(), claims_, catalogue_);
    try {
      if (auto made = maker->make(entries); !made) {
        die(made.error().message);
        return nullptr;
      }
      return maker;
    } catch (const std::exception& e) {
      if (!maker->current() || claims_.poisons(*maker->current())) throw;
      claims_.failed(*maker->current());
      if (claims_.poisons(*maker->current())) spdlog::error("an input cannot be taken and is set aside: {}", e.what());
    }
  }
}

// Work that waits for its turn, a slice at a time. True: there is more of it at once.
bool Shard::look_after() {
  const Time now = clock_.wall();
  if (full_ || next_upkeep_ > now || !ready_) return false;
  next_upkeep_ = now + upkeep_pause;
  wait_until_synced();  // what is emptied now was durable
  look_after_sources(now);
  Upkeep left = store_->serve_request();
  const bool keeps_all = limits_.retention.events + limits_.retention.runs + limits_.retention.messages + limits_.retention.tickets == Millis{0};
  if (left == Upkeep::none && !keeps_all) left = store_->retain(limits_.retention, std::max(now, store_->clock()));
  if (left == Upkeep::more) next_upkeep_ = now;
  if (left == Upkeep::later) next_upkeep_ = now + upkeep_again;
  if (left == Upkeep::failed) die("the store could not write");
  return left == Upkeep::more;
}

// What was refused is written down now and then, not each time: it may be much.
void Shard::look_after_sources(Time now) {
  if (outside_.sources == nullptr) return;
  for (const Silent& source : outside_.sources->silent(now)) push(silence_of(source, now));
  Batch rows;
  rows.fence = store_->fence();
  rows.clock = store_->clock();
  rows.sources = outside_.sources->changed();
  if (rows.sources.empty()) return;
  const Committed done = store_->commit(rows);
  if (done == Committed::fenced) die("another process has opened this data folder");
  if (done == Committed::failed) die("the store could not write");
}

// Also what was had before: its source is there.
void Shard::hear(const std::vector<Entry>& entries) {
  if (outside_.sources == nullptr) return;
  std::map<std::string_view, std::uint64_t> heard;
  for (const Entry& entry : entries)
    if (const auto* received = std::get_if<Received>(&entry.input.what); received != nullptr && !entry.digest.empty())
      ++heard[received->event.source];
  for (const auto& [source, events] : heard)
    if (!source.starts_with("shopbell/") && !is_replayed(source)) outside_.sources->heard(source, clock_.wall(), events);
}

// A run may outlive the file that it started on, so a version is kept before its first run.
void Shard::add_versions(Batch& rows, const Workflows& workflows) {
  for (const auto& workflow : workflows.all())
    rows.versions.push_back({workflow->version, workflow->id, encode_source(workflow->source)});
}

void Shard::process(std::vector<Job> jobs, std::vector<CallRow> claimed) {
  const auto workflows = this->workflows();
  std::vector<Entry> entries;
  for (Job& job : jobs) std::move(job.entries.begin(), job.entries.end(), std::back_inserter(entries));
  auto maker = make(entries, *workflows);
  if (!maker) return refuse(jobs, "store_failed", "the store has failed; nothing of this request was kept");
  crash_point("shard.batch_made");
  claim(maker->rows(), claimed);
  if (!claimed.empty()) crash_point("shard.places_reserved");
  hear(entries);
  if (outside_.sources != nullptr) maker->rows().sources = outside_.sources->changed();
  if (versions_stored_of_ != workflows) add_versions(maker->rows(), *workflows);
  if (segments_done_) maker->rows().versions.push_back(*segments_done_);
  const auto began = std::chrono::steady_clock::now();
  switch (store_->write(maker->rows())) {
    case Committed::done:
      versions_stored_of_ = workflows;
      segments_done_.reset();
      full_ = false;
      return hand_over({std::move(jobs), std::move(entries), std::move(maker), std::move(claimed), began, store_->last_message()});
    case Committed::full: release(claimed); return put_off(std::move(jobs), std::move(entries));
    case Committed::fenced: die("another process has opened this data folder"); break;
    case Committed::failed: die("the store could not write"); break;
  }
  refuse(jobs, "store_failed", "the store has failed; send this again");
}

void Shard::hand_over(Written written) {
  if (const auto next = written.maker->next_due()) {
    next_due_ = std::min(next_due_, *next);
    next_call_ = std::min(next_call_, *next);
  }
  if (const Catalogue& filed = written.maker->filed(); !filed.empty()) {
    catalogue_.take(filed);
    sweep_.look_again();
  }
  const auto counted = written.maker->counted();
  if (!unclaimed_.empty()) next_call_ = clock_.wall();
  unclaimed_.clear();
  if (!written.maker->rows().requests.empty()) next_upkeep_ = clock_.wall();
  {
    std::unique_lock lock(written_mutex_);
    if (syncer_.joinable()) written_changed_.wait(lock, [this] { return written_.size() < limits_.written_max; });
    written_.push_back(std::move(written));
  }
  written_changed_.notify_all();
  crash_point("shard.handed_over");
  if (!syncer_.joinable() && (!syncs_apart_ || written_.size() > limits_.written_max)) sync();
  forget(counted);
  store_->tidy();
}

// A suspect that was taken or set aside is one no more, when that is durable. There is none, almost always.
void Shard::forget(const std::vector<InputClaims::Key>& counted) {
  if (counted.empty()) return;
  wait_until_synced();
  if (!ready_) return;  // it could not be synced
  for (const auto& key : counted) claims_.forget(key);
}

bool Shard::sync() {
  std::vector<Written> written;
  {
    const std::lock_guard lock(written_mutex_);
    written = std::exchange(written_, {});
  }
  if (written.empty()) return false;
  finish(std::move(written));
  return true;
}

// The second thread: whatever was written meanwhile shares one sync.
void Shard::sync_written() {
  std::unique_lock lock(written_mutex_);
  for (;;) {
    written_changed_.wait(lock, [this] { return ended_ || !written_.empty(); });
    if (written_.empty()) return;
    std::vector<Written> written = std::exchange(written_, {});
    syncing_ = true;
    lock.unlock();
    written_changed_.notify_all();
    try {
      finish(std::move(written));
    } catch (const std::exception& e) {
      die(e.what());
    }
    lock.lock();
    syncing_ = false;
    written_changed_.notify_all();
  }
}

bool Shard::has_unsynced() const {
  const std::lock_guard lock(written_mutex_);
  return !written_.empty();
}

void Shard::wait_until_synced() {
  if (!syncer_.joinable()) sync();
  std::unique_lock lock(written_mutex_);
  written_changed_.wait(lock, [this] { return written_.empty() && !syncing_; });
}

void Shard::finish(std::vector<Written> written) {
  const bool synced = store_->sync();
  crash_point("shard.synced");
  if (!synced) die("the store could not sync what it wrote");
  for (Written& one : written) {
    if (synced) finish(one);
    else refuse(one.jobs, "store_failed", "the store has failed; send this again");
  }
}

void Shard::finish(Written& written) {
  metrics_.commit.record(std::chrono::steady_clock::now() - written.began);
  answer(written.jobs, written.entries);
  crash_point("shard.answered");
  const Batch& rows = written.maker->rows();
  Aftermath& after = written.maker->aftermath();
  count(after);
  metrics_.inputs += rows.inputs.size();
  metrics_.tickets_opened += rows.tickets.size();
  if (outside_.kept) outside_.kept(rows, written.last_message);
  for (const std::string& line : after.log) spdlog::info("{}", line);
  if (!written.claimed.empty()) outside_.start(std::move(written.claimed));
  crash_point("shard.calls_started");
  for (const Entry& entry : written.entries)
    if (const auto* finished = std::get_if<Finished>(&entry.input.what); finished != nullptr && outside_.settled)
      outside_.settled(finished->call, finished->attempt);
  crash_point("shard.calls_settled");
}

void Shard::answer(std::vector<Job>& jobs, const std::vector<Entry>& entries) {
  Responder::Many answers;
  std::size_t at = 0;
  const auto now = std::chrono::steady_clock::now();
  for (Job& job : jobs) {
    std::size_t repeated = 0;
    const std::size_t count = job.entries.size();
    for (std::size_t i = 0; i < count; ++i) repeated += entries[at + i].repeated;
    at += count;
    if (!job.responder && !job.then) continue;
    const Entry* command = count == 1 && entries[at - 1].status != 0 ? &entries[at - 1] : nullptr;
    metrics_.events_repeated += repeated;
    metrics_.answer.record(now - job.arrived);
    ServerResponse response;
    response.status = repeated == count ? 200 : 202;
    response.body = fmt::format("{{\"accepted\":{},\"repeated\":{}}}\n", count - repeated, repeated);
    if (command != nullptr) response = {command->status, "application/json", command->answer, {}};
    if (job.success) response = std::move(*job.success);
    if (job.then) job.then(std::move(response));
    else answers.emplace_back(std::move(job.responder), std::move(response));
  }
  if (!answers.empty()) outside_.answer(std::move(answers));
}

// The disk is full: platforms are told to come again, the engine's own inputs wait in the queue.
void Shard::put_off(std::vector<Job> jobs, std::vector<Entry> entries) {
  if (!full_) spdlog::error("the disk is full: webhooks are answered 503 until there is room");
  full_ = true;
  ++metrics_.disk_full;
  try_again_at_ = clock_.steady() + full_pause;
  refuse(jobs, "disk_full", "there is no room on the disk; send this again later");
  std::size_t at = 0;
  const std::lock_guard lock(mutex_);
  std::deque<Job> kept;
  for (Job& job : jobs) {
    const std::size_t count = job.entries.size();
    std::move(entries.begin() + static_cast<std::ptrdiff_t>(at), entries.begin() + static_cast<std::ptrdiff_t>(at + count), job.entries.begin());
    at += count;
    if (job.arrived == Clock::Steady{}) kept.push_back(std::move(job));
  }
  for (; !kept.empty(); kept.pop_back()) {
    queued_events_ += kept.back().entries.size();
    queue_.push_front(std::move(kept.back()));
  }
}

void Shard::refuse(std::vector<Job>& jobs, std::string_view code, std::string_view message) {
  Responder::Many answers;
  for (Job& job : jobs)
    if (job.then) job.then(json_error(503, code, message));
    else if (job.responder) answers.emplace_back(std::move(job.responder), json_error(503, code, message));
  if (!answers.empty()) outside_.answer(std::move(answers));
}

void Shard::count(const Aftermath& after) {
  ++metrics_.batches;
  metrics_.events_accepted += after.events;
  metrics_.inputs_quarantined += after.quarantined;
  metrics_.runs_started += after.runs_started;
  metrics_.runs_done += after.runs_done;
  metrics_.runs_stopped += after.runs_stopped;
  metrics_.runs_failed += after.runs_failed;
  metrics_.messages_in += after.messages_in;
  metrics_.messages_out += after.messages_out;
}

// Fail-stop: after a failed sync nobody knows what the disk holds; opening anew finds out.
void Shard::die(std::string_view why) {
  if (!ready_.exchange(false)) return;  // it has been told
  spdlog::critical("{}: the server stops; what was acknowledged is safe", why);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    full_ = true;
  }
  outside_.dead();
}

}  // namespace shopbell
