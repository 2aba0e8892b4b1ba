#include "cel/library.h"

#include "base/diagnostic.h"

#include <fmt/format.h>

#include <stdexcept>
#include <unordered_map>

namespace shopbell::cel {
namespace {

constexpr std::uint32_t any_kind = ~kind_bit(Kind::error);

std::uint32_t kinds_of(const Type& type) {
  switch (type.kind()) {
    case TypeKind::null: return kind_bit(Kind::null);
    case TypeKind::boolean: return kind_bit(Kind::boolean);
    case TypeKind::integer: return kind_bit(Kind::integer);
    case TypeKind::uint: return kind_bit(Kind::uint);
    case TypeKind::real: return kind_bit(Kind::real);
    case TypeKind::string: return kind_bit(Kind::string);
    case TypeKind::bytes: return kind_bit(Kind::bytes);
    case TypeKind::timestamp: return kind_bit(Kind::timestamp);
    case TypeKind::duration: return kind_bit(Kind::duration);
    case TypeKind::list: return kind_bit(Kind::list);
    case TypeKind::map:
    case TypeKind::object: return kind_bit(Kind::map);
    case TypeKind::type: return kind_bit(Kind::type);
    case TypeKind::optional: return kind_bit(Kind::optional);
    case TypeKind::wrapper: return kind_bit(Kind::null) | kinds_of(type.params()[0]);
    case TypeKind::opaque:
      return type.name() == "net.IP" ? kind_bit(Kind::ip) : type.name() == "net.CIDR" ? kind_bit(Kind::cidr) : any_kind;
    default: return any_kind;
  }
}

struct Library {
  std::unordered_map<std::string_view, FunctionSet> sets;
  std::vector<std::string_view> names;

  void add(std::span<const Entry> entries) {
    for (const Entry& entry : entries) {
      FunctionSet& set = sets[entry.name];
      if (set.overloads.empty()) {
        set.name = std::string(entry.name);
        names.push_back(entry.name);
      }
      // The parameters of an overload are read as those of a nameless type.
      auto params = Type::parse(fmt::format("params({})", entry.params));
      auto result = Type::parse(entry.result);
      if ((!params && !entry.params.empty()) || !result)
        throw std::logic_error(fmt::format("bad signature of {}", entry.name));
      std::vector<Type> types;
      if (params) types.assign(params->params().begin(), params->params().end());
      set.overloads.push_back(
          make_overload({set.name, std::move(types), *result, entry.style == Style::member, entry.code}));
    }
  }
};

const Library& library() {
  static const Library made = [] {
    Library l;
    for (const auto& entries :
         {operator_functions(), conversion_functions(), string_functions(), text_extension_functions(),
          time_functions(), math_functions(), list_functions(), network_functions(), optional_functions(),
          regex_functions()})
      l.add(entries);
    return l;
  }();
  return made;
}

}  // namespace

Overload make_overload(const Env::Function& function) {
  Overload o;
  o.member = function.member;
  o.params = function.params;
  o.result = function.result;
  o.code = function.code;
  o.generic = function.result.generic();
  for (const Type& param : o.params) {
    o.generic = o.generic || param.generic();
    o.kinds.push_back(kinds_of(param));
  }
  return o;
}

const FunctionSet* standard_function(std::string_view name) {
  const auto found = library().sets.find(name);
  return found == library().sets.end() ? nullptr : &found->second;
}

std::span<const std::string_view> standard_function_names() { return library().names; }

}  // namespace shopbell::cel
