#include "load/draft.h"

#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>

namespace shopbell {
namespace {

constexpr Millis duration_max{std::int64_t{100} * 366 * 24 * 3600 * 1000};

Argument constant(const Value& v) {
  Argument made;
  made.constant = Document(v);
  return made;
}

bool has_liquid(std::string_view text) {
  return text.find("{{") != std::string_view::npos || text.find("{%") != std::string_view::npos;
}

Argument of_list(const yaml::Node& node, const auto& each) {
  Argument made;
  made.form = Argument::Form::list;
  for (const yaml::NodePtr& item : node.items) made.parts.emplace_back("", each(*item));
  return made;
}

Argument of_map(const yaml::Node& node, const auto& each) {
  Argument made;
  made.form = Argument::Form::map;
  for (const yaml::Entry& entry : node.entries) made.parts.emplace_back(entry.key->text, each(*entry.value));
  return made;
}

// Any YAML; every text in it is Liquid.
Argument compile_value(const yaml::Node& node, std::string_view what, Draft& draft) {
  const auto each = [&](const yaml::Node& part) { return compile_value(part, what, draft); };
  if (node.is_list()) return of_list(node, each);
  if (node.is_map()) return of_map(node, each);
  if (node.is_text()) return compile_text(node, what, draft);
  return constant(scalar_value(node));
}

Argument compile_texts(const yaml::Node& node, std::string_view what, Draft& draft) {
  const auto each = [&](const yaml::Node& part) { return compile_text(part, what, draft); };
  if (node.is_list()) return of_list(node, each);
  Argument made;
  made.form = Argument::Form::list;
  made.parts.emplace_back("", compile_text(node, what, draft));
  return made;
}

Argument compile_page(const yaml::Node& node, std::string_view what, Draft& draft) {
  Argument made;
  made.form = Argument::Form::page;
  const auto name = read_text(node, what, draft.report);
  if (!name) return made;
  const std::string text_file = *name + ".liquid", html_file = *name + ".html.liquid";
  const bool has_html = draft.pages.has(html_file);
  if (draft.pages.has(text_file)) {
    if (const liquid::Template* t = draft.pages.use(text_file, draft.scope)) made.text = *t;
  } else if (has_html) {
    draft.report.error(draft.place(node), "no_such_template",
                       fmt::format("templates/{} is there, but its plain text is not", html_file),
                       fmt::format("write templates/{}, for those who read mails as text", text_file));
  } else {
    const std::vector<std::string> names = draft.pages.page_names();
    unknown_name(draft.report, draft.place(node), "no_such_template", fmt::format("there is no template {}", text_file),
                 *name, std::vector<std::string_view>(names.begin(), names.end()));
  }
  if (has_html)
    if (const liquid::Template* t = draft.pages.use(html_file, draft.scope)) made.html = *t;
  return made;
}

Argument compile_number(const yaml::Node& node, std::string_view what, Draft& draft) {
  const Value value = node.is_scalar() ? scalar_value(node) : Value();
  if (!value.is_number()) wrong_type(draft.report, node, what, "a number");
  return constant(value.is_number() ? value : Value());
}

Argument compile_param(const Param& param, const yaml::Node& node, Draft& draft) {
  const std::string_view what = param.name;
  switch (param.type) {
    case ParamType::text: return compile_text(node, what, draft);
    case ParamType::page: return compile_page(node, what, draft);
    case ParamType::value: return compile_value(node, what, draft);
    case ParamType::texts: return compile_texts(node, what, draft);
    case ParamType::number: return compile_number(node, what, draft);
    case ParamType::cel: return compile_values(node, what, draft);
    case ParamType::whole: {
      const auto whole = read_whole(node, what, INT64_MIN, INT64_MAX, draft.report);
      return constant(whole ? Value(*whole) : Value());
    }
    case ParamType::flag: {
      const auto flag = read_flag(node, what, draft.report);
      return constant(flag ? Value(*flag) : Value());
    }
    case ParamType::duration: {
      const auto duration = read_duration(node, what, Millis{0}, duration_max, draft.report);
      return constant(duration ? Value(static_cast<std::int64_t>(duration->count())) : Value());
    }
    case ParamType::choice: {
      const auto choice = read_choice(node, what, param.choices, draft.report);
      return constant(choice ? Value(param.choices[*choice]) : Value());
    }
  }
  return {};
}

// What an action's author wrote as default: YAML, read like a merchant's, but it may name what the
// event at hand does not have.
Argument compile_default(const Action& action, const Param& param, Draft& draft) {
  Report report(fmt::format("the default of {}.{}", action.name, param.name), param.otherwise);
  const yaml::NodePtr node = yaml::parse(report);
  Draft defaults{draft.source, report, Pages(draft.source, "", draft.texts, report), draft.texts, cel::Env()};
  Argument made = node ? compile_param(param, *node, defaults) : Argument();
  for (Diagnostic& d : report.take()) draft.report.add(std::move(d));
  return made;
}

const Param* positional(const Action& action) {
  const auto found =
      std::find_if(action.params.begin(), action.params.end(), [](const Param& p) { return p.positional; });
  return found == action.params.end() ? nullptr : &*found;
}

void add(const Action& action, const Param& param, const yaml::Node* given, Draft& draft, Argument& to) {
  if (given != nullptr) to.parts.emplace_back(param.name, compile_param(param, *given, draft));
  else if (!param.otherwise.empty()) to.parts.emplace_back(param.name, compile_default(action, param, draft));
}

}  // namespace

Argument compile_text(const yaml::Node& node, std::string_view what, Draft& draft) {
  if (!node.is_scalar() || node.is_null()) {
    const bool braces = draft.report.source()
                            .substr(std::min<std::size_t>(node.offset, draft.report.source().size()))
                            .starts_with("{{");
    wrong_type(draft.report, node, what, "a text", braces ? "a text with {{ }} needs quotes around it" : "");
    return constant(Value());
  }
  if (const std::size_t at = node.text.find("${");
      node.text.find("${env:") != std::string::npos || node.text.find("${file:") != std::string::npos)
    draft.report.error(place_within(node, draft.report.source(), static_cast<std::uint32_t>(at), 2), "secret",
                       "secrets stand in shopbell.yaml only, never in a workflow");
  if (!has_liquid(node.text)) return constant(Value(node.text));
  const auto place = [&](const Error& e) { return place_within(node, draft.report.source(), e.offset, e.length); };
  const auto show = [&](const Error& e) { draft.report.error(place(e), e.code, e.message, e.hint); };
  const auto warn = [&](const Error& e) { draft.report.warning(place(e), e.code, e.message, e.hint); };
  Argument made;
  made.form = Argument::Form::text;
  auto parsed = liquid::parse(node.text);
  if (!parsed) {
    for (const Error& error : parsed.error()) show(error);
    return made;
  }
  for (const Error& error : unknown_readings(*parsed, draft.scope)) warn(error);
  for (const Error& error : unknown_texts(*parsed, draft.texts)) warn(error);
  for (const Error& error : draft.pages.use_partials_of(node.text)) show(error);
  made.text = std::move(*parsed);
  return made;
}

Argument compile_values(const yaml::Node& node, std::string_view what, Draft& draft) {
  const auto each = [&](const yaml::Node& part) { return compile_values(part, what, draft); };
  if (node.is_list()) return of_list(node, each);
  if (node.is_map()) return of_map(node, each);
  if (node.is_null()) return constant(Value());
  Argument made;
  made.form = Argument::Form::cel;
  made.cel = compile_cel(node, what, draft.scope, Wanted::anything, draft.report);
  return made;
}

Argument compile_arguments(const Action& action, const yaml::Node& given, const yaml::Node& key, Draft& draft) {
  Argument made;
  made.form = Argument::Form::map;
  const Param* alone = given.is_map() || given.is_null() ? nullptr : positional(action);
  if (!given.is_map() && !given.is_null() && alone == nullptr)
    wrong_type(draft.report, given, action.name, "a map",
               fmt::format("{} has no parameter that can stand alone", action.name));
  std::vector<Key> keys;
  for (const Param& param : action.params) keys.push_back({param.name});
  if (given.is_map()) Fields(given, std::string(action.name), keys, draft.report);
  for (const Param& param : action.params) {
    const yaml::Node* value = alone == nullptr ? given.find(param.name) : &param == alone ? &given : nullptr;
    if (value == nullptr && param.required)
      draft.report.error(draft.place(key), "missing_key", fmt::format("{} needs {}", action.name, param.name),
                         std::string(param.doc));
    add(action, param, value, draft, made);
  }
  return made;
}

}  // namespace shopbell
