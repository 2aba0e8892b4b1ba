#include "core/personal.h"

#include <algorithm>
#include <array>
#include <vector>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 5> people{"customer", "billing_address", "shipping_address", "address", "recipient"};
// Of a person all of these; of another noun (an order has a name, too) those that are always somebody's.
constexpr std::array<std::string_view, 13> of_person{"email",   "phone", "name",     "first_name", "last_name", "company", "street",
                                                     "street2", "zip",   "birthday", "note",       "token",     "address"};
constexpr std::array<std::string_view, 8> of_any{"email", "phone", "from", "to", "from_name", "sender", "contact_email", "text"};
constexpr int levels_max = 6;

struct Found {
  std::string_view text, name;
};

bool is_in(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void collect(const Value& v, bool person, int level, std::vector<Found>& found) {
  if (level > levels_max) return;
  for (const Value& item : v.is(Kind::list) ? v.items() : std::span<const Value>{}) collect(item, person, level + 1, found);
  for (const Member& m : v.members()) {
    const std::string_view name = m.key.text_or({});
    if (name == "raw") continue;
    if (m.value.is(Kind::string)) {
      const bool personal = person ? is_in(of_person, name) : is_in(of_any, name);
      if (personal && m.value.size() >= personal_bytes_min) found.push_back({m.value.text(), name});
    } else {
      collect(m.value, person || is_in(people, name), level + 1, found);
    }
  }
}

void replace_all(std::string& line, std::string_view text, const std::string& by) {
  for (std::size_t at = line.find(text); at != std::string::npos; at = line.find(text, at + by.size()))
    line.replace(at, text.size(), by);
}

bool of_address(char c) {
  const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return word || std::string_view("._%+-").find(c) != std::string_view::npos || (c & 0x80) != 0;
}

void hide_addresses(std::string& line) {
  constexpr std::string_view shown = "[email]";
  for (std::size_t at = line.find('@'); at != std::string::npos; at = line.find('@', at)) {
    std::size_t from = at, to = at + 1;
    while (from > 0 && of_address(line[from - 1])) --from;
    while (to < line.size() && of_address(line[to])) ++to;
    if (from == at || to == at + 1) {
      ++at;
      continue;
    }
    line.replace(from, to - from, shown);
    at = from + shown.size();
  }
}

}  // namespace

std::string without_personal(std::string line, const Value& customer, const Event& event) {
  std::vector<Found> found;
  collect(customer, true, 0, found);
  collect(event.data, false, 0, found);
  // The longest first: a first name is part of a name.
  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.text.size() > b.text.size(); });
  for (const Found& f : found) replace_all(line, f.text, "[" + std::string(f.name) + "]");
  hide_addresses(line);
  return line;
}

}  // namespace shopbell
