#include "base/diagnostic.h"
#include "cli/commands.h"
#include "cli/sample.h"
#include "liquid/liquid.h"
#include "serve/clock.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace shopbell::cli {
namespace {
namespace fs = std::filesystem;

struct Options {
  std::string file, data, output, locale = "en", timezone = "UTC", currency = "USD", shop_url;
};

void show(const std::string& file, std::string_view text, const Error& error) {
  fmt::print(stderr, "{}", to_text(diagnostic_at(file, text, error.offset, error)));
}

// The other templates of the same folder are the partials, as in a shop.
liquid::Partials neighbours(const fs::path& file) {
  liquid::Partials partials;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(file.parent_path().empty() ? "." : file.parent_path(), ignored)) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".liquid") || !entry.is_regular_file(ignored)) continue;
    const auto text = read_input(entry.path());
    if (!text) continue;
    auto parsed = liquid::parse(*text, {.html = liquid::is_html(name)});
    if (parsed) partials.add(name, std::move(*parsed));
    else partials.add_broken(name, parsed.error().front());
  }
  return partials;
}

int write(const Options& options, const std::string& text) {
  if (options.output.empty()) {
    fmt::print("{}", text);
    return 0;
  }
  std::ofstream file(options.output, std::ios::binary);
  file << text;
  file.close();
  return file ? 0 : report({"io", "cannot write " + options.output, {}});
}

int render(const Options& options) {
  const auto text = read_input(options.file);
  if (!text) return report(text.error());
  const auto sample = read_sample(options.data);
  if (!sample) return report(sample.error());
  const auto parsed = liquid::parse(*text, {.html = liquid::is_html(options.file)});
  if (!parsed) {
    for (const Error& error : parsed.error()) show(options.file, *text, error);
    return 1;
  }
  const liquid::Partials partials = neighbours(options.file);
  liquid::Setting setting;
  setting.now = wall_clock();
  setting.timezone = options.timezone;
  setting.locale = options.locale;
  setting.currency = options.currency;
  setting.shop_url = options.shop_url;
  setting.partials = &partials;
  Arena arena;
  const auto rendered = parsed->render(sample->root(), arena, setting);
  if (!rendered) {
    show(options.file, *text, rendered.error());
    return 1;
  }
  return write(options, *rendered);
}

}  // namespace

void add_render(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("render", "Render a Liquid template, to see what a customer would get");
  command->add_option("TEMPLATE", options->file, "The template; .html.liquid is escaped as HTML")->required();
  command->add_option("--data", options->data, "A file with one event (CloudEvents JSON) or any JSON object; - is standard input");
  command->add_option("-o,--output", options->output, "Write to this file instead of standard output");
  command->add_option("--locale", options->locale, "Of money and dates (default en)");
  command->add_option("--timezone", options->timezone, "Dates are shown in it (default UTC)");
  command->add_option("--currency", options->currency, "Of amounts that name none (default USD)");
  command->add_option("--shop-url", options->shop_url, "Where links to the shop lead");
  command->footer("Partials are looked up in the template's own folder.\nExample: shopbell render templates/welcome.html.liquid --data customer.json -o welcome.html");
  command->callback([&run, options] { run = [options] { return render(*options); }; });
}

}  // namespace shopbell::cli
