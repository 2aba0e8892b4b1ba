#pragma once
// Subjects that have to do with each other, through one stretch of the log: their events, waits and calls in order of
// time. Subjects are read once, changed in memory, and written at the end. One thread; its results are staged, as
// another bout may turn out to need one of its subjects (play/side.h).

#include "core/identity.h"
#include "play/model.h"
#include "play/tally.h"

#include <shopbell/arena.h>

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace shopbell::play {

/// A call that is to be tried again later.
struct Pending {
  std::string key, run, action, step, channel;
  std::uint32_t attempt = 1;
  Time due;
};

/// How often a customer got a message, and which: the sum of hashes of what triggered each.
struct Sent {
  std::uint32_t kind = 0, count = 0;
  std::uint64_t mark = 0;
};

/// What is kept of a subject, or of a name that leads to one, between stretches.
struct Entry {
  const std::string* leads_to = nullptr;          // not nullptr: a name of that one, and nothing else
  std::string state;                              // pack()
  std::vector<std::string> runs;
  std::unique_ptr<std::vector<Pending>> pending;  // nullptr: none
  std::unique_ptr<std::vector<Sent>> sent;        // nullptr: nothing
  Time due{};                                     // of the first wait or call; the epoch: none
};

/// A step that reaches customers.
struct MessageKind {
  std::string workflow, step, action;
};

/// What a bout asks of its side.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual const Workflows& workflows() const = 0;
  /// Whether this group may have that subject: else another has it, and both must be one.
  virtual bool claim(const std::string& subject, std::uint32_t group, Entry*& entry) = 0;
  /// What the product was filed under at that time; empty: nobody knew.
  virtual std::string_view category_of(std::string_view product, Time at) const = 0;
  virtual std::uint32_t kind_of(const Run& run, const std::string& step) const = 0;
};

/// What came of it.
struct Staged {
  struct Written {
    std::string id;
    Entry* entry;        // nullptr: a new one
    std::string leads_to;  // it is a name of that one; else empty
    bool changed;        // its state; else `state` is empty
    std::string state;
    std::vector<std::string> runs;
    std::vector<Pending> pending;
    Time due;
  };
  struct Message {
    std::string customer;
    std::uint32_t kind;
    std::uint64_t mark;
  };
  struct Move {
    std::string from, to;  // who got the messages of `from` is `to`
  };
  explicit Staged(std::size_t workflows) : tally(workflows) {}
  std::vector<Move> moves;
  std::vector<Written> written;
  std::vector<Message> messages;
  Tally tally;
};

class Bout {
 public:
  Bout(Stage& stage, const Model& model, Arena& arena, Staged& to) : stage_(stage), model_(model), arena_(arena), to_(to) {}
  /// Another group's, from nothing; its memory is used again.
  void begin(std::uint32_t group);

  /// Each is false when the group lacks a subject that it needs: the bout is then void.
  bool join(const std::string& subject);
  bool give(const std::string& subject, const Input& input);
  /// An event from outside, and the names that it gives: whom it is about is found out, as the live engine does.
  bool give(const Event& event, const std::vector<Identity>& names, Time at);
  bool pass_until(Time until);
  /// At its segments, which time may have changed; as the shell does (serve/sweep.h).
  bool look(const std::string& subject, Time at);
  /// Stages what the subjects have become.
  void write();

 private:
  struct Loaded {
    std::string id;
    Entry* entry;
    Subject subject;
    std::vector<Pending> pending;
    Time due{};
    bool known = false, changed = false, touched = false;
  };
  Loaded* find(const std::string& id);
  Loaded* owner(const std::string& name);
  const Subject* known_owner(const std::string& name, bool& ours);
  bool identify_and_take(const Event& event, const std::vector<Identity>& names);
  bool merge(const std::string& from, Loaded& into);
  bool give_name(const std::string& name, Loaded& to);
  bool lead(const std::string& name, const std::string& to);
  void set_due(Loaded& loaded);
  bool take(const std::string& id, Input input);
  bool is_heard(const Following& next) const;
  bool settle();
  bool answer(Loaded& loaded, const Pending& call);
  void count(const Transition& made);
  void count_message(const Loaded& loaded, const Pending& call);
  void keep_calls(Loaded& loaded, const Transition& made);
  WorkflowTally& tally_of(std::string_view workflow);

  Stage& stage_;
  const Model& model_;
  std::uint32_t group_ = 0;
  Arena& arena_;
  Staged& to_;
  std::deque<Loaded> loaded_;  // they stay where they are
  std::unordered_map<std::string_view, Loaded*> by_id_;
  std::set<std::pair<Time, std::string_view>> due_;
  std::set<std::string_view> busy_;  // those with calls that are not answered
  std::deque<Following> following_;
  std::vector<std::pair<const char*, const Subject*>> asked_;  // by where a name stands: whose it is, while an event is identified
  Time now_{};
};

}  // namespace shopbell::play
