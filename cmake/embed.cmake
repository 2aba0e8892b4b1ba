# shopbell_embed(TARGET NAME FOLDER) compiles the YAML files of a folder into TARGET, as the table
# that `embedded_NAME()` (load/embedded.h) gives. A changed file is noticed by the next build.
function(shopbell_embed target name folder)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.yaml)
  set(entries "")
  set(count 0)
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(stem ${file} NAME)
    file(READ ${file} text)
    string(APPEND entries "    {\"${stem}\", R\"~~~~(${text})~~~~\"},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/embedded_${name}.cpp @ONLY CONTENT
[[// Made by CMake from the folder @folder@.
#include "load/embedded.h"

#include <array>

namespace shopbell {

std::span<const EmbeddedFile> embedded_@name@() {
  static constexpr std::array<EmbeddedFile, @count@> files{{
@entries@  }};
  return files;
}

}  // namespace shopbell
]])
  target_sources(${target} PRIVATE ${CMAKE_BINARY_DIR}/embedded_${name}.cpp)
endfunction()
