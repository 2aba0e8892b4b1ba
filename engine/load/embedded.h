#pragma once
// The data files that are part of the program: workflows/FOLDER/*.yaml as they were when it was
// built (cmake/embed.cmake). Static memory; any thread.

#include <span>
#include <string_view>

namespace shopbell {

struct EmbeddedFile {
  std::string_view name;  // "shopify.yaml"
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_platforms();
std::span<const EmbeddedFile> embedded_imports();
std::span<const EmbeddedFile> embedded_events();
std::span<const EmbeddedFile> embedded_intents();
std::span<const EmbeddedFile> embedded_gallery();

}  // namespace shopbell
