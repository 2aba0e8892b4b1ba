#include "base/quotes.h"

#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <vector>

namespace shopbell {
namespace {

constexpr std::size_t attribution_lines_max = 3;  // programs break them
constexpr std::size_t attribution_bytes_max = 300;

struct Attribution {
  std::string_view begins, ends;
};
constexpr std::array<Attribution, 9> attributions{{{"On ", "wrote:"},
                                                   {"El ", "escribió:"},
                                                   {"El ", "va escriure:"},
                                                   {"Am ", ":"},  // "schrieb Ann:" stands within
                                                   {"Le ", "a écrit :"},
                                                   {"Le ", "a écrit\u00a0:"},
                                                   {"Il ", "ha scritto:"},
                                                   {"Em ", "escreveu:"},
                                                   {"Op ", ":"}}};  // "schreef Ann:"
constexpr std::array<std::string_view, 7> original{"Original Message", "Mensaje original", "Ursprüngliche Nachricht", "Message d'origine",
                                                   "Messaggio originale", "Mensagem original", "Oorspronkelijk bericht"};
constexpr std::array<std::string_view, 6> from{"From:", "De:", "Von:", "Da:", "Van:", "*From:*"};
constexpr std::array<std::string_view, 18> header{"Sent:", "Date:", "To:", "Subject:", "Cc:", "Enviado:", "Fecha:", "Para:", "Asunto:",
                                                  "Gesendet:", "Datum:", "An:", "Betreff:", "Envoyé :", "À :", "Objet :", "*Sent:*", "*Date:*"};
constexpr std::array<std::string_view, 8> telephones{"Sent from my ", "Enviado desde mi ", "Von meinem ", "Envoyé de mon ", "Inviato da ",
                                                     "Enviado do meu ", "Get Outlook for ", "Obtener Outlook para "};

template <class List>
bool begins_with_one(std::string_view line, const List& list) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view word) { return line.starts_with(word); });
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_quoted(std::string_view line) { return trimmed(line).starts_with('>'); }

/// How many lines of "On Fri, 15 Jan 2027 at 9:00, Ann <ann@example.com> wrote:" stand there; 0: none.
std::size_t attribution_at(const std::vector<std::string_view>& lines, std::size_t at) {
  std::string text;
  for (std::size_t n = 0; n < attribution_lines_max && at + n < lines.size(); ++n) {
    const std::string_view line = trimmed(lines[at + n]);
    if (line.empty() || is_quoted(line)) return 0;
    text.append(text.empty() ? "" : " ").append(line);
    if (text.size() > attribution_bytes_max) return 0;
    const bool dated = text.find_first_of("0123456789") != std::string::npos;
    for (const Attribution& a : attributions) {
      if (!dated || !text.starts_with(a.begins) || !text.ends_with(a.ends)) continue;
      if (a.begins == "Am " && text.find(" schrieb ") == std::string::npos) continue;
      if (a.begins == "Op " && text.find(" schreef ") == std::string::npos) continue;
      return n + 1;
    }
  }
  return 0;
}

/// The header that Outlook puts above what is answered.
bool is_header_at(const std::vector<std::string_view>& lines, std::size_t at) {
  if (!begins_with_one(trimmed(lines[at]), from)) return false;
  std::size_t fields = 0;
  for (std::size_t i = at + 1; i < lines.size() && i < at + 5; ++i) fields += begins_with_one(trimmed(lines[i]), header);
  return fields >= 2;
}

bool is_original(std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with("--")) return false;
  line = trimmed(line.substr(std::min(line.find_first_not_of('-'), line.size())));
  return begins_with_one(line, original);
}

/// Nothing behind this line is the writer's.
bool ends_at(const std::vector<std::string_view>& lines, std::size_t at) {
  const std::string_view line = lines[at];
  return line == "-- " || line == "--" || is_original(line) || is_header_at(lines, at);
}

}  // namespace

std::string without_quotes(std::string_view text) {
  const auto lines = lines_of(text);
  std::vector<std::string_view> kept;
  for (std::size_t i = 0; i < lines.size() && !ends_at(lines, i); ++i) {
    if (is_quoted(lines[i])) continue;
    if (const std::size_t count = attribution_at(lines, i); count > 0) {
      std::size_t next = i + count;
      while (next < lines.size() && trimmed(lines[next]).empty()) ++next;
      if (next >= lines.size()) break;
      if (!is_quoted(lines[next])) break;  // a program that quotes without marks
      i += count - 1;
      continue;
    }
    kept.push_back(lines[i]);
  }
  const auto gone = [](std::string_view line) {
    line = trimmed(line);
    return line.empty() || begins_with_one(line, telephones) || line.find_first_not_of('_') == std::string_view::npos;
  };
  while (!kept.empty() && gone(kept.back())) kept.pop_back();
  std::string made;
  for (const std::string_view line : kept) made.append(line).append("\n");
  const std::string_view left = trimmed(made);
  return std::string(left.empty() ? trimmed(text) : left);
}

}  // namespace shopbell
