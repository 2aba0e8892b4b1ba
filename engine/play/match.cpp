#include "play/match.h"

#include "base/json.h"
#include "base/time.h"
#include "cel/cel.h"

#include <shopbell/text.h>

#include <fmt/format.h>

#include <algorithm>

namespace shopbell::play {
namespace {

constexpr std::size_t shown_bytes_max = 160;

std::string shown(const Value& v) {
  std::string text = v.is(Kind::string) ? std::string(v.text()) : to_json(v);
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() <= shown_bytes_max) return text;
  std::size_t end = shown_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string shown(const yaml::Node& node) {
  Arena arena;
  return shown(to_value(node, arena));
}

/// "to: a@example.com, subject: Hello": the arguments, in a line.
std::string shown_args(const Value& value) {
  if (!value.is(Kind::map)) return value.is_null() ? "" : fmt::format(": {}", shown(value));
  std::string text;
  for (const Member& m : value.members()) {
    if (m.value.is_null() || m.value.text_or("x").empty()) continue;
    const Value one = m.value.find("name") != nullptr && m.value.find("html") != nullptr ? m.value["name"] : m.value;
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", m.key.text_or(""), shown(one));
  }
  return text.empty() ? "" : " { " + text + " }";
}

std::uint32_t line_of(const yaml::Node& node, std::string_view source) {
  const std::size_t end = std::min<std::size_t>(node.offset, source.size());
  return static_cast<std::uint32_t>(1 + std::count(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
}

class Matcher {
 public:
  explicit Matcher(std::string_view source) : source_(source) {}
  std::vector<DiffLine> found;

  void match(const yaml::Node& wanted, const Value& got, const std::string& path) {
    if (const yaml::Node* part = wanted.find("contains"); part != nullptr && wanted.entries.size() == 1) return contains(*part, got, path);
    if (const yaml::Node* form = wanted.find("matches"); form != nullptr && wanted.entries.size() == 1) return matches(*form, got, path);
    if (wanted.is_map()) return match_map(wanted, got, path);
    if (wanted.is_list()) return match_list(wanted, got, path);
    const Value value = scalar_value(wanted);
    const bool page = got.find("name") != nullptr && got.find("html") != nullptr;
    if (!same_scalar(wanted, value, page ? got["name"] : got)) differ(wanted, page ? got["name"] : got, path);
  }

 private:
  static bool same_scalar(const yaml::Node& node, const Value& wanted, const Value& got) {
    if (wanted.is_null()) return got.is_null();
    if (wanted.is_number() && got.is_number()) return wanted.number_or(0) == got.number_or(0);
    if (got.is(Kind::string)) return got.text() == node.text || trimmed(got.text()) == trimmed(node.text);
    return same(wanted, got) || (!wanted.is(Kind::boolean) && cel::to_text(got) == node.text);
  }

  void differ(const yaml::Node& wanted, const Value& got, const std::string& path) {
    found.push_back({"  " + path, 0});
    found.push_back({fmt::format("    wanted  {}", shown(wanted)), line_of(wanted, source_)});
    found.push_back({fmt::format("    got     {}", got.is_null() ? "nothing" : shown(got)), 0});
  }

  void match_map(const yaml::Node& wanted, const Value& got, const std::string& path) {
    if (!got.is(Kind::map)) return differ(wanted, got, path);
    for (const yaml::Entry& entry : wanted.entries)
      match(*entry.value, got[entry.key->text], path.empty() ? entry.key->text : path + "." + entry.key->text);
  }

  void match_list(const yaml::Node& wanted, const Value& got, const std::string& path) {
    if (!got.is(Kind::list) || got.size() != wanted.items.size()) return differ(wanted, got, path);
    for (std::size_t i = 0; i < wanted.items.size(); ++i) match(*wanted.items[i], got.items()[i], fmt::format("{}[{}]", path, i));
  }

  /// A page's text, or its HTML where there is no text.
  static std::string_view text_of(const Value& got) {
    if (got.is(Kind::string)) return got.text();
    const std::string_view text = got["text"].text_or("");
    return text.empty() ? got["html"].text_or("") : text;
  }

  void contains(const yaml::Node& wanted, const Value& got, const std::string& path) {
    const auto has = [&](const yaml::Node& part) { return text_of(got).find(part.text) != std::string_view::npos; };
    const auto check = [&](const yaml::Node& part) {
      if (!has(part)) {
        found.push_back({"  " + path, 0});
        found.push_back({"    wanted  something with: " + part.text, line_of(part, source_)});
        found.push_back({fmt::format("    got     {}", shown(text_of(got).empty() ? got : Value(text_of(got)))), 0});
      }
    };
    if (wanted.is_list()) for (const yaml::NodePtr& part : wanted.items) check(*part);
    else check(wanted);
  }

  void matches(const yaml::Node& wanted, const Value& got, const std::string& path) {
    static const cel::Program program = cel::compile("text.matches(form)").value();
    Arena arena;
    const auto holds = program.condition(make_map(arena, {{"text", text_of(got)}, {"form", Value(wanted.text)}}), arena);
    if (!holds || !*holds) differ(wanted, got.is(Kind::map) ? Value(text_of(got)) : got, path);
  }

  std::string_view source_;
};

/// One expectation.
struct Wanted {
  const yaml::Node* item;
  std::string verb;
  const yaml::Node* value;  // nullptr: the verb alone
};

Wanted wanted_of(const yaml::Node& item) {
  if (!item.is_map()) return {&item, item.text, nullptr};
  const yaml::Node* value = item.entries.front().value.get();
  return {&item, item.entries.front().key->text, value->is_null() ? nullptr : value};
}

/// `reply: "text"` is `reply: {text: "text"}`.
std::string_view positional(const std::string& verb) {
  if (const Action* action = find_action(verb))
    for (const Param& param : action->params)
      if (param.positional) return param.name;
  return verb == "emit" ? "type" : "";
}

std::vector<DiffLine> differences(const Wanted& wanted, const Happening& happening, std::string_view source) {
  Matcher matcher(source);
  if (wanted.value == nullptr) return {};
  const std::string_view short_name = positional(wanted.verb);
  const bool matcher_map = wanted.value->is_map() && wanted.value->entries.size() == 1 &&
                           (wanted.value->find("contains") != nullptr || wanted.value->find("matches") != nullptr);
  if (wanted.verb == "wait") {
    const auto length = parse_duration(wanted.value->text);
    if (length && format_duration(*length) == happening.value.text_or("")) return {};
    matcher.match(*wanted.value, happening.value, "for");
  } else if (wanted.value->is_map() && !matcher_map) {
    matcher.match(*wanted.value, happening.value, "");
  } else if (happening.value.is(Kind::map) && wanted.value->is_list() == happening.value[short_name].is(Kind::list)) {
    matcher.match(*wanted.value, happening.value[short_name], std::string(short_name));
  } else if (happening.value.is(Kind::map) && happening.value[short_name].size() == 1 && happening.value[short_name].is(Kind::list)) {
    matcher.match(*wanted.value, happening.value[short_name].items()[0], std::string(short_name));
  } else {
    matcher.match(*wanted.value, happening.value, "");
  }
  return std::move(matcher.found);
}

/// What counts: all that reaches outside, and of the rest what the test names; when it expects nothing at all, all
/// that was done.
std::vector<const Happening*> that_count(const std::vector<Wanted>& wanted, const std::vector<Happening>& happened) {
  static constexpr std::array<std::string_view, 4> deeds{"note", "log", "tag", "emit"};
  std::vector<const Happening*> count;
  for (const Happening& h : happened) {
    const bool named = std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& w) { return w.verb == h.verb; });
    const bool deed = std::find(deeds.begin(), deeds.end(), h.verb) != deeds.end();
    if (!is_quiet(h.verb) || named || (wanted.empty() && deed)) count.push_back(&h);
  }
  return count;
}

/// Pairs of expectations and happenings, in order, that agree best: 3 for each that fits, 1 for one of the same verb.
class Alignment {
 public:
  Alignment(const std::vector<Wanted>& wanted, const std::vector<const Happening*>& got, std::string_view source)
      : wanted_(wanted), got_(got), source_(source), best_(wanted.size() + 1, std::vector<int>(got.size() + 1, 0)) {
    for (std::size_t i = wanted.size(); i-- > 0;)
      for (std::size_t j = got.size(); j-- > 0;)
        best_[i][j] = std::max({best_[i + 1][j], best_[i][j + 1], score(i, j) > 0 ? best_[i + 1][j + 1] + score(i, j) : 0});
  }

  std::vector<DiffLine> lines(Time began) const {
    std::vector<DiffLine> all;
    std::size_t i = 0, j = 0;
    while (i < wanted_.size() || j < got_.size()) {
      if (i < wanted_.size() && j < got_.size() && score(i, j) > 0 && best_[i][j] == best_[i + 1][j + 1] + score(i, j)) {
        add_pair(wanted_[i++], *got_[j++], all);
      } else if (j == got_.size() || (i < wanted_.size() && best_[i][j] == best_[i + 1][j])) {
        const Wanted& w = wanted_[i++];
        all.push_back({fmt::format("- {}{}", w.verb, w.value ? fmt::format(": {}", shown(*w.value)) : ""), line_of(*w.item, source_)});
        all.push_back({"    was expected, and did not happen", 0});
      } else {
        add_surplus(*got_[j++], began, all);
      }
    }
    return all;
  }

 private:
  int score(std::size_t i, std::size_t j) const {
    if (wanted_[i].verb != got_[j]->verb) return 0;
    return differences(wanted_[i], *got_[j], source_).empty() ? 3 : 1;
  }
  void add_pair(const Wanted& wanted, const Happening& got, std::vector<DiffLine>& all) const {
    auto lines = differences(wanted, got, source_);
    if (lines.empty()) return;
    all.push_back({fmt::format("~ {} (step {} of {}, line {})", got.verb, got.step, got.workflow, got.line), 0});
    std::move(lines.begin(), lines.end(), std::back_inserter(all));
  }
  static void add_surplus(const Happening& got, Time began, std::vector<DiffLine>& all) {
    all.push_back({fmt::format("+ {}{}", got.verb, shown_args(got.value)), 0});
    const std::string step = got.step.empty() ? "" : fmt::format(" by step {}, line {},", got.step, got.line);
    all.push_back({fmt::format("    was not expected: {},{} after {}", got.workflow, step, format_duration(got.at - began)), 0});
  }

  const std::vector<Wanted>& wanted_;
  const std::vector<const Happening*>& got_;
  std::string_view source_;
  std::vector<std::vector<int>> best_;
};

}  // namespace

std::vector<DiffLine> compare(const yaml::Node& expect, std::string_view source, const std::vector<Happening>& happened, Time began) {
  std::vector<Wanted> wanted;
  for (const yaml::NodePtr& item : expect.items) wanted.push_back(wanted_of(*item));
  const auto got = that_count(wanted, happened);
  return Alignment(wanted, got, source).lines(began);
}

}  // namespace shopbell::play
