#include "serve/claims.h"

#include "base/hash.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace shopbell {

InputClaims::InputClaims() : own_(std::make_unique<Marks>()), marks_(own_.get()) {}

Result<InputClaims> InputClaims::open(const std::string& path) {
  auto file = map_file(path, sizeof(Marks));
  if (!file) return tl::unexpected(file.error());
  InputClaims claims;
  claims.own_.reset();
  claims.file_ = std::move(*file);
  claims.marks_ = static_cast<Marks*>(claims.file_.get());
  if (std::exchange(claims.marks_->busy, 0) != 0) claims.failed(claims.marks_->at);
  return claims;
}

InputClaims::Key InputClaims::key_of(std::string_view what) {
  Key key{};
  const std::uint64_t parts[] = {hash64({what}), hash64({"claim", what})};
  static_assert(sizeof parts == sizeof key);
  std::memcpy(key.data(), parts, sizeof parts);
  return key;
}

// The mark is plain memory: what has been stored is in the file when the process dies, whatever it dies of.
void InputClaims::begin(const Key& key) {
  marks_->at = key;
  __atomic_store_n(&marks_->busy, 1U, __ATOMIC_RELEASE);
}

void InputClaims::end() { __atomic_store_n(&marks_->busy, 0U, __ATOMIC_RELEASE); }

void InputClaims::failed(const Key& key) {
  end();
  auto& suspects = marks_->suspect;
  auto at = std::find_if(suspects.begin(), suspects.end(), [&](const Suspect& s) { return s.count > 0 && s.key == key; });
  if (at == suspects.end()) {
    at = std::min_element(suspects.begin(), suspects.end(), [](const Suspect& a, const Suspect& b) { return a.count < b.count; });
    marks_->suspects += at->count == 0;
    *at = {key, 0};
  }
  ++at->count;
}

void InputClaims::forget(const Key& key) {
  for (Suspect& suspect : marks_->suspect) {
    if (suspect.count == 0 || suspect.key != key) continue;
    suspect = {};
    --marks_->suspects;
  }
}

std::uint32_t InputClaims::count(const Key& key) const {
  if (empty()) return 0;
  for (const Suspect& suspect : marks_->suspect)
    if (suspect.count > 0 && suspect.key == key) return suspect.count;
  return 0;
}

bool InputClaims::empty() const { return marks_->suspects == 0; }

}  // namespace shopbell
