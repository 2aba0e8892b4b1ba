#pragma once
// The shard: one thread that owns all subjects. It takes what waits in its queue, makes one batch of
// it and writes it. A second one syncs it, while the first makes the next batch, and only then answers the
// webhooks and starts the calls. Nothing else writes.
// What it does is turn(); when it does it is its thread's. A simulation makes the turns itself.

#include "core/workflow.h"
#include "net/server.h"
#include "serve/batch.h"
#include "serve/clock.h"
#include "serve/destinations.h"
#include "serve/metrics.h"
#include "serve/pace.h"
#include "serve/sweep.h"
#include "serve/sources.h"
#include "store/store.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace shopbell {

/// Entries that are committed together, and who waits for it.
struct Job {
  std::unique_ptr<Arena> arena;             // what the entries' values and texts point to
  std::vector<Entry> entries;
  std::vector<std::string> lines;           // of the entries; not moved once they point to them
  std::unique_ptr<Responder> responder;     // null: an internal input
  std::chrono::steady_clock::time_point arrived;
  std::size_t bytes = 0;
  std::optional<ServerResponse> success = {};  // instead of the count of events
  bool comes_again = true;                  // when it is refused; see ShardLimits::kept_events
  std::function<void(ServerResponse)> then = {};  // instead of a responder: told what would be answered, on the shard's threads
};

struct ShardLimits {
  std::size_t queue_events_max = 4096;      // waiting; more: refused
  std::size_t kept_events = 0;              // of them for those that send only once
  std::size_t queue_bytes_max = 64 * 1024 * 1024;
  std::size_t batch_events_max = 256;
  std::size_t batch_bytes_max = 4 * 1024 * 1024;
  std::size_t due_max = 256;                // subjects woken in one batch
  std::size_t written_max = 1;              // batches that wait for the sync of the one before
  double waits_per_second = 10'000;         // subjects woken; 0: as fast as it goes
  Retention retention = {};
};

class Shard {
 public:
  struct Outside {
    std::function<void(Responder::Many)> answer;       // many answers at once
    // Calls, as in serve/dispatch.h: a place, then a claim that is committed, then the start.
    std::function<bool(const CallRow&, bool waited)> reserve;
    std::function<void(const CallRow&)> release;
    std::function<std::vector<Room>(const std::vector<WaitingCalls>&)> room;
    std::function<bool()> freed;
    std::function<void(std::vector<CallRow>)> start;
    /// Of the attempts that a process before had begun: those that may just be made again. Once.
    std::function<std::vector<bool>(const std::vector<CallRow>&)> repeatable;
    std::function<void(const std::string& call, std::uint32_t attempt)> settled;  // what came of it is durable; null: nobody asks
    /// Rows that are durable now, in their order, before their calls start; `last_message`: of the store, when they were written.
    /// From the thread that syncs; must not block. null: nobody asks.
    std::function<void(const Batch& rows, std::uint64_t last_message)> kept = {};
    std::function<void()> dead;                        // the store failed: the process must end
    Sources* sources = nullptr;                        // what the sources' habits are kept in; null: nowhere
  };

  Shard(std::unique_ptr<Store> store, std::shared_ptr<const Workflows> workflows, ShardLimits limits, Metrics& metrics, Outside outside, Clock clock = {}, InputClaims claims = {});
  ~Shard();

  /// Sets the schedules' clocks, and begins to take turns on a thread of its own.
  void start();
  /// Takes what is queued, then ends the thread and closes the store.
  void stop();

  /// start() without the threads: the caller, one thread, takes the turns, and where it `syncs_apart` syncs when it likes.
  void begin(bool syncs_apart = false);
  /// One batch: what waits in the queue and what is due, if anything is; committed, answered, its calls
  /// started. False: there was nothing to do.
  bool turn();
  /// What the turns have written is synced and answered, and its calls are started. False: there was nothing.
  bool sync();
  bool has_unsynced() const;
  /// How long from now nothing is due, if nothing is offered or pushed; while the disk is full also until
  /// what is queued is tried again.
  Millis pause() const;

  /// False: the queue is full (or the disk is); the job is untouched. Any thread.
  bool offer(Job& job);
  /// An input of the engine's own: a result, a cancellation. Never refused. Any thread.
  void push(Entry entry);
  /// From the next batch on. Their versions are stored beside the runs that start on them. Any thread.
  void use(std::shared_ptr<const Workflows> workflows);
  std::shared_ptr<const Workflows> workflows() const;
  bool ready() const { return ready_ && !full_; }

 private:
  void run();
  void set_clocks(const Workflows& workflows);
  std::vector<Job> take();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void add_due(std::vector<Job>& jobs);
  void read_products();
  void add_segments(std::vector<Job>& jobs);
  void add_edited(std::vector<Job>& jobs);
  void look_for_edits(const Workflows& workflows);
  void recover_calls();
  std::vector<CallRow> claim_due_calls();
  void claim(Batch& rows, std::vector<CallRow>& claimed);
  void release(const std::vector<CallRow>& claimed);
  /// A batch that is written: what is to be done once it is synced.
  struct Written {
    std::vector<Job> jobs;
    std::vector<Entry> entries;
    std::unique_ptr<BatchMaker> maker;
    std::vector<CallRow> claimed;       // attempts that begin then
    std::chrono::steady_clock::time_point began;
    std::uint64_t last_message = 0;     // Store::last_message()
  };

  void process(std::vector<Job> jobs, std::vector<CallRow> claimed);
  bool look_after();
  void look_after_sources(Time now);
  void hear(const std::vector<Entry>& entries);
  void hand_over(Written written);
  void forget(const std::vector<InputClaims::Key>& counted);
  void sync_written();
  void wait_until_synced();
  std::unique_ptr<BatchMaker> make(std::vector<Entry>& entries, const Workflows& workflows);
  void add_versions(Batch& rows, const Workflows& workflows);
  void finish(std::vector<Written> written);
  void finish(Written& written);
  void answer(std::vector<Job>& jobs, const std::vector<Entry>& entries);
  void put_off(std::vector<Job> jobs, std::vector<Entry> entries);
  void refuse(std::vector<Job>& jobs, std::string_view code, std::string_view message);
  void count(const Aftermath& after);
  void die(std::string_view why);

  std::unique_ptr<Store> store_;
  ShardLimits limits_;
  Metrics& metrics_;
  Outside outside_;
  Clock clock_;
  InputClaims claims_;
  Pace pace_;                           // of waits that are due

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t queued_events_ = 0, queued_bytes_ = 0;
  std::shared_ptr<const Workflows> workflows_;
  bool stopping_ = false, new_set_ = false;

  std::atomic<bool> ready_{false}, full_{false};
  std::shared_ptr<const Workflows> versions_stored_of_;
  Sweep sweep_;
  Catalogue catalogue_;
  std::optional<VersionRow> segments_done_;
  std::vector<std::string> unclaimed_;  // keys of attempts that a process before has begun, to be made again
  struct EditedVersion {
    std::string version;
    std::uint64_t after = 0;            // key of the run that was looked at last
  };
  std::vector<EditedVersion> edited_;   // whose runs have not all been told of the edit
  std::shared_ptr<const Workflows> edits_of_;  // the set that edited_ was made for
  Time next_due_, next_call_;           // when to look for due waits and calls again
  Time next_upkeep_;                    // when to look after sources, requests and what is old
  Clock::Steady try_again_at_{};           // after a full disk
  std::thread thread_;

  mutable std::mutex written_mutex_;             // guards the three below
  std::condition_variable written_changed_;
  std::vector<Written> written_;         // waits for the sync
  bool syncing_ = false;                 // what was written before is being synced, and then answered
  bool ended_ = false, syncs_apart_ = false;
  std::thread syncer_;                   // none in a simulation: then the turns or their caller do it
};

}  // namespace shopbell
