#pragma once
// Results as JUnit XML, which CI servers read. Pure.

#include <string>
#include <vector>

namespace shopbell::play {

struct JUnitCase {
  std::string file, name;
  double seconds = 0;
  std::string failure;  // empty: it passed
};

/// One testsuite a file, in the order of the cases.
std::string junit(const std::vector<JUnitCase>& cases);

}  // namespace shopbell::play
