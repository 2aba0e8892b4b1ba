#include "access/macros.h"

#include "access/papers.h"
#include "access/secret.h"

#include <shopbell/text.h>

#include <algorithm>
#include <array>

namespace shopbell {
namespace {

constexpr std::size_t name_bytes_max = 100, tag_bytes_max = 64;
constexpr std::array<std::string_view, 5> priorities{"", "low", "normal", "high", "urgent"};
constexpr std::string_view columns = "id, name, text, tags, priority, agent, queue, then_do, snooze_hours, by, at";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

Macro macro_of(const sqlite::Row& row) {
  return {row.text(0), row.text(1), row.text(2), lines_of(row.view(3)), row.text(4), row.text(5), row.text(6), row.text(7), row.integer(8), row.text(9), row.time(10)};
}

bool bad_tag(const std::string& tag) { return trimmed(tag).empty() || tag.size() > tag_bytes_max || tag.find('\n') != std::string::npos; }

/// Empty: nothing is wrong.
std::string wrong_with(const Macro& m) {
  if (m.name.empty() || m.name.size() > name_bytes_max) return "name has 1 to 100 bytes";
  if (m.text.size() > saved_reply_bytes_max) return "text has at most 16384 bytes";
  if (m.tags.size() > macro_tags_max || std::any_of(m.tags.begin(), m.tags.end(), bad_tag)) return "tags are at most 20 texts of 1 to 64 bytes";
  if (std::find(priorities.begin(), priorities.end(), m.priority) == priorities.end()) return "priority is low, normal, high or urgent";
  if (!m.agent.empty() && !m.queue.empty()) return "either an agent has it then, or a queue";
  if (m.then != "" && m.then != "resolve" && m.then != "snooze") return "then is resolve or snooze";
  if (m.then == "snooze" && (m.snooze_hours < 1 || m.snooze_hours > macro_snooze_hours_max)) return "snooze_hours is 1 to 2160";
  if (trimmed(m.text).empty() && m.tags.empty() && m.priority.empty() && m.agent.empty() && m.queue.empty() && m.then.empty()) return "a macro does something";
  return {};
}

Result<std::vector<Macro>> read(DeskFile& f) {
  std::vector<Macro> found;
  const auto done = f.each("SELECT " + std::string(columns) + " FROM macro ORDER BY name", [&](const sqlite::Row& row) {
    found.push_back(macro_of(row));
    return true;
  });
  if (!done) return tl::unexpected(done.error());
  return found;
}

}  // namespace

Result<std::vector<Macro>> macros(DeskFile& file) { return file.read([](DeskFile& f) { return read(f); }); }

Result<std::optional<Macro>> find_macro(DeskFile& file, std::string_view id) {
  auto all = macros(file);
  if (!all) return tl::unexpected(all.error());
  const auto at = std::find_if(all->begin(), all->end(), [&](const Macro& m) { return m.id == id; });
  return at == all->end() ? std::optional<Macro>() : std::optional(std::move(*at));
}

Result<Macro> keep_macro(DeskFile& file, const Macro& given) {
  Macro m = given;
  m.name = trimmed(given.name);
  if (std::string wrong = wrong_with(m); !wrong.empty()) return fail("bad_macro", std::move(wrong));
  return file.change([&](DeskFile& f) -> Result<Macro> {
    const auto all = read(f);
    if (!all) return tl::unexpected(all.error());
    const bool is_new = m.id.empty();
    if (is_new && all->size() >= macros_max) return fail("too_many", "there are too many macros already");
    if (!is_new && std::none_of(all->begin(), all->end(), [&](const Macro& one) { return one.id == m.id; })) return fail("not_found", "there is no such macro");
    if (std::any_of(all->begin(), all->end(), [&](const Macro& one) { return one.name == m.name && one.id != m.id; })) return fail("taken", "there is a macro of that name already");
    if (is_new) m.id = new_secret().substr(0, 16);
    if (auto kept = f.run("INSERT OR REPLACE INTO macro VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", m.id, m.name, m.text, joined(m.tags), m.priority, m.agent, m.queue, m.then, m.snooze_hours, m.by, m.at); !kept)
      return tl::unexpected(kept.error());
    return m;
  });
}

Result<void> drop_macro(DeskFile& file, std::string_view id) {
  return file.change([&](DeskFile& f) -> Result<void> {
    if (auto gone = f.run("DELETE FROM macro WHERE id = ?", id); !gone) return gone;
    if (f.changed() == 0) return fail("not_found", "there is no such macro");
    return {};
  });
}

}  // namespace shopbell
