#include "liquid/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace shopbell::liquid {
namespace {

using Kind = Token::Kind;
using NodePtr = std::unique_ptr<Node>;

Markup markup_of(Parser& parser, const Piece& tag) { return Markup(parser.state, tag.markup, tag.markup_offset); }

void syntax(Parser& parser, const Piece& tag, std::string message) {
  parser.state.report(tag.place(), "syntax", std::move(message));
}

void forget_blank_text(const std::vector<Body*>& bodies, Node& node) {
  node.blank = std::all_of(bodies.begin(), bodies.end(), [](const Body* b) { return b->blank; });
  if (!node.blank) return;
  for (Body* body : bodies) Parser::drop_blank_text(*body);
}

bool is_signature(char c) { return is_word(c) || c == '-' || c == '.' || c == '[' || c == ']' || c == '(' || c == ')'; }

NodePtr parse_assign(Parser& parser, Scanner&, const Piece& tag) {
  static constexpr std::string_view wanted = "Syntax Error in 'assign' - Valid syntax: assign [var] = [source]";
  const std::size_t equals = tag.markup.find('=');
  const std::string_view to = equals == std::string_view::npos ? "" : strip(tag.markup.substr(0, equals));
  if (to.empty() || !is_signature(to.back()) || (to != "." && to.find_first_of(" ,:'\"|?") != std::string_view::npos && !to.ends_with('.'))) {
    syntax(parser, tag, std::string(wanted));
    return nullptr;
  }
  auto node = std::make_unique<AssignNode>();
  node->to = Name(to);
  if (!std::all_of(to.begin(), to.end(), [](char c) { return is_word(c) || c == '-'; })) {
    Markup target(parser.state, to.ends_with('.') ? to.substr(to.size() - 1) : to, tag.markup_offset + static_cast<std::uint32_t>(to.data() - tag.markup.data()));
    target.expect(Kind::id);
    target.expect_end();
  }
  Markup source(parser.state, tag.markup.substr(equals + 1), tag.markup_offset + static_cast<std::uint32_t>(equals) + 1);
  node->value = source.pipeline();
  source.expect_end();
  parser.state.assigned.emplace(node->to.text);
  node->blank = true;
  return node;
}

NodePtr parse_capture(Parser& parser, Scanner& scanner, const Piece& tag) {
  auto node = std::make_unique<CaptureNode>();
  Markup markup = markup_of(parser, tag);
  if (markup.look(Kind::string)) {
    const std::string_view quoted = markup.expect(Kind::string).text;
    node->to = Name(quoted.substr(1, quoted.size() - 2));
  } else {
    node->to = Name(markup.expect(Kind::id).text);
  }
  markup.expect_end();
  parser.block(scanner, tag, node->body);
  parser.state.assigned.emplace(node->to.text);
  node->blank = true;
  if (node->body.blank) Parser::drop_blank_text(node->body);
  return node;
}

NodePtr parse_count(Parser& parser, Scanner&, const Piece& tag) {
  auto node = std::make_unique<CountNode>();
  Markup markup = markup_of(parser, tag);
  node->up = tag.name == "increment";
  if (!parser.state.options.lax || markup.look(Kind::id)) node->name = Name(markup.expect(Kind::id).text);
  markup.expect_end();
  parser.state.assigned.emplace(node->name.text);
  return node;
}

NodePtr parse_echo(Parser& parser, Scanner&, const Piece& tag) {
  auto node = std::make_unique<OutputNode>();
  Markup markup = markup_of(parser, tag);
  node->value = markup.pipeline();
  markup.expect_end();
  return node;
}

NodePtr parse_if(Parser& parser, Scanner& scanner, const Piece& tag) {
  auto node = std::make_unique<IfNode>();
  node->unless = tag.name == "unless";
  const auto branch = [&](const Piece& p) {
    node->branches.emplace_back();
    if (p.name == "else") return;
    Markup markup = markup_of(parser, p);
    node->branches.back().condition = markup.condition();
    markup.expect_end();
  };
  branch(tag);
  const std::string end = "end" + std::string(tag.name);
  while (true) {
    const auto found = parser.body(scanner, node->branches.back().body);
    if (!found) {
      parser.never_closed(tag);
      break;
    }
    if (found->name == end) break;
    if (found->name == "else" || found->name == "elsif") branch(*found);
    else if (!parser.stray(*found, tag.name, scanner.lines())) break;
  }
  std::vector<Body*> bodies;
  for (auto& b : node->branches) bodies.push_back(&b.body);
  forget_blank_text(bodies, *node);
  return node;
}

void when_branch(Parser& parser, const Piece& p, CaseNode& node) {
  node.branches.emplace_back();
  if (p.name == "else") {
    if (!is_blank(p.markup)) syntax(parser, p, "Syntax Error in tag 'case' - Valid else condition: {% else %} (no parameters) ");
    return;
  }
  Markup markup = markup_of(parser, p);
  do {
    node.branches.back().any_of.push_back(markup.expression(true));
    markup.skip_to({Kind::comma}, {"or"});
  } while (markup.take_id("or") || markup.take(Kind::comma));
  markup.expect_end();
}

NodePtr parse_case(Parser& parser, Scanner& scanner, const Piece& tag) {
  auto node = std::make_unique<CaseNode>();
  Markup markup = markup_of(parser, tag);
  node->subject = markup.expression();
  markup.expect_end();
  Body before;  // what stands before the first `when` is never shown
  Body* body = &before;
  while (true) {
    const auto found = parser.body(scanner, *body);
    if (!found) {
      parser.never_closed(tag);
      break;
    }
    if (found->name == "endcase") break;
    if (found->name == "when" || found->name == "else") {
      when_branch(parser, *found, *node);
      body = &node->branches.back().body;
    } else if (!parser.stray(*found, "case", scanner.lines())) break;
  }
  std::vector<Body*> bodies{&before};
  for (auto& b : node->branches) bodies.push_back(&b.body);
  forget_blank_text(bodies, *node);
  return node;
}

// While a loop's body is read, its variable stands for an element of the list.
class LoopVariable {
 public:
  LoopVariable(ParseState& state, std::string_view name, std::string_view drop, std::size_t reads_before) : state_(state) {
    std::vector<std::string> list{std::string(name)};
    if (state.reads.size() > reads_before) list = state.reads[reads_before].parts;
    if (list.size() > 1 || list[0] != name) list.emplace_back("[]");
    else if (state.reads.size() > reads_before) list.emplace_back("[]");
    known_ = state.reads.size() > reads_before;
    state.locals.emplace_back(std::string(name), known_ ? list : std::vector<std::string>{loop_mark});
    state.locals.emplace_back(std::string(drop), std::vector<std::string>{loop_mark});
    state.assigned.emplace(loop_mark);
  }
  ~LoopVariable() { state_.locals.resize(state_.locals.size() - 2); }
  LoopVariable(const LoopVariable&) = delete;
  LoopVariable& operator=(const LoopVariable&) = delete;

 private:
  static constexpr const char* loop_mark = "(loop)";  // no variable of data has such a name
  ParseState& state_;
  bool known_ = false;
};

bool loop_head(Markup& markup, Name& variable, Expression& collection) {
  variable = Name(markup.expect(Kind::id).text);
  if (!markup.failed() && !markup.take_id("in")) markup.fail("For loops require an 'in' clause", "write it like: for item in order.items");
  collection = markup.expression();
  return !markup.failed();
}

void for_attributes(Markup& markup, ForNode& node) {
  node.reversed = markup.take_id("reversed");
  while (markup.look(Kind::comma) || markup.look(Kind::id) || (markup.lax() && !markup.at_end())) {
    if (markup.lax() && !markup.look(Kind::colon, 1)) {
      markup.skip();
      continue;
    }
    if (markup.take(Kind::comma) && markup.at_end()) return;
    const bool limit = markup.take_id("limit");
    if (!limit && !markup.take_id("offset")) {
      markup.fail("Invalid attribute in for loop. Valid attributes are limit and offset", "`reversed` stands right behind the list");
      return;
    }
    markup.expect(Kind::colon);
    if (limit) {
      node.limit = markup.expression();
    } else if (markup.take_id("continue")) {
      node.goes_on = true;
    } else {
      node.goes_on = false;
      node.offset = markup.expression();
    }
  }
}

std::string without_spaces(std::string_view text) {
  std::string to;
  std::copy_if(text.begin(), text.end(), std::back_inserter(to), [](char c) { return !is_space(c); });
  return to;
}

NodePtr parse_for(Parser& parser, Scanner& scanner, const Piece& tag) {
  auto node = std::make_unique<ForNode>();
  const std::size_t reads_before = parser.state.reads.size();
  {
    Markup markup = markup_of(parser, tag);
    if (loop_head(markup, node->variable, node->collection)) {
      node->name = fmt::format("{}-{}", node->variable.text, without_spaces(markup.text_since(node->collection.place.offset)));
      for_attributes(markup, *node);
    }
    markup.expect_end();
  }
  const LoopVariable variable(parser.state, node->variable.text, "forloop", reads_before);
  Body* body = &node->body;
  while (true) {
    const auto found = parser.body(scanner, *body);
    if (!found) {
      parser.never_closed(tag);
      break;
    }
    if (found->name == "endfor") break;
    if (found->name == "else") {
      node->has_otherwise = true;
      node->otherwise = Body();
      body = &node->otherwise;
    } else if (!parser.stray(*found, "for", scanner.lines())) break;
  }
  forget_blank_text({&node->body, &node->otherwise}, *node);
  return node;
}

NodePtr parse_tablerow(Parser& parser, Scanner& scanner, const Piece& tag) {
  auto node = std::make_unique<TablerowNode>();
  const std::size_t reads_before = parser.state.reads.size();
  Markup markup = markup_of(parser, tag);
  loop_head(markup, node->variable, node->collection);
  markup.take(Kind::comma);
  std::optional<Expression> range;  // is read, and does nothing, in Shopify's too
  while (markup.look(Kind::id)) {
    const std::string_view key = markup.peek().text;
    std::optional<Expression>* to = key == "cols" ? &node->columns : key == "limit" ? &node->limit : key == "offset" ? &node->offset : key == "range" ? &range : nullptr;
    if (to == nullptr && markup.lax()) to = &range;
    if (to == nullptr) {
      markup.fail(fmt::format("Invalid attribute '{}' in tablerow loop. Valid attributes are cols, limit, offset, and range", key));
      break;
    }
    markup.expect(Kind::id);
    markup.expect(Kind::colon);
    *to = markup.expression();
    markup.take(Kind::comma);
  }
  markup.expect_end();
  const LoopVariable variable(parser.state, node->variable.text, "tablerowloop", reads_before);
  parser.block(scanner, tag, node->body);
  forget_blank_text({&node->body}, *node);
  return node;
}

NodePtr parse_cycle(Parser& parser, Scanner&, const Piece& tag) {
  auto node = std::make_unique<CycleNode>();
  Markup markup = markup_of(parser, tag);
  if (markup.at_end() && !markup.failed()) markup.fail("Syntax Error in 'cycle' - Valid syntax: cycle [name :] var [, var2, var3 ...]");
  node->values.push_back(markup.expression());
  if (!markup.look(Kind::colon)) markup.skip_to({Kind::comma});
  if (markup.take(Kind::colon)) {
    node->group = std::move(node->values.back());
    node->values.clear();
    node->values.push_back(markup.expression());
    markup.skip_to({Kind::comma});
  }
  while (markup.take(Kind::comma) && !markup.at_end()) {
    node->values.push_back(markup.expression());
    markup.skip_to({Kind::comma});
  }
  const bool literal = std::all_of(node->values.begin(), node->values.end(), [](const Expression& e) { return e.is_literal(); });
  if (!markup.failed()) node->key = literal ? without_spaces(tag.markup) : fmt::format("{}", tag.offset);
  markup.expect_end();
  return node;
}

NodePtr parse_ifchanged(Parser& parser, Scanner& scanner, const Piece& tag) {
  auto node = std::make_unique<IfchangedNode>();
  parser.block(scanner, tag, node->body);
  forget_blank_text({&node->body}, *node);
  return node;
}

NodePtr parse_leave(Parser& parser, Scanner&, const Piece& tag) {
  auto node = std::make_unique<LeaveNode>();
  node->flow = tag.name == "break" ? Flow::break_loop : Flow::continue_loop;
  if (!is_blank(tag.markup)) syntax(parser, tag, fmt::format("Syntax Error in '{0}' - Valid syntax: {0}", tag.name));
  return node;
}

NodePtr parse_partial(Parser& parser, Scanner&, const Piece& tag) {
  auto node = std::make_unique<PartialNode>();
  Markup markup = markup_of(parser, tag);
  node->isolated = tag.name == "render";
  if (node->isolated) {
    const Token name = markup.expect(Kind::string);
    node->name.place = name.place;
    if (!markup.failed()) node->name.literal = Value(name.text.substr(1, name.text.size() - 2));
  } else {
    node->name = markup.expression();
  }
  node->each = markup.take_id("for");
  if (node->each || markup.take_id("with")) node->subject = markup.expression();
  if (markup.lax() && node->subject && markup.look(Kind::colon)) markup.step_back();  // `with icon: 1` is both
  if (markup.take_id("as")) node->alias = markup.expect(Kind::id).text;
  markup.take(Kind::comma);
  while (markup.look(Kind::id) || (markup.lax() && !markup.at_end())) {
    if (markup.lax() && (!markup.look(Kind::id) || !markup.look(Kind::colon, 1))) {
      markup.skip();
      continue;
    }
    NamedArgument argument;
    argument.name = Name(markup.expect(Kind::id).text);
    markup.expect(Kind::colon);
    argument.value = markup.expression();
    node->arguments.push_back(std::move(argument));
    markup.take(Kind::comma);
  }
  markup.expect_end();
  return node;
}

void no_arguments(Parser& parser, const Piece& tag) {
  if (!is_blank(tag.markup)) syntax(parser, tag, fmt::format("Syntax Error in '{0}' - Valid syntax: {{% {0} %}}{{% end{0} %}}", tag.name));
}

NodePtr parse_raw(Parser& parser, Scanner& scanner, const Piece& tag) {
  no_arguments(parser, tag);
  auto node = std::make_unique<TextNode>();
  const auto end = scanner.skip_to_tag("endraw", node->text);
  if (!end) {
    parser.never_closed(tag);
    return nullptr;
  }
  parser.trim_next = end->trim_after;
  node->blank = node->text.empty();
  return node;
}

// Comments nest, and a raw block inside hides an endcomment.
NodePtr parse_comment(Parser& parser, Scanner& scanner, const Piece& tag) {
  int depth = 1;
  while (const auto piece = scanner.next()) {
    if (piece->kind != Piece::Kind::tag) continue;
    std::string_view skipped;
    if (piece->name == "comment") ++depth;
    if (piece->name == "endcomment" && --depth == 0) {
      parser.trim_next = piece->trim_after;
      return nullptr;
    }
    if (piece->name == "raw" && !scanner.lines() && !scanner.skip_to_tag("endraw", skipped)) {
      parser.never_closed(*piece);
      return nullptr;
    }
  }
  parser.never_closed(tag);
  return nullptr;
}

NodePtr parse_inline_comment(Parser& parser, Scanner&, const Piece& tag) {
  for (std::size_t line = tag.markup.find('\n'); line != std::string_view::npos; line = tag.markup.find('\n', line + 1)) {
    const std::string_view rest = strip_left(tag.markup.substr(line));
    if (rest.empty() || rest.front() == '#') continue;
    syntax(parser, tag, "Syntax error in tag '#' - Each line of comments must be prefixed by the '#' character");
    break;
  }
  return nullptr;
}

NodePtr parse_doc(Parser& parser, Scanner& scanner, const Piece& tag) {
  no_arguments(parser, tag);
  std::string_view body;
  Scanner ahead = scanner;
  const auto end = scanner.skip_to_tag("enddoc", body);
  const auto nested = ahead.skip_to_tag("doc", body);
  if (nested && (!end || nested->offset < end->offset)) syntax(parser, *nested, "Syntax Error in 'doc' - Nested doc tags are not allowed");
  if (!end) parser.never_closed(tag);
  else parser.trim_next = end->trim_after;
  return nullptr;
}

struct Tag {
  std::string_view name;
  TagParser parse;
};

constexpr std::array tags{
    Tag{"#", parse_inline_comment}, Tag{"assign", parse_assign},   Tag{"break", parse_leave},         Tag{"capture", parse_capture},
    Tag{"case", parse_case},        Tag{"comment", parse_comment}, Tag{"continue", parse_leave},      Tag{"cycle", parse_cycle},
    Tag{"decrement", parse_count},  Tag{"doc", parse_doc},         Tag{"echo", parse_echo},           Tag{"for", parse_for},
    Tag{"if", parse_if},            Tag{"ifchanged", parse_ifchanged}, Tag{"include", parse_partial}, Tag{"increment", parse_count},
    Tag{"raw", parse_raw},          Tag{"render", parse_partial},  Tag{"tablerow", parse_tablerow},   Tag{"unless", parse_if},
};

}  // namespace

TagParser find_tag(std::string_view name) {
  const auto* found = std::find_if(tags.begin(), tags.end(), [&](const Tag& t) { return t.name == name; });
  return found == tags.end() ? nullptr : found->parse;
}

std::vector<std::string_view> tag_names() {
  std::vector<std::string_view> names{"liquid"};
  for (const Tag& t : tags) names.push_back(t.name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace shopbell::liquid
