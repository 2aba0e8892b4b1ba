#pragma once
// What a test expects beside what happened. Pure.

#include "load/yaml.h"
#include "play/happening.h"

#include <string>
#include <vector>

namespace shopbell::play {

/// One line of a difference, indented; `line` of the test's file that it is about, 0: none.
struct DiffLine {
  std::string text;
  std::uint32_t line = 0;
};

/// Empty: all that is expected happened, in that order, and nothing else that counts. A map is expected in part;
/// a list in whole; a text as it is, or as {contains: ...} or {matches: RE2}; nothing (null) as what is not there.
std::vector<DiffLine> compare(const yaml::Node& expect, std::string_view source, const std::vector<Happening>& happened, Time began);

}  // namespace shopbell::play
