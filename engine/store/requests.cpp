#include "store/requests.h"

#include "store/open.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace shopbell {
namespace {

namespace fs = std::filesystem;

// The places of a request: the inputs with their lines, the tables, the subjects; then closing.
struct Table {
  std::string_view name, sql;
};
constexpr std::array<Table, 4> tables{{
    {"runs", "SELECT * FROM run WHERE key > ?1 ORDER BY key LIMIT ?2"},
    {"calls", "SELECT * FROM call WHERE n > ?1 ORDER BY n LIMIT ?2"},
    {"tickets", "SELECT * FROM ticket WHERE n > ?1 ORDER BY n LIMIT ?2"},
    {"messages", "SELECT * FROM message WHERE n > ?1 ORDER BY n LIMIT ?2"},
}};
constexpr int inputs_place = 0, subjects_place = 1 + static_cast<int>(tables.size()),
              closing_place = subjects_place + 1;

constexpr std::size_t file_bytes_max = std::size_t{64} << 20;  // of a mail that is looked into

// Many share it: what it says of one of them is blanked, and the rest stays.
bool is_shared(std::string_view subject) {
  return subject == "shop" || subject.starts_with("product:") || subject.starts_with("schedule:");
}

std::string blanked(const Person& person, std::string text) {
  for (const std::string& name : person.texts) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; };
    for (auto at = text.begin();;) {
      at = std::search(at, text.end(), name.begin(), name.end(), same);
      if (at == text.end()) break;
      at = std::fill_n(at, name.size(), 'x');
    }
  }
  return text;
}

}  // namespace

Requests::Requests(const sqlite::Database& db, std::string folder, const FileCalls& files)
    : db_(db), folder_(std::move(folder)), lines_(log_path(folder_), files), eraser_(db) {}

int Requests::open() {
  int code = eraser_.open();
  next_ = db_.prepare("SELECT n, id, kind, person, place, cursor, cursor_id, rows FROM request WHERE done IS NULL"
                      " ORDER BY n LIMIT 1", code);
  save_ = db_.prepare("UPDATE request SET person = CASE WHEN ?2 THEN person ELSE '' END, place = ?3, cursor = ?4,"
                      " cursor_id = ?5, rows = ?6, done = ?7 WHERE n = ?1", code);
  inputs_ = db_.prepare(
      "SELECT i.seq, i.at, i.kind, i.subject, i.event_id, s.name AS source, i.type, i.detail, i.notes,"
      " g.name AS segment, i.offset, i.length FROM input i LEFT JOIN source s ON s.id = i.source"
      " LEFT JOIN segment g ON g.id = i.segment WHERE i.seq > ?1 ORDER BY i.seq LIMIT ?2", code);
  subjects_ = db_.prepare("SELECT id, state FROM subject WHERE id > ?1 ORDER BY id LIMIT ?2", code);
  for (const Table& table : tables) tables_.push_back(db_.prepare(table.sql, code));
  return code;
}

int Requests::load() {
  if (n_ != 0) return SQLITE_OK;
  return next_.each([&](const sqlite::Row& row) {
    n_ = row.number(0);
    id_ = row.text(1);
    erases_ = row.view(2) == "erase";
    const auto person = decode_person(row.view(3));
    known_ = person.has_value();
    person_ = known_ ? *person : Person{};
    place_ = static_cast<int>(row.integer(4));
    cursor_ = row.number(5);
    subject_cursor_ = row.text(6);
    rows_ = row.number(7);
    if (!known_) place_ = closing_place;
    return true;
  });
}

void Requests::forget() {
  n_ = 0;
  export_.abandon();
}

bool Requests::is_closing() const { return place_ >= closing_place; }

int Requests::save(Time done) {
  const auto at = done == Time{} ? std::nullopt : std::optional(done);
  const bool keep_person = place_ < closing_place;
  return save_.run(n_, keep_person, place_, cursor_, keep_person ? subject_cursor_ : std::string(), rows_, at);
}

int Requests::slice(Meta& meta, Time now) {
  if (!erases_ && !export_.begun()) {  // also after a restart: from the beginning
    place_ = inputs_place;
    cursor_ = rows_ = 0;
    if (!export_.begin(folder_ + "/exports", id_)) return SQLITE_BUSY;
    export_.section("events");
  }
  const int code = place_ == inputs_place     ? scan_inputs(meta, now)
                   : place_ == subjects_place ? scan_subjects(now)
                                              : scan_table(meta, now);
  return code != SQLITE_OK || n_ == 0 ? code : save();
}

bool Requests::is_wanted(const sqlite::Row& row) const {
  for (int i = 0; i < row.columns(); ++i) {
    if (!row.is_text(i)) continue;
    const bool subject = row.name(i) == "subject" || row.name(i) == "id";
    if (is_about(person_, subject ? row.view(i) : std::string_view(), {row.view(i)})) return true;
  }
  return false;
}

// What the source told, and what the engine noted or made of it: that is not told apart from what it made of others.
bool Requests::is_of_source(std::string_view source) const {
  return source == person_.source || source.empty() || source.starts_with("shopbell");
}

// The line of an input is emptied first: when a crash comes between, the row still leads to it.
int Requests::scan_inputs(Meta& meta, Time now) {
  std::vector<std::pair<std::uint64_t, std::string>> found;
  std::uint64_t bytes = 0;
  std::int64_t looked_at = 0;
  bool written = true;
  std::string line;
  int code = inputs_.each(
      [&](const sqlite::Row& row) {
        ++looked_at;
        cursor_ = row.number(0);
        const std::string segment = row.text(9);
        bytes += row.number(11);
        const bool there = !segment.empty() && lines_.read(segment, row.number(10), row.number(11), line);
        if (!(person_.source.empty() ? is_wanted(row) || (there && (names_person(person_, line) || names_subject(person_, line) || is_erased_line(line)))
                                     : is_of_source(row.view(5)))) return bytes < slice_bytes_max;
        ++rows_;
        if (!erases_) export_.add(row, there && !is_erased_line(line) ? line : std::string());
        else {
          found.emplace_back(cursor_, row.view(5) == person_.source ? row.text(3) : std::string());
          if (there && !is_erased_line(line))
            written = lines_.write(segment, row.number(10),
                                   erased_line(cursor_, row.view(5), row.view(6), row.time(1), line.size())) && written;
        }
        return written && bytes < slice_bytes_max;
      },
      cursor_, slice_rows_max);
  if (!lines_.sync() || !written) return SQLITE_IOERR;
  for (std::size_t i = 0; code == SQLITE_OK && i < found.size(); ++i)
    code = take_input(found[i].first, found[i].second, meta, now);
  const bool over = looked_at < slice_rows_max && bytes < slice_bytes_max;
  return code == SQLITE_OK && over ? finish_place(now) : code;
}

int Requests::take_input(std::uint64_t seq, const std::string& subject, Meta& meta, Time now) {
  if (!subject.empty() && !person_.source.empty() && subject != erased_name)
    if (const int code = eraser_.all_of(seq, subject, is_shared(subject), now, meta); code != SQLITE_OK) return code;
  return eraser_.input(seq);
}

int Requests::scan_table(Meta& meta, Time now) {
  std::vector<std::uint64_t> found;
  std::int64_t looked_at = 0;
  int code = tables_[static_cast<std::size_t>(place_ - 1)].each(
      [&](const sqlite::Row& row) {
        ++looked_at;
        cursor_ = row.number(0);
        if (!is_wanted(row)) return true;
        ++rows_;
        if (!erases_) export_.add(row, {});
        else found.push_back(cursor_);
        return true;
      },
      cursor_, slice_rows_max);
  for (std::size_t i = 0; code == SQLITE_OK && i < found.size(); ++i) {
    switch (place_) {
      case 1: code = eraser_.run(found[i], now, meta); break;
      case 2: code = eraser_.call(found[i], now, meta); break;
      case 3: code = eraser_.ticket(found[i]); break;
      default: code = eraser_.message(found[i]);
    }
  }
  return code == SQLITE_OK && looked_at < slice_rows_max ? finish_place(now) : code;
}

int Requests::scan_subjects(Time now) {
  std::vector<std::pair<std::string, std::string>> found;
  std::int64_t looked_at = 0;
  int code = subjects_.each(
      [&](const sqlite::Row& row) {
        ++looked_at;
        subject_cursor_ = row.text(0);
        if (!is_wanted(row)) return true;
        ++rows_;
        if (!erases_) export_.add(row, {});
        else found.emplace_back(row.text(0), is_shared(row.view(0)) ? blanked(person_, row.text(1)) : std::string());
        return true;
      },
      std::string(subject_cursor_), slice_rows_max);
  for (const auto& [id, state] : found) {
    if (code != SQLITE_OK) return code;
    code = state.empty() ? eraser_.subject(id) : eraser_.put_subject(id, state);
  }
  return code == SQLITE_OK && looked_at < slice_rows_max ? finish_place(now) : code;
}

int Requests::finish_place(Time now) {
  cursor_ = 0;
  ++place_;
  if (!person_.source.empty()) place_ = closing_place;
  if (place_ < closing_place) {
    if (!erases_) export_.section(place_ == subjects_place ? "subjects" : tables[static_cast<std::size_t>(place_ - 1)].name);
    return SQLITE_OK;
  }
  if (erases_) {
    clean_folders();
    return SQLITE_OK;
  }
  if (!export_.finish()) return SQLITE_BUSY;
  const int code = save(now);
  n_ = 0;
  return code;
}

// Mails that were written to a folder, and what was exported before.
void Requests::clean_folders() const {
  for (const char* part : {"/outbox/new", "/outbox/cur", "/outbox/tmp", "/exports"}) {
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator(folder_ + part, ignored)) {
      std::ifstream in(file.path(), std::ios::binary);
      std::string text(std::istreambuf_iterator<char>(in), {});
      if (text.size() > file_bytes_max) text.resize(file_bytes_max);
      if (!person_.source.empty() || names_person(person_, text)) fs::remove(file.path(), ignored);
    }
  }
}

bool Requests::file_names_person() const {
  constexpr std::size_t chunk = std::size_t{1} << 20, overlap = 1024;
  std::ifstream in(database_path(folder_), std::ios::binary);
  std::string text;
  while (in) {
    const std::size_t kept = std::min(text.size(), overlap);
    text.erase(0, text.size() - kept);
    text.resize(kept + chunk);
    in.read(text.data() + kept, static_cast<std::streamsize>(chunk));
    text.resize(kept + static_cast<std::size_t>(in.gcount()));
    if (holds_text(person_, text)) return true;
  }
  return false;
}

// What rows no longer say may still stand in what is free in the file, where it was freed before this version, or
// after a crash. Then the file is written anew.
int Requests::close(Time now) {
  const auto checkpoint = [&] {
    return sqlite3_wal_checkpoint_v2(db_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  };
  int code = checkpoint();
  if (code == SQLITE_OK && (!known_ || !person_.source.empty() || file_names_person())) {
    code = db_.execute("VACUUM");
    if (code == SQLITE_OK) code = checkpoint();
  }
  if (code == SQLITE_OK) code = save(now);
  if (code == SQLITE_OK) n_ = 0;
  return code;
}

}  // namespace shopbell
