#pragma once
// Packed bytes, unpacked piece by piece. One thread.

#include "intake/log_reader.h"

namespace shopbell {

class LogReader::Unpacker {
 public:
  virtual ~Unpacker() = default;
  /// Appends what it makes of `packed`, and takes from its front what it has used. Errors: "broken_log".
  virtual Result<void> unpack(std::string& packed, std::string& to) = 0;
  /// Whether nothing is missing, should the file end here.
  virtual bool complete() const = 0;

  /// By the first bytes; nullptr: they are not packed.
  static std::unique_ptr<Unpacker> find(std::string_view first_bytes);
};

}  // namespace shopbell
