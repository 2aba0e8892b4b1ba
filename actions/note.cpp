// note: a remark in the run's own notes, where `why` shows it.

#include <shopbell/action.h>
#include <shopbell/text.h>

namespace shopbell::actions {
namespace {

constexpr Param params[] = {
    {.name = "text", .doc = "The remark.", .required = true, .positional = true},
};

Result<Effects> decide(const Value& args, Arena&) {
  const std::string_view text = trimmed(args["text"].text_or(""));
  Effects effects;
  if (!text.empty()) effects.notes.emplace_back(text);
  return effects;
}

}  // namespace

extern const Action note{
    .name = "note",
    .summary = "Writes a remark into the run's notes; `shopbell why` shows it.",
    .params = params,
    .decide = decide,
};

}  // namespace shopbell::actions
