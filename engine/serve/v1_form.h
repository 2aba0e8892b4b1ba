#pragma once
// The fields of a route's body, as its table says them: "text:string! epoch:integer tags:texts".

#include "serve/v1.h"

#include <string_view>
#include <vector>

namespace shopbell {

struct V1Field {
  std::string_view name, type;  // type: string, integer, boolean, texts (a list of them), any
  bool required = false;
};
std::vector<V1Field> fields_of(std::string_view form);

/// Reads the body into ask.body. Status 0: it is in order; else how it is refused, with every field that is wrong in `errors`.
V1Answer read_form(V1Ask& ask);

}  // namespace shopbell
