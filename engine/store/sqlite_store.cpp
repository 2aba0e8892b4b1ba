// The store: the order of log, rows and syncs. Rows are writer.cpp's, lines are log.cpp's.

#include "base/crash_point.h"
#include "store/copier.h"
#include "store/database.h"
#include "store/log.h"
#include "store/open.h"
#include "store/queries.h"
#include "store/recent.h"
#include "store/requests.h"
#include "store/retain.h"
#include "store/schema.h"
#include "store/wal.h"
#include "store/writer.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <stdexcept>

namespace shopbell {
namespace {

// Pages of write-ahead log after which it is copied into the database: by tidy(), and by write()
// itself where nobody calls that.
constexpr int tidy_pages = 6'000;
constexpr int wal_pages_max = 12'000;

constexpr std::size_t recent_bytes_max = std::size_t{24} << 20;

class SqliteStore : public Store {
 public:
  SqliteStore(Lock lock, std::unique_ptr<GatheringVfs> vfs, sqlite::Database db, std::unique_ptr<Copier> copier)
      : lock_(std::move(lock)), vfs_(std::move(vfs)), db_(std::move(db)), copier_(std::move(copier)), writer_(db_), retainer_(db_), queries_(db_) {}
  ~SqliteStore() override;

  Result<void> start(const std::string& folder, const FileCalls& files);

  Fence fence() const override { return meta_.fence; }
  std::uint64_t last_message() const override { return writer_.last_message(); }
  Time clock() const override { return meta_.clock; }
  Result<Loaded> load(const std::vector<std::string>& subjects, const std::vector<Digest>& digests) override;
  Committed write(const Batch& batch) override;
  bool sync() override;
  void tidy() override;
  Upkeep serve_request() override;
  Upkeep retain(const Retention& keep, Time now) override;
  Result<std::vector<DueSubject>> due(Time upto, std::size_t max) override { return queries_.due(upto, max); }
  Result<std::vector<WaitingCalls>> waiting_calls() override { return queries_.waiting_calls(); }
  Result<std::vector<CallRow>> due_calls(const WaitingCalls& of, Time upto, std::size_t max) override {
    return queries_.due_calls(of, upto, max);
  }
  Result<std::vector<CallRow>> claimed_calls() override { return queries_.claimed_calls(); }
  Result<std::vector<std::string>> failed_runs(std::string_view subject) override { return queries_.failed_runs(subject); }
  Result<std::vector<RunOfVersion>> runs_of_version(std::string_view version, std::uint64_t after,
                                                    std::size_t max) override {
    return queries_.runs_of_version(version, after, max);
  }
  Result<std::vector<SubjectRow>> subjects(std::string_view after, std::size_t max) override {
    return queries_.subjects(after, max);
  }
  Result<std::optional<Time>> next_due() override { return queries_.next_due(); }
  Result<std::vector<std::string>> open_versions() override { return queries_.open_versions(); }
  Result<std::optional<VersionRow>> version(std::string_view version) override { return queries_.version(version); }

 private:
  struct Undo {  // when a bug throws out of the middle of a commit
    SqliteStore* store;
    ~Undo() {
      if (store != nullptr) store->take_back();
    }
  };

  int prepare();
  int read_meta(Meta& meta, std::string& segment);
  int begin_epoch();
  int load_subject(const std::string& id, LoadedSubject& into);
  int find_subject(const std::string& id, RecentSubjects::Subject& into);
  int find_seen(const Digest& digest, std::uint64_t& seq);
  template <class Work>
  Upkeep within(const Work& work);
  Committed attempt(const Batch& batch, Meta& meta);
  Committed verdict(int code) const;
  int name_segment(Meta& meta);
  int commit_unsynced();
  void take_back();
  void stop();
  void checkpoint();

  Lock lock_;
  std::unique_ptr<GatheringVfs> vfs_;
  sqlite::Database db_;
  std::unique_ptr<Copier> copier_;  // null: the store copies alone
  bool copied_ahead_ = false;       // by it, and what came meanwhile is left
  Writer writer_;
  Retainer retainer_;
  RecentSubjects recent_{recent_bytes_max};
  std::unique_ptr<Requests> requests_;
  FileCalls files_;
  std::string folder_;
  std::unique_ptr<Log> log_;
  Meta meta_;
  std::string segment_;  // the name of meta_.segment
  int wal_pages_ = 0;
  WalFile* wal_ = nullptr;
  std::mutex syncing_;                    // held during a sync, and while what was synced is copied
  std::atomic<bool> sync_failed_{false};  // the next sync of the same file might say that all is well
  bool failed_ = false;
  Queries queries_;
  sqlite::Statement begin_, begin_read_, commit_, rollback_, get_meta_, get_fence_, get_at_, get_subject_, get_open_runs_;
};

void require_consecutive(const Batch& batch) {
  std::uint64_t seq = batch.fence.seq;
  for (const auto& input : batch.inputs) {
    if (input.seq != ++seq) throw std::logic_error("a batch's inputs are not consecutive");
  }
}

int SqliteStore::prepare() {
  int code = SQLITE_OK;
  const auto prepare = [&](std::string_view sql) { return db_.prepare(sql, code); };
  begin_ = prepare("BEGIN IMMEDIATE");
  begin_read_ = prepare("BEGIN");
  commit_ = prepare("COMMIT");
  rollback_ = prepare("ROLLBACK");
  get_meta_ = prepare(
      "SELECT epoch, seq, clock, segment, log_end, events, open_runs, open_calls, tickets, seen_upto,"
      " run_ids_upto, (SELECT name FROM segment WHERE id = segment) FROM meta");
  get_fence_ = prepare("SELECT epoch, seq FROM meta");
  get_at_ = prepare("SELECT at FROM input WHERE seq = ?");
  get_subject_ = prepare("SELECT state FROM subject WHERE id = ?");
  get_open_runs_ = prepare("SELECT id, state FROM run WHERE subject = ? AND ended IS NULL ORDER BY key");
  return code;
}

int SqliteStore::read_meta(Meta& meta, std::string& segment) {
  bool found = false;
  const int code = get_meta_.each([&](const sqlite::Row& row) {
    found = true;
    meta.fence = Fence{row.number(0), row.number(1)};
    meta.clock = row.time(2);
    meta.segment = row.number(3);
    meta.log_end = row.number(4);
    meta.events = row.integer(5);
    meta.open_runs = row.integer(6);
    meta.open_calls = row.integer(7);
    meta.tickets = row.integer(8);
    meta.seen_upto = row.number(9);
    meta.run_ids_upto = row.number(10);
    segment = row.text(11);
    return true;
  });
  return code == SQLITE_OK && !found ? SQLITE_CORRUPT : code;
}

int SqliteStore::begin_epoch() {
  int code = begin_.run();
  if (code == SQLITE_OK) code = read_meta(meta_, segment_);
  if (code == SQLITE_OK) code = writer_.open(meta_);
  crash_point("store.meta_read");
  ++meta_.fence.epoch;
  Batch nothing;
  nothing.clock = meta_.clock;
  if (code == SQLITE_OK) code = writer_.write(nothing, {}, meta_);
  return code == SQLITE_OK ? commit_.run() : code;
}

Result<void> SqliteStore::start(const std::string& folder, const FileCalls& files) {
  folder_ = folder;
  files_ = files;
  requests_ = std::make_unique<Requests>(db_, folder, files);
  int code = prepare();
  if (code == SQLITE_OK) code = queries_.prepare();
  if (code == SQLITE_OK) code = begin_epoch();
  if (code == SQLITE_OK) code = requests_->open();
  if (code == SQLITE_OK) code = retainer_.open();
  if (code != SQLITE_OK) return db_.error(code);
  crash_point("store.epoch_begun");
  auto log = Log::open(log_path(folder), LogEnd{segment_, meta_.log_end}, files);
  if (!log) return tl::unexpected(log.error());
  log_ = std::move(*log);
  wal_ = WalFile::of(db_.handle());
  if (wal_ == nullptr) return fail("io", "the database has no write-ahead log");
  sqlite3_wal_hook(
      db_.handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<SqliteStore*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  return {};
}

SqliteStore::~SqliteStore() {
  crash_point("store.closing");
  if (sync_failed_) stop();
  if (log_ && !failed_) log_->close();
}

// Loading

int SqliteStore::load_subject(const std::string& id, LoadedSubject& into) {
  const auto fill = [&into](const RecentSubjects::Subject& from) {
    into.id = from.id;
    into.state = from.state;
    for (const auto& run : from.runs) into.runs.push_back(run.state);
  };
  if (const auto* known = recent_.find(id)) {
    fill(*known);
    return SQLITE_OK;
  }
  RecentSubjects::Subject found;
  if (const int code = find_subject(id, found); code != SQLITE_OK) return code;
  fill(found);
  recent_.keep(std::move(found));
  return SQLITE_OK;
}

int SqliteStore::find_subject(const std::string& id, RecentSubjects::Subject& into) {
  into.id = id;
  const int code = get_subject_.each(
      [&](const sqlite::Row& row) {
        into.state = row.text(0);
        return true;
      },
      id);
  if (code != SQLITE_OK) return code;
  return get_open_runs_.each(
      [&](const sqlite::Row& row) {
        into.runs.push_back({row.text(0), row.text(1)});
        return true;
      },
      id);
}

/// An event that was had longer than seen_kept ago is a new one: without an id of its sender's, all that identifies it
/// is what it says, and that may be said again.
int SqliteStore::find_seen(const Digest& digest, std::uint64_t& seq) {
  for (std::uint64_t after = 0;; after = seq) {
    seq = 0;
    int code = writer_.seen().find(digest, after, seq);
    if (code != SQLITE_OK || seq == 0) return code;
    bool forgotten = false;
    code = get_at_.each(
        [&](const sqlite::Row& row) {
          forgotten = row.time(0) < meta_.clock - seen_kept;
          return true;
        },
        seq);
    if (code != SQLITE_OK || !forgotten) return code;
  }
}

Result<Loaded> SqliteStore::load(const std::vector<std::string>& subjects,
                                 const std::vector<Digest>& digests) {
  Loaded loaded;
  loaded.subjects.resize(subjects.size());
  loaded.seen.resize(digests.size());
  int code = begin_read_.run();  // one look at the files' locks, not one a statement
  for (std::size_t i = 0; code == SQLITE_OK && i < subjects.size(); ++i)
    code = load_subject(subjects[i], loaded.subjects[i]);
  for (std::size_t i = 0; code == SQLITE_OK && i < digests.size(); ++i) {
    code = find_seen(digests[i], loaded.seen[i]);
  }
  if (sqlite3_get_autocommit(db_.handle()) == 0) commit_.run();
  if (code != SQLITE_OK) return db_.error(code);
  return loaded;
}

// Committing

/// A full disk can be waited for; nothing else can.
Committed SqliteStore::verdict(int code) const {
  if (code == SQLITE_OK) return Committed::done;
  if ((code & 0xff) == SQLITE_FULL) return Committed::full;
  const int error = sqlite3_system_errno(db_.handle());
  const bool no_room = error == ENOSPC || error == EDQUOT;
  if (no_room && (code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_WRITE)) return Committed::full;
  return Committed::failed;
}

int SqliteStore::name_segment(Meta& meta) {
  meta.log_end = log_->end().offset;
  if (log_->end().segment == segment_) return SQLITE_OK;
  return writer_.add_segment(++meta.segment, log_->end().segment);
}

Committed SqliteStore::attempt(const Batch& batch, Meta& meta) {
  int code = begin_.run();
  if (code != SQLITE_OK) return verdict(code);
  Fence now;
  code = get_fence_.each([&](const sqlite::Row& row) {
    now = Fence{row.number(0), row.number(1)};
    return true;
  });
  if (code != SQLITE_OK) return verdict(code);
  if (now != batch.fence) return Committed::fenced;
  crash_point("store.commit_begun");

  std::vector<std::string_view> lines;
  std::vector<std::uint64_t> offsets;
  for (const auto& input : batch.inputs) {
    if (!input.line.empty()) lines.push_back(input.line);
  }
  if (!lines.empty()) {
    const auto wrote = log_->append(batch.clock, lines, offsets);
    if (wrote != Log::Wrote::ok) return wrote == Log::Wrote::full ? Committed::full : Committed::failed;
    log_->start_sync();
    code = name_segment(meta);
  }
  if (code == SQLITE_OK) code = writer_.write(batch, offsets, meta);
  crash_point("store.rows_written");
  if (!lines.empty() && !log_->finish_sync()) return Committed::failed;
  return verdict(code == SQLITE_OK ? commit_unsynced() : code);
}

/// The lines are synced by now, so rows without their line are never on the disk.
int SqliteStore::commit_unsynced() {
  wal_->put_off_sync(true);
  const int code = commit_.run();
  wal_->put_off_sync(false);
  return code;
}

bool SqliteStore::sync() {
  const std::lock_guard lock(syncing_);
  crash_point("store.sync_begun");
  if (!sync_failed_ && wal_->sync() != SQLITE_OK) sync_failed_ = true;
  crash_point("store.synced");
  return !sync_failed_;
}

Committed SqliteStore::write(const Batch& batch) {
  if (sync_failed_) stop();
  if (failed_) return Committed::failed;
  require_consecutive(batch);
  if (batch.fence != meta_.fence) return Committed::fenced;
  Undo undo{this};
  Meta meta = meta_;
  const Committed result = attempt(batch, meta);
  undo.store = nullptr;
  if (result == Committed::failed) stop();
  if (result != Committed::done) {
    take_back();
    return failed_ ? Committed::failed : result;
  }
  if (meta.segment != meta_.segment) segment_ = log_->end().segment;
  recent_.committed(batch, meta_.fence.seq + 1);
  meta_ = meta;
  crash_point("store.committed");
  log_->keep();
  writer_.committed(batch);
  if (wal_pages_ >= wal_pages_max) checkpoint();
  return Committed::done;
}

/// Takes back what a commit had begun. After a failure it is unknown what the disk has, so the log
/// stays as it is: the next opening looks.
void SqliteStore::take_back() {
  if (sqlite3_get_autocommit(db_.handle()) == 0) rollback_.run();
  writer_.forget();
  if (!failed_ && !log_->cut()) stop();
}

void SqliteStore::stop() {
  failed_ = true;
  sqlite3_db_config(db_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

/// Work on rows that are there, in a transaction of its own; SQLITE_OK: what it did is durable.
template <class Work>
Upkeep SqliteStore::within(const Work& work) {
  Meta meta = meta_;
  Batch nothing;
  nothing.fence = meta.fence;
  nothing.clock = meta.clock;
  int code = begin_.run();
  if (code == SQLITE_OK) code = work(meta);
  if (code == SQLITE_OK) code = writer_.write(nothing, {}, meta);
  if (code == SQLITE_OK) code = commit_.run();
  recent_.clear();
  if (code == SQLITE_OK) {
    meta_ = meta;
    writer_.committed(nothing);
    return Upkeep::more;
  }
  requests_->forget();
  if ((code & 0xff) != SQLITE_BUSY && verdict(code) == Committed::failed) stop();
  take_back();
  return failed_ ? Upkeep::failed : Upkeep::later;
}

Upkeep SqliteStore::serve_request() {
  if (sync_failed_) stop();
  if (failed_) return Upkeep::failed;
  if (requests_->load() != SQLITE_OK) return Upkeep::failed;
  if (!requests_->has_one()) return Upkeep::none;
  if (!requests_->is_closing())
    return within([&](Meta& meta) { return requests_->slice(meta, meta.clock); });
  const std::lock_guard lock(syncing_);
  sqlite3_busy_timeout(db_.handle(), 0);  // a reader that is in the way may be there for long
  const int code = requests_->close(meta_.clock);
  sqlite3_busy_timeout(db_.handle(), busy_ms);
  wal_pages_ = 0;
  if (code == SQLITE_OK) return Upkeep::more;
  return (code & 0xff) == SQLITE_BUSY || verdict(code) == Committed::full ? Upkeep::later : Upkeep::failed;
}

Upkeep SqliteStore::retain(const Retention& keep, Time now) {
  if (failed_) return Upkeep::failed;
  std::uint64_t gone = 0;
  std::vector<std::string> segments;
  const Upkeep done = within([&](Meta& meta) {
    const int code = retainer_.rows(keep, now, gone);
    return code == SQLITE_OK && keep.events > Millis{0} ? retainer_.empty_segments(meta.segment, segments) : code;
  });
  if (done != Upkeep::more) return done;
  for (const std::string& name : segments) files_.remove(log_path(folder_) + "/" + name);
  return gone > 0 ? Upkeep::more : Upkeep::none;
}

void SqliteStore::tidy() {
  if (failed_ || wal_pages_ < tidy_pages || (copier_ && copier_->busy())) return;
  if (copier_ && copier_->result() != SQLITE_OK && copier_->result() != SQLITE_FULL) return stop();
  if (copier_ && !copied_ahead_) copier_->begin();
  else checkpoint();
  copied_ahead_ = copier_ && !copied_ahead_;
}

/// Copies the write-ahead log into the database; where a reader is in the way, as far as it goes.
void SqliteStore::checkpoint() {
  const std::lock_guard lock(syncing_);
  if (sync_failed_) return stop();
  const int code =
      sqlite3_wal_checkpoint_v2(db_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) {
    wal_pages_ = 0;
  } else if (verdict(code) == Committed::failed && (code & 0xff) != SQLITE_BUSY) {
    stop();
  }
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& folder, const Ground& ground) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail("io", folder + ": " + error.message());
  auto lock = Lock::take(lock_path(folder));
  if (!lock) return tl::unexpected(lock.error());
  crash_point("store.locked");
  auto vfs = std::make_unique<GatheringVfs>(ground.vfs);
  auto db = open_database(folder, ground, vfs->name());
  if (!db) return tl::unexpected(db.error());
  crash_point("store.database_opened");
  auto copier = ground.files.sync_beside ? Copier::open(database_path(folder), ground.vfs) : nullptr;
  auto store = std::make_unique<SqliteStore>(std::move(*lock), std::move(vfs), std::move(*db), std::move(copier));
  if (auto started = store->start(folder, ground.files); !started) return tl::unexpected(started.error());
  return store;
}

Result<std::unique_ptr<Store>> Store::open(const std::string& folder) { return open_store(folder, Ground{}); }

}  // namespace shopbell
