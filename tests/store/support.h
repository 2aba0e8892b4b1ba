#pragma once
// Folders that vanish, and batches that are easy to say.

#include "store/open.h"
#include "store/sqlite.h"
#include "support/catch.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace shopbell::testing {

/// A folder of its own, removed with all in it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::unique_ptr<Store> open_or_throw(const std::string& folder, const Ground& ground = {});
std::unique_ptr<Reader> reader_or_throw(const std::string& folder);
/// The calls that wait and are due, of all destinations, by their time.
std::vector<CallRow> all_due_calls(Store& store, Time upto);
/// What it says, or a failed test with its error.
template <class T>
T value_of(Result<T> result) {
  INFO((result ? std::string() : result.error().code + ": " + result.error().message));
  REQUIRE(result.has_value());
  return std::move(*result);
}

Time at(std::int64_t seconds);  // after 2026-11-21T00:00:00Z

/// An event of customer:NUMBER, its line some 100 bytes; `seq` is given to it by `next`.
InputRow event(const std::string& id, const std::string& subject = "customer:7");
/// An open run that waits until `due`.
RunRow open_run(const std::string& id, const std::string& subject, std::uint64_t event_seq,
                std::optional<Time> due = {});
RunRow ended_run(const std::string& id, const std::string& subject, std::uint64_t event_seq);

/// A batch that follows on what the store has: inputs get their seqs.
Batch next(const Store& store, std::vector<InputRow> inputs, Time clock = at(0));

/// The database and the log as they stand, as a crash at this moment would leave them.
void copy_as_crashed(const std::string& from, const std::string& to);
std::string read_file(const std::string& path);

}  // namespace shopbell::testing
