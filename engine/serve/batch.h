#pragma once
// One batch: inputs in, the rows of one commit out. Loads the subjects, applies the core to each input
// in order, takes what follows from it (emitted and forwarded events) into the same batch, and
// collapses the rows. Runs on the shard's thread; knows no queue, no network and no clock.

#include "core/apply.h"
#include "core/categories.h"
#include "core/identity.h"
#include "serve/claims.h"
#include "store/store.h"

#include <shopbell/arena.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace shopbell {

constexpr std::size_t following_max = 1000;  // events that one input may cause, with all that those cause; more are noted

/// An input on its way in. Its values live in memory that the caller keeps until the commit.
struct Entry {
  std::string subject;
  Input input;              // `at` is set by the batch
  Digest digest;            // of an event from outside; else empty
  std::string_view line;    // of an event: as it goes into the log
  Digest body_digest = {};  // of a webhook whose id is not in its body; else empty
  Digest original = {};     // of an event that is only played again: the digest of the shop's own
  std::shared_ptr<const void> memory = {};  // what an internal input's values point to
  int status = 0;           // out: of a person's command, how it is answered (HTTP); and with what
  std::string answer = {};
  bool repeated = false;    // out: it had been committed before, or stands earlier in this batch
  std::vector<Identity> identities = {};  // of an event from outside: filled in by the batch
};

/// What makes it the same input when it comes again.
InputClaims::Key claim_of(const Entry& entry);

/// What is to be done once the rows are durable.
struct Aftermath {
  std::vector<std::string> log;
  std::uint64_t runs_started = 0, runs_done = 0, runs_stopped = 0, runs_failed = 0;
  std::uint64_t messages_in = 0, messages_out = 0, quarantined = 0, events = 0;
};

class BatchMaker {
 public:
  /// `claims`: what is counted there claims_max times is kept, and not applied. `catalogue`: as of the commit before.
  BatchMaker(const Workflows& workflows, Store& store, Time now, InputClaims& claims, const Catalogue& catalogue);

  /// Builds the rows for all entries. Errors are the store's. Throws only when the core does: then the
  /// maker is spent, and the caller begins anew when current() is counted. The core is pure, so the
  /// second time comes to the same place.
  Result<void> make(std::vector<Entry>& entries);
  /// The input that is being taken; nothing: it is not the core's fault.
  const std::optional<InputClaims::Key>& current() const { return current_; }
  /// Of all inputs that were counted before: taken now, or set aside.
  const std::vector<InputClaims::Key>& counted() const { return counted_; }

  Batch& rows() { return rows_; }
  Aftermath& aftermath() { return after_; }
  /// Products that this batch files otherwise than they were.
  const Catalogue& filed() const { return filed_; }
  /// The earliest time at which a run or call of this batch goes on.
  std::optional<Time> next_due() const { return next_due_; }

 private:
  struct Loading {
    Subject subject;
    std::unordered_set<std::string> known_runs;  // those that have a row
    std::set<std::string> conversations;         // that have changed
    bool known = false;                          // it has a row, or something has come for it
    bool changed = false;
  };

  Result<void> load(std::vector<Entry>& entries);
  Result<void> load_failed(const Entry& entry, const Resolved& resolved);
  void mark_repeated(std::vector<Entry>& entries, const std::vector<Digest>& asked, const std::vector<std::uint64_t>& seen);
  Result<void> load_subjects(std::vector<std::string> ids, const std::vector<Digest>& digests, std::vector<std::uint64_t>& seen);
  void take(Entry& entry);
  bool take_one_by_one(const Entry& entry);
  void wake_for_others(const Subject& subject);
  void take(Input& input, Loading& on, InputRow row);
  Loading& owner(const std::string& name);
  Loading& identify_subject(const Entry& entry, Input& input, InputRow& row);
  void merge(const std::string& from, Loading& into);
  void give_name(const std::string& name, Loading& to);
  void lead(const std::string& name, const std::string& to);
  void tell_others(const std::vector<std::string>& others, const Received& received, InputRow& row);
  void set_aside(Entry& entry, InputRow row);
  void number(Input& input, Loading& on, InputRow& row);
  void look_up_categories(Input& input, const Subject& subject);
  void file(const Input& input, const Subject& subject);
  void absorb(Transition&& made, Loading& on, InputRow& row);
  void add_notes(const std::vector<Note>& notes, InputRow& row);
  void add_run(const Run& run, Loading& on, std::uint64_t seq);
  void add_call(const CallOrder& order, const std::string& subject);
  void add_tickets(const Transition& made, const std::string& subject);
  void add_messages(const Transition& made, const std::string& subject);
  void follow(std::vector<Following> caused, InputRow& row);
  Result<void> take_following();
  void add_subjects();
  void add_conversations(const Loading& of);
  std::optional<Told> told_;  // of the input that was taken last
  void wake_at(Time due);

  const Workflows& workflows_;
  Store& store_;
  Time now_;
  InputClaims& claims_;
  const Catalogue& catalogue_;
  Catalogue filed_;
  std::optional<InputClaims::Key> current_;
  std::vector<InputClaims::Key> counted_;
  Arena arena_{64 * 1024};
  Batch rows_;
  Aftermath after_;
  std::uint64_t seq_ = 0;
  std::unordered_map<std::string, Loading> subjects_;
  std::unordered_map<std::string, std::size_t> run_rows_;
  std::unordered_map<std::string, std::string> run_notes_;
  struct Caused {
    Following what;
    std::size_t root;                        // the input of the batch that began it
  };
  std::vector<Caused> following_;
  std::size_t root_ = 0;                     // of the input that is being taken
  std::unordered_map<std::size_t, std::size_t> caused_;  // events, by root
  std::vector<std::unique_ptr<std::string>> lines_;
  std::optional<Time> next_due_;
};

}  // namespace shopbell
