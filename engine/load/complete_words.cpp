#include "load/complete_words.h"

#include "cel/function_docs.h"
#include "liquid/filter_docs.h"
#include "liquid/liquid.h"

#include <algorithm>
#include <optional>

namespace shopbell {
namespace {

using cel::Type;
using cel::TypeKind;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// Where the path ("order.items[0].ti") begins that ends at `end`.
std::size_t path_begin(std::string_view text, std::size_t end) {
  std::size_t at = end;
  while (at > 0) {
    if (is_word(text[at - 1]) || text[at - 1] == '.') --at;
    else if (text[at - 1] == ']' && text.rfind('[', at - 1) != std::string_view::npos) at = text.rfind('[', at - 1);
    else break;
  }
  return at;
}

bool in_quotes(std::string_view text) {
  char open = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (open != 0 && text[i] == '\\') ++i;
    else if (open != 0 && text[i] == open) open = 0;
    else if (open == 0 && (text[i] == '"' || text[i] == '\'')) open = text[i];
  }
  return open != 0;
}

std::optional<Type> part_of(const Type& of, std::string_view part) {
  if (const cel::Field* field = of.is(TypeKind::object) ? of.field(part) : nullptr) return field->type;
  if (of.is(TypeKind::list) && (part == "[]" || part == "first" || part == "last")) return of.params()[0];
  return {};
}

/// "order.items[0]" -> its type; nothing: nobody knows.
std::optional<Type> type_of(std::string_view path, const cel::Env& scope) {
  std::optional<Type> type;
  for (bool first = true; !path.empty(); first = false) {
    const std::size_t end = path[0] == '[' ? std::min(path.find(']') + 1, path.size()) : std::min(path.find_first_of(".["), path.size());
    const std::string_view part = path[0] == '[' ? std::string_view("[]") : path.substr(0, end);
    path.remove_prefix(end);
    if (path.starts_with('.')) path.remove_prefix(1);
    if (!first) type = part_of(*type, part);
    for (const auto& v : first ? scope.variables() : std::vector<cel::Env::Variable>{})
      if (v.name == part) type = v.type;
    if (!type) return {};
  }
  return type;
}

Completion field_of(const cel::Field& field) { return {field.name, field.name, "field", field.type.to_text(), field.doc}; }

void add_names(const cel::Env& scope, std::vector<Completion>& to) {
  for (const auto& v : scope.variables())
    if (std::none_of(to.begin(), to.end(), [&](const Completion& c) { return c.label == v.name; })) to.push_back({v.name, v.name, "name", v.type.to_text(), v.doc});
}

Completion function_of(const cel::FunctionDoc& f) { return {std::string(f.name), std::string(f.name) + "(", "function", std::string(f.signature), std::string(f.doc)}; }

void add_functions(bool members, std::vector<Completion>& to) {
  for (const cel::FunctionDoc& f : cel::function_docs())
    if (f.member == members) to.push_back(function_of(f));
}

/// Of a path that was written as far as `written`.
void add_path(std::string_view written, std::size_t dot, const cel::Env& scope, std::vector<Completion>& to) {
  const auto type = type_of(written.substr(0, dot), scope);
  if (type && type->is(TypeKind::object))
    for (const cel::Field& field : type->fields()) to.push_back(field_of(field));
}

Completion filter_of(const liquid::FilterDoc& f) { return {std::string(f.name), std::string(f.name), "filter", std::string(f.signature), std::string(f.doc)}; }

/// Behind the last {{ or {% that is not closed; npos: all are.
std::size_t markup_begin(std::string_view before) {
  const std::size_t output = before.rfind("{{"), tag = before.rfind("{%");
  const std::size_t open = output == std::string_view::npos ? tag : tag == std::string_view::npos ? output : std::max(output, tag);
  if (open == std::string_view::npos) return open;
  const std::string_view close = before[open + 1] == '{' ? "}}" : "%}";
  return before.find(close, open + 2) == std::string_view::npos ? open + 2 : std::string_view::npos;
}

std::pair<std::size_t, std::size_t> word_at(std::string_view text, std::size_t at) {
  std::size_t begin = std::min(at, text.size()), end = begin;
  while (begin > 0 && is_word(text[begin - 1])) --begin;
  while (end < text.size() && is_word(text[end])) ++end;
  return {begin, end};
}

/// A name, or a field of a path, that ends at `end`.
Meaning path_meaning(std::string_view text, std::size_t begin, std::size_t end, const cel::Env& scope) {
  Meaning made{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), {}};
  const std::size_t from = path_begin(text, end);
  const std::string_view path = text.substr(from, end - from), word = text.substr(begin, end - begin);
  std::vector<Completion> known;
  if (from == begin) add_names(scope, known);
  else add_path(path, path.size() - word.size() - 1, scope, known);
  for (Completion& one : known)
    if (one.label == word) made.what = std::move(one);
  return made;
}

}  // namespace

bool in_liquid(std::string_view before) { return markup_begin(before) != std::string_view::npos; }

Completions cel_words(std::string_view before, const cel::Env& scope) {
  Completions made;
  if (in_quotes(before)) return made;
  const std::size_t from = path_begin(before, before.size());
  const std::string_view path = before.substr(from);
  const std::size_t dot = path.rfind('.');
  made.from = static_cast<std::uint32_t>(dot == std::string_view::npos ? from : from + dot + 1);
  if (dot == std::string_view::npos) add_names(scope, made.items);
  else add_path(path, dot, scope, made.items);
  const bool has_fields = dot != std::string_view::npos && !made.items.empty();
  if (!has_fields) add_functions(dot != std::string_view::npos, made.items);
  return made;
}

Completions liquid_words(std::string_view before, const cel::Env& scope) {
  Completions made;
  const std::size_t open = markup_begin(before);
  if (open == std::string_view::npos) return made;
  const std::string_view markup = before.substr(open);
  if (in_quotes(markup)) return made;
  const std::size_t from = path_begin(markup, markup.size());
  const std::string_view path = markup.substr(from), ahead = markup.substr(0, from);
  const std::size_t dot = path.rfind('.');
  made.from = static_cast<std::uint32_t>(open + (dot == std::string_view::npos ? from : from + dot + 1));
  const std::size_t last = ahead.find_last_not_of(" -\n");
  if (dot != std::string_view::npos) {
    add_path(path, dot, scope, made.items);
  } else if (last != std::string_view::npos && ahead[last] == '|') {
    for (const liquid::FilterDoc& f : liquid::filter_docs()) made.items.push_back(filter_of(f));
  } else if (last == std::string_view::npos && before[open - 1] == '%') {
    for (const std::string_view tag : liquid::tag_names()) made.items.push_back({std::string(tag), std::string(tag), "tag", {}, {}});
  } else {
    add_names(scope, made.items);
  }
  return made;
}

Meaning cel_meaning(std::string_view text, std::size_t at, const cel::Env& scope) {
  const auto [begin, end] = word_at(text, at);
  if (begin == end || in_quotes(text.substr(0, begin))) return {};
  if (end < text.size() && text[end] == '(') {
    const std::size_t from = path_begin(text, end);
    const std::string_view whole = text.substr(from, end - from), word = text.substr(begin, end - begin);
    for (const cel::FunctionDoc& f : cel::function_docs())
      if (f.name == whole || (f.member && f.name == word)) return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), function_of(f)};
  }
  return path_meaning(text, begin, end, scope);
}

Meaning liquid_meaning(std::string_view text, std::size_t at, const cel::Env& scope) {
  const auto [begin, end] = word_at(text, at);
  const std::size_t open = markup_begin(text.substr(0, begin));
  if (begin == end || open == std::string_view::npos || in_quotes(text.substr(open, begin - open))) return {};
  const std::string_view ahead = text.substr(open, begin - open);
  const std::size_t last = ahead.find_last_not_of(' ');
  if (last != std::string_view::npos && ahead[last] == '|')
    for (const liquid::FilterDoc& f : liquid::filter_docs())
      if (f.name == text.substr(begin, end - begin)) return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), filter_of(f)};
  return path_meaning(text, begin, end, scope);
}

}  // namespace shopbell
