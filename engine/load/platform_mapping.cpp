#include "load/platform_parts.h"

#include "base/diagnostic.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <algorithm>

namespace shopbell {
namespace {

using cel::TypeKind;

// "it.customer.id" compiled as CEL, so it is a walk down: without CEL the same, and many times faster.
void take_path(std::string_view cel, Mapping& made) {
  const bool from_body = cel.starts_with("body.");
  const auto plain = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; };
  const bool whole = cel == "it" || cel == "body";
  if (!made.program || (!from_body && !cel.starts_with("it.") && !whole) || !std::all_of(cel.begin(), cel.end(), plain))
    return;
  made.is_path = true;
  made.from_body = from_body || cel == "body";
  for (std::size_t dot = cel.find('.'); dot != std::string_view::npos;) {
    const std::size_t next = cel.find('.', dot + 1);
    const std::string_view name = cel.substr(dot + 1, next == std::string_view::npos ? next : next - dot - 1);
    made.path.emplace_back(name);
    dot = next;
  }
}

// Whether fitted() may make something of it; what is only known later may.
bool may_fit(TypeKind made, TypeKind wanted) {
  const auto among = [&](std::initializer_list<TypeKind> kinds) {
    return std::find(kinds.begin(), kinds.end(), made) != kinds.end();
  };
  if (made == wanted || wanted == TypeKind::dyn) return true;
  if (among({TypeKind::dyn, TypeKind::error, TypeKind::null, TypeKind::optional, TypeKind::wrapper,
             TypeKind::param}))
    return true;
  switch (wanted) {
    case TypeKind::string: return among({TypeKind::integer, TypeKind::uint, TypeKind::real});
    case TypeKind::integer:
    case TypeKind::real: return among({TypeKind::integer, TypeKind::uint, TypeKind::real, TypeKind::string});
    case TypeKind::boolean: return among({TypeKind::string});
    case TypeKind::timestamp: return among({TypeKind::string, TypeKind::integer, TypeKind::real});
    case TypeKind::object: return among({TypeKind::map});
    default: return false;
  }
}

}  // namespace

MappingReader::MappingReader(PlatformParts& parts, const yaml::Node* shapes)
    : parts_(parts), shapes_(shapes) {
  if (shapes_ != nullptr && !shapes_->is_map()) {
    parts_.error(*shapes_, "wrong_type", "`shapes` is a map, here stands " + yaml::describe(*shapes_));
    shapes_ = nullptr;
  }
  visible_ = shapes_ ? shapes_->entries.size() : 0;
}

Mapping MappingReader::read(const yaml::Node& node, const cel::Type& type) {
  if (node.is_map() && (node.find("of") != nullptr || node.find("each") != nullptr))
    return shaped(node, type);
  if (node.is_map()) return members(node, type);
  if (!node.is_list()) return leaf(node, type);
  Mapping made;
  made.form = Mapping::Form::first;
  for (const yaml::NodePtr& item : node.items) made.parts.emplace_back("", read(*item, type));
  return made;
}

Mapping MappingReader::leaf(const yaml::Node& node, const cel::Type& type) {
  Mapping made;
  made.type = type;
  made.program = parts_.program(node);
  take_path(node.text, made);
  if (made.is_path) made.form = Mapping::Form::path;
  if (made.program && !may_fit(made.program.type().kind(), type.kind()))
    wrong_form(node, fmt::format("this is of type {}", made.program.type().to_text()), type);
  return made;
}

Mapping MappingReader::members(const yaml::Node& node, const cel::Type& type) {
  Mapping made;
  made.form = Mapping::Form::map;
  if (!type.is_dyn() && !type.is(TypeKind::object)) wrong_form(node, "this is a map", type);
  std::vector<std::string_view> names;
  for (const cel::Field& field : type.fields()) names.push_back(field.name);
  for (const yaml::Entry& entry : node.entries) {
    const cel::Field* field = type.field(entry.key->text);
    if (field == nullptr && type.is(TypeKind::object))
      parts_.error(*entry.key, "unknown_field",
                   fmt::format("{} has no field {}", type.name(), entry.key->text),
                   did_you_mean(entry.key->text, names));
    made.parts.emplace_back(entry.key->text, read(*entry.value, field ? field->type : cel::Type()));
    made.hashes.push_back(key_hash(entry.key->text));
  }
  return made;
}

Mapping MappingReader::shaped(const yaml::Node& node, const cel::Type& type) {
  Mapping made;
  const bool each = node.find("each") != nullptr;
  const std::string_view verb = each ? "each" : "of";
  made.form = each ? Mapping::Form::each : Mapping::Form::of;
  parts_.check_keys(node, "this", std::array<std::string_view, 2>{verb, "shape"});
  made.program = parts_.program(*node.find(verb));
  take_path(node.find(verb)->text, made);
  if (each && !type.is_dyn() && !type.is(TypeKind::list)) wrong_form(node, "this is a list", type);
  const cel::Type of = !each ? type : type.is(TypeKind::list) ? type.params()[0] : cel::Type();
  if (!parts_.required_text(node, "shape").empty()) made.shape = shape(*node.find("shape"), of);
  return made;
}

const Mapping* MappingReader::shape(const yaml::Node& name, const cel::Type& type) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < visible_; ++i) {
    const yaml::Entry& entry = shapes_->entries[i];
    names.push_back(entry.key->text);
    if (entry.key->text != name.text) continue;
    used_.insert(name.text);
    const auto [known, first] = known_.try_emplace({name.text, type.to_text()}, nullptr);
    if (!first) return known->second;
    const std::size_t visible = std::exchange(visible_, i);
    made_.push_back(std::make_unique<const Mapping>(read(*entry.value, type)));
    known->second = made_.back().get();
    visible_ = visible;
    return known->second;
  }
  parts_.error(name, "unknown_shape", "no shape above this is called \"" + name.text + "\"",
               did_you_mean(name.text, names));
  return nullptr;
}

void MappingReader::finish() {
  if (shapes_ == nullptr) return;
  for (visible_ = 0; visible_ < shapes_->entries.size(); ++visible_) {
    const yaml::Entry& entry = shapes_->entries[visible_];
    if (!used_.contains(entry.key->text)) read(*entry.value, cel::Type());
  }
}

void MappingReader::wrong_form(const yaml::Node& node, std::string_view what, const cel::Type& type) {
  parts_.error(node, "wrong_field_type",
               fmt::format("{}, and the event's schema wants {} here", what, type.to_text()));
}

}  // namespace shopbell
