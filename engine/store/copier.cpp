#include "store/copier.h"

namespace shopbell {

std::unique_ptr<Copier> Copier::open(const std::string& path, const char* vfs) {
  auto db = sqlite::Database::open(path, SQLITE_OPEN_READWRITE, vfs);
  if (!db || db->execute("PRAGMA wal_autocheckpoint=0; PRAGMA synchronous=FULL") != SQLITE_OK) return nullptr;
  return std::unique_ptr<Copier>(new Copier(std::move(*db)));
}

Copier::Copier(sqlite::Database db) : db_(std::move(db)), thread_([this] { run(); }) {}

Copier::~Copier() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Copier::begin() {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_all();
}

bool Copier::busy() const {
  const std::lock_guard lock(mutex_);
  return wanted_;
}

int Copier::result() const {
  const std::lock_guard lock(mutex_);
  return result_;
}

void Copier::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return wanted_ || ending_; });
    if (!wanted_) return;
    lock.unlock();
    const int code = copy();
    lock.lock();
    wanted_ = false;
    result_ = code;
  }
}

// A checkpoint that does not reach the log's end leaves the database unsynced: then the last one would have to sync it all.
int Copier::copy() {
  const int code = sqlite3_wal_checkpoint_v2(db_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if ((code & 0xff) == SQLITE_BUSY) return SQLITE_OK;
  sqlite3_file* file = nullptr;
  if (code != SQLITE_OK || sqlite3_file_control(db_.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK)
    return code;
  return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

}  // namespace shopbell
