#include "load/nouns.h"

#include "load/draft.h"
#include "load/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

using cel::TypeKind;

constexpr Key field_keys[] = {{"type"}, {"doc"}, {"unit"}, {"of"}, {"fields"}};

constexpr std::array<FieldType, 8> types{
    {{"text", "a text", TypeKind::string},
     {"whole", "a whole number", TypeKind::integer},
     {"number", "a number (double)", TypeKind::real},
     {"amount", "an amount of money in major units (double)", TypeKind::real},
     {"flag", "true or false", TypeKind::boolean},
     {"time", "an instant (timestamp)", TypeKind::timestamp},
     {"id", "a number or a text, as the platform has it", TypeKind::dyn},
     {"any", "anything; not checked", TypeKind::dyn}}};

const FieldType* find_type(std::string_view name) {
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const FieldType& t) { return t.name == name; });
  return found == types.end() ? nullptr : &*found;
}

class FieldReader {
 public:
  FieldReader(std::span<const std::string_view> nouns, Report& report) : nouns_(nouns), report_(report) {}

  std::vector<NounField> read(const yaml::Node& map) {
    std::vector<NounField> made;
    if (!map.is_map()) wrong_type(report_, map, "fields", "a map of names and types", "gift_wrap: flag");
    for (const yaml::Entry& entry : map.entries) {
      if (!is_name(entry.key->text))
        report_.error(
            place_of(*entry.key, report_.source()), "bad_name",
            fmt::format("a field's name is made of small letters, digits and _, and begins with a letter: "
                        "not {}",
                        entry.key->text));
      made.push_back(field(entry.key->text, *entry.value));
    }
    return made;
  }

 private:
  NounField field(const std::string& name, const yaml::Node& node) {
    NounField made{name, "any", "any", "", "", {}};
    if (node.is_text()) {
      made.type = type_of(node, true);
      return made;
    }
    Fields fields(node, "a field", field_keys, report_);
    if (const yaml::Node* type = fields.require("type")) made.type = type_of(*type, true);
    if (const yaml::Node* of = fields.find("of")) made.of = type_of(*of, false);
    made.doc = fields.text("doc").value_or("");
    made.unit = fields.text("unit").value_or("");
    if (const yaml::Node* members = fields.find("fields")) made.fields = read(*members);
    return made;
  }

  std::string type_of(const yaml::Node& node, bool whole) {
    std::vector<std::string_view> known(nouns_.begin(), nouns_.end());
    for (const FieldType& type : types) known.push_back(type.name);
    if (whole) known.insert(known.end(), {"map", "list"});
    const std::string name = read_text(node, "a field's type", report_).value_or("any");
    if (std::find(known.begin(), known.end(), name) != known.end()) return name;
    unknown_name(report_, place_of(node, report_.source()), "unknown_type",
                 fmt::format("there is no type {}", name), name, known);
    return "any";
  }

  std::span<const std::string_view> nouns_;
  Report& report_;
};

cel::Type checked(const std::string& path, const NounField& field,
                  const std::function<cel::Type(std::string_view)>& noun) {
  const auto named = [&](const std::string& name) {
    const FieldType* type = find_type(name);
    return type != nullptr ? cel::Type(type->checked) : noun(name);
  };
  const bool has_fields = !field.fields.empty();
  if (field.type == "map")
    return has_fields ? cel::Type::object(path, checked_fields(path, field.fields, noun)) : cel::Type();
  if (field.type == "list")
    return cel::Type::list(
        has_fields ? cel::Type::object(path + "[]", checked_fields(path + "[]", field.fields, noun))
                   : named(field.of));
  return named(field.type);
}

constexpr std::array<std::string_view, 5> taken_nouns{"event", "shop", "vars", "steps", "now"};

OwnFields read_nouns(const yaml::Node& node, Report& report) {
  OwnFields own;
  if (!node.is_map())
    wrong_type(report, node, "fields", "a map by noun", "fields: { order: { gift_wrap: flag } }");
  for (const yaml::Entry& entry : node.entries) {
    const std::string& name = entry.key->text;
    const bool taken = std::find(taken_nouns.begin(), taken_nouns.end(), name) != taken_nouns.end();
    if (taken || !is_name(name))
      report.error(place_of(*entry.key, report.source()), "bad_name",
                   fmt::format("{} cannot be a noun", name),
                   taken ? fmt::format("{} has a meaning already", name) : "small letters, digits and _");
    own.emplace(name, FieldReader(noun_names(), report).read(*entry.value));
  }
  return own;
}

}  // namespace

std::span<const FieldType> field_types() { return types; }

std::vector<NounField> read_fields(const yaml::Node& map, std::span<const std::string_view> nouns,
                                   Report& report) {
  return FieldReader(nouns, report).read(map);
}

std::vector<cel::Field> checked_fields(const std::string& owner, std::span<const NounField> fields,
                                       const std::function<cel::Type(std::string_view)>& noun) {
  std::vector<cel::Field> made;
  for (const NounField& field : fields)
    made.push_back({field.name, checked(owner + "." + field.name, field, noun), field.doc});
  return made;
}

OwnFields read_own_fields(const yaml::Node& node, Report& report) {
  OwnFields own = read_nouns(node, report);
  for (const yaml::Entry& noun : node.entries)
    for (const yaml::Entry& field : noun.value->entries)
      if (const cel::Type known = noun_type(noun.key->text);
          known.is(TypeKind::object) && known.field(field.key->text))
        report.error(place_of(*field.key, report.source()), "taken_name",
                     fmt::format("every {} has the field {}", noun.key->text, field.key->text),
                     "`fields` declares what only this shop has");
  return own;
}

OwnFields parse_own_fields(std::string_view json) {
  if (json.empty()) return {};
  Report ignored("fields", json);
  const yaml::NodePtr root = yaml::parse(ignored);
  return root ? read_nouns(*root, ignored) : OwnFields();
}

cel::Type noun_type(std::string_view name, const OwnFields& own) {
  const cel::Type known = noun_type(name);
  const auto more = own.find(name);
  if (more == own.end()) return known;
  std::vector<cel::Field> fields(known.fields().begin(), known.fields().end());
  for (cel::Field& field :
       checked_fields(std::string(name), more->second, [](std::string_view n) { return noun_type(n); }))
    fields.push_back(std::move(field));
  return cel::Type::object(std::string(name), std::move(fields));
}

}  // namespace shopbell
