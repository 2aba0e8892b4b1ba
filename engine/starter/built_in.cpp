// The ear that engine/starter/train.cpp trained, as the linker put it into the program.

#include "teach/lessons.h"

#include <stdexcept>

extern "C" {
extern const char _binary_starter_ear_start[];
extern const char _binary_starter_ear_end[];
}

namespace shopbell {

const Ear& built_in_ear() {
  static const Ear ear = [] {
    auto read = Ear::read({_binary_starter_ear_start, static_cast<std::size_t>(_binary_starter_ear_end - _binary_starter_ear_start)});
    if (!read) throw std::logic_error("the built-in model is broken: " + read.error().message);
    return std::move(*read);
  }();
  return ear;
}

}  // namespace shopbell
