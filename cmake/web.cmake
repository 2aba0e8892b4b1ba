# The web parts (web/): what npm brings, bundled by web/build.mjs and linked in as they are. A build without change does nothing.
find_program(NODE NAMES node nodejs REQUIRED)
find_program(NPM npm REQUIRED)
set(web ${CMAKE_SOURCE_DIR}/web)
set(web_out ${CMAKE_BINARY_DIR}/web)
file(MAKE_DIRECTORY ${web_out})
file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web}/console/* ${web}/chat/*)

# npm writes this file last.
add_custom_command(OUTPUT ${web}/node_modules/.package-lock.json
  COMMAND ${NPM} ci --ignore-scripts --silent
  COMMAND ${CMAKE_COMMAND} -E touch ${web}/node_modules/.package-lock.json
  DEPENDS ${web}/package.json ${web}/package-lock.json WORKING_DIRECTORY ${web} VERBATIM)
add_custom_command(OUTPUT ${web_out}/web_files.cpp ${web_out}/web_files.bin
  COMMAND ${NODE} build.mjs ${web_out}
  DEPENDS ${web}/node_modules/.package-lock.json ${web}/build.mjs ${web}/bundle.mjs ${web_sources} WORKING_DIRECTORY ${web} VERBATIM)
add_custom_command(OUTPUT ${web_out}/web_files.o
  COMMAND ${CMAKE_LINKER} -r -b binary -z noexecstack -o web_files.o web_files.bin
  DEPENDS ${web_out}/web_files.bin WORKING_DIRECTORY ${web_out} VERBATIM)
set_source_files_properties(${web_out}/web_files.o PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
add_library(shopbell_web STATIC ${web_out}/web_files.cpp ${web_out}/web_files.o)
target_link_libraries(shopbell_web PUBLIC shopbell_flags)
