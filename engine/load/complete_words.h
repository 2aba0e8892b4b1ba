#pragma once
// What may be written within an expression or a template. Within load/.

#include "cel/cel.h"
#include "load/complete.h"

namespace shopbell {

/// Whether the text, up to where somebody writes, is within {{ }} or {% %} that is not closed.
bool in_liquid(std::string_view before);
/// `before`: what was written of it; `from` of the result is an offset in it.
Completions cel_words(std::string_view before, const cel::Env& scope);
Completions liquid_words(std::string_view before, const cel::Env& scope);
/// What the word means that has the byte `at` of an expression or of a template's markup. `begin` and `end` are offsets in it.
Meaning cel_meaning(std::string_view text, std::size_t at, const cel::Env& scope);
Meaning liquid_meaning(std::string_view text, std::size_t at, const cel::Env& scope);

}  // namespace shopbell
