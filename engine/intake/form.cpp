#include "intake/form.h"

#include <shopbell/text.h>

#include <algorithm>
#include <optional>

namespace shopbell {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (escape) {
      made += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else made += text[i] == '+' ? ' ' : text[i];
  }
  return made;
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return made;
}

// `name` of `form-data; name="text"; filename="a \"b\".png"`, or nothing.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  std::size_t at = header.find(';');
  while (at < header.size()) {
    const std::size_t equals = header.find('=', at + 1);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string key = lower(trimmed(header.substr(at + 1, equals - at - 1)));
    std::string value;
    at = equals + 1;
    if (at < header.size() && header[at] == '"') {
      for (++at; at < header.size() && header[at] != '"'; ++at) {
        if (header[at] == '\\' && at + 1 < header.size()) ++at;
        value += header[at];
      }
      at = std::min(header.find(';', at), header.size());
    } else {
      const std::size_t end = std::min(header.find(';', at), header.size());
      value = trimmed(header.substr(at, end - at));
      at = end;
    }
    if (key == name) return value;
  }
  return std::nullopt;
}

struct Part {
  std::string disposition, type;
  std::string_view content;
};

// "Header: value" lines, an empty line, the content.
std::optional<Part> part_of(std::string_view text) {
  const std::size_t blank = text.find("\r\n\r\n");
  if (blank == std::string_view::npos) return std::nullopt;
  Part part;
  part.content = text.substr(blank + 4);
  std::string_view head = text.substr(0, blank);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(std::min(colon + 1, line.size())));
    if (name == "content-disposition") part.disposition = value;
    else if (name == "content-type") part.type = value;
  }
  return part;
}

Result<Value> text_of(std::string_view content, Arena& arena) {
  if (!utf8_valid(content)) return fail("bad_form", "a field is not UTF-8");
  return Value(arena.copy(content));
}

Result<Value> file_of(const Part& part, const std::string& filename, Arena& arena) {
  if (!utf8_valid(filename) || !utf8_valid(part.type)) return fail("bad_form", "a file's name is not UTF-8");
  return make_map(arena, {{"filename", Value(arena.copy(filename))},
                          {"type", Value(arena.copy(part.type))},
                          {"size", Value(static_cast<std::int64_t>(part.content.size()))}});
}

}  // namespace

Result<FormFields> read_form(std::string_view text) {
  FormFields fields;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    if (fields.size() == form_fields_max) return fail("too_many_fields", "a form has too many fields");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    fields.emplace_back(decoded(pair.substr(0, equals)),
                        decoded(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return fields;
}

Result<Value> read_multipart(std::string_view content_type, std::string_view body, Arena& arena) {
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty()) return fail("bad_form", "the content type names no boundary");
  const std::string mark = "\r\n--" + *boundary;
  if (!body.starts_with(std::string_view(mark).substr(2)))
    return fail("bad_form", "the body does not begin with its boundary");
  body.remove_prefix(mark.size() - 2);
  MapBuilder map(arena);
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) return fail("bad_form", "behind a boundary stands no line break");
    const std::size_t end = body.find(mark);
    const auto part = end == std::string_view::npos ? std::nullopt : part_of(body.substr(2, end - 2));
    if (!part) return fail("bad_form", "a part has no end");
    body.remove_prefix(end + mark.size());
    const auto name = parameter(part->disposition, "name");
    if (!name || !utf8_valid(*name)) return fail("bad_form", "a part has no name");
    if (map.size() == form_fields_max) return fail("too_many_fields", "a form has too many fields");
    const auto filename = parameter(part->disposition, "filename");
    const auto value = filename ? file_of(*part, *filename, arena) : text_of(part->content, arena);
    if (!value) return tl::unexpected(value.error());
    map.add(arena.copy(*name), *value);
  }
  return map.build();
}

Result<Value> form_value(const FormFields& fields, Arena& arena) {
  MapBuilder map(arena);
  for (const auto& [name, value] : fields) {
    if (!utf8_valid(name) || !utf8_valid(value)) return fail("bad_form", "a field is not UTF-8");
    map.add(arena.copy(name), Value(arena.copy(value)));
  }
  return map.build();
}

std::string media_type(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';'))));
}

}  // namespace shopbell
