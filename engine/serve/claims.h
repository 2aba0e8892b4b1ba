#pragma once
// Which input the engine is at, written down before it takes it: one that makes the process die, or the core throw,
// is counted, and set aside at its fifth time. In a mapped file, so that a mark costs no call and outlives the
// process (though not a loss of power, which no input causes). One thread.

#include "serve/mapped_file.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace shopbell {

constexpr std::uint32_t claims_max = 5;      // of one input: then it is set aside
constexpr std::size_t suspects_max = 64;     // inputs that are counted at once; above, the least counted is forgotten

class InputClaims {
 public:
  using Key = std::array<std::uint8_t, 16>;

  /// Without a file: counts are gone with the process.
  InputClaims();
  /// The input that a process before was at when it ended is counted. Error: "io".
  static Result<InputClaims> open(const std::string& path);

  static Key key_of(std::string_view what);
  void begin(const Key& key);
  void end();
  /// It has thrown.
  void failed(const Key& key);
  /// It was taken, or set aside, and that is durable.
  void forget(const Key& key);
  bool poisons(const Key& key) const { return count(key) >= claims_max; }
  std::uint32_t count(const Key& key) const;
  /// Nothing is counted, which is so almost always.
  bool empty() const;

 private:
  struct Suspect {
    Key key;
    std::uint32_t count;  // 0: free
  };
  struct Marks {
    std::uint32_t busy;   // `at` is being taken
    Key at;
    std::uint32_t suspects;
    std::array<Suspect, suspects_max> suspect;
  };
  MappedFile file_;
  std::unique_ptr<Marks> own_;  // without a file
  Marks* marks_ = nullptr;
};

}  // namespace shopbell
