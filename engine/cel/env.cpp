#include "cel/cel.h"

namespace shopbell::cel {

Env& Env::declare(std::string name, Type type, std::string doc) {
  variables_.push_back({std::move(name), std::move(type), std::move(doc)});
  open_ = false;
  return *this;
}

Env& Env::declare(Function function) {
  functions_.push_back(std::move(function));
  return *this;
}

Env& Env::container(std::string name) { return container_ = std::move(name), *this; }
Env& Env::open(bool yes) { return open_ = yes, *this; }
Env& Env::checked(bool yes) { return checked_ = yes, *this; }
Env& Env::macros(bool yes) { return macros_ = yes, *this; }

}  // namespace shopbell::cel
