#pragma once
// Whom a request of the law is about, and what is about them. Pure.

#include <shopbell/error.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace shopbell {

constexpr std::size_t person_names_max = 1'000;    // subjects, and texts, of one request; the rest is left out
constexpr std::size_t person_text_bytes_min = 6;   // a shorter text could be anybody's

struct Person {
  std::vector<std::string> subjects;  // "customer:7", "order:1001"
  std::vector<std::string> texts;     // what nobody else has: e-mail addresses, telephone numbers; in lower case
  std::string source;                 // instead: everybody whom this source told of
};

/// As JSON, and back. Errors: "bad_json", "bad_state".
std::string encode_person(const Person& person);
Result<Person> decode_person(std::string_view json);

/// Whether one of the person's texts stands in it, in any case, and is no part of a longer address or number.
bool names_person(const Person& person, std::string_view text);
/// Whether one of the person's subjects stands in it as a JSON text of its own: the engine's own events name whom they are for.
bool names_subject(const Person& person, std::string_view line);
/// Whether one of them stands in it anywhere: of a file whose texts have nothing between them.
bool holds_text(const Person& person, std::string_view text);
/// Whether a row with that subject and those texts is about the person.
bool is_about(const Person& person, std::string_view subject, std::initializer_list<std::string_view> texts);

}  // namespace shopbell
