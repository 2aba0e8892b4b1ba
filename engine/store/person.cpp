#include "store/person.h"

#include "base/json.h"
#include "core/replayed.h"

#include <algorithm>

namespace shopbell {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return lower;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

// In JSON a line break before it is \n, whose n is no part of it.
bool is_escape(std::string_view text, std::size_t at) {
  return at > 0 && text[at - 1] == '\\' && std::string_view("nrtbf").find(text[at]) != std::string_view::npos;
}

bool begins_at(std::string_view text, std::size_t at, bool address) {
  if (at == 0 || is_escape(text, at - 1)) return true;
  const char c = text[at - 1];
  if (!address) return !is_digit(c);
  return !is_word(c) && std::string_view("._%+-").find(c) == std::string_view::npos;
}

bool ends_at(std::string_view text, std::size_t end, bool address) {
  if (end == text.size()) return true;
  if (!address) return !is_digit(text[end]);
  if (is_word(text[end]) || text[end] == '-') return false;
  return text[end] != '.' || end + 1 == text.size() || !is_word(text[end + 1]);
}

bool has(std::string_view lower, std::string_view text) {
  const bool address = text.find('@') != std::string_view::npos;
  for (std::size_t at = lower.find(text); at != std::string_view::npos; at = lower.find(text, at + 1))
    if (begins_at(lower, at, address) && ends_at(lower, at + text.size(), address)) return true;
  return false;
}

Value list_of(const std::vector<std::string>& texts, Arena& arena) {
  ListBuilder list(arena);
  for (const std::string& text : texts) list.add(text);
  return list.build();
}

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> texts;
  for (const Value& item : list.is(Kind::list) ? list.items() : std::span<const Value>{})
    if (texts.size() < person_names_max) texts.emplace_back(item.text_or({}));
  return texts;
}

}  // namespace

std::string encode_person(const Person& person) {
  Arena arena;
  return to_json(make_map(arena, {{"subjects", list_of(person.subjects, arena)},
                                  {"texts", list_of(person.texts, arena)},
                                  {"source", person.source}}));
}

Result<Person> decode_person(std::string_view json) {
  Arena arena;
  const auto read = parse_json(json, arena);
  if (!read) return tl::unexpected(read.error());
  if (!read->is(Kind::map)) return fail("bad_state", "a stored request names nobody");
  Person person{texts_of((*read)["subjects"]), texts_of((*read)["texts"]), std::string((*read)["source"].text_or({}))};
  std::erase_if(person.texts, [](const std::string& text) { return text.size() < person_text_bytes_min; });
  for (std::string& text : person.texts) text = lower_case(text);
  return person;
}

bool names_person(const Person& person, std::string_view text) {
  if (person.texts.empty() || text.size() < person_text_bytes_min) return false;
  const std::string lower = lower_case(text);
  return std::any_of(person.texts.begin(), person.texts.end(), [&](const std::string& t) { return has(lower, t); });
}

bool names_subject(const Person& person, std::string_view line) {
  const auto stands = [&](const std::string& subject) {
    for (std::size_t at = line.find(subject); at != std::string_view::npos; at = line.find(subject, at + 1)) {
      const std::size_t end = at + subject.size();
      const bool begins = at > 0 && (line[at - 1] == '"' || line[at - 1] == '/');  // of a replay it has a name before it
      if (begins && end < line.size() && line[end] == '"') return true;
    }
    return false;
  };
  return std::any_of(person.subjects.begin(), person.subjects.end(), stands);
}

bool holds_text(const Person& person, std::string_view text) {
  const std::string lower = lower_case(text);
  return std::any_of(person.texts.begin(), person.texts.end(),
                     [&](const std::string& t) { return lower.find(t) != std::string::npos; });
}

bool is_about(const Person& person, std::string_view subject, std::initializer_list<std::string_view> texts) {
  const std::string_view plain = plain_subject(subject);  // what was played again is about the same
  if (std::find(person.subjects.begin(), person.subjects.end(), plain) != person.subjects.end()) return true;
  if (names_person(person, subject)) return true;
  return std::any_of(texts.begin(), texts.end(), [&](std::string_view text) { return names_person(person, text); });
}

}  // namespace shopbell
