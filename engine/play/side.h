#pragma once
// One version of the shop's workflows, and all its subjects, through the log stretch by stretch. Within a stretch
// subjects that have nothing to do with each other are played on several threads; what comes out is the same as if one
// thread had taken all in order. Which subjects belong together is found by trying: a bout that needs a subject
// of another is void, both become one, and the stretch is played again.

#include "play/bout.h"

#include "core/categories.h"
#include "intake/log_line.h"

#include <functional>
#include <mutex>
#include <queue>
#include <span>
#include <unordered_map>

namespace shopbell::play {

/// An event of the stretch, the names that it gives, and the clock when it came: it never goes back.
struct Arrival {
  const LoggedEvent* event;
  const std::vector<Identity>* names;
  Time clock;
};

constexpr Millis looked_every{24LL * 3600 * 1000};  // at midnight, UTC, at whose segments turn with time
constexpr std::size_t looks_in_silence_max = 400;  // between two events; what a wrong date says is a hundred years is not looked at

/// Calls the function for each number below `count`, on several threads; the second argument is the thread's.
using Parallel = std::function<void(std::size_t count, const std::function<void(std::size_t, std::size_t)>&)>;

class Side : public Stage {
 public:
  Side(const Workflows& workflows, const Model& model, std::size_t threads);

  /// The stretch's events, in order, and all waits up to `until`.
  void play(std::span<const Arrival> arrivals, Time until, const Parallel& parallel);
  /// Counts what is still open.
  void finish();

  const Workflows& workflows() const override { return workflows_; }
  const Tally& tally() const { return tally_; }
  const std::vector<MessageKind>& kinds() const { return kinds_; }
  /// Subjects, and names that lead to one.
  const std::unordered_map<std::string, Entry>& entries() const { return entries_; }
  std::size_t subjects() const;

 private:
  struct Node {
    std::string_view id;
    Entry* entry;
    std::uint32_t group;              // of the node that stands for it
    std::vector<std::uint32_t> inputs;  // of arrivals
    bool look = false;                  // time has changed its segments
  };
  struct DueAt {
    Time at;
    const std::pair<const std::string, Entry>* entry;
    bool operator<(const DueAt& other) const { return at > other.at; }  // the earliest on top
  };

  bool claim(const std::string& subject, std::uint32_t group, Entry*& entry) override;
  std::string_view category_of(std::string_view product, Time at) const override;
  void file_products(std::span<const Arrival> arrivals);
  std::uint32_t kind_of(const Run& run, const std::string& step) const override;
  void begin_clocks(Time at);
  using Pair = std::pair<const std::string, Entry>;
  void play_until(std::span<const Arrival> arrivals, Time until, const Parallel& parallel);
  void play_nodes(std::span<const Arrival> arrivals, Time until, const Parallel& parallel);
  void look_at_segments(Time at, const Parallel& parallel);
  std::vector<Pair*> turned(Time at, const Parallel& parallel);
  void look_up(std::span<const Arrival> arrivals, const Parallel& parallel);
  void gather(std::span<const Arrival> arrivals, Time until);
  std::uint32_t node_of(std::string_view id, Entry* entry);
  void join(std::uint32_t a, std::uint32_t b);
  std::uint32_t root(std::uint32_t node);
  bool play_groups(std::span<const Arrival> arrivals, Time until, const Parallel& parallel);
  bool play_group(Bout& bout, std::span<const std::uint32_t> nodes, std::span<const Arrival> arrivals, Time until);
  void commit(Staged& staged);
  Entry& entry_of(const std::string& name);
  void count_open(const std::vector<std::string>& runs);

  const Workflows& workflows_;
  const Model& model_;
  std::vector<MessageKind> kinds_;
  std::vector<std::vector<std::int32_t>> kind_by_step_;  // by workflow and instruction; -1: it reaches nobody
  std::unordered_map<std::string, Entry> entries_;
  std::priority_queue<DueAt> due_;
  struct Filed {
    Time since;
    std::string category;
  };
  std::unordered_map<std::string, std::vector<Filed>> filed_;  // by product; filed before a stretch is played
  Catalogue catalogue_;                                        // as of its end
  Tally tally_;
  bool begun_ = false;
  Time next_look_{};  // at segments
  std::size_t silent_looks_ = 0;

  // of the stretch
  std::vector<std::vector<Pair*>> known_;    // by arrival: whom the names that it gives lead to; nullptr: nobody yet
  std::vector<Node> nodes_;                  // the subjects, as far as they are known
  std::unordered_map<std::string_view, std::uint32_t> node_of_;  // by each name
  std::mutex claims_mutex_;
  std::unordered_map<std::string, std::uint32_t> claims_;                    // subjects that no node is; by group
  std::vector<std::pair<std::uint32_t, std::uint32_t>> conflicts_;
  std::vector<Staged> staged_;               // by thread
  std::vector<std::unique_ptr<Arena>> arenas_;  // by thread
};

}  // namespace shopbell::play
