#include "cel/parser.h"

#include "cel/cel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell::cel {
namespace {

constexpr int conjunction = 2;  // precedence of &&; || is one below

constexpr std::array<std::string_view, 18> reserved{
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",    "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while", "in"};

}  // namespace

std::string_view written(std::string_view function) {
  if (function == op::in) return "in";
  if (function == op::conditional) return "? :";
  if (function == op::index) return "[]";
  if (function == op::opt_index) return "[?]";
  if (function.size() > 1 && function.front() == '_' && function.back() == '_')
    return function.substr(1, function.size() - 2);
  if (function.size() == 2 && function.back() == '_') return function.substr(0, 1);
  return function;
}

const Parser::Operator* Parser::binary_operator(const Token& token) {
  static constexpr std::array<Operator, 14> operators{{{"||", op::logical_or, 1},
                                                       {"&&", op::logical_and, conjunction},
                                                       {"==", op::equals, 3},
                                                       {"!=", op::not_equals, 3},
                                                       {"<", op::less, 3},
                                                       {"<=", op::less_equals, 3},
                                                       {">", op::greater, 3},
                                                       {">=", op::greater_equals, 3},
                                                       {"in", op::in, 3},
                                                       {"+", op::add, 4},
                                                       {"-", op::subtract, 4},
                                                       {"*", op::multiply, 5},
                                                       {"/", op::divide, 5},
                                                       {"%", op::modulo, 5}}};
  if (token.kind != TokenKind::symbol && !token.is_word("in")) return nullptr;
  for (const Operator& o : operators)
    if (o.symbol == token.text) return &o;
  return nullptr;
}

Result<Ast> Parser::parse() {
  advance();
  Expr* root = expression();
  if (root != nullptr && token_.kind != TokenKind::end) root = unexpected();
  if (root == nullptr) return tl::unexpected(error_);
  return Ast{root, nodes_};
}

Expr* Parser::reject(std::string code, std::string message, std::uint32_t offset, std::uint32_t length,
                     std::string hint) {
  if (!failed_) error_ = Error{std::move(code), std::move(message), std::move(hint), offset, length};
  failed_ = true;
  return nullptr;
}

std::string_view Parser::display() const {
  return token_.kind == TokenKind::end ? "the end" : source_.substr(token_.offset, token_.length);
}

Expr* Parser::unexpected() {
  if (token_.kind == TokenKind::wrong)
    return reject(lexer_.error().code, lexer_.error().message, lexer_.error().offset, lexer_.error().length);
  if (token_.is_word("and") || token_.is_word("or") || token_.is_word("not"))
    return reject("syntax", fmt::format("'{}' is not an operator", token_.text), token_.offset, token_.length,
                  fmt::format("write '{}'", token_.text == "and"  ? "&&"
                                            : token_.text == "or" ? "||"
                                                                  : "!"));
  return reject(
      "syntax",
      fmt::format("unexpected {}", token_.kind == TokenKind::end ? "end" : fmt::format("'{}'", display())),
      token_.offset, token_.length);
}

Expr* Parser::too_deep(std::uint32_t offset, std::uint32_t length) {
  return reject("nesting_too_deep", fmt::format("more than {} levels inside one another", nesting_max), offset, length);
}

bool Parser::take(std::string_view symbol) {
  if (!token_.is(symbol)) return false;
  last_end_ = token_.offset + token_.length;
  advance();
  return true;
}

bool Parser::expect(std::string_view symbol, std::string_view after) {
  if (take(symbol)) return true;
  if (token_.kind == TokenKind::wrong) return unexpected() != nullptr;
  return reject("syntax", fmt::format("expected '{}' after {}, not {}", symbol, after, display()),
                token_.offset, token_.length) != nullptr;
}

bool Parser::not_closed(std::string_view closing) {
  if (token_.kind == TokenKind::wrong) return unexpected() != nullptr;
  reject("syntax", fmt::format("expected ',' or '{}', not {}", closing, display()), token_.offset, token_.length);
  return false;
}

Expr* Parser::make(ExprKind kind, std::uint32_t offset, std::uint32_t end, std::span<Expr* const> args) {
  auto* e = new (arena_.make<Expr>()) Expr;
  Expr** kept = arena_.make<Expr*>(args.size());
  std::copy(args.begin(), args.end(), kept);
  e->kind = kind;
  e->id = nodes_++;
  e->offset = offset;
  e->length = end - offset;
  e->name_offset = offset;
  e->args = {kept, args.size()};
  for (const Expr* arg : args) e->depth = std::max(e->depth, arg->depth + 1);
  if (e->depth > nesting_max) return too_deep(offset, end - offset);
  if (nodes_ > nodes_max)
    return reject("too_many_nodes", fmt::format("more than {} parts", nodes_max), offset, end - offset);
  return e;
}

Expr* Parser::call(std::string_view name, std::span<Expr* const> args, const Expr& like) {
  Expr* e = make(ExprKind::call, like.offset, like.offset + like.length, args);
  if (e != nullptr) e->name = name;
  return e;
}

Expr* Parser::nested_expression() {
  if (++nesting_ > nesting_max) return too_deep(token_.offset, token_.length);
  Expr* e = expression();
  --nesting_;
  return e;
}

// expression = or ["?" or ":" expression]
Expr* Parser::expression() {
  const std::uint32_t begin = token_.offset;
  Expr* condition = binary(1);
  if (condition == nullptr || !take("?")) return condition;
  Expr* yes = binary(1);
  if (yes == nullptr || !expect(":", "the value of a true condition")) return nullptr;
  Expr* no = nested_expression();
  if (no == nullptr) return nullptr;
  const std::array parts{condition, yes, no};
  Expr* e = make(ExprKind::call, begin, end(), parts);
  if (e != nullptr) e->name = op::conditional;
  return e;
}

Expr* Parser::binary(int precedence) {
  const std::uint32_t begin = token_.offset;
  Expr* left = unary();
  while (left != nullptr) {
    const Operator* o = binary_operator(token_);
    if (o == nullptr || o->precedence < precedence)
      return token_.kind == TokenKind::wrong ? unexpected() : left;
    if (o->precedence <= conjunction) {
      left = logical(*o, left);
    } else {
      const std::uint32_t at = token_.offset;
      advance();
      Expr* right = binary(o->precedence + 1);
      if (right == nullptr) return nullptr;
      const std::array operands{left, right};
      left = make(ExprKind::call, begin, end(), operands);
      if (left != nullptr) left->name = o->function, left->name_offset = at;
    }
    if (left != nullptr) left->offset = begin, left->length = end() - begin;
  }
  return nullptr;
}

// a && b && c is one node: its operands are equals, and long chains stay flat.
Expr* Parser::logical(const Operator& o, Expr* first) {
  std::vector<Expr*> operands{first};
  const std::uint32_t at = token_.offset;
  while (take(o.symbol)) {
    operands.push_back(binary(o.precedence + 1));
    if (operands.back() == nullptr) return nullptr;
  }
  Expr* e = make(ExprKind::call, first->offset, end(), operands);
  if (e != nullptr) e->name = o.function, e->name_offset = at;
  return e;
}

Expr* Parser::unary() {
  const Token sign = token_;
  if (!sign.is("!") && !sign.is("-")) return postfix(primary(), sign.offset);
  if (sign.is("-")) {
    if (const auto number = lexer_.negative_number(sign.offset)) {
      token_ = *number;
      return postfix(primary(), sign.offset);
    }
  }
  if (++nesting_ > nesting_max) return too_deep(token_.offset, token_.length);
  advance();
  Expr* operand = unary();
  --nesting_;
  if (operand == nullptr) return nullptr;
  Expr* e = make(ExprKind::call, sign.offset, end(), std::span(&operand, 1));
  if (e != nullptr) e->name = sign.is("!") ? op::logical_not : op::negate;
  return e;
}

// `begin` is where the operand's text starts: an operand in parentheses starts behind its own.
Expr* Parser::postfix(Expr* operand, std::uint32_t begin) {
  while (operand != nullptr) {
    if (take("."))
      operand = dotted(operand);
    else if (take("["))
      operand = indexed(operand);
    else if (token_.is("{") && (operand->kind == ExprKind::ident || operand->kind == ExprKind::select))
      return reject("syntax", "there are no message types: write a map", token_.offset, 1,
                    "{'field': value}");
    else
      return operand;
    if (operand != nullptr) operand->length = end() - begin, operand->offset = begin;
  }
  return nullptr;
}

Expr* Parser::dotted(Expr* operand) {
  const bool optional = take("?");
  const Token name = token_;
  const bool quoted = name.kind == TokenKind::quoted_identifier;
  if (name.kind != TokenKind::identifier && !quoted) return unexpected();
  if (name.is_word("in") || name.is_word("true") || name.is_word("false") || name.is_word("null"))
    return reject("syntax", fmt::format("'{}' cannot be the name of a field here", name.text), name.offset,
                  name.length, fmt::format("write ['{}']", name.text));
  last_end_ = name.offset + name.length;
  advance();
  if (token_.is("(") && !quoted && !optional) return finish_call(operand, name, false);
  Expr* e = make(ExprKind::select, operand->offset, end(), std::span(&operand, 1));
  if (e == nullptr) return nullptr;
  e->name = name.text;
  e->name_offset = name.offset;
  e->optional = optional;
  return e;
}

Expr* Parser::indexed(Expr* operand) {
  const bool optional = take("?");
  Expr* index = nested_expression();
  if (index == nullptr || !expect("]", "an index")) return nullptr;
  const std::array parts{operand, index};
  Expr* e = make(ExprKind::call, operand->offset, end(), parts);
  if (e != nullptr) e->name = optional ? op::opt_index : op::index;
  return e;
}

Expr* Parser::literal(const Token& token) {
  last_end_ = token.offset + token.length;
  Expr* e = make(ExprKind::literal, token.offset, last_end_, {});
  if (e != nullptr) e->literal = token.literal;
  advance();
  return e;
}

Expr* Parser::primary() {
  const Token token = token_;
  switch (token.kind) {
    case TokenKind::number:
    case TokenKind::text: return literal(token);
    case TokenKind::identifier: return word(false, token.offset);
    case TokenKind::symbol: break;
    default: return unexpected();
  }
  if (take(".")) return token_.kind == TokenKind::identifier ? word(true, token.offset) : unexpected();
  if (take("[")) return list();
  if (take("{")) return map();
  if (!take("(")) return unexpected();
  Expr* inner = nested_expression();
  if (inner == nullptr || !expect(")", "an expression")) return nullptr;
  return inner;
}

Expr* Parser::word(bool absolute, std::uint32_t offset) {
  Token name = token_;
  if (!absolute && (name.text == "true" || name.text == "false" || name.text == "null")) {
    if (name.text != "null") name.literal = Value(name.text == "true");
    return literal(name);
  }
  if (std::find(reserved.begin(), reserved.end(), name.text) != reserved.end())
    return reject("syntax", fmt::format("'{}' is a reserved word", name.text), name.offset, name.length);
  last_end_ = name.offset + name.length;
  advance();
  if (token_.is("(")) return finish_call(nullptr, name, absolute);
  Expr* e = make(ExprKind::ident, offset, end(), {});
  if (e == nullptr) return nullptr;
  e->name = name.text;
  e->absolute = absolute;
  return e;
}

// Elements or arguments up to the closing symbol, which is taken. With `marks`, "?" may stand first.
bool Parser::arguments(std::string_view closing, std::vector<Expr*>& to, std::vector<bool>* marks) {
  while (!take(closing)) {
    if (!to.empty()) {
      if (!take(",")) return not_closed(closing);
      if (marks != nullptr && take(closing)) return true;
    }
    if (marks != nullptr) marks->push_back(take("?"));
    to.push_back(nested_expression());
    if (to.back() == nullptr) return false;
  }
  return true;
}

std::span<const bool> Parser::keep(const std::vector<bool>& marks) {
  bool* kept = arena_.make<bool>(marks.size());
  std::copy(marks.begin(), marks.end(), kept);
  return {kept, marks.size()};
}

Expr* Parser::list() {
  const std::uint32_t begin = end() - 1;
  std::vector<Expr*> elements;
  std::vector<bool> marks;
  if (!arguments("]", elements, &marks)) return nullptr;
  Expr* e = make(ExprKind::list, begin, end(), elements);
  if (e != nullptr) e->marks = keep(marks);
  return e;
}

Expr* Parser::map() {
  const std::uint32_t begin = end() - 1;
  std::vector<Expr*> parts;
  std::vector<bool> marks;
  while (!take("}")) {
    if (!parts.empty()) {
      if (!take(",")) return not_closed("}"), nullptr;
      if (take("}")) break;
    }
    marks.push_back(take("?"));
    parts.push_back(nested_expression());
    if (parts.back() == nullptr || !expect(":", "a key")) return nullptr;
    parts.push_back(nested_expression());
    if (parts.back() == nullptr) return nullptr;
  }
  Expr* e = make(ExprKind::map, begin, end(), parts);
  if (e != nullptr) e->marks = keep(marks);
  return e;
}

Expr* Parser::finish_call(Expr* target, const Token& name, bool absolute) {
  take("(");
  std::vector<Expr*> args;
  if (target != nullptr) args.push_back(target);
  std::vector<Expr*> more;
  if (!arguments(")", more, nullptr)) return nullptr;
  args.insert(args.end(), more.begin(), more.end());
  Expr* e = make(ExprKind::call, target != nullptr ? target->offset : name.offset, end(), args);
  if (e == nullptr) return nullptr;
  e->name = name.text;
  e->name_offset = name.offset;
  e->member = target != nullptr;
  e->absolute = absolute;
  return macros_ && !absolute ? expand_macro(*this, e) : e;
}

}  // namespace shopbell::cel
