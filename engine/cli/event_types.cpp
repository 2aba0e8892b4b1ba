#include "cli/event_types.h"

#include "base/diagnostic.h"
#include "base/json.h"
#include "cli/files.h"
#include "cli/table.h"
#include "load/scope.h"
#include "load/shop.h"
#include "load/vocabulary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace shopbell::cli {
namespace {

// The names at top level that every event brings: what the engine itself adds.
constexpr std::string_view everywhere[] = {"event", "shop"};

std::string type_text(const NounField& field) {
  if (field.type != "list") return field.type;
  return field.fields.empty() ? fmt::format("list of {}", field.of) : "list of maps";
}

void add_rows(Table& table, const std::string& path, std::span<const NounField> fields) {
  for (const NounField& field : fields) {
    const std::string name = fmt::format("{}.{}", path, field.name);
    const std::string unit =
        field.unit.empty() ? "" : fmt::format("{}In {}.", field.doc.empty() ? "" : " ", field.unit);
    table.add({name, type_text(field), field.doc + unit});
    add_rows(table, field.type == "list" ? name + "[]" : name, field.fields);
  }
}

Value fields_json(std::span<const NounField> fields, Arena& arena) {
  ListBuilder list(arena);
  for (const NounField& field : fields)
    list.add(make_map(arena, {{"name", arena.copy(field.name)},
                              {"type", arena.copy(field.type)},
                              {"of", field.type == "list" ? Value(arena.copy(field.of)) : Value()},
                              {"doc", arena.copy(field.doc)},
                              {"unit", arena.copy(field.unit)},
                              {"fields", fields_json(field.fields, arena)}}));
  return list.build();
}

struct Manual {
  ShopNames shop;
  bool json = false;

  std::vector<std::string_view> nouns() const {
    std::vector<std::string_view> names = noun_names();
    for (const auto& [noun, unused] : shop.own_fields)
      if (find_noun(noun) == nullptr) names.push_back(noun);
    return names;
  }

  void types(std::span<const std::string_view> names) const {
    Table table({"EVENT TYPE", "NOUNS", "WHAT HAPPENED"});
    Arena arena;
    for (const std::string_view name : names) {
      const EventType* type = find_event_type(name);
      std::vector<std::string_view> bears;
      for (const auto& [noun, unused] : type->nouns) bears.push_back(noun);
      if (!json)
        table.add({std::string(name), fmt::format("{}", fmt::join(bears, ", ")), type->doc});
      else
        fmt::print("{}\n", to_json(make_map(arena, {{"type", name},
                                                    {"doc", std::string_view(type->doc)},
                                                    {"nouns", texts(bears, arena)}})));
    }
    if (json) return own_types();
    for (const std::string& own : shop.own_events) table.add({own, "any", "An event of the shop's own."});
    fmt::print("{}", table.text());
  }

  void own_types() const {
    Arena arena;
    for (const std::string& own : shop.own_events)
      fmt::print("{}\n", to_json(make_map(arena, {{"type", std::string_view(own)},
                                                  {"doc", "An event of the shop's own."},
                                                  {"nouns", Value()}})));
  }

  void noun(std::string_view name) const {
    const Noun* known = find_noun(name);
    std::vector<NounField> fields = known != nullptr ? known->fields : std::vector<NounField>();
    if (const auto more = shop.own_fields.find(name); more != shop.own_fields.end())
      fields.insert(fields.end(), more->second.begin(), more->second.end());
    const std::string doc = known != nullptr ? known->doc : "A noun of the shop's own.";
    Arena arena;
    if (json) {
      fmt::print("{}\n", to_json(make_map(arena, {{"noun", name},
                                                  {"doc", std::string_view(doc)},
                                                  {"fields", fields_json(fields, arena)}})));
      return;
    }
    Table table({"FIELD", "TYPE", "MEANING"});
    add_rows(table, std::string(name), fields);
    fmt::print("\n{}: {}\n\n{}", name, doc, table.text());
  }

  // As the checker knows them: they are no nouns of an event.
  static void print_everywhere() {
    const cel::Env scope = trigger_scope({}, {});
    for (const cel::Env::Variable& variable : scope.variables()) {
      if (std::find(std::begin(everywhere), std::end(everywhere), variable.name) == std::end(everywhere))
        continue;
      Table table({"FIELD", "TYPE", "MEANING"});
      for (const cel::Field& field : variable.type.fields())
        table.add({fmt::format("{}.{}", variable.name, field.name), field.type.to_text(), field.doc});
      fmt::print("\n{}: with every event\n\n{}", variable.name, table.text());
    }
  }

  static Value texts(std::span<const std::string_view> names, Arena& arena) {
    ListBuilder list(arena);
    for (const std::string_view name : names) list.add(name);
    return list.build();
  }
};

void print_field_types() {
  Table table({"A TYPE", "IS"});
  for (const FieldType& type : field_types()) table.add({std::string(type.name), std::string(type.doc)});
  fmt::print("\n{}\nA field may be missing: has(order.note) tells whether it is there.\n", table.text());
}

int unknown(const std::string& name, const std::vector<std::string_view>& nouns) {
  std::vector<std::string_view> known = event_type_names();
  known.insert(known.end(), nouns.begin(), nouns.end());
  return report(
      {"not_found", fmt::format("there is no event type and no noun {}", name), did_you_mean(name, known)});
}

}  // namespace

int print_event_types(const std::string& name, const std::string& folder, bool json) {
  Manual manual{shop_names(folder).value_or(ShopNames()), json};
  const std::vector<std::string_view> nouns = manual.nouns();
  if (const EventType* type = find_event_type(name)) {
    const std::string_view names[] = {type->name};
    manual.shop.own_events.clear();
    manual.types(names);
    for (const auto& [noun, unused] : type->nouns) manual.noun(noun);
    return 0;
  }
  if (std::find(nouns.begin(), nouns.end(), name) != nouns.end()) {
    manual.noun(name);
    return 0;
  }
  if (!name.empty()) return unknown(name, nouns);
  manual.types(event_type_names());
  for (const std::string_view noun : nouns) manual.noun(noun);
  if (!json) {
    Manual::print_everywhere();
    print_field_types();
  }
  return 0;
}

}  // namespace shopbell::cli
