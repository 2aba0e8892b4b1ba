#pragma once
// A YAML file that is being written, as far as it can be told: which keys and scalars there are, what they are part of, and what may
// stand where somebody writes. It never refuses anything; what a file really says, yaml.h tells. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

/// A step from the file's root inwards: into a map's key, or into an item of a list.
struct PathPart {
  bool item = false;
  std::string key;
};
using YamlPath = std::vector<PathPart>;

struct Outline {
  struct Key {
    YamlPath path;             // of the map
    std::size_t map = 0;       // keys of one map have one number
    std::string text;
    std::uint32_t begin = 0, end = 0;  // bytes of the file
  };
  struct Scalar {
    YamlPath path;
    std::optional<std::size_t> map;    // that it is a value in; nothing: of a list, or of the file
    std::string text;                  // as written, without quotes
    std::uint32_t begin = 0, end = 0;  // of `text`
  };
  /// Where somebody writes.
  struct Place {
    YamlPath path;                     // of the map whose key, or of the value, that is written
    std::optional<std::size_t> map;    // of a key: its map, unless it is the first; of a value as in Scalar
    bool key = false, value = false;   // which of the two it may become
    std::string text;                  // what was written of it before the place
    std::uint32_t begin = 0;           // where that begins
  };
  std::vector<Key> keys;
  std::vector<Scalar> scalars;
  std::optional<Place> place;          // nothing: in a comment, or where nothing new can stand

  /// The keys of that map.
  std::vector<std::string_view> keys_of(std::optional<std::size_t> map) const;
};

/// `at`: a byte of the text, or its end.
Outline outline_of(std::string_view yaml, std::uint32_t at);

}  // namespace shopbell
