// Values and evaluations as texts for people.

#include "cel/cel.h"
#include "cel/compare.h"
#include "cel/network.h"
#include "cel/numbers.h"

#include "base/json.h"
#include "base/time.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace shopbell::cel {
namespace {

constexpr std::size_t explained_bytes_max = 60;  // of one value within a line
constexpr int text_depth_max = 20;

// Stops early: what is cut anyway need not be made.
void append(std::string& to, const Value& v, std::size_t bytes_max, int depth) {
  if (to.size() > bytes_max) return;
  if (depth > text_depth_max) {
    to += "…";
    return;
  }
  const auto list = [&](auto open, auto close, const auto& items, auto each) {
    to += open;
    bool first = true;
    for (const auto& item : items) {
      if (to.size() > bytes_max) break;
      if (!std::exchange(first, false)) to += ", ";
      each(item);
    }
    to += close;
  };
  switch (v.kind()) {
    case Kind::null: to += "null"; break;
    case Kind::boolean: to += v.boolean() ? "true" : "false"; break;
    case Kind::integer:
    case Kind::real: to += number_text(v); break;
    case Kind::uint: to += number_text(v) + "u"; break;
    case Kind::string: append_json_string(to, v.text().substr(0, bytes_max + 4)); break;
    case Kind::bytes: to += fmt::format("b\"{}\"", to_base64(v.text().substr(0, bytes_max))); break;
    case Kind::list:
      list('[', ']', v.items(), [&](const Value& item) { append(to, item, bytes_max, depth + 1); });
      break;
    case Kind::map:
      list('{', '}', v.members(), [&](const Member& m) {
        append(to, m.key, bytes_max, depth + 1);
        to += ": ";
        append(to, m.value, bytes_max, depth + 1);
      });
      break;
    case Kind::timestamp: to += format_rfc3339(v.seconds(), v.nanos()); break;
    case Kind::duration: to += format_seconds(v.seconds(), v.nanos()); break;
    case Kind::type: to += v.text(); break;
    case Kind::optional:
      if (v.items().empty())
        to += "optional.none()";
      else
        list("optional.of(", ')', v.items(),
             [&](const Value& item) { append(to, item, bytes_max, depth + 1); });
      break;
    case Kind::ip: to += format_address(v.text()); break;
    case Kind::cidr: to += format_block(v.text()); break;
    case Kind::error: to += fmt::format("error: {}", v.error().message); break;
  }
}

// The text of a part with the values of its own parts put in: "order.total > 100" is "40 > 100".
std::string with_values(const Trace& trace) {
  std::string text;
  const char* at = trace.text.data();
  for (const Trace& part : trace.parts) {
    if (part.text.data() < at) continue;
    text.append(at, part.text.data());
    text += to_text(part.value, explained_bytes_max);
    at = part.text.data() + part.text.size();
  }
  return text.append(at, trace.text.data() + trace.text.size());
}

std::string line_of(const Trace& trace) {
  const std::string value = to_text(trace.value, explained_bytes_max);
  // What has() looks into says nothing about what is missing in it; of an error the message does.
  const bool plain = trace.parts.empty() || trace.value.is(Kind::error) || trace.text.starts_with("has(");
  const std::string middle = plain ? std::string(trace.text) : with_values(trace);
  if (middle == trace.text || middle == value) return fmt::format("{} → {}", trace.text, value);
  return fmt::format("{} → {} → {}", trace.text, middle, value);
}

// && and || are known by what is between their first two parts.
bool is_logical(const Trace& trace) {
  if (!trace.value.is(Kind::boolean) || trace.parts.empty()) return false;
  const Trace& first = trace.parts.front();
  std::string_view behind =
      trace.text.substr(static_cast<std::size_t>(first.text.data() + first.text.size() - trace.text.data()));
  behind.remove_prefix(std::min(behind.find_first_not_of(" \t\r\n)"), behind.size()));
  return behind.starts_with("&&") || behind.starts_with("||");
}

void explain_part(const Trace& trace, std::vector<std::string>& lines) {
  if (trace.parts.size() == 1 && trace.text.starts_with('!') && trace.value.is(Kind::boolean))
    return explain_part(trace.parts[0], lines);
  if (!is_logical(trace)) {
    lines.push_back(line_of(trace));
    return;
  }
  // The last operand was evaluated because those before it did not decide.
  const Trace& last = trace.parts.back();
  const bool decided_alone = last.value.is(Kind::boolean) && trace.parts.size() > 1 &&
                             last.value.boolean() == trace.value.boolean() &&
                             trace.parts.front().value.is(Kind::boolean) &&
                             trace.parts.front().value.boolean() != trace.value.boolean();
  if (decided_alone || trace.parts.size() == 1) return explain_part(last, lines);
  for (const Trace& part : trace.parts) explain_part(part, lines);
}

void append_tree(std::string& to, const Trace& trace, int depth) {
  std::string line = line_of(trace);
  for (std::size_t arrow = line.find("→"); arrow != std::string::npos; arrow = line.find("→", arrow))
    line.replace(arrow, std::string_view("→").size(), " -> ");
  to += fmt::format("{:{}}{}\n", "", depth * 2, line);
  for (const Trace& part : trace.parts) append_tree(to, part, depth + 1);
}

}  // namespace

std::string to_text(const Value& value, std::size_t bytes_max) {
  std::string text;
  append(text, value, bytes_max, 0);
  if (text.size() <= bytes_max) return text;
  std::size_t cut = bytes_max;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  text.resize(cut);
  return text + "…";
}

std::string to_text(const Trace& trace) {
  std::string text;
  append_tree(text, trace, 0);
  return text;
}

std::string Program::explain(const Value& scope, Arena& arena, const Limits& limits) const {
  std::vector<std::string> lines;
  explain_part(trace(scope, arena, limits), lines);
  return fmt::format("{}", fmt::join(lines, "; "));
}

}  // namespace shopbell::cel
