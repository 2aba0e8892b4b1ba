// `shopbell import`: a table of a shop's past to an event log.

#include "cli/commands.h"
#include "cli/files.h"
#include "intake/import.h"
#include "intake/log_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace shopbell::cli {
namespace {

constexpr std::size_t table_bytes_max = std::size_t{1} << 30;
constexpr std::uint64_t told_max = 20;

struct Options {
  std::string file, as, out, source, timezone, separator;
  bool json = false;
};

struct Line {
  Time at;
  std::string json;
};

// A table may be packed as logs are.
Result<std::string> read_table(const std::string& path) {
  auto reader = LogReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  std::string text;
  for (LogBlock block;;) {
    const auto more = (*reader)->read(block, 4 * 1024 * 1024);
    if (!more) return tl::unexpected(more.error());
    if (!*more) return text;
    if (text.size() + block.bytes.size() > table_bytes_max)
      return fail("too_large", fmt::format("{} is larger than {} MiB", path, table_bytes_max >> 20), "import it in parts");
    text += block.bytes;
  }
}

Result<std::shared_ptr<const ImportPlan>> find_plan(const std::string& as) {
  if (auto plan = find_import(as)) return plan;
  if (!as.ends_with(".yaml") && !as.ends_with(".yml"))
    return fail("no_import", "there is no import " + as,
                fmt::format("{}, or a mapping file of your own: workflows/imports/README.md", fmt::join(import_names(), ", ")));
  const auto yaml = read_input(as);
  if (!yaml) return tl::unexpected(yaml.error());
  auto read = load_import(as, *yaml);
  for (const Diagnostic& d : read.diagnostics) fmt::print(stderr, "{}", to_text(d));
  if (!read.value) return fail("bad_import", as + " is not in order");
  return std::move(*read.value);
}

char separator_of(const std::string& text) { return text == "tab" || text == "\\t" ? '\t' : text.empty() ? '\0' : text[0]; }

/// Rows that could not be read, under the table's first line.
class Refused {
 public:
  Refused(std::string path, std::string_view header) : path_(std::move(path)), header_(header) {}
  void add(std::string_view row, std::string_view why) {
    if (++count_ <= told_max) fmt::print(stderr, "{}\n", why);
    if (count_ == told_max + 1) fmt::print(stderr, "further rows are set aside without a word\n");
    if (!file_.is_open()) {
      file_.open(path_, std::ios::binary | std::ios::trunc);
      file_ << header_ << '\n';
    }
    if (!row.empty()) file_ << row << '\n';
  }
  std::uint64_t count() const { return count_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string header_;
  std::ofstream file_;
  std::uint64_t count_ = 0;
};

int write(std::vector<Line>& lines, const std::string& path) {
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.at < b.at; });
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(path.empty() ? nullptr : std::fopen(path.c_str(), "wb"), std::fclose);
  if (!path.empty() && !file) return report({"io", "cannot write " + path, {}});
  std::FILE* out = file ? file.get() : stdout;
  for (const Line& line : lines) {
    std::fwrite(line.json.data(), 1, line.json.size(), out);
    std::fputc('\n', out);
  }
  if (std::fflush(out) != 0 || std::ferror(out) != 0) return report({"io", "not all could be written", {}});
  return 0;
}

int import(const Options& options) {
  const auto plan = find_plan(options.as);
  if (!plan) return report(plan.error());
  if (!options.timezone.empty() && find_zone(options.timezone) == nullptr)
    return report({"bad_zone", options.timezone + " is no time zone", "as in Europe/Madrid"});
  const auto text = read_table(options.file);
  if (!text) return report(text.error());
  const std::string name = options.file == "-" ? "stdin" : options.file;
  Refused refused(name + ".rejected.csv", std::string_view(*text).substr(0, text->find_first_of("\r\n")));
  std::vector<Line> lines;
  const ImportOptions how{options.source.empty() ? "import/" + (*plan)->name : options.source, options.timezone, separator_of(options.separator)};
  const auto counts = import_table(
      **plan, *text, how, [&](Time at, std::string line) { lines.push_back({at, std::move(line)}); },
      [&](std::uint64_t, std::string_view row, const std::string& why) { refused.add(row, fmt::format("{}: {}", name, why)); });
  if (!counts) return report({counts.error().code, name + ": " + counts.error().message, "the import that was named reads another kind of table"});
  if (const int code = write(lines, options.out); code != 0) return code;
  const std::string kept = refused.count() > 0 ? ", kept in " + refused.path() : std::string();
  fmt::print(stderr, "{} rows, {} events, {} refused{}\n", counts->rows, counts->events, counts->refused, kept);
  return counts->refused == 0 ? 0 : 1;
}

}  // namespace

void add_import(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("import", "Make an event log of a table: a shop's exported orders, or any CSV");
  command.add_option("FILE", options->file, "CSV, plain, .gz or .zst; - is standard input").required();
  const std::string kinds = fmt::format("{}", fmt::join(import_names(), ", "));
  command.add_option("--as", options->as, "What it is: " + kinds + ", or a mapping file of your own (NAME.yaml)").required();
  command.add_option("--out", options->out, "The log (otherwise: standard output)");
  command.add_option("--source", options->source, "The events' source (otherwise: import/NAME)");
  command.add_option("--timezone", options->timezone, "Of times that bear no offset: Europe/Madrid (otherwise: UTC)");
  command.add_option("--separator", options->separator, "Between fields: , ; or tab (otherwise: found out)");
  command.footer(
      "The log is in order of time, for `shopbell backtest` and `shopbell replay`. A row that cannot be read is told with its\n"
      "line, and kept in FILE.rejected.csv; exit code 1 when there is one. Importing the same table again gives the same\n"
      "events, so a server takes them once.\n\n"
      "  shopbell import orders_export.csv --as shopify-orders --out orders.jsonl\n"
      "  shopbell backtest DIR --log orders.jsonl");
  command.callback([&run, options] { run = [options] { return import(*options); }; });
}

}  // namespace shopbell::cli
