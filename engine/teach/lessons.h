#pragma once
// Examples as files: workflows/intents/ as built in, and a shop's own `intents/*.yaml`. A file is a map of labels, each with a
// list of texts. Any thread.

#include "hear/ear.h"
#include "load/load.h"

namespace shopbell {

/// What the built-in ear learns from.
Teaching built_in_lessons();
/// One file's examples. Mistakes with their places.
Read<std::vector<Example>> read_lesson(const std::string& file, std::string_view text);

/// All of a folder, files in order of name; none where there is no such folder. `mood.yaml` has moods, any other file intents.
struct FolderLessons {
  std::vector<Example> intents, moods;
};
Read<FolderLessons> read_lessons(const std::string& folder);

/// The ear that was trained when the program was built; once per process.
const Ear& built_in_ear();

}  // namespace shopbell
