#include "base/diagnostic.h"
#include "cli/commands.h"
#include "cli/preview.h"
#include "core/arguments.h"
#include "load/load.h"
#include "serve/clock.h"
#include "serve/reload.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace shopbell::cli {
namespace {
namespace fs = std::filesystem;

constexpr std::chrono::milliseconds look_every{200};

struct Options {
  std::string file, out, locale, timezone, currency;
  PreviewOf of;
  Where where{"", ""};
  bool watch = false;
};

int show(const std::string& file, std::string_view text, const Error& error) {
  fmt::print(stderr, "{}", to_text(diagnostic_at(file, text, error.offset, error)));
  return 1;
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

// The other templates of the same folder are the partials, as in a shop.
liquid::Partials neighbours(const fs::path& file) {
  liquid::Partials partials;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_of(file), ignored)) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".liquid") || !entry.is_regular_file(ignored)) continue;
    const auto text = read_input(entry.path());
    if (!text) continue;
    auto parsed = liquid::parse(*text, {.html = liquid::is_html(name)}, name);
    if (parsed) partials.add(name, std::move(*parsed));
    else partials.add_broken(name, parsed.error().front());
  }
  return partials;
}

// A browser that looks meanwhile sees the text from before, never a part of the new one.
int write(const std::string& to, const std::string& text) {
  if (to.empty()) {
    fmt::print("{}", text);
    return 0;
  }
  const std::string made = to + ".new";
  std::ofstream file(made, std::ios::binary);
  file << text;
  file.close();
  std::error_code failed;
  if (file) fs::rename(made, to, failed);
  return file && !failed ? 0 : report({"io", "cannot write " + to, {}});
}

/// The shop's facts; without a shop those that stand for nothing said.
std::optional<ShopFacts> facts_of(const std::string& folder) {
  if (folder.empty()) return ShopFacts{"", "", "", "USD", "UTC", "en"};
  auto read = load_config(folder);
  for (const Diagnostic& d : read.diagnostics) fmt::print(stderr, "{}", to_text(d));
  return read.value ? std::optional(std::move(read.value->facts)) : std::nullopt;
}

int render(const Options& options) {
  const auto text = read_input(options.file);
  if (!text) return report(text.error());
  const auto parsed = liquid::parse(*text, {.html = liquid::is_html(options.file)});
  if (!parsed) {
    for (const Error& error : parsed.error()) show(options.file, *text, error);
    return 1;
  }
  auto facts = facts_of(options.where.folder);
  if (!facts) return 1;
  const Workflows shop(std::move(*facts), {});
  const auto scope = preview_scope(options.of, options.where, shop, wall_clock());
  if (!scope) return report(scope.error());
  const liquid::Partials partials = neighbours(options.file);
  liquid::Setting setting = message_setting(shop.shop(), partials, scope->root(), wall_clock());
  if (!options.locale.empty()) setting.locale = options.locale;
  if (!options.timezone.empty()) setting.timezone = options.timezone;
  if (!options.currency.empty()) setting.currency = options.currency;
  Arena arena;
  const auto rendered = parsed->render(scope->root(), arena, setting);
  return rendered ? write(options.out, *rendered) : show(options.file, *text, rendered.error());
}

// Until the process is ended. A mistake is shown, and the file stays as it was.
int watch(const Options& options) {
  const fs::path shop = options.where.folder;
  std::vector<fs::path> files{folder_of(options.file)};
  if (!shop.empty()) files.insert(files.end(), {shop / "locales", shop / "shopbell.yaml"});
  if (!options.of.event.empty()) files.emplace_back(options.of.event);
  for (std::string seen;; std::this_thread::sleep_for(look_every)) {
    const std::string now = fingerprint_of(files);
    if (now == seen) continue;
    seen = now;
    if (render(options) == 0) fmt::print(stderr, "{} written\n", options.out);
  }
}

int start(Options options) {
  if (options.where.folder.empty()) options.where.folder = shop_folder_of(options.file);
  if (!options.watch) return render(options);
  std::error_code ignored;
  if (fs::equivalent(folder_of(options.out), folder_of(options.file), ignored))
    return report({"usage", "--out must not be in the templates' own folder", "what is written there would be a change"});
  return watch(options);
}

}  // namespace

void add_render(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("render", "Render a Liquid template, to see what a customer would get");
  command.add_option("TEMPLATE", options->file, "The template; what .html.liquid prints is escaped as HTML").required();
  Option event = command.add_option("--event", options->of.event,
                                           "Of this event: a file with one (CloudEvents JSON, or any JSON object; - is\n"
                                           "standard input), or the id of an event that happened in the shop");
  command.add_option("--customer", options->of.customer, "Of this customer, as the shop knows them: an id").excludes(event);
  Option out = command.add_option("-o,--out", options->out, "Write to this file instead of standard output");
  command.add_flag("--watch", options->watch, "Render again whenever a template, a locale or the event's file changes").needs(out);
  command.add_option("--locale", options->locale, "In this language (default: the customer's, then the shop's)");
  command.add_option("--timezone", options->timezone, "With dates of this zone (default: the customer's, then the shop's)");
  command.add_option("--currency", options->currency, "For amounts that name none (default: the order's, then the shop's)");
  command.add_option("--shop", options->where.folder, "The shop's folder (default: the one that the template is in)");
  command.add_option("--data", options->where.data, "The data folder, when it is elsewhere");
  command.footer(
      "The template sees what a step of a workflow would see: the event's nouns, customer, shop, event and now; what\n"
      "steps before it would bring (vars, steps) is not there. Its partials are the templates of its folder, its texts\n"
      "those of the shop's locales. When it cannot be rendered, the mistake is shown with its place and nothing is\n"
      "written. With --watch it goes on until it is interrupted.\n"
      "Examples:\n"
      "  shopbell render templates/welcome.html.liquid --customer 7 --locale de -o /tmp/welcome.html --watch\n"
      "  shopbell render templates/order-confirmation.liquid --event e7a10007-0000-4000-8000-000000000007");
  command.callback([&run, options] { run = [options] { return start(*options); }; });
}

}  // namespace shopbell::cli
