#include "core/arguments.h"

#include "core/state.h"

#include <algorithm>

namespace shopbell {
namespace {

std::string_view first_text(std::initializer_list<Value> candidates, std::string_view otherwise) {
  for (const Value& v : candidates)
    if (!v.text_or({}).empty()) return v.text();
  return otherwise;
}

class Evaluation {
 public:
  Evaluation(const Workflow& workflow, const Value& scope, Turn& turn)
      : workflow_(workflow), scope_(scope), turn_(turn) {}

  Result<Value> value(const Argument& argument) {
    switch (argument.form) {
      case Argument::Form::constant: return argument.constant.root();
      case Argument::Form::cel: return expression(*argument.cel);
      case Argument::Form::text: return text(*argument.text);
      case Argument::Form::page: return page(argument);
      case Argument::Form::list: return list(argument);
      case Argument::Form::map: return map(argument);
    }
    return Value();
  }

 private:
  Result<Value> expression(const cel::Program& program) {
    const Value v = program.evaluate(scope_, turn_.arena);
    if (!v.is(Kind::error)) return v;
    return fail(v.error().code, describe(v.error(), program.source()));
  }

  Result<Value> text(const liquid::Template& t) {
    if (!setting_) setting_ = message_setting(turn_.workflows.shop(), workflow_.partials, scope_, turn_.at);
    auto rendered = t.render(scope_, turn_.arena, *setting_);
    // A customer's timezone is data: one that does not exist must not cost the customer the message.
    if (!rendered && rendered.error().code == "no_such_timezone") {
      liquid::Setting own = *setting_;
      own.timezone = first_text({Value(turn_.workflows.shop().timezone)}, "UTC");
      rendered = t.render(scope_, turn_.arena, own);
    }
    if (!rendered) return fail(rendered.error().code, describe(rendered.error(), t.text(), t.name()));
    return Value(turn_.arena.copy(*rendered));
  }

  Result<Value> page(const Argument& argument) {
    Result<Value> plain = Value(), html = Value();
    if (argument.text) plain = text(*argument.text);
    if (argument.html) html = text(*argument.html);
    if (!plain) return plain;
    if (!html) return html;
    return make_map(turn_.arena, {{"text", *plain}, {"html", *html}});
  }

  Result<Value> list(const Argument& argument) {
    ListBuilder items(turn_.arena);
    for (const auto& [name, part] : argument.parts) {
      const auto v = value(part);
      if (!v) return v;
      items.add(*v);
    }
    return items.build();
  }

  Result<Value> map(const Argument& argument) {
    MapBuilder members(turn_.arena);
    for (const auto& [name, part] : argument.parts) {
      const auto v = value(part);
      if (!v) return fail(v.error().code, name + ": " + v.error().message);
      members.add(name, *v);
    }
    return members.build();
  }

  const Workflow& workflow_;
  const Value& scope_;
  Turn& turn_;
  std::optional<liquid::Setting> setting_;
};

}  // namespace

liquid::Setting message_setting(const ShopFacts& shop, const liquid::Partials& partials, const Value& scope, Time now) {
  liquid::Setting setting;
  setting.now = now;
  setting.timezone = first_text({scope.at_path("customer.timezone"), shop.timezone}, setting.timezone);
  setting.locale = first_text({scope.at_path("customer.locale"), shop.locale}, setting.locale);
  setting.currency = first_text({scope.at_path("order.currency"), shop.currency}, setting.currency);
  setting.partials = &partials;
  setting.translations = shop.translations.get();
  setting.shop_url = shop.url;
  setting.unsubscribe_url = shop.unsubscribe_url;
  setting.track_url = shop.track_url;
  return setting;
}

Result<Value> evaluate(const Argument& argument, const Workflow& workflow, const Value& scope, Turn& turn) {
  auto v = Evaluation(workflow, scope, turn).value(argument);
  if (v && depth_of(*v) > argument_depth_max)
    return fail("too_deep",
                "the value has more than " + std::to_string(argument_depth_max) + " levels of lists and maps");
  return v;
}

std::string describe(const Error& error, std::string_view source, std::string_view file) {
  std::string text = error.message;
  std::string about;
  if (!source.empty() && error.length > 0 && error.offset < source.size()) {
    // The line that it is about, not a whole template.
    const std::size_t begin =
        source.rfind('\n', error.offset) == std::string_view::npos ? 0 : source.rfind('\n', error.offset) + 1;
    const std::string_view line = source.substr(begin, source.find('\n', begin) - begin);
    const auto number = 1 + std::count(source.begin(), source.begin() + error.offset, '\n');
    about = "in \"" + std::string(line) + "\"";
    if (!file.empty()) about += " of " + std::string(file);
    if (source.find('\n') != std::string_view::npos) about += ", line " + std::to_string(number);
    about += ", column " + std::to_string(error.offset - begin + 1);
  }
  if (!error.hint.empty()) about += (about.empty() ? "" : "; ") + error.hint;
  return about.empty() ? text : text + " (" + about + ")";
}

}  // namespace shopbell
