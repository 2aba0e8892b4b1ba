#include "base/shape.h"

#include "base/short_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>

namespace shopbell {
namespace {

// Which shape a map may have is told by its size and its last name: a guess that is then compared.
constexpr std::size_t guesses = 256;
thread_local std::array<const Shape*, guesses> guessed{};

const Shape*& guess_of(std::span<const Member> members) {
  const std::string_view last = members.back().key.text_or({});
  const std::uint64_t word = last.size() < 8 ? short_word(last.data(), last.size()) : word_at<std::uint64_t>(last.data());
  return guessed[((word + members.size()) * 0x9e3779b97f4a7c15ULL) >> 56];
}

bool is_of(const Shape& shape, std::span<const Member> members) {
  if (shape.names.size() != members.size()) return false;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!members[i].key.is(Kind::string) || !same_text(members[i].key.text(), shape.names[i])) return false;
  return true;
}

std::string text_of(std::span<const Member> members) {
  std::string text;
  for (const Member& m : members) text.append(m.key.text()).append(1, '\0').append(std::to_string(m.key.size())).append(1, '\0');
  return text;
}

std::unique_ptr<Shape> make(std::span<const Member> members, std::span<const std::uint32_t> table, std::size_t number) {
  auto shape = std::make_unique<Shape>();
  shape->id = static_cast<std::uint32_t>(number);
  shape->mask = static_cast<std::uint32_t>(table.size() - 1);
  shape->table.assign(table.begin(), table.end());
  for (const Member& m : members) shape->text += m.key.text();
  std::string_view rest = shape->text;
  for (const Member& m : members) {
    shape->names.push_back(rest.substr(0, m.key.size()));
    rest.remove_prefix(m.key.size());
  }
  return shape;
}

struct Known {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<Shape>> shapes;
};

// Never destroyed: threads may end later.
Known& known() {
  static auto* const one = new Known;
  return *one;
}

}  // namespace

const Shape* known_shape(std::span<const Member> members) {
  if (members.empty()) return nullptr;
  const Shape* guess = guess_of(members);
  return guess != nullptr && is_of(*guess, members) ? guess : nullptr;
}

const Shape* learn_shape(std::span<const Member> members, std::span<const std::uint32_t> table) {
  const auto is_text = [](const Member& m) { return m.key.is(Kind::string); };
  if (members.empty() || members.size() > shape_names_max || !std::all_of(members.begin(), members.end(), is_text)) return nullptr;
  Known& all = known();
  const std::lock_guard lock(all.mutex);
  if (all.shapes.size() == shapes_max) return nullptr;
  auto& shape = all.shapes[text_of(members)];
  if (!shape) shape = make(members, table, all.shapes.size());
  return guess_of(members) = shape.get();
}

}  // namespace shopbell
