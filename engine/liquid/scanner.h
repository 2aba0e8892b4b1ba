#pragma once
// Cuts a template into text, {{ output }} and {% tags %}; or the lines of a {% liquid %} tag into tags.

#include "liquid/ast.h"

#include <optional>
#include <string_view>

namespace shopbell::liquid {

struct Piece {
  enum class Kind : std::uint8_t {
    text, output, tag,
    nameless,      // {% %}
    unterminated,  // no %} or }} follows
  };
  Kind kind = Kind::text;
  std::string_view whole;
  std::uint32_t offset = 0;
  std::string_view name;           // of a tag
  std::string_view markup;         // behind the name, or between {{ }}
  std::uint32_t markup_offset = 0;
  bool trim_before = false;        // {{- or {%-
  bool trim_after = false;

  Place place() const { return {offset, static_cast<std::uint32_t>(whole.size())}; }
  Place name_place() const;
};

class Scanner {
 public:
  /// `lines`: the inside of a {% liquid %} tag, one tag a line. `offset`: where `text` begins.
  Scanner(std::string_view text, std::uint32_t offset, bool lines) : text_(text), offset_(offset), lines_(lines) {}

  std::optional<Piece> next();
  bool lines() const { return lines_; }
  /// Moves behind the next {% name %} and returns it, with all that stood before it in `body`:
  /// nothing in between is looked at. nullopt: there is none.
  std::optional<Piece> skip_to_tag(std::string_view name, std::string_view& body);

 private:
  std::optional<Piece> next_line();
  Piece take(std::size_t end, Piece::Kind kind);
  Piece take_output();
  Piece take_tag(std::size_t search_from);
  void read_tag(Piece& p) const;

  std::string_view text_;
  std::uint32_t offset_;
  bool lines_;
  std::size_t at_ = 0;
};

std::string_view strip_left(std::string_view text);
std::string_view strip_right(std::string_view text);
inline std::string_view strip(std::string_view text) { return strip_left(strip_right(text)); }
bool is_blank(std::string_view text);

}  // namespace shopbell::liquid
