#pragma once
// From pieces to nodes: bodies, blocks and their ends. Each tag is a function in tags.cpp.

#include "liquid/markup.h"
#include "liquid/nodes.h"
#include "liquid/scanner.h"

#include <memory>
#include <optional>

namespace shopbell::liquid {

class Parser {
 public:
  explicit Parser(const ParseOptions& options) { state.options = options; }

  /// Fills `program.body` from its text.
  void parse(Program& program);

  /// Reads nodes up to a tag that is no node of its own: "endif", "else", "when" or an unknown one.
  /// nullopt: the text ended, or a mistake makes going on senseless.
  std::optional<Piece> body(Scanner& scanner, Body& to);
  /// Reads the body of `tag` up to its end tag and reports any other end. For blocks without branches.
  void block(Scanner& scanner, const Piece& tag, Body& to);
  /// Reports what ended a body but does not belong to the block that it is in. False: stop here.
  bool stray(const Piece& found, std::string_view block_name, bool in_lines);
  void never_closed(const Piece& tag);
  /// A block that prints nothing loses its white space too.
  static void drop_blank_text(Body& body);

  ParseState state;
  bool trim_next = false;  // the text that follows loses its leading white space

 private:
  void text(const Piece& p, Body& to);
  void output(const Piece& p, Body& to);
  void lines(const Piece& p, Body& to);
  void trim_around(const Piece& p, Body& to);
  std::vector<Template::Reading> first_of_each(const std::vector<PathReading>& all) const;

  bool broken_ = false;
  int depth_ = 0;
};

using TagParser = std::unique_ptr<Node> (*)(Parser& parser, Scanner& scanner, const Piece& tag);
/// nullptr: no tag begins with that name.
TagParser find_tag(std::string_view name);

}  // namespace shopbell::liquid
