#include "serve/claims.h"

#include "base/hash.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace shopbell {

InputClaims::InputClaims() : own_(std::make_unique<Marks>()) { marks_ = own_.get(); }

InputClaims::InputClaims(InputClaims&& other) noexcept
    : marks_(std::exchange(other.marks_, nullptr)), own_(std::move(other.own_)) {}

InputClaims& InputClaims::operator=(InputClaims&& other) noexcept {
  std::swap(marks_, other.marks_);
  std::swap(own_, other.own_);
  return *this;
}

InputClaims::~InputClaims() {
  if (marks_ != nullptr && own_ == nullptr) ::munmap(marks_, sizeof(Marks));
}

Result<InputClaims> InputClaims::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  void* mapped = MAP_FAILED;
  if (fd >= 0 && ::ftruncate(fd, sizeof(Marks)) == 0)
    mapped = ::mmap(nullptr, sizeof(Marks), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (mapped == MAP_FAILED) return fail("io", path + ": " + std::strerror(error));
  InputClaims claims;
  claims.own_.reset();
  claims.marks_ = static_cast<Marks*>(mapped);
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
