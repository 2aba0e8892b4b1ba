#include "cel/type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell::cel {
namespace {

struct Plain {
  TypeKind kind;
  std::string_view name;
};

constexpr std::array plain_types{
    Plain{TypeKind::dyn, "dyn"},          Plain{TypeKind::error, "error"},
    Plain{TypeKind::null, "null_type"},   Plain{TypeKind::boolean, "bool"},
    Plain{TypeKind::integer, "int"},      Plain{TypeKind::uint, "uint"},
    Plain{TypeKind::real, "double"},      Plain{TypeKind::string, "string"},
    Plain{TypeKind::bytes, "bytes"},      Plain{TypeKind::timestamp, "timestamp"},
    Plain{TypeKind::duration, "duration"}};

constexpr std::array parameterized_types{
    Plain{TypeKind::list, "list"}, Plain{TypeKind::map, "map"}, Plain{TypeKind::type, "type"},
    Plain{TypeKind::optional, "optional_type"}, Plain{TypeKind::wrapper, "wrapper"}};

std::size_t param_count(TypeKind kind) { return kind == TypeKind::map ? 2 : 1; }

constexpr int type_nesting_max = 32;

// Reads "name(params)" from the front of a text.
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : text_(text), left_(text) {}

  Result<Type> read_all() {
    auto type = read(0);
    skip_spaces();
    if (type && !left_.empty()) return bad();
    return type;
  }

 private:
  tl::unexpected<Error> bad() const {
    return fail("bad_type", fmt::format("\"{}\" is not a type", text_),
                "write it like int, list(string) or map(string, dyn)");
  }

  void skip_spaces() {
    while (!left_.empty() && left_.front() == ' ') left_.remove_prefix(1);
  }

  bool take(char c) {
    skip_spaces();
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }

  std::string_view take_name() {
    skip_spaces();
    const std::string_view name = left_.substr(0, left_.find_first_of("(), "));
    left_.remove_prefix(name.size());
    return name;
  }

  Result<std::vector<Type>> read_params(int depth) {
    std::vector<Type> params;
    do {
      auto param = read(depth + 1);
      if (!param) return tl::unexpected(param.error());
      params.push_back(*param);
    } while (take(','));
    if (!take(')')) return bad();
    return params;
  }

  Result<Type> read(int depth) {
    const std::string_view name = take_name();
    if (name.empty() || depth > type_nesting_max) return bad();
    if (name.starts_with("param:")) return Type::param(std::string(name.substr(6)));
    if (name == "any") return Type();
    std::vector<Type> params;
    if (take('(')) {
      auto read = read_params(depth);
      if (!read) return tl::unexpected(read.error());
      params = std::move(*read);
    }
    return named(name, std::move(params));
  }

  Result<Type> named(std::string_view name, std::vector<Type> params) const {
    for (const Plain& plain : plain_types)
      if (plain.name == name && params.empty()) return Type(plain.kind);
    for (const Plain& known : parameterized_types) {
      if (known.name != name) continue;
      if (params.empty()) params.resize(param_count(known.kind));
      if (params.size() != param_count(known.kind)) return bad();
      switch (known.kind) {
        case TypeKind::list: return Type::list(params[0]);
        case TypeKind::map: return Type::map(params[0], params[1]);
        case TypeKind::type: return Type::type_of(params[0]);
        case TypeKind::optional: return Type::optional(params[0]);
        default: return Type::wrapper(params[0]);
      }
    }
    return Type::opaque(std::string(name), std::move(params));
  }

  std::string_view text_;
  std::string_view left_;
};

std::string join_types(std::span<const Type> types) {
  std::string text;
  for (const Type& type : types) text += (text.empty() ? "" : ", ") + type.to_text();
  return text;
}

}  // namespace

Type::Type() : Type(TypeKind::dyn) {}

Type::Type(TypeKind plain) {
  static const auto bodies = [] {
    std::array<std::shared_ptr<const Body>, plain_types.size()> made;
    for (std::size_t i = 0; i < made.size(); ++i) {
      auto body = std::make_shared<Body>();
      body->kind = plain_types[i].kind;
      made[i] = std::move(body);
    }
    return made;
  }();
  static_assert(plain_types[static_cast<std::size_t>(TypeKind::duration)].kind == TypeKind::duration);
  body_ = bodies[std::min(static_cast<std::size_t>(plain), bodies.size() - 1)];
}

Type Type::make(TypeKind kind, std::string name, std::vector<Type> params) {
  auto body = std::make_shared<Body>();
  body->kind = kind;
  body->name = std::move(name);
  body->params = std::move(params);
  body->generic = kind == TypeKind::param || std::any_of(body->params.begin(), body->params.end(),
                                                         [](const Type& t) { return t.generic(); });
  return Type(std::shared_ptr<const Body>(std::move(body)));
}

Type Type::list(Type element) { return make(TypeKind::list, {}, {std::move(element)}); }
Type Type::map(Type key, Type value) { return make(TypeKind::map, {}, {std::move(key), std::move(value)}); }
Type Type::type_of(Type of) { return make(TypeKind::type, {}, {std::move(of)}); }
Type Type::optional(Type of) { return make(TypeKind::optional, {}, {std::move(of)}); }
Type Type::wrapper(Type of) { return make(TypeKind::wrapper, {}, {std::move(of)}); }
Type Type::opaque(std::string name, std::vector<Type> params) {
  return make(TypeKind::opaque, std::move(name), std::move(params));
}
Type Type::param(std::string name) { return make(TypeKind::param, std::move(name), {}); }

Type Type::variable(std::uint32_t number) {
  auto body = std::make_shared<Body>();
  body->kind = TypeKind::param;
  body->generic = true;
  body->number = number;
  return Type(std::shared_ptr<const Body>(std::move(body)));
}

Type Type::object(std::string name, std::vector<Field> fields) {
  auto body = std::make_shared<Body>();
  body->kind = TypeKind::object;
  body->name = std::move(name);
  body->fields = std::move(fields);
  return Type(std::shared_ptr<const Body>(std::move(body)));
}

Result<Type> Type::parse(std::string_view text) { return TypeReader(text).read_all(); }

std::span<const Field> Type::fields() const { return body_->fields; }

const Field* Type::field(std::string_view name) const {
  for (const Field& f : body_->fields)
    if (f.name == name) return &f;
  return nullptr;
}

std::string Type::to_text() const {
  if (const auto plain = static_cast<std::size_t>(kind()); plain < plain_types.size())
    return std::string(plain_types[plain].name);
  for (const Plain& known : parameterized_types)
    if (known.kind == kind()) return fmt::format("{}({})", known.name, join_types(params()));
  if (is(TypeKind::param)) return "param:" + (name().empty() ? std::to_string(number()) : name());
  return params().empty() ? name() : fmt::format("{}({})", name(), join_types(params()));
}

bool Type::operator==(const Type& other) const {
  if (body_ == other.body_) return true;
  return kind() == other.kind() && number() == other.number() && name() == other.name() &&
         std::equal(params().begin(), params().end(), other.params().begin(), other.params().end());
}

}  // namespace shopbell::cel
