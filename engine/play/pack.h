#pragma once
// What a backtest keeps of a subject between stretches: the same as its state row (core/subject.h), without the price
// of JSON. For this process alone; never written down.

#include "core/subject.h"

#include <string>
#include <string_view>

namespace shopbell::play {

std::string pack(const Subject& subject);
/// Its runs are not in it. Texts are views into `packed`, which outlives the subject; an empty one is a new subject.
Subject unpack(std::string_view id, std::string_view packed, Arena& arena);

}  // namespace shopbell::play
