#pragma once
// Which events were had, by digest: the newest in memory, the others in the table `seen`.

#include "store/backlog.h"
#include "store/sqlite.h"
#include "store/store.h"

#include <array>
#include <cstring>
#include <span>
#include <unordered_map>

namespace shopbell {

/// The first 16 bytes, those that lack being zero.
using DigestBytes = std::array<char, 16>;

struct SeenEntry {
  DigestBytes digest;
  std::uint64_t position;  // seq of the input
  bool operator<(const SeenEntry& other) const {
    return std::memcmp(digest.data(), other.digest.data(), digest.size()) < 0;
  }
};

class Seen {
 public:
  /// Reads what the table does not have yet from `input`. SQLITE_OK or an error code.
  int open(const sqlite::Database& db, std::uint64_t done_upto);

  /// The seq of the event that had it first of those after `after`, or 0.
  int find(const Digest& digest, std::uint64_t after, std::uint64_t& seq);

  /// Inside a commit of `inputs`: writes some of the backlog. What it did counts when committed() is called.
  int write(std::span<const InputRow> inputs);
  void committed(std::span<const InputRow> inputs, std::uint64_t last_seq);
  /// All inputs up to this one are in the table, once the commit that is being made is done.
  std::uint64_t done_upto() const { return backlog_.done_upto(); }

 private:
  struct Hash {
    std::size_t operator()(const DigestBytes& digest) const;
  };
  void add(const Digest& digest, std::uint64_t seq);

  Backlog<SeenEntry> backlog_;
  std::unordered_map<DigestBytes, std::uint64_t, Hash>
      newest_;  // of the backlog, those that do not leave yet
  std::size_t writing_ = 0;
  sqlite::Statement find_, add_;
};

}  // namespace shopbell
