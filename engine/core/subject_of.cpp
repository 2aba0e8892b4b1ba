// Which subject a workflow's runs for an event are counted by.

#include "core/replayed.h"
#include "core/turn.h"

#include <shopbell/text.h>

namespace shopbell {
namespace {

constexpr std::size_t subject_bytes_max = 320;  // as intake's

std::string id_text(const Value& id) {
  if (id.is(Kind::integer)) return std::to_string(id.integer());
  if (id.is(Kind::uint)) return std::to_string(id.uint());
  return std::string(id.text_or({}));
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

// "customer" of an event is customer:ID, or customer:EMAIL of a guest, as intake names them; failing both
// the event's own subject where that is somebody.
Result<std::string> of_noun(std::string_view noun, const Event& event, std::string_view own) {
  const Value thing = event.data[noun];
  const std::string prefix = std::string(noun) + ":";
  if (const std::string id = id_text(thing["id"]); !id.empty()) return prefix + id;
  const std::string email = noun == "customer" ? lower(trimmed(thing["email"].text_or({}))) : std::string();
  if (!email.empty()) return prefix + email;
  if (own.starts_with(prefix)) return std::string(own);
  if (noun == "customer" && own != "shop" && !own.starts_with("product:")) return std::string(own);
  return fail("no_subject", "`per: " + std::string(noun) + "`, but " + std::string(event.type) + " has no " +
                                std::string(noun) + ".id");
}

Result<std::string> of_expression(const cel::Program& per, const Value& scope, Arena& arena) {
  const Value v = per.evaluate(scope, arena);
  if (v.is(Kind::error)) return fail(v.error().code, "`per` cannot be evaluated: " + describe(v.error(), per.source()));
  const std::string text = id_text(v);
  if (text.empty())
    return fail("no_subject", "`per` is neither a text nor a whole number, or empty: " + cel::to_text(v));
  return text;
}

}  // namespace

Result<std::string> subject_of(const Workflow& workflow, const Value& scope, const Event& event, Arena& arena) {
  const std::string_view own = plain_subject(event.subject);
  Result<std::string> subject{std::string()};
  if (workflow.per_text == "shop") subject->assign("shop");
  else if (workflow.per_text == "customer" || workflow.per_text == "order") subject = of_noun(workflow.per_text, event, own);
  else if (workflow.per) subject = of_expression(*workflow.per, scope, arena);
  else subject->assign(own);
  if (subject && subject->size() > subject_bytes_max)
    return fail("no_subject", "`per` gives a text of more than " + std::to_string(subject_bytes_max) + " bytes");
  if (subject) subject->insert(0, replay_prefix(event.subject));
  return subject;
}

}  // namespace shopbell
