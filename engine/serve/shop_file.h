#pragma once
// Parts of shopbell.yaml as they are written, to be edited one by one: what stands between and beside them keeps every byte.

#include <shopbell/error.h>

#include <string>
#include <string_view>

namespace shopbell {

/// The text of a top-level key with all that hangs on it, its own comment lines above included; empty: it is not there. Errors:
/// "bad_yaml"; "bad_layout": the file is one line in braces.
Result<std::string> section_of(std::string_view yaml, std::string_view name);

/// The file with that section in the place of the one that is there, or at the end; an empty text takes it away. Errors: those
/// above; "bad_section": the text is not that one key.
Result<std::string> with_section(std::string_view yaml, std::string_view name, std::string_view section);

/// The line, from 1, that the section begins on; 0: it is not there.
int line_of_section(std::string_view yaml, std::string_view name);

}  // namespace shopbell
