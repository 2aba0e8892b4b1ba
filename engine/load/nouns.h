#pragma once
// Fields of nouns as YAML declares them: in workflows/events/ for everybody, under `fields:` in shopbell.yaml
// for one shop. Each has a type, a sentence, perhaps a unit. Any thread.

#include "cel/type.h"
#include "load/report.h"
#include "load/yaml.h"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

struct NounField {
  std::string name;
  std::string type;  // a type of field_types, "map", "list" or a noun
  std::string of;    // of a list without fields: the type of its elements
  std::string doc, unit;
  std::vector<NounField> fields = {};  // of a map; of a list: of each element
};

/// A type that a field may have, beside map, list and the nouns.
struct FieldType {
  std::string_view name, doc;
  cel::TypeKind checked;
};
std::span<const FieldType> field_types();

/// The fields of a map: `total: amount`, or `total: { type: amount, unit: EUR, doc: "..." }`. What is wrong
/// is reported; `nouns` may be types, too.
std::vector<NounField> read_fields(const yaml::Node& map, std::span<const std::string_view> nouns,
                                   Report& report);

/// The checker's types of fields. `noun` gives the type of a noun by its name.
std::vector<cel::Field> checked_fields(const std::string& owner, std::span<const NounField> fields,
                                       const std::function<cel::Type(std::string_view)>& noun);

/// The nouns and fields of one shop, by noun.
using OwnFields = std::map<std::string, std::vector<NounField>, std::less<>>;
/// `fields` of shopbell.yaml. A field that every shop has, or a noun whose name is taken, is reported.
OwnFields read_own_fields(const yaml::Node& node, Report& report);
/// The same of WorkflowSource::own_fields.
OwnFields parse_own_fields(std::string_view json);
/// A noun's type with the shop's own fields; dyn for one that neither knows.
cel::Type noun_type(std::string_view name, const OwnFields& own);

}  // namespace shopbell
