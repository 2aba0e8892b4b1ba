#pragma once
// The types of the checker: cel-spec's, and object types with named fields for events and steps.
// A Type is an immutable tree behind a shared pointer: cheap to copy, safe to share between threads.

#include <shopbell/error.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell::cel {

enum class TypeKind : std::uint8_t {
  dyn,      // anything; checked at evaluation
  error,    // what a wrong part is, so that one mistake is reported once
  null, boolean, integer, uint, real, string, bytes, timestamp, duration,
  list, map, type, optional, wrapper,  // with parameters
  object,   // named fields; a map with text keys when it is evaluated
  opaque,   // a name, perhaps with parameters: net.IP
  param,    // a type parameter of a function's declaration, or a variable of the checker
};

struct Field;

class Type {
 public:
  Type();  // dyn
  Type(TypeKind plain);

  static Type list(Type element);
  static Type map(Type key, Type value);
  static Type type_of(Type of);
  static Type optional(Type of);
  static Type wrapper(Type of);  // the plain type or null
  static Type opaque(std::string name, std::vector<Type> params = {});
  static Type param(std::string name);
  static Type variable(std::uint32_t number);  // the checker's own
  /// A record: what is not among `fields` is refused by the checker. Null is a value of it, too.
  static Type object(std::string name, std::vector<Field> fields);

  /// "list(int)", "map(string, dyn)", "timestamp", "wrapper(int)", "param:T", "tuple(int, dyn)": a
  /// name that is none of cel-spec's is opaque. Errors: "bad_type".
  static Result<Type> parse(std::string_view text);

  TypeKind kind() const { return body_->kind; }
  bool is(TypeKind k) const { return body_->kind == k; }
  bool is_dyn() const { return body_->kind == TypeKind::dyn || body_->kind == TypeKind::error; }
  const std::string& name() const { return body_->name; }  // object, opaque, param
  std::uint32_t number() const { return body_->number; }   // a variable of the checker; else 0
  std::span<const Type> params() const { return body_->params; }
  /// The same list, map or the like of other parameters.
  Type with_params(std::vector<Type> params) const { return make(kind(), name(), std::move(params)); }
  std::span<const Field> fields() const;
  const Field* field(std::string_view name) const;
  /// Whether a type parameter or a variable is in it.
  bool generic() const { return body_->generic; }

  /// The text that parse() reads; an object is its name.
  std::string to_text() const;
  bool operator==(const Type& other) const;

 private:
  struct Body {
    TypeKind kind = TypeKind::dyn;
    bool generic = false;
    std::uint32_t number = 0;
    std::string name;
    std::vector<Type> params;
    std::vector<Field> fields;
  };
  explicit Type(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  static Type make(TypeKind kind, std::string name, std::vector<Type> params);

  std::shared_ptr<const Body> body_;
};

/// A field of an object type, with a sentence for people.
struct Field {
  std::string name;
  Type type;
  std::string doc;
};

}  // namespace shopbell::cel
