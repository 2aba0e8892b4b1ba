// The shop's own filters: dates, money, translations and links.

#include "liquid/filters.h"
#include "liquid/casing.h"
#include "liquid/lexer.h"
#include "liquid/money.h"
#include "liquid/plural.h"
#include "liquid/rendering.h"
#include "liquid/scanner.h"
#include "liquid/strftime.h"
#include "liquid/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace shopbell::liquid {
namespace {

Datum kept(const FilterCall& c, std::string_view made) { return Value(c.r.keep(made)); }

// The last argument when it holds named ones.
Value named(const FilterCall& c) { return c.size() > 0 && c.args.back().is(Kind::map) ? c.args.back().value : Value(); }

bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }

std::optional<Moment> moment_of(const FilterCall& c) {
  const Setting& s = c.r.setting();
  const Value& v = c.input.value;
  if (c.input.is(Kind::timestamp)) return moment_at(v.seconds(), v.nanos(), s.timezone);
  if (c.input.is(Kind::integer)) return moment_at(v.integer(), 0, s.timezone);
  if (!c.input.is_text() || v.text().empty()) return std::nullopt;
  const std::string text = to_lower(v.text());
  if (text == "now" || text == "today") {
    const Value now(s.now);
    return moment_at(now.seconds(), now.nanos(), s.timezone);
  }
  if (!all_digits(text)) return parse_date_text(text, s);
  const Wide seconds = leading_integer(text);
  if (seconds > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return moment_at(static_cast<std::int64_t>(seconds), 0, s.timezone);
}

// Shopify's named formats.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> named_formats{{
    {"abbreviated_date", "%b %-d, %Y"},
    {"basic", "%-m/%-d/%Y"},
    {"date", "%B %-d, %Y"},
    {"date_at_time", "%B %-d, %Y at %-I:%M %P"},
    {"default", "%A, %B %-d, %Y at %-I:%M %P %z"},
    {"long", "%B %-d, %Y %H:%M"},
    {"on_date", "on %b %-d, %Y"},
    {"short", "%-d %b %H:%M"},
}};

Value translated(const FilterCall& c, std::string_view key, std::string_view* found_in = nullptr) {
  const Setting& s = c.r.setting();
  return s.translations == nullptr ? Value() : s.translations->find(s.locale, key, found_in);
}

std::string_view format_named(const FilterCall& c, std::string_view name) {
  const Value own = translated(c, c.r.keep(fmt::format("date_formats.{}", name)));
  if (own.is(Kind::string)) return own.text();
  for (const auto& [known, format] : named_formats)
    if (known == name) return format;
  return {};
}

// Month and day names that the shop's translations have for the locale.
CalendarNames calendar_names(const FilterCall& c) {
  CalendarNames names;
  if (c.r.setting().translations == nullptr) return names;
  const auto read = [&](std::string_view key, std::size_t count, std::vector<std::string_view>& to) {
    const Value list = translated(c, key);
    if (!list.is(Kind::list) || list.items().size() != count) return;
    for (const Value& name : list.items()) to.push_back(name.text_or(""));
  };
  read("date.month_names", 12, names.months);
  read("date.abbr_month_names", 12, names.short_months);
  read("date.day_names", 7, names.days);
  read("date.abbr_day_names", 7, names.short_days);
  return names;
}

Datum date_filter(const FilterCall& c) {
  const Value options = named(c);
  std::string_view format = options.is(Kind::map) ? options["format"].text_or("") : text_of(c.arg(0), c.r);
  if (options.is(Kind::map) && format.empty()) return c.r.refuse("date takes a format, or format: and the name of one");
  if (format.empty()) return c.input;
  if (format.find('%') == std::string_view::npos) {
    if (const std::string_view found = format_named(c, format); !found.empty()) format = found;
    else if (options.is(Kind::map)) return c.r.refuse(fmt::format("there is no date format named '{}'", format));
  }
  if (!moment_at(0, 0, c.r.setting().timezone)) return c.r.fail("no_such_timezone", fmt::format("there is no time zone '{}'", c.r.setting().timezone));
  const auto m = moment_of(c);
  if (!m) return c.input;
  constexpr std::int64_t year_9999_s = 253'402'300'799;
  if (m->seconds > year_9999_s || m->seconds < -year_9999_s) return c.r.refuse("the date is too far away");
  return kept(c, strftime(*m, format, calendar_names(c)));
}

bool is_amount(const Datum& d) {
  if (d.is(Object::Kind::wide) || (d.is_plain() && d.value.is_number())) return true;
  if (!d.is_text()) return false;
  std::string_view text = strip(d.value.text());
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  return all_digits(text.substr(0, point)) && (point == std::string_view::npos || all_digits(text.substr(point + 1)));
}

constexpr double amount_max = 1e30;  // in minor units it still has at most 38 digits, which are exact

template <MoneyStyle How>
Datum money(const FilterCall& c) {
  if (c.input.is_nil()) return {};
  if (!is_amount(c.input)) return c.r.refuse(fmt::format("money needs an amount, not '{}'", text_of(c.input, c.r)));
  const Number amount = to_number(c.input);
  if (!(std::abs(amount.as_double()) < amount_max)) return c.r.refuse(fmt::format("money needs an amount below 1e30, not '{}'", text_of(c.input, c.r)));
  const Value options = named(c);
  const Datum currency = options.is(Kind::map) ? Datum(options["currency"]) : c.arg(0);
  const std::string code = to_upper(currency.is_text() && !currency.value.text().empty() ? currency.value.text() : c.r.setting().currency);
  return kept(c, money_text(amount, code, c.r.setting().locale, How));
}

// Puts the named arguments where the translation has {{ name }} or %{name}.
std::string filled(const FilterCall& c, std::string_view pattern, const Value& values, bool html) {
  std::string to;
  for (std::size_t i = 0; i < pattern.size();) {
    const bool braces = pattern.substr(i).starts_with("{{");
    const bool percent = pattern.substr(i).starts_with("%{");
    const std::string_view close = braces ? "}}" : "}";
    const std::size_t end = braces || percent ? pattern.find(close, i + 2) : std::string_view::npos;
    const Value* value = end == std::string_view::npos ? nullptr : values.find(strip(pattern.substr(i + 2, end - i - 2)));
    if (value == nullptr) {
      to += pattern[i++];
      continue;
    }
    const std::string_view text = text_of(*value, c.r);
    if (html) append_escaped(to, text);
    else to += text;
    i = end + close.size();
  }
  return to;
}

Datum translate(const FilterCall& c) {
  const std::string_view key = text_of(c.input, c.r);
  const Value values = named(c);
  std::string_view locale = c.r.setting().locale;
  Value found = translated(c, key, &locale);
  if (found.is(Kind::map) && values.is(Kind::map) && values.find("count") != nullptr) {
    const Value& count = *values.find("count");
    const Value* exact = to_number(count).digits == 0 ? found.find("zero") : nullptr;
    const Value* form = exact != nullptr ? exact : found.find(plural_form(locale, to_number(count).as_double()));
    found = form == nullptr ? found["other"] : *form;
  }
  if (found.is(Kind::map) || found.is_null()) return c.r.fail("no_such_translation", fmt::format("there is no text '{}' for the locale '{}'", key, c.r.setting().locale));
  const bool safe = key.ends_with("_html");
  const std::string text = filled(c, text_of(found, c.r), values, safe && c.r.html());
  return safe && c.r.html() ? safe_text(c.r.keep(text)) : kept(c, text);
}

// "javascript:" and its like would run in the reader's browser.
bool is_safe_url(std::string_view url) {
  const std::size_t colon = url.find_first_of(":/?#");
  if (colon == std::string_view::npos || url[colon] != ':') return true;
  const std::string scheme = to_lower(url.substr(0, colon));
  return scheme == "http" || scheme == "https" || scheme == "mailto" || scheme == "tel" || scheme == "sms";
}

Datum link_to(const FilterCall& c) {
  const std::string_view url = strip(text_of(c.arg(0), c.r));
  if (!is_safe_url(url)) return c.r.refuse(fmt::format("'{}' is not an address that a link may have", url));
  std::string to = "<a href=\"";
  append_escaped(to, url);
  to += '"';
  if (c.size() > 1 && !c.arg(1).is(Kind::map)) {
    to += " title=\"";
    append_escaped(to, text_of(c.arg(1), c.r));
    to += '"';
  }
  const Value attributes = named(c);
  for (const Member& m : attributes.members()) {
    to += fmt::format(" {}=\"", m.key.text());
    append_escaped(to, text_of(m.value, c.r));
    to += '"';
  }
  to += '>';
  if (c.input.is(Object::Kind::safe)) to += c.input.value.text();
  else append_escaped(to, text_of(c.input, c.r));
  to += "</a>";
  return safe_text(c.r.keep(to));
}

void append_url_part(std::string& to, std::string_view text, std::string_view also) {
  static constexpr char hex[] = "0123456789ABCDEF";
  for (const char ch : text) {
    if (is_word(ch) || std::string_view("-.~").find(ch) != std::string_view::npos || also.find(ch) != std::string_view::npos) {
      to += ch;
    } else {
      to += '%';
      to += hex[static_cast<unsigned char>(ch) >> 4];
      to += hex[ch & 15];
    }
  }
}

void append_query(std::string& to, std::string_view name, std::string_view value) {
  to += to.find('?') == std::string::npos ? '?' : '&';
  to += name;
  to += '=';
  append_url_part(to, value, "");
}

std::string shop_address(const FilterCall& c, std::string_view path) {
  std::string_view shop = c.r.setting().shop_url;
  while (shop.ends_with('/')) shop.remove_suffix(1);
  return fmt::format("{}{}", shop, path);
}

Datum asset_url(const FilterCall& c) {
  std::string_view name = text_of(c.input, c.r);
  while (name.starts_with('/')) name.remove_prefix(1);
  std::string to = shop_address(c, "/assets/");
  append_url_part(to, name, "/");
  return kept(c, to);
}

// Who it is about goes along when the input names somebody.
Datum unsubscribe_url(const FilterCall& c) {
  const Setting& s = c.r.setting();
  std::string to = s.unsubscribe_url.empty() ? shop_address(c, "/unsubscribe") : std::string(s.unsubscribe_url);
  const std::string_view who = text_of(c.input, c.r);
  if (!who.empty()) append_query(to, "c", who);
  return kept(c, to);
}

Datum track_url(const FilterCall& c) {
  const std::string_view url = text_of(c.input, c.r);
  if (!is_safe_url(url)) return c.r.refuse(fmt::format("'{}' is not an address that a link may have", url));
  if (c.r.setting().track_url.empty()) return kept(c, url);
  std::string to(c.r.setting().track_url);
  append_query(to, "u", url);
  if (c.size() > 0) append_query(to, "c", text_of(c.arg(0), c.r));
  return kept(c, to);
}

constexpr std::array filters{
    Filter{"asset_url", asset_url, 0, 0},
    Filter{"date", date_filter, 1, 1},
    Filter{"link_to", link_to, 1, 3},
    Filter{"money", money<MoneyStyle::plain>, 0, 1},
    Filter{"money_with_currency", money<MoneyStyle::with_code>, 0, 1},
    Filter{"money_without_currency", money<MoneyStyle::without_currency>, 0, 1},
    Filter{"money_without_trailing_zeros", money<MoneyStyle::without_zeros>, 0, 1},
    Filter{"t", translate, 0, 1},
    Filter{"track_url", track_url, 0, 1},
    Filter{"translate", translate, 0, 1},
    Filter{"unsubscribe_url", unsubscribe_url, 0, 0},
};

}  // namespace

std::span<const Filter> shop_filters() { return filters; }

}  // namespace shopbell::liquid
