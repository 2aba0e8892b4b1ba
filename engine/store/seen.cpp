#include "store/seen.h"

#include <algorithm>

namespace shopbell {
namespace {

DigestBytes bytes_of(std::string_view digest) {
  DigestBytes bytes{};
  std::copy_n(digest.begin(), std::min(digest.size(), bytes.size()), bytes.begin());
  return bytes;
}

sqlite::Blob blob_of(const DigestBytes& digest) { return {std::string_view(digest.data(), digest.size())}; }

}  // namespace

/// A digest is as good as random already.
std::size_t Seen::Hash::operator()(const DigestBytes& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

int Seen::open(const sqlite::Database& db, std::uint64_t done_upto) {
  int code = SQLITE_OK;
  find_ = db.prepare("SELECT seq FROM seen WHERE digest = ?", code);
  add_ = db.prepare("INSERT INTO seen VALUES (?1, ?2) ON CONFLICT DO UPDATE SET seq = max(seq, ?2)", code);
  auto missing =
      db.prepare("SELECT digest, seq FROM input WHERE seq > ? AND digest IS NOT NULL ORDER BY seq", code);
  if (code != SQLITE_OK) return code;
  backlog_ = Backlog<SeenEntry>(done_upto);
  return missing.each(
      [&](const sqlite::Row& row) {
        const std::string digests = row.text(0);
        for (std::size_t at = 0; at < digests.size(); at += sizeof(DigestBytes)) add(digests.substr(at, sizeof(DigestBytes)), row.number(1));
        return true;
      },
      done_upto);
}

void Seen::add(const Digest& digest, std::uint64_t seq) {
  const DigestBytes bytes = bytes_of(digest);
  const auto [at, fresh] = newest_.try_emplace(bytes, seq);
  if (!fresh && at->second >= seq) return;
  at->second = seq;  // the one from before was forgotten
  backlog_.add({bytes, seq});
}

int Seen::find(const Digest& digest, std::uint64_t after, std::uint64_t& seq) {
  const DigestBytes bytes = bytes_of(digest);
  // From the oldest place to the newest: whoever had it first.
  int code = find_.each(
      [&](const sqlite::Row& row) {
        if (row.number(0) > after) seq = row.number(0);
        return true;
      },
      blob_of(bytes));
  if (code != SQLITE_OK || seq != 0) return code;
  const auto& leaving = backlog_.leaving();
  for (auto at = std::lower_bound(leaving.begin(), leaving.end(), SeenEntry{bytes, 0}); at != leaving.end() && at->digest == bytes; ++at)
    if (at->position > after && (seq == 0 || at->position < seq)) seq = at->position;
  if (seq != 0) return SQLITE_OK;
  if (const auto found = newest_.find(bytes); found != newest_.end() && found->second > after) seq = found->second;
  return SQLITE_OK;
}

int Seen::write(std::span<const InputRow> inputs) {
  const auto entries = backlog_.next(inputs.size() * 2);  // an event may have two digests
  for (const auto& entry : entries) {
    if (const int code = add_.run(blob_of(entry.digest), entry.position); code != SQLITE_OK) return code;
  }
  writing_ = entries.size();
  return SQLITE_OK;
}

void Seen::committed(std::span<const InputRow> inputs, std::uint64_t last_seq) {
  for (const auto& input : inputs) {
    for (const Digest* digest : {&input.digest, &input.body_digest})
      if (!digest->empty()) add(*digest, input.seq);
  }
  if (backlog_.wrote(writing_, last_seq, backlog_span_max)) newest_.clear();
  writing_ = 0;
}

}  // namespace shopbell
