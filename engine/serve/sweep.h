#pragma once
// Looks through all subjects for those whose segments are others now: because the time has passed, or because
// segments.yaml has changed; and for those that bought what is filed otherwise now. The shard's thread; reads the store
// and writes nothing.

#include "serve/batch.h"

#include <optional>

namespace shopbell {

constexpr std::size_t sweep_page = 200;      // subjects decoded at once: some 5 ms
constexpr Millis sweep_pause{50};            // between pages, so that events go first
constexpr Millis sweep_every{3'600'000};     // from one pass's beginning to the next, where a condition reads `now` or products were filed

class Sweep {
 public:
  /// The set in use. Where its segments are others than before, a pass begins. Errors are the store's.
  Result<void> use(const Workflows& workflows, Store& store);
  /// Products are filed otherwise than before: after this pass, or an hour after the last one began, there is another.
  void look_again();
  /// When there is something to look at.
  Time next() const { return next_; }
  /// The inputs for those of the next page whose segments or categories are others; none before next(). Errors: the
  /// store's, "bad_state".
  Result<std::vector<Entry>> page(const Workflows& workflows, Store& store, const Catalogue& catalogue, Time now);
  /// Definitions that all subjects have been looked at by: to be stored, so that they are known after a restart.
  std::optional<VersionRow> done();

 private:
  std::shared_ptr<const Segments> segments_;
  bool quiet_ = false;  // the definitions are new: who is in a segment is so without an event
  bool over_ = false, again_ = false;
  std::string after_;
  Time began_{}, next_ = Time::max();
};

}  // namespace shopbell
