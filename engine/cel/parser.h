#pragma once
// Tokens into a tree, with the macros expanded. Precedence climbing; limits on depth and size.

#include "cel/ast.h"
#include "cel/lexer.h"

#include <shopbell/error.h>

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace shopbell::cel {

class Parser {
 public:
  Parser(std::string_view source, Arena& arena, bool macros)
      : lexer_(source, arena), arena_(arena), source_(source), macros_(macros) {}

  /// The whole text as one expression, or the first mistake in it.
  Result<Ast> parse();

  // For the macros (macros.cpp).
  Expr* make(ExprKind kind, std::uint32_t offset, std::uint32_t end, std::span<Expr* const> args);
  Expr* call(std::string_view name, std::span<Expr* const> args, const Expr& like);
  /// Remembers the mistake and gives nullptr, as every parsing function does then.
  Expr* reject(std::string code, std::string message, std::uint32_t offset, std::uint32_t length,
               std::string hint = {});
  Arena& arena() { return arena_; }

 private:
  struct Operator {
    std::string_view symbol;
    std::string_view function;
    int precedence;
  };
  static const Operator* binary_operator(const Token& token);

  void advance() { token_ = lexer_.next(); }
  bool take(std::string_view symbol);
  bool expect(std::string_view symbol, std::string_view after);
  bool not_closed(std::string_view closing);
  Expr* unexpected();
  Expr* too_deep(std::uint32_t offset, std::uint32_t length);
  std::uint32_t end() const { return last_end_; }
  std::string_view display() const;

  Expr* expression();
  Expr* nested_expression();
  Expr* binary(int precedence);
  Expr* logical(const Operator& op, Expr* first);
  Expr* unary();
  Expr* postfix(Expr* operand, std::uint32_t begin);
  Expr* dotted(Expr* operand);
  Expr* indexed(Expr* operand);
  Expr* primary();
  Expr* word(bool absolute, std::uint32_t offset);
  Expr* literal(const Token& token);
  Expr* list();
  Expr* map();
  bool arguments(std::string_view closing, std::vector<Expr*>& to, std::vector<bool>* marks);
  Expr* finish_call(Expr* target, const Token& name, bool absolute);
  std::span<const bool> keep(const std::vector<bool>& marks);

  Lexer lexer_;
  Arena& arena_;
  std::string_view source_;
  bool macros_;
  Token token_;
  std::uint32_t last_end_ = 0;  // of the last token taken
  std::uint32_t nesting_ = 0;
  std::uint32_t nodes_ = 0;
  Error error_;
  bool failed_ = false;
};

/// What the call of a macro stands for; `call` itself when it is none; nullptr when the macro was
/// called wrongly (the parser then knows why).
Expr* expand_macro(Parser& parser, Expr* call);

/// The names of macros that stand alone or behind a value, for hints.
std::span<const std::string_view> macro_names();

}  // namespace shopbell::cel
