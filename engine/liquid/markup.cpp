#include "liquid/markup.h"

#include "base/diagnostic.h"
#include "liquid/filters.h"
#include "liquid/number.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace shopbell::liquid {

using Kind = Token::Kind;

void ParseState::report(Error error) {
  if (!full()) errors.push_back(std::move(error));
}

void ParseState::report(Place at, std::string code, std::string message, std::string hint) {
  report(Error{std::move(code), std::move(message), std::move(hint), at.offset, at.length});
}

Markup::Markup(ParseState& state, std::string_view text, std::uint32_t offset) : state_(state), text_(text), offset_(offset) {
  Lexed lexed = lex(text, offset, state.options.lax);
  tokens_ = std::move(lexed.tokens);
  error_ = std::move(lexed.error);
}

void Markup::fail_at(Place at, std::string code, std::string message, std::string hint) {
  if (!error_) error_ = Error{std::move(code), std::move(message), std::move(hint), at.offset, std::max(1u, at.length)};
}

void Markup::fail(std::string message, std::string hint) { fail_at(peek().place, "syntax", std::move(message), std::move(hint)); }

void Markup::finish() {
  if (error_) state_.report(*error_);
}

void Markup::expect_end() {
  if (!lax()) expect(Kind::end);
  finish();
}

void Markup::skip_to(std::initializer_list<Kind> kinds, std::initializer_list<std::string_view> words) {
  if (!lax()) return;
  const auto stop = [&](const Token& t) {
    return std::find(kinds.begin(), kinds.end(), t.kind) != kinds.end() ||
           (t.kind == Kind::id && std::find(words.begin(), words.end(), t.text) != words.end());
  };
  while (!at_end() && !stop(peek())) ++at_;
}

bool Markup::take(Kind kind) {
  if (!look(kind)) return false;
  if (kind != Kind::end) ++at_;
  return true;
}

bool Markup::take_id(std::string_view word) {
  if (!look(Kind::id) || peek().text != word) return false;
  ++at_;
  return true;
}

Token Markup::expect(Kind kind) {
  if (failed()) return {};
  const Token token = peek();
  if (token.kind == kind) {
    if (kind != Kind::end) ++at_;
    return token;
  }
  fail(fmt::format("Expected {} but found {}", kind_name(kind), kind_name(token.kind)));
  return {};
}

std::string_view Markup::text_since(std::uint32_t offset) const {
  const std::uint32_t end = at_ == 0 ? offset : tokens_[at_ - 1].place.offset + tokens_[at_ - 1].place.length;
  return text_.substr(offset - offset_, end - offset);
}

Expression Markup::expression(bool in_condition) {
  Expression e;
  if (failed()) return e;
  if (++state_.depth > nesting_max) fail_at(peek().place, "nesting", "Nesting too deep");
  const Token token = peek();
  e.place = token.place;
  switch (failed() ? Kind::end : token.kind) {
    case Kind::id: e = path_or_scanned(token); break;
    case Kind::open_square: e = bare_bracket(token); break;
    case Kind::open_round: e = range(token); break;
    case Kind::string:
      ++at_;
      e.literal = Value(token.text.substr(1, token.text.size() - 2));
      break;
    case Kind::number:
      ++at_;
      e.literal = number_literal(token.text, state_.wides);
      break;
    default: e = no_expression(token);
  }
  --state_.depth;
  if (!failed() && at_ > 0) e.place.length = tokens_[at_ - 1].place.offset + tokens_[at_ - 1].place.length - e.place.offset;
  if (in_condition && token.kind == Kind::id && e.is_literal()) {
    if (token.text == "blank") e.literal = Datum(&blank_object);
    if (token.text == "empty") e.literal = Datum(&empty_object);
  }
  if (e.kind == Expression::Kind::path) note_reading(e);
  return e;
}

Expression Markup::no_expression(const Token& token) {
  if (!failed() && lax()) return scanned(token);
  Expression e;
  e.place = token.place;
  if (failed()) return e;
  fail(token.kind == Kind::end ? "[:end_of_string] is not a valid expression"
                               : fmt::format("[:{}, \"{}\"] is not a valid expression", kind_name(token.kind), token.text),
       "a text in quotes, a number, a name or a range like (1..5) can stand here");
  return e;
}

Expression Markup::path(const Token& root) {
  Expression e;
  e.place = root.place;
  e.kind = Expression::Kind::path;
  e.root = Name(root.text);
  ++at_;
  steps(e);
  if (!e.steps.empty()) return e;
  const std::string_view word = root.text;
  const bool nil = word == "nil" || word == "null";
  if (!nil && word != "true" && word != "false" && word != "blank" && word != "empty") return e;
  e.kind = Expression::Kind::literal;
  if (!nil) e.literal = word == "true" || word == "false" ? Value(word == "true") : Value("");
  return e;
}

void Markup::steps(Expression& to) {
  while (!failed()) {
    Step step;
    if (take(Kind::open_square)) {
      step.at = std::make_unique<Expression>(expression());
      close_bracket();
    } else if (take(Kind::dot)) {
      step.name = Name(expect(Kind::id).text);
      step.command = step.name.text == "size" || step.name.text == "first" || step.name.text == "last";
    } else {
      return;
    }
    to.steps.push_back(std::move(step));
  }
}

void Markup::close_bracket() {
  skip_to({Kind::close_square});
  if (!lax() || look(Kind::close_square)) expect(Kind::close_square);
}

Expression Markup::bare_bracket(const Token& open) {
  if (lax()) return scanned(open);
  fail_at(open.place, "syntax", "Bare bracket access is not allowed. Use self['...'] instead");
  return {};
}

Expression Markup::range(const Token& open) {
  Expression e;
  e.kind = Expression::Kind::range;
  e.place = open.place;
  ++at_;
  e.first = std::make_unique<Expression>(expression());
  if (lax() && !look(Kind::dotdot)) {
    e.kind = Expression::Kind::literal;
    e.first.reset();
    return e;
  }
  expect(Kind::dotdot);
  // (1...5): Shopify's lax parser gives the third dot to the first number, which so has a fraction.
  if (lax() && take(Kind::dot) && e.first->literal.is(shopbell::Kind::integer)) e.first->literal = Value(static_cast<double>(e.first->literal.value.integer()));
  e.last = std::make_unique<Expression>(expression());
  expect(Kind::close_round);
  return e;
}

Comparison Markup::comparison() {
  static constexpr std::pair<std::string_view, Operator> operators[] = {
      {"==", Operator::equal},   {"!=", Operator::unequal},       {"<>", Operator::unequal},       {"<", Operator::less},
      {"<=", Operator::less_equal}, {">", Operator::greater},     {">=", Operator::greater_equal}, {"contains", Operator::contains}};
  Comparison c;
  c.left = expression(true);
  if (lax() && (look(Kind::id) || look(Kind::junk)) && peek().text != "and" && peek().text != "or") {
    const bool word = look(Kind::id) || peek().text == "=" || peek().text == "!";
    if (word) c.op = Operator::unknown;  // found out only when it is asked
    c.op_text = peek().text;
    skip_to({}, {"and", "or"});
    return c;
  }
  if (!look(Kind::comparison)) return c;
  c.op_text = peek().text;
  ++at_;
  for (const auto& [text, op] : operators)
    if (text == c.op_text) c.op = op;
  c.right = expression(true);
  return c;
}

Condition Markup::condition() {
  Condition result;
  while (!failed()) {
    result.parts.push_back(comparison());
    skip_to({}, {"and", "or"});
    if (take_id("and")) result.parts.back().join = Comparison::Join::both;
    else if (take_id("or")) result.parts.back().join = Comparison::Join::either;
    else break;
  }
  return result;
}

Pipeline Markup::pipeline() {
  Pipeline p;
  p.place = peek().place;
  if (at_end()) return p;
  p.source = expression();
  skip_to({Kind::pipe});
  while (take(Kind::pipe)) {
    skip_to({Kind::id, Kind::pipe});
    if (lax() && !look(Kind::id)) continue;
    p.filters.push_back(filter());
    skip_to({Kind::pipe});
  }
  note_text(p);
  p.place.length = static_cast<std::uint32_t>(text_since(p.place.offset).size());
  return p;
}

FilterUse Markup::filter() {
  FilterUse use;
  const Token name = expect(Kind::id);
  use.place = name.place;
  const auto arguments_end = [&] { return at_end() || look(Kind::pipe); };
  if (take(Kind::colon)) {
    if (!arguments_end()) argument(use);
    while (take(Kind::comma) && !arguments_end()) argument(use);
  }
  if (!failed()) check_filter(use, name.text);
  return use;
}

void Markup::argument(FilterUse& to) {
  if (!look(Kind::id) || !look(Kind::colon, 1)) {
    to.arguments.push_back(expression());
    return;
  }
  NamedArgument named;
  named.name = Name(peek().text);
  at_ += 2;
  named.value = expression();
  to.named.push_back(std::move(named));
}

// Reported at once and not kept as this markup's mistake: the rest of it can still be read.
bool Markup::check_filter(FilterUse& use, std::string_view name) {
  use.filter = find_filter(name);
  if (state_.options.late_filters) return true;
  if (use.filter == nullptr) {
    const auto names = filter_names();
    state_.report(use.place, "unknown_filter", fmt::format("Unknown filter '{}'", name), did_you_mean(name, names));
    return false;
  }
  const int given = static_cast<int>(use.arguments.size() + (use.named.empty() ? 0 : 1));
  if (given >= use.filter->args_min && given <= use.filter->args_max) return true;
  const std::string wanted = use.filter->args_min == use.filter->args_max
                                 ? fmt::format("{}", use.filter->args_min)
                                 : fmt::format("{} to {}", use.filter->args_min, use.filter->args_max);
  state_.report(use.place, "syntax", fmt::format("Filter '{}' takes {} arguments, not {}", name, wanted, given));
  return false;
}

// A loop's variable is replaced by the list that it walks, so that paths begin at the data.
void Markup::note_reading(const Expression& e) {
  if (failed() || e.root_at) return;
  PathReading reading;
  reading.place = e.place;
  reading.parts.emplace_back(e.root.text);
  for (const auto& [name, list] : state_.locals)
    if (name == e.root.text) reading.parts = list;
  for (const Step& step : e.steps) {
    if (!step.at) reading.parts.emplace_back(step.name.text);
    else if (step.at->kind == Expression::Kind::literal && step.at->literal.is_text()) reading.parts.emplace_back(step.at->literal.value.text());
    else reading.parts.emplace_back("[]");
  }
  state_.reads.push_back(std::move(reading));
}

// {{ 'order.title' | t }}
void Markup::note_text(const Pipeline& p) {
  if (failed() || p.filters.empty() || p.filters[0].filter == nullptr || !p.source->literal.is_text()) return;
  const std::string_view name = p.filters[0].filter->name;
  if (name == "t" || name == "translate") state_.texts.push_back({{std::string(p.source->literal.value.text())}, p.source->place});
}

Datum number_literal(std::string_view text, std::deque<WideObject>& wides) {
  if (text.find('.') != std::string_view::npos) {
    double d = 0;
    std::from_chars(text.data(), text.data() + text.size(), d);
    return Value(d);
  }
  const Number n = leading_number(text);
  if (!n.is_whole()) return Value(n.as_double());
  if (n.digits >= INT64_MIN && n.digits <= INT64_MAX) return Value(static_cast<std::int64_t>(n.digits));
  return Datum(&wides.emplace_back(WideObject{{Object::Kind::wide}, n.digits}));
}

}  // namespace shopbell::liquid
