#include "load/vocabulary.h"

#include "base/time.h"
#include "load/embedded.h"
#include "load/fields.h"
#include "load/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace shopbell {
namespace {

constexpr Key type_keys[] = {{"type"}, {"doc"}, {"nouns"}};
constexpr Key noun_keys[] = {{"noun"}, {"doc"}, {"fields"}};

struct Vocabulary {
  std::map<std::string, Noun, std::less<>> nouns;
  std::map<std::string, EventType, std::less<>> types;
  std::vector<std::string_view> names, noun_names;
};

// These files are part of the program, so a mistake in one is a bug; tests read them all.
[[noreturn]] void refuse(Report& report) {
  std::string text;
  for (const Diagnostic& d : report.take()) text += to_text(d);
  throw std::logic_error(text);
}

class Reader {
 public:
  Vocabulary read() {
    for (const EmbeddedFile& file : embedded_events())
      if (file.name.starts_with('_')) names_.push_back(file.name.substr(1, file.name.find('.') - 1));
    for (const std::string_view name : names_) noun(name);
    for (const EmbeddedFile& file : embedded_events())
      if (!file.name.starts_with('_')) type(file);
    for (const auto& [name, unused] : made_.types) made_.names.push_back(name);
    made_.noun_names = names_;
    return std::move(made_);
  }

 private:
  const EmbeddedFile* file_of(std::string_view noun) const {
    for (const EmbeddedFile& file : embedded_events())
      if (file.name == fmt::format("_{}.yaml", noun)) return &file;
    return nullptr;
  }

  cel::Type noun(std::string_view name) {
    if (const auto found = made_.nouns.find(name); found != made_.nouns.end()) return found->second.type;
    const EmbeddedFile* file = file_of(name);
    if (file == nullptr) throw std::logic_error(fmt::format("workflows/events has no noun {}", name));
    Report report(std::string(file->name), file->text);
    const yaml::NodePtr root = yaml::parse(report);
    if (!root) refuse(report);
    Fields fields(*root, "a noun", noun_keys, report);
    Noun made{std::string(name), fields.text("doc").value_or(""), {}, {}};
    if (const yaml::Node* members = fields.require("fields")) made.fields = read_fields(*members, names_, report);
    made.type = cel::Type::object(made.name, checked_fields(made.name, made.fields, [this](std::string_view other) {
                                    return noun(other);
                                  }));
    if (report.failed()) refuse(report);
    return made_.nouns.emplace(name, std::move(made)).first->second.type;
  }

  void type(const EmbeddedFile& file) {
    Report report(std::string(file.name), file.text);
    const yaml::NodePtr root = yaml::parse(report);
    if (!root) refuse(report);
    Fields fields(*root, "an event type", type_keys, report);
    EventType made{fields.text("type").value_or(""), fields.text("doc").value_or(""), {}};
    if (const yaml::Node* nouns = fields.require("nouns"))
      for (const yaml::NodePtr& item : nouns->items) made.nouns.emplace_back(item->text, noun(item->text));
    if (report.failed()) refuse(report);
    made_.types.emplace(made.name, std::move(made));
  }

  std::vector<std::string_view> names_;  // of nouns
  Vocabulary made_;
};

const Vocabulary& vocabulary() {
  static const Vocabulary read = Reader().read();
  return read;
}

// Whether it changed.
bool fit(const cel::Type& type, Value& v, Arena& arena);

// Only these ever change: most members need no look at the schema.
bool may_change(const Value& v) {
  switch (v.kind()) {
    case Kind::integer:
    case Kind::uint:
    case Kind::list:
    case Kind::map: return true;
    case Kind::string: return v.size() >= 20 && v.text()[4] == '-';  // "2026-11-21T12:00:00Z"
    default: return false;
  }
}

// A copy is made for the first part that changes.
bool fit_members(const cel::Type& type, Value& map, Arena& arena) {
  const std::span<const Member> from = map.members();
  Member* to = nullptr;
  for (std::size_t i = 0; i < from.size(); ++i) {
    Value v = from[i].value;
    if (!may_change(v)) continue;
    const cel::Field* field = type.field(from[i].key.text_or({}));
    if (field == nullptr || !fit(field->type, v, arena)) continue;
    if (to == nullptr) to = std::copy(from.begin(), from.end(), arena.make<Member>(from.size())) - from.size();
    to[i].value = v;
  }
  if (to != nullptr) map = adopt_map(arena, {to, from.size()});
  return to != nullptr;
}

bool fit_items(const cel::Type& element, Value& list, Arena& arena) {
  const std::span<const Value> from = list.items();
  Value* to = nullptr;
  for (std::size_t i = 0; i < from.size(); ++i) {
    Value v = from[i];
    if (!fit(element, v, arena)) continue;
    if (to == nullptr) to = std::copy(from.begin(), from.end(), arena.make<Value>(from.size())) - from.size();
    to[i] = v;
  }
  if (to != nullptr) list = Value::list({to, from.size()});
  return to != nullptr;
}

bool fit(const cel::Type& type, Value& v, Arena& arena) {
  using cel::TypeKind;
  if (type.is(TypeKind::object) && v.is(Kind::map)) return fit_members(type, v, arena);
  if (type.is(TypeKind::list) && v.is(Kind::list)) return fit_items(type.params()[0], v, arena);
  if (type.is(TypeKind::real) && (v.is(Kind::integer) || v.is(Kind::uint))) {
    v = Value(v.number_or(0));
    return true;
  }
  if (!type.is(TypeKind::timestamp) || !v.is(Kind::string)) return false;
  const auto at = parse_rfc3339(v.text());
  if (at) v = Value::timestamp(at->seconds, at->nanos);
  return at.has_value();
}

}  // namespace

const EventType* find_event_type(std::string_view name) {
  const auto& types = vocabulary().types;
  const auto found = types.find(name);
  return found == types.end() ? nullptr : &found->second;
}

const std::vector<std::string_view>& event_type_names() { return vocabulary().names; }

const Noun* find_noun(std::string_view name) {
  const auto& nouns = vocabulary().nouns;
  const auto found = nouns.find(name);
  return found == nouns.end() ? nullptr : &found->second;
}

const std::vector<std::string_view>& noun_names() { return vocabulary().noun_names; }

cel::Type noun_type(std::string_view name) {
  const Noun* noun = find_noun(name);
  return noun == nullptr ? cel::Type() : noun->type;
}

Value conform(std::string_view event_type, const Value& data, Arena& arena) {
  const EventType* type = find_event_type(event_type);
  if (type == nullptr || !data.is(Kind::map)) return data;
  std::vector<Member> members(data.members().begin(), data.members().end());
  bool changed = false;
  for (Member& m : members)
    for (const auto& [name, noun] : type->nouns)
      if (m.key.text_or({}) == name) changed = fit(noun, m.value, arena) || changed;
  return changed ? freeze_map(arena, members) : data;
}

}  // namespace shopbell
