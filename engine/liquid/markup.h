#pragma once
// Reads tokens into expressions, conditions and pipelines. The first mistake stays: what is asked
// afterwards answers emptily, so that callers need not check each step; they look at error() once.

#include "liquid/lexer.h"

#include <set>
#include <string>
#include <vector>

namespace shopbell::liquid {

/// What all markups of one template share.
struct ParseState {
  ParseOptions options;
  std::vector<Error> errors;
  int depth = 0;
  std::vector<PathReading> reads;               // paths read from the data
  std::vector<PathReading> texts;               // keys of translations
  std::vector<std::pair<std::string, std::vector<std::string>>> locals;  // a loop's variable and the list it walks
  std::deque<WideObject> wides;
  std::set<std::string, std::less<>> assigned;  // names that the template makes itself

  void report(Error error);
  void report(Place at, std::string code, std::string message, std::string hint = {});
  bool full() const { return errors.size() >= parse_errors_max; }
};

class Markup {
 public:
  Markup(ParseState& state, std::string_view text, std::uint32_t offset);

  bool failed() const { return error_.has_value(); }
  /// Hands the mistake, if there was one, to the template's list.
  void finish();
  /// Nothing may be left; then finish().
  void expect_end();
  bool lax() const { return state_.options.lax; }
  /// Lax only: goes on behind what cannot stand here, up to one of these (or these words).
  void skip_to(std::initializer_list<Token::Kind> kinds, std::initializer_list<std::string_view> words = {});
  /// Lax only: steps over one token.
  void skip() { if (!at_end()) ++at_; }
  void step_back() { --at_; }
  void fail(std::string message, std::string hint = {});
  void fail_at(Place at, std::string code, std::string message, std::string hint = {});

  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool look(Token::Kind kind, std::size_t ahead = 0) const { return !failed() && peek(ahead).kind == kind; }
  bool take(Token::Kind kind);
  bool take_id(std::string_view word);
  Token expect(Token::Kind kind);
  bool at_end() const { return failed() || peek().kind == Token::Kind::end; }

  /// `in_condition`: blank and empty ask for emptiness there, and are '' elsewhere.
  Expression expression(bool in_condition = false);
  Condition condition();
  Pipeline pipeline();
  /// The text between two tokens, as it was written.
  std::string_view text_since(std::uint32_t offset) const;

 private:
  Expression path(const Token& root);
  Expression range(const Token& open);
  Expression bare_bracket(const Token& open);
  Expression no_expression(const Token& token);
  Expression path_or_scanned(const Token& root);
  Expression scanned(const Token& from);
  void close_bracket();
  void steps(Expression& to);
  void note_reading(const Expression& e);
  void note_text(const Pipeline& p);
  Comparison comparison();
  FilterUse filter();
  void argument(FilterUse& to);
  bool check_filter(FilterUse& use, std::string_view name);

  ParseState& state_;
  std::string_view text_;
  std::uint32_t offset_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

/// A whole number or a decimal one as the lexer found it.
Datum number_literal(std::string_view text, std::deque<WideObject>& wides);
/// The dotted form of a path and what loops' variables in it stand for: "order.items[].title".
std::string dotted(const std::vector<std::string>& parts);

}  // namespace shopbell::liquid
