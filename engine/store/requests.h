#pragma once
// What people ask for by law: to have what is kept about them, or to have it erased. Requests are rows; each is
// done in slices that a commit can come between, and goes on where it was after a crash. Erasing empties rows and
// lines in place: how many there were is still known. One thread, the store's.

#include "store/erase.h"
#include "store/export.h"
#include "store/lines.h"
#include "store/person.h"
#include "store/writer.h"

#include <string>
#include <vector>

namespace shopbell {

constexpr std::int64_t slice_rows_max = 2'000;                     // looked at in one slice
constexpr std::uint64_t slice_bytes_max = std::uint64_t{8} << 20;  // of the log, read in one slice

class Requests {
 public:
  /// `folder`: the store's, with the outbox and the exports beside the database.
  Requests(const sqlite::Database& db, std::string folder, const FileCalls& files);
  int open();

  /// Looks for the oldest request that is not done, unless one is at hand.
  int load();
  bool has_one() const { return n_ != 0; }
  /// What the last slice did was not committed: the row tells again how far it is.
  void forget();
  /// Its rows are done; what is left is the database's file as a whole.
  bool is_closing() const;
  /// Inside a transaction: the next slice. `meta` counts what is open no longer.
  int slice(Meta& meta, Time now);
  /// Outside of a transaction: the write-ahead log goes, and the person from what was free in the file.
  /// SQLITE_BUSY: a reader is in the way, try again later.
  int close(Time now);

 private:
  int scan_inputs(Meta& meta, Time now);
  int scan_table(Meta& meta, Time now);
  int scan_subjects(Time now);
  bool is_wanted(const sqlite::Row& row) const;
  bool is_of_source(std::string_view source) const;
  int take_input(std::uint64_t seq, const std::string& subject, Meta& meta, Time now);
  int finish_place(Time now);
  void clean_folders() const;
  bool file_names_person() const;
  int save(Time done = {});

  const sqlite::Database& db_;
  std::string folder_;
  Lines lines_;
  Eraser eraser_;
  Export export_;
  sqlite::Statement next_, save_, inputs_, subjects_;
  std::vector<sqlite::Statement> tables_;

  std::uint64_t n_ = 0;            // of the request at hand; 0: none
  std::string id_;
  bool erases_ = true;             // else it exports
  Person person_;
  bool known_ = false;             // whom it is about; not after a crash while closing
  int place_ = 0;
  std::uint64_t cursor_ = 0;
  std::string subject_cursor_;
  std::uint64_t rows_ = 0;         // found so far
};

}  // namespace shopbell
