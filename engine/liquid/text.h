#pragma once
// How things look when they are printed.

#include "liquid/datum.h"
#include "liquid/liquid.h"

#include <string>
#include <string_view>

namespace shopbell::liquid {

class Rendering;

/// Appends a thing as {{ }} prints it: lists without separators, maps as Ruby shows a hash, times in
/// the setting's zone.
void append_text(std::string& to, const Datum& d, const Setting& setting);
/// The same for filters, where a list is shown with its brackets.
void append_filter_text(std::string& to, const Datum& d, const Setting& setting);
/// A text as itself, anything else built into the arena.
std::string_view text_of(const Datum& d, Rendering& r);
/// Texts in quotes: for error messages and within lists and maps.
void append_inspected(std::string& to, const Value& v, const Setting& setting);

/// Whether append_escaped() would change it.
bool needs_escape(std::string_view text);
void append_escaped(std::string& to, std::string_view text);
/// "Integer", "String": how errors name a thing's type.
std::string_view class_name(const Datum& d);

}  // namespace shopbell::liquid
