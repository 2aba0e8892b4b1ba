// Any bytes as a workflow's file: never a crash, and never a mistake without a place or a message.
#include "load/load.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shopbell;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto read = load_workflow({"workflows/fuzz.yaml", text, {{"a.liquid", "{{ order.name }}"}, {"_b.liquid", "b"}}, {}});
  if (!read.value && read.diagnostics.empty()) std::abort();
  for (const Diagnostic& d : read.diagnostics)
    if (d.message.empty() || to_text(d).empty()) std::abort();
  if (read.value && !decode_source(encode_source((*read.value)->source))) std::abort();
  return 0;
}
