// tag: what the shop calls a customer.

#include <shopbell/action.h>
#include <shopbell/text.h>

namespace shopbell::actions {
namespace {

constexpr std::size_t tag_bytes_max = 255;  // Shopify's limit for a customer's tag

constexpr Param params[] = {
    {.name = "add",
     .type = ParamType::texts,
     .doc = "Tags to give; those that are there already stay.",
     .positional = true},
    {.name = "remove",
     .type = ParamType::texts,
     .doc = "Tags to take away; those that are not there do not matter."},
};

Result<std::vector<std::string>> tags_of(const Value& list) {
  std::vector<std::string> tags;
  if (!list.is(Kind::list)) return tags;
  for (const Value& item : list.items()) {
    const std::string_view tag = trimmed(item.text_or(""));
    if (tag.size() > tag_bytes_max)
      return fail("bad_tag", "a tag is longer than " + std::to_string(tag_bytes_max) + " bytes");
    if (!tag.empty()) tags.emplace_back(tag);
  }
  return tags;
}

Result<Effects> decide(const Value& args, Arena&) {
  auto added = tags_of(args["add"]);
  auto removed = tags_of(args["remove"]);
  if (!added) return tl::unexpected(added.error());
  if (!removed) return tl::unexpected(removed.error());
  Effects effects;
  effects.tags_added = std::move(*added);
  effects.tags_removed = std::move(*removed);
  return effects;
}

}  // namespace

extern const Action tag{
    .name = "tag",
    .summary = "Gives the customer tags, or takes them away.",
    .params = params,
    .decide = decide,
};

}  // namespace shopbell::actions
