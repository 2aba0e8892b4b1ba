#pragma once
// Shopify's Liquid: the language in which merchants write their messages. Text is parsed once, when
// the shop is loaded, into an immutable Template, and rendered many times against data.
//
// The language is that of Shopify/liquid (Ruby) with error mode "strict2": what cannot be parsed, a
// tag or a filter that nobody knows, is an error with its place, never a guess. On top of the
// standard filters it has the shop's own: money, t, link_to, asset_url and their kin (README.md).
//
// Data is data: a text from a customer is printed, and is never parsed as a template.
// Threads: parse() and render() may be called from any thread; a Template, Partials and
// Translations are read-only while they render. Nothing here reads a clock, a file or a variable of
// the environment: all that a rendering sees comes with its Setting.

#include <shopbell/arena.h>
#include <shopbell/error.h>
#include <shopbell/time.h>
#include <shopbell/value.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace shopbell::liquid {

constexpr std::size_t template_bytes_max = 1 << 20;
constexpr int nesting_max = 100;          // tags within tags, brackets within brackets: Shopify's figure
constexpr std::size_t parse_errors_max = 20;

struct ParseOptions {
  bool html = false;             // every {{ }} is HTML-escaped unless it ends in `| raw` or is safe already
  bool lax = false;              // old templates: what is not understood is skipped, as Shopify once did
  bool late_filters = false;     // filters are checked when they run: an unknown one hands its input on
};

/// Whether a file of that name is parsed with `html`: "x.html.liquid", "x.html".
bool is_html(std::string_view file_name);

class Partials;
class Translations;

/// What one rendering may use up. Meeting one is an error with a place ("limit_steps", ...).
struct Limits {
  std::uint64_t steps_max = 1'000'000;              // nodes rendered, and items that filters walk over
  std::size_t output_bytes_max = 4 << 20;
  std::size_t assigned_bytes_max = 16 << 20;        // what assign, capture and filters build on the way
  int partial_depth_max = 100;                      // include and render within each other
  int depth_max = 400;                              // tags being rendered within each other, over all partials
};

/// What a rendering may see besides its data. Views must live until it is done.
struct Setting {
  Time now{};                                       // "now" and "today"
  std::string_view timezone = "UTC";                // IANA name: dates are printed in it; empty: UTC, but a text keeps its own offset
  std::string_view locale = "en";                   // BCP 47 ("de", "pt-BR"): translations, money
  std::string_view currency = "USD";                // ISO 4217: money without a currency of its own
  const Partials* partials = nullptr;
  const Translations* translations = nullptr;
  std::string_view shop_url;                        // "https://demo.example": asset_url, link filters
  std::string_view unsubscribe_url;                 // where `unsubscribe_url` points; empty: shop_url + "/unsubscribe"
  std::string_view track_url;                       // redirector of `track_url`; empty: links stay as they are
  Limits limits;
  std::string_view name;                            // the template's, for inline errors; may be empty
  bool blank_tag_errors = true;                   // with inline_errors: also those of tags that print nothing
  bool inline_errors = false;                       // write "Liquid error: ..." into the text and go on; for conformance
};

struct Program;  // nodes; engine/liquid/ast.h

/// A parsed template: immutable, cheap to copy, shared between threads.
class Template {
 public:
  explicit Template(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  /// The text for these variables (a map; anything else: no variables at all). An error is a value
  /// whose offset and length are in text(); of a mistake in a partial they are those of the tag that
  /// brings it in, and the message has its line and column. Nothing half-written is ever returned. `arena` takes what is built on the way; the result does
  /// not point into it.
  /// Errors: "render" (a filter refuses its argument), "no_such_partial", "limit_steps",
  /// "limit_output", "limit_assigned", "nesting", "no_such_timezone", "no_such_translation".
  Result<std::string> render(const Value& scope, Arena& arena, const Setting& setting) const;

  std::string_view text() const;
  std::string_view name() const;  // as parse() was told; for people
  /// The fields that it reads from its data, as sorted dotted paths: "order.name". An element of a
  /// list is "[]": "order.items[].title". Names that the template itself assigns are not among them.
  std::vector<std::string> fields_read() const;
  /// The same with the place of the first reading: for warnings.
  struct Reading {
    std::string path;
    std::uint32_t offset;
    std::uint32_t length;
  };
  std::vector<Reading> readings() const;
  /// The keys of translations that stand in it as texts, with the place of the first of each:
  /// "order.title" of {{ 'order.title' | t }}.
  std::vector<Reading> texts_read() const;
  const Program& program() const { return *program_; }

 private:
  std::shared_ptr<const Program> program_;
};

/// Parses a template. On failure: all mistakes that were found (at most parse_errors_max), in the
/// order of their places, each with offset and length in `text` and a hint where there is one.
/// Codes: "syntax", "unknown_tag", "unknown_filter", "nesting", "too_large". `name` is kept for people.
tl::expected<Template, std::vector<Error>> parse(std::string_view text, const ParseOptions& options = {}, std::string name = {});

/// The templates that include and render may name. Filled once, then only read.
class Partials {
 public:
  void add(std::string name, Template t);
  /// A partial that did not parse: the rendering that names it fails with this error.
  void add_broken(std::string name, Error error);

  /// Looks up "x" as x, x.liquid and, from HTML, x.html.liquid first; each also as _x, the mark of a
  /// partial in the shop's folder. nullptr: there is none.
  const std::variant<Template, Error>* find(std::string_view name, bool html = false) const;
  std::vector<std::string_view> names() const;

 private:
  std::map<std::string, std::variant<Template, Error>, std::less<>> by_name_;
};

/// The texts of locales/LANG.yaml: trees of maps whose leaves are texts. Locales are told apart without
/// regard to case, "_" being "-".
class Translations {
 public:
  explicit Translations(std::string fallback_locale = "en") : fallback_(std::move(fallback_locale)) {}
  void add(std::string locale, Document tree);

  /// The value at "checkout.title" for "pt-BR": in pt-BR, then pt, then the fallback locale; null if
  /// none has it. `found_in` (may be nullptr) gets the locale that had it.
  Value find(std::string_view locale, std::string_view key, std::string_view* found_in = nullptr) const;
  /// The keys of all locales, sorted; a text in plural forms is one.
  std::vector<std::string> keys() const;
  const std::string& fallback_locale() const { return fallback_; }

 private:
  std::map<std::string, Document, std::less<>> by_locale_;
  std::string fallback_;
};

/// Names of all filters, sorted: for documentation and "did you mean".
std::vector<std::string_view> filter_names();
std::vector<std::string_view> tag_names();

}  // namespace shopbell::liquid
