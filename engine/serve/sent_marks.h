#pragma once
// Which attempts have come so far that the far side may have done them: a mail whose last byte is given, a request that
// is sent. Marked just before, in a mapped file, so that a start after the process has died knows which of the attempts
// that were under way are in doubt. The others reached nobody, and are made as if they had not begun. When the
// machine itself went down the file tells nothing, and all of them are in doubt. Any thread.

#include "serve/mapped_file.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t sent_marks_max = 1024;  // above calls_in_flight_max; with more, all are in doubt

class SentMarks {
 public:
  using Key = std::uint64_t;

  /// Without a file: nothing is known of a process before.
  SentMarks();
  /// `boot` names the time since the machine was started; empty: it is not known, and so nothing is. Error: "io".
  static Result<SentMarks> open(const std::string& path, const std::string& boot = boot_id());
  static std::string boot_id();
  static Key key_of(std::string_view call, std::uint32_t attempt);

  /// Once, before any mark: of the attempts that a process before had begun, those that are in doubt. They stay marked.
  std::vector<bool> take_over(const std::vector<Key>& begun);
  void mark(Key key);
  /// What came of it is durable.
  void forget(Key key);

 private:
  struct Marks;
  explicit SentMarks(MappedFile file, std::string boot);

  MappedFile file_;
  std::string boot_;
  Marks* marks_;
};

}  // namespace shopbell
