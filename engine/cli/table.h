#pragma once
// A table for a terminal: columns as wide as what stands in them, the last one free to run on.

#include <string>
#include <string_view>
#include <vector>

namespace shopbell::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  std::string text() const;

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

/// Cut to `width` code points with an ellipsis; control characters become blanks, so that a
/// customer's text cannot steer the terminal.
std::string fit(std::string_view text, std::size_t width);

}  // namespace shopbell::cli
