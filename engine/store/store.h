#pragma once
// The store: what is true after a crash. Event bodies in log segments (CloudEvents JSON lines),
// state and index in SQLite. One thread (the shard's) loads and commits; reader() is for others.
// The store calls nothing back, knows no workflow and decides nothing.
// PostgreSQL will stand beside it behind these same calls: see engine/README.md.

#include "base/hash.h"

#include <shopbell/error.h>
#include <shopbell/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

/// What makes an event the same event: the first 16 bytes of a SHA-256.
using Digest = std::string;
constexpr Millis seen_kept{std::int64_t{30} * 24 * 3'600'000};  // for so long it is known that an event was had

struct Fence {
  std::uint64_t epoch = 0;  // one more at each opening
  std::uint64_t seq = 0;    // of the last input committed
  bool operator==(const Fence&) const = default;
};

/// An input as it is kept. An event has a digest and a line; another input has neither.
struct InputRow {
  std::uint64_t seq = 0;     // consecutive
  Time at;                   // logical
  std::string kind;          // "event", "forwarded", "finished", "due", "cancelled", "scheduled", "resolved", "edited", "broken"
  std::string subject;
  std::string event_id, source, type;   // of an event
  Digest digest;             // of an event from outside, 16 bytes; empty: not looked for again
  Digest body_digest = {};   // the other that it is known by, likewise
  std::string_view line;     // the event as one line of CloudEvents JSON without line break; empty: none
  std::string detail;        // of another input: JSON
  std::string notes;         // JSON lines about the event as a whole; empty: none
};

struct SubjectRow {
  std::string id, state;               // state empty: the row goes
};

/// What was one subject's is another's from now on: open runs, tickets, messages. What is over or was told of
/// then stays under the old id.
struct MoveRow {
  std::string from, to;
};

/// Who is in a segment.
struct MemberRow {
  std::string segment, subject;
  bool in = true;                      // false: no longer
};

struct RunRow {
  std::string id, subject, workflow, version, status, step, reason;
  std::uint64_t event_seq = 0;         // seq of the input that started it; 0 in an update: keep
  Time started;
  std::optional<Time> ended, due;
  std::string state;                   // JSON while open; also of one that failed, until somebody has decided about it
  std::string notes;                   // JSON lines to add to those that are there
};

struct CallRow {
  std::string key, run, workflow, subject, action, step;
  std::string args;                    // JSON
  std::uint32_t attempt = 1;
  std::int64_t timeout_ms = 30'000;
  Time due;                            // when the attempt may start
  std::string destination;             // where it goes: "http api.example.com"
  std::string error;                   // of the attempt before
  bool claimed = false;                // the attempt begins when this is durable
};

/// Calls that wait to be begun: of one destination, either first attempts or further ones.
struct WaitingCalls {
  std::string destination;
  bool again = false;
  Time due;                            // the earliest
};

struct CallEndRow {
  std::string key, status, error;      // status: done, failed, unknown, recorded (never made)
  std::uint32_t attempts = 1;
  Time at;
  std::string run = {};                // not empty: where the call is over already, and that run's in doubt, it is this
};

struct TicketRow {
  std::string id, run, workflow, subject, queue, priority, reason, note;
  std::string frozen;                  // JSON: {conversation, customer}
  Time at;
};

struct MessageRow {
  std::string id, subject, channel, direction, from, to, text, run;
  Time at;
};

/// Who has a conversation, as of the last change.
struct ConversationRow {
  std::string id, subject, channel, owner, agent, queue, state, priority;
  std::int64_t epoch = 0;
  std::optional<Time> waiting;         // since when the customer waits
  Time at;                             // of the last message
};

struct VersionRow {
  std::string version, workflow, bundle;  // bundle: JSON of the WorkflowSource
};

/// How a source behaves; totals since the store was made.
struct SourceRow {
  std::string name;                    // "shopify/my-shopify"
  Time last;                           // the epoch: never heard
  std::int64_t gap_ms = 0, longest_ms = 0;  // between events: the mean, and the longest of late
  std::uint64_t events = 0, rejected = 0;
  Time rejected_at;
  std::string reason;                  // of the last that was refused
  bool silent = false;                 // it was quiet for too long, and that was told
};

/// What somebody asked for by law.
struct RequestRow {
  std::string id, kind;                // kind: erase, export
  std::string person;                  // store/person.h
  Time at;
};

/// For how long what is over is kept; zero: for ever.
struct Retention {
  Millis events{0}, runs{0}, messages{0}, tickets{0};
};

/// All that one batch of inputs made; put and delete of one key already collapsed.
struct Batch {
  Fence fence;                         // as claimed, seq as before this batch
  Time clock;                          // logical time after it
  std::vector<InputRow> inputs;
  std::vector<SubjectRow> subjects;
  std::vector<MoveRow> moves;          // done before the rows that follow are written
  std::vector<MemberRow> members;      // in order
  std::vector<RunRow> runs;
  std::vector<CallRow> calls;
  std::vector<std::string> calls_claimed;    // keys: their attempts begin when this is durable
  std::vector<std::string> calls_unclaimed;  // keys: their attempts may begin anew
  std::vector<CallEndRow> calls_ended;
  std::vector<TicketRow> tickets;
  std::vector<MessageRow> messages;
  std::vector<ConversationRow> conversations;  // put
  std::vector<VersionRow> versions;    // put when absent
  std::vector<SourceRow> sources;      // put
  std::vector<RequestRow> requests;    // put when absent
};

enum class Committed : std::uint8_t {
  done,    // written; durable after sync()
  fenced,  // somebody else opened the store: stop
  full,    // no room on the disk: nothing of it was written; may be tried again
  failed,  // an I/O error: whether it was written is unknown; the process must stop and open anew
};

enum class Upkeep : std::uint8_t {
  none,    // there is nothing to do
  more,    // a slice was done, and there is more
  later,   // something is in the way, or the disk is full: ask again in a second
  failed,  // as Committed::failed
};

struct LoadedSubject {
  std::string id, state;               // state empty: a new subject
  std::vector<std::string> runs;       // states of its open runs, oldest first
};

struct Loaded {
  std::vector<LoadedSubject> subjects; // in the order asked for
  std::vector<std::uint64_t> seen;     // per digest: the seq of the event that had it within seen_kept; 0: new
};

struct DueSubject {
  std::string id;
  Time due;
};

struct RunOfVersion {
  std::uint64_t key = 0;
  std::string subject;
};

class Reader;

class Store {
 public:
  /// Opens the folder, making what is missing, cutting what a crash left behind, and migrating an
  /// older schema. Errors: "store_locked" (another process has it), "store_newer" (made by a newer
  /// version), "store_broken", "io". Under 2 s with 10,000,000 events and 1,000,000 open runs.
  static Result<std::unique_ptr<Store>> open(const std::string& folder);
  virtual ~Store() = default;

  virtual Fence fence() const = 0;
  virtual Time clock() const = 0;      // the logical time of the last commit
  virtual Result<Loaded> load(const std::vector<std::string>& subjects, const std::vector<Digest>& digests) = 0;
  /// All or nothing. On done load() has it, and fence().seq is the last input's; but only sync() makes it
  /// durable: nothing of it may be answered or done before.
  virtual Committed write(const Batch& batch) = 0;
  /// The key (MessageView) of the last message that was written; 0: there is none yet.
  virtual std::uint64_t last_message() const = 0;
  /// Makes all durable that was written before the call. False: what the disk holds is unknown, as with
  /// `failed`. Any one thread; the next batch may be loaded for and written meanwhile.
  virtual bool sync() = 0;
  /// Both, one after the other.
  Committed commit(const Batch& batch) {
    const Committed written = write(batch);
    return written != Committed::done || sync() ? written : Committed::failed;
  }
  /// Work that can wait: call it when a batch's answers are out. write() does it itself, while its
  /// caller waits, when it was left undone for too long. Takes some 10 ms when there is something to do.
  virtual void tidy() = 0;
  /// A slice of what somebody asked for by law (store/requests.h), some 20 ms.
  virtual Upkeep serve_request() = 0;
  /// A slice of what is kept for longer than that, at `now`; whole segments of the log with it.
  virtual Upkeep retain(const Retention& keep, Time now) = 0;
  /// Subjects with waits whose time is not after `upto`, the longest due first, at most `max`.
  virtual Result<std::vector<DueSubject>> due(Time upto, std::size_t max) = 0;
  /// What waits to be begun, however far away: a row for each destination and for first and further attempts.
  virtual Result<std::vector<WaitingCalls>> waiting_calls() = 0;
  /// Of those, the calls whose time is not after `upto`, the longest due first, at most `max`.
  virtual Result<std::vector<CallRow>> due_calls(const WaitingCalls& of, Time upto, std::size_t max) = 0;
  /// Open calls whose attempt was begun: right after the opening, what the process before left behind.
  virtual Result<std::vector<CallRow>> claimed_calls() = 0;
  /// The states of a subject's runs that failed and about which nobody has decided yet.
  virtual Result<std::vector<std::string>> failed_runs(std::string_view subject) = 0;
  /// Subjects of open runs of one version, in the order of the runs' keys, from the first behind `after`.
  virtual Result<std::vector<RunOfVersion>> runs_of_version(std::string_view version, std::uint64_t after, std::size_t max) = 0;
  /// The subjects behind `after` in order of their ids, at most `max`: all of them, page by page.
  virtual Result<std::vector<SubjectRow>> subjects(std::string_view after, std::size_t max) = 0;
  /// When the next wait or call is due, or nothing.
  virtual Result<std::optional<Time>> next_due() = 0;
  /// The versions that open runs are pinned to, and one version's bundle.
  virtual Result<std::vector<std::string>> open_versions() = 0;
  virtual Result<std::optional<VersionRow>> version(std::string_view version) = 0;

  /// A second, read-only connection for the API and the commands; may be used while the store works, and
  /// by another process. Errors: "no_store", "store_newer", "store_older", "store_broken", "io".
  static Result<std::unique_ptr<Reader>> reader(const std::string& folder);
};

/// Pages by key, newest first: `before` is the `key` of the last row of the page before; 0: from the
/// newest. One thread at a time.
struct Page {
  std::uint64_t before = 0;
  std::size_t max = 50;
};

struct EventView {
  std::uint64_t key = 0;               // the seq
  Time at;
  std::string event_id, source, type, subject, kind, detail, notes;
};

struct RunView {
  std::uint64_t key = 0;
  RunRow row;
  std::string event_id;
};

struct CallView {
  std::uint64_t key = 0;
  CallRow row;                         // its error: the last one
  std::string status;                  // open, done, failed, unknown, recorded
};

struct TicketView {
  std::uint64_t key = 0;
  TicketRow row;
};

struct MessageView {
  std::uint64_t key = 0;
  MessageRow row;
};

struct ConversationView {
  std::uint64_t key = 0;
  ConversationRow row;
};

struct RequestView {
  std::uint64_t key = 0;
  std::string id, kind;
  Time at;
  std::optional<Time> done;
  std::uint64_t rows = 0;              // found so far
};

/// Rows of events and runs that a filter looks through for one page, newest first: what is older than
/// the newest so many below `before` is not found. A subject's open runs are always found.
constexpr std::size_t rows_looked_at_max = 200'000;
constexpr std::size_t sources_tried_max = 1'000;
constexpr std::int64_t inputs_looked_through_max = 500'000;  // for a part of an id

/// Empty fields do not filter. Which fields count: events: subject, type; runs: subject, status,
/// workflow; calls: run, subject, workflow, status; tickets: run, subject, workflow, queue; messages:
/// run, subject; conversations: subject, queue, conversation, status (the state), owner; attention: subject, workflow, step, since.
struct Filter {
  std::string subject, type, status, workflow, queue, run, step;
  std::string conversation = {}, owner = {};
  Time since = {};                     // ended then or later
  std::vector<std::string> also = {};  // of events and runs: other subjects that count as `subject`
};

/// A segment, and how many are in it.
struct SegmentCount {
  std::string segment;
  std::uint64_t count = 0;
};

/// Open runs of one version that stand at one step, have one status, and are of one kind: "run", "branch" or "called"
/// (parts of other runs), "collecting".
struct OpenRuns {
  std::string workflow, version, status, step, kind;
  std::uint64_t count = 0;
};

struct Counts {
  std::uint64_t events = 0, open_runs = 0, open_calls = 0, tickets = 0;
};

class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<std::vector<EventView>> events(const Filter&, Page) = 0;
  virtual Result<std::vector<RunView>> runs(const Filter&, Page) = 0;
  virtual Result<std::vector<CallView>> calls(const Filter&, Page) = 0;
  virtual Result<std::vector<TicketView>> tickets(const Filter&, Page) = 0;
  virtual Result<std::vector<MessageView>> messages(const Filter&, Page) = 0;
  /// A subject's messages on a channel with keys in (after, upto], the oldest first, at most `max`; of all that it wrote and got
  /// there, or only of those from and to `thread`.
  struct Stretch {
    std::string subject, channel, thread;
    std::uint64_t after = 0, upto = 0;
    std::size_t max = 50;
  };
  virtual Result<std::vector<MessageView>> messages(const Stretch&) = 0;
  /// The key before the newest `max` of such messages: a Stretch behind it has just those.
  virtual Result<std::uint64_t> before_newest(const Stretch&) = 0;
  virtual Result<std::uint64_t> last_message() = 0;
  virtual Result<std::vector<ConversationView>> conversations(const Filter&, Page) = 0;
  /// By the sender's id, newest first: of events whose digest is event_digest(), from the newest
  /// sources_tried_max sources; with what was forwarded or caused under the same id and source. Where there
  /// is none, those of the last inputs_looked_through_max inputs whose id begins with it and a colon.
  virtual Result<std::vector<EventView>> events_by_id(std::string_view event_id) = 0;
  virtual Result<std::optional<EventView>> event(std::uint64_t seq) = 0;
  /// The event's line as it stands in the log. Errors: "no_line", "log_gone" (its segment was archived).
  virtual Result<std::string> line(std::uint64_t seq) = 0;
  /// By id, or its first eight or more hex digits. Error: "ambiguous".
  virtual Result<std::optional<RunView>> run(std::string_view id) = 0;
  virtual Result<std::vector<RunView>> runs_of_event(std::uint64_t seq) = 0;
  /// Runs that failed and about which nobody has decided yet, newest first. Their `step` is the id of the step at
  /// which they failed.
  virtual Result<std::vector<RunView>> attention(const Filter&, Page) = 0;
  virtual Result<std::optional<std::string>> subject_state(std::string_view subject) = 0;
  /// Segments that somebody is in, by name.
  virtual Result<std::vector<SegmentCount>> segments() = 0;
  /// Who is in a segment: subjects behind `after`, in order, at most `max`.
  virtual Result<std::vector<std::string>> members(std::string_view segment, std::string_view after, std::size_t max) = 0;
  virtual Result<std::vector<SourceRow>> sources() = 0;
  virtual Result<std::vector<RequestView>> requests(Page) = 0;
  virtual Result<Counts> counts() = 0;
  virtual Result<std::vector<OpenRuns>> open_runs() = 0;
  /// A version's bundle, as it was stored beside its first run.
  virtual Result<std::optional<std::string>> bundle(std::string_view version) = 0;
};

}  // namespace shopbell
