// log: a line in the server's log.

#include <shopbell/action.h>
#include <shopbell/text.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "text",
     .doc = "The line. Personal data does not belong into a log.",
     .required = true,
     .positional = true},
};

Result<Effects> decide(const Value& args, Arena&) {
  Effects effects;
  // One call is one line, whatever a customer's text holds: nobody forges a second one.
  for (const char c : trimmed(args["text"].text_or(""))) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    effects.log += control ? ' ' : c;
  }
  return effects;
}

}  // namespace

extern const Action log{
    .name = "log",
    .summary = "Writes a line to the server's log.",
    .params = params,
    .decide = decide,
};

}  // namespace shopbell::actions
