#pragma once
// The mistakes of one file, collected while it is read. Not for sharing between threads.

#include "base/diagnostic.h"

#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t diagnostics_max = 100;  // of one file; the rest is counted

/// Bytes of a file.
struct Place {
  std::uint32_t offset = 0, length = 1;
};

class Report {
 public:
  Report(std::string file, std::string_view source) : file_(std::move(file)), source_(source) {}
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  const std::string& file() const { return file_; }
  std::string_view source() const { return source_; }

  void error(Place place, std::string code, std::string message, std::string hint = {});
  void warning(Place place, std::string code, std::string message, std::string hint = {});
  /// About the file as a whole.
  void error_in_file(std::string code, std::string message, std::string hint = {});
  /// Found elsewhere (in a template); listed behind this file's own.
  void add(Diagnostic d);
  /// Bytes that no diagnostic may show: a secret. They are printed as asterisks.
  void hide(Place place) { hidden_.push_back(place); }

  /// Whether further mistakes are only counted: work on their hints is lost.
  bool full() const { return found_.size() >= diagnostics_max; }
  /// Whether there was an error.
  bool failed() const { return failed_; }
  /// Everything, in order of place.
  std::vector<Diagnostic> take();

 private:
  struct Found {
    std::uint32_t offset;
    Diagnostic diagnostic;
  };
  void keep(Severity severity, Place place, Error error);
  std::string masked_line(std::uint32_t offset) const;

  std::string file_;
  std::string_view source_;
  std::vector<Found> found_;
  std::vector<Diagnostic> elsewhere_;
  std::vector<Place> hidden_;
  std::size_t left_out_ = 0;
  bool failed_ = false;
};

}  // namespace shopbell
