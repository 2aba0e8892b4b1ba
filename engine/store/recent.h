#pragma once
// What was loaded or written of subjects lately, so that the next event of a busy customer does not look for him in
// the database. Never more than the rows say: it hears of each commit once that is made. One thread, the store's.

#include "store/store.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace shopbell {

class RecentSubjects {
 public:
  /// The least recently used go when all together take more.
  explicit RecentSubjects(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  struct OpenRun {
    std::string id, state;
  };
  struct Subject {
    std::string id, state;      // state empty: there is no such row
    std::vector<OpenRun> runs;  // oldest first
  };

  /// Null: to be looked for. Valid until the next call of something else.
  const Subject* find(const std::string& id);
  void keep(Subject subject);
  /// `first_seq`: of the batch's inputs.
  void committed(const Batch& batch, std::uint64_t first_seq);
  /// Rows were changed otherwise.
  void clear();

 private:
  using Order = std::list<Subject>;  // the most recently used first

  Order::iterator at(const std::string& id);
  void forget(const std::string& id);
  void put_run(const RunRow& run, std::uint64_t first_seq);

  std::size_t bytes_max_, bytes_ = 0;
  Order order_;
  std::unordered_map<std::string_view, Order::iterator> places_;  // keys are the ids in order_
};

}  // namespace shopbell
