#pragma once
// Files that people's words and models are kept in: whole and on the disk, or not there.

#include <shopbell/error.h>
#include <shopbell/value.h>

#include <filesystem>
#include <functional>

namespace shopbell {

/// Makes the folder where it is missing. On the disk when it is done; `append`: behind what is there, at once, so that a line stands
/// whole. Errors: "io".
Result<void> write_durably(const std::filesystem::path& path, std::string_view bytes, bool append = false);

/// Calls `take` with each line's object; no file is no line. Errors: the file's; "bad_json" with the line.
Result<void> each_line(const std::filesystem::path& path, const std::function<void(const Value&)>& take);

}  // namespace shopbell
