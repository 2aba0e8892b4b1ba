#pragma once
// What an index with random keys still has to get. Each such key alone touches a page of its own, which
// is then synced and copied; many, written in their order, share pages. So entries gather here until
// there are enough, and then go out sorted, a few with each commit. Nothing is lost with the process: the
// rows they were made from are committed, and the store reads those behind `done_upto` when it opens.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace shopbell {

constexpr std::size_t backlog_entries_max = 65'536;  // then they begin to go out
constexpr std::uint64_t backlog_span_max = 131'072;  // so far behind may they lie, however few they are

/// Entry: ordered by `<`, with `position`: the ever growing key of the row it was made from.
template <class Entry>
class Backlog {
 public:
  /// `done_upto`: of all rows up to that position the index has what it should.
  explicit Backlog(std::uint64_t done_upto = 0) : done_upto_(done_upto), begun_upto_(done_upto) {}

  void add(const Entry& entry) { gathering_.push_back(entry); }

  /// What should be written now, for `added` entries or rows that come in; the same again until wrote() is called.
  std::span<const Entry> next(std::size_t added) const {
    return std::span(leaving_).subspan(left_, std::min(leaving_.size() - left_, added * 2));
  }

  /// `count` more of them are committed. `now`: the position up to which rows exist. `span`: how many
  /// positions may lie behind. True when entries began to leave: those gathered so far, sorted.
  bool wrote(std::size_t count, std::uint64_t now, std::uint64_t span) {
    left_ += count;
    if (left_ < leaving_.size()) return false;
    done_upto_ = begun_upto_;
    if (gathering_.size() < backlog_entries_max && now - begun_upto_ < span) return false;
    leaving_ = std::exchange(gathering_, {});
    std::sort(leaving_.begin(), leaving_.end());
    left_ = 0;
    begun_upto_ = now;
    return true;
  }

  std::uint64_t done_upto() const { return done_upto_; }
  const std::vector<Entry>& leaving() const { return leaving_; }

 private:
  std::vector<Entry> gathering_, leaving_;  // leaving_ keeps what was written until all of it is
  std::size_t left_ = 0;
  std::uint64_t done_upto_, begun_upto_;
};

}  // namespace shopbell
