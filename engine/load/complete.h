#pragma once
// What may stand at a place of a workflow file that is being written, and what stands there means: for editors. Keys, verbs, actions,
// parameters, event types and templates are those of the JSON Schema (schema.h), what expressions and templates may read is the loader's
// scope, functions and filters are the languages' own. Works in a file that is half written; says nothing rather than something wrong.
// Any thread.

#include "load/shop.h"

#include <shopbell/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

struct Completion {
  std::string label;
  std::string insert;  // what is written for it
  std::string kind;    // "key", "verb", "action", "event", "choice", "name", "field", "function", "filter", "tag"
  std::string type;    // of a name or field: as CEL says it; of a function: how it is called
  std::string doc;     // a sentence; perhaps empty
};

struct Completions {
  std::uint32_t from = 0;  // the byte from which to the place a completion stands
  std::vector<Completion> items;
};

struct Meaning {
  std::uint32_t begin = 0, end = 0;  // bytes
  Completion what;                   // kind empty: nothing is known of it
};

class Completer {
 public:
  explicit Completer(ShopNames shop);
  /// `at`: a byte of the text, or its end.
  Completions complete(std::string_view yaml, std::uint32_t at) const;
  Meaning meaning(std::string_view yaml, std::uint32_t at) const;

 private:
  ShopNames shop_;
  Arena arena_;
  Value schema_;
};

}  // namespace shopbell
