#pragma once
// The statements that write a batch's rows, inside a transaction that is the caller's. It syncs
// nothing and decides nothing about what an error means.

#include "store/backlog.h"
#include "store/seen.h"
#include "store/sqlite.h"
#include "store/store.h"

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace shopbell {

constexpr std::uint64_t runs_of_event_max = 4096;
constexpr std::size_t sources_cached_max = 10'000;

/// The row `meta`: how far the store is.
struct Meta {
  Fence fence;
  Time clock;
  std::uint64_t segment = 0;  // its id; 0: nothing was ever logged
  std::uint64_t log_end = 0;
  std::int64_t events = 0, open_runs = 0, open_calls = 0, tickets = 0;
  std::uint64_t seen_upto = 0, run_ids_upto = 0;
};

/// What a run is found by when its id, or the beginning of it, is all that is known.
struct RunId {
  std::uint64_t prefix;
  std::uint64_t key;
  bool operator<(const RunId& other) const {
    return prefix != other.prefix ? prefix < other.prefix : key < other.key;
  }
};

class Writer {
 public:
  explicit Writer(const sqlite::Database& db);
  /// Reads what the indexes do not have yet. SQLITE_OK or an error code.
  int open(const Meta& meta);

  /// Writes all of `batch`; `lines` are where its inputs' lines begin, in order, in segment `meta.segment`.
  /// `meta` comes out as it is after it. SQLITE_OK or an error code. Then committed() or forget().
  int write(const Batch& batch, const std::vector<std::uint64_t>& lines, Meta& meta);
  int add_segment(std::uint64_t id, const std::string& name) { return add_segment_.run(id, name); }
  void committed(const Batch& batch);
  void forget();
  Seen& seen() { return seen_; }
  std::uint64_t last_message() const { return last_message_; }

 private:
  int put_input(const InputRow& input, std::uint64_t segment, std::uint64_t offset);
  int put_ended_before(const RunRow& run, const std::vector<MoveRow>& moves, std::optional<std::uint64_t>& key);
  int put_run(const RunRow& run, std::uint64_t first_seq, const std::vector<MoveRow>& moves, Meta& meta);
  int add_run(const RunRow& run, std::uint64_t first_seq);
  int find_run(sqlite::Statement& statement, const RunRow& run, std::optional<std::uint64_t>& key);
  int put_run_ids(std::size_t added);
  int put_call(const CallRow& call, Meta& meta);
  int claim_calls(const Batch& batch, const Meta& meta);
  int end_call(const CallEndRow& end, Meta& meta);
  int put_subjects(const Batch& batch);
  int put_others(const Batch& batch, Meta& meta);
  int source_id(const std::string& name, std::uint64_t& id);

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  const sqlite::Database& db_;
  int prepared_ = SQLITE_OK;
  Seen seen_;
  Backlog<RunId> run_ids_;
  std::vector<RunId> new_run_ids_;
  std::unordered_map<std::uint64_t, std::uint64_t> runs_added_;  // of the batch's own events, by seq
  std::size_t writing_run_ids_ = 0;
  std::uint64_t last_message_ = 0;
  std::unordered_map<std::string, std::uint64_t, TextHash, std::equal_to<>> sources_;
  sqlite::Statement add_segment_, find_source_, add_source_, add_input_, put_subject_, add_subject_, drop_subject_;
  sqlite::Statement move_runs_, move_failed_, rename_run_, move_tickets_, move_messages_, leave_conversations_, put_conversation_, add_member_,
      drop_member_;
  sqlite::Statement find_open_run_, find_failed_run_, last_run_of_event_, add_run_, add_run_id_, update_run_;
  sqlite::Statement retry_call_, add_call_, claim_call_, end_call_, clear_doubt_, add_ticket_, add_message_, add_version_, put_meta_;
  sqlite::Statement put_source_, add_request_;
};

/// The first 32 bits that a run is found by: of eight hex digits themselves, else a hash of `id`.
std::uint64_t run_prefix(std::string_view id);

}  // namespace shopbell
