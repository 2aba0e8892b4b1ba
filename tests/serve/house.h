#pragma once
// A shop on virtual time with a real store: events go in as the shard's batches, waits go on when they are due,
// and the store can be closed and opened between any two of them.

#include "serve/batch.h"
#include "support/temp_dir.h"

#include <memory>
#include <string>
#include <vector>

namespace shopbell {

class House {
 public:
  House();

  House& add_yaml(const std::string& yaml);
  /// segments.yaml; it must be in order.
  House& set_segments(const std::string& yaml);

  /// Of `ago` before now. Not committed before commit(), event() or pass().
  House& put(const std::string& type, const std::string& data, Millis ago = Millis{0}, const std::string& source = "shop");
  House& event(const std::string& type, const std::string& data, Millis ago = Millis{0}, const std::string& source = "shop");
  void give(const std::string& subject, Input input);
  void commit();
  /// Waits go on at their times, in order.
  void pass(Millis time);
  void reopen();

  /// By any name; `id` empty: nobody is called so.
  Subject subject(const std::string& name);
  std::size_t open_runs(const std::string& name) { return subject(name).runs.size(); }
  /// How often a note of the code stands in inputs and runs of the last commits, with that text in it.
  std::size_t noted(const std::string& code, const std::string& text = {}) const;
  Reader& reader();

  Time now = from_ms(1'800'000'000'000);
  std::vector<CallRow> calls;              // ordered, never made
  std::vector<InputRow> inputs;            // of all commits
  const Workflows& workflows() const { return *workflows_; }
  Store& store() { return *store_; }
  Catalogue catalogue;                     // as the shard keeps it

 private:
  void build();

  test::TempDir folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Reader> reader_;
  ShopFacts facts_;
  std::vector<std::shared_ptr<const Workflow>> all_;
  std::unique_ptr<Workflows> workflows_;
  Arena arena_{1 << 16};
  std::vector<std::unique_ptr<std::string>> lines_;
  std::vector<Entry> waiting_;
  std::string notes_;
  int events_ = 0;
};

}  // namespace shopbell
