#include "core/segments.h"

#include "cli/commands.h"
#include "cli/lists.h"
#include "load/load.h"

#include <map>

namespace shopbell::cli {
namespace {

struct Options {
  Where where;
  std::string name;  // whose members are wanted; empty: all segments
  std::string after;
  std::size_t max = 50;
  bool json = false;
};

int list_members(const Options& options, Reader& reader) {
  const auto members = reader.members(options.name, options.after, options.max);
  if (!members) return report(members.error());
  for (const std::string& member : *members) {
    Arena arena;
    if (options.json) fmt::print("{}\n", to_json(make_map(arena, {{"segment", options.name}, {"subject", member}})));
    else fmt::print("{}\n", fit(member, 320));
  }
  if (members->empty() && !options.json) fmt::print("nobody is in {}\n", options.name);
  return 0;
}

void print_segment(const Segment& segment, std::uint64_t count) {
  Arena arena;
  MapBuilder map(arena);
  map.add("name", segment.name).add("count", static_cast<std::int64_t>(count));
  if (!segment.title.empty()) map.add("title", segment.title);
  map.add("if", segment.condition.source());
  fmt::print("{}\n", to_json(map.build()));
}

int list_segments(const Options& options, Reader& reader) {
  const auto shop = load_config(options.where.folder);
  if (!shop.value) {
    for (const Diagnostic& d : shop.diagnostics) fmt::print(stderr, "{}", to_text(d));
    return 1;
  }
  const auto counted = reader.segments();
  if (!counted) return report(counted.error());
  std::map<std::string, std::uint64_t> counts;
  for (const SegmentCount& c : *counted) counts[c.segment] = c.count;
  Table table({"SEGMENT", "CUSTOMERS", "TITLE", "IF"});
  if (shop.value->facts.segments)
    for (const Segment& segment : shop.value->facts.segments->all) {
      const std::uint64_t count = counts[segment.name];
      if (options.json) print_segment(segment, count);
      else table.add({segment.name, std::to_string(count), fit(segment.title, 40), fit(segment.condition.source(), 80)});
    }
  if (!options.json) fmt::print("{}", table.empty() ? "no segments: segments.yaml in the shop's folder defines them\n" : table.text());
  return 0;
}

int segments(const Options& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  return options.name.empty() ? list_segments(options, **reader) : list_members(options, **reader);
}

}  // namespace

void add_segments(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("segments", "List the segments with how many customers are in each");
  add_where(command, options->where);
  command.add_option("--in", options->name, "Instead, list who is in this segment");
  command.add_option("--after", options->after, "With --in: only those behind this subject: the next page");
  command.add_option("--limit", options->max, "With --in: at most so many (default 50)").between(1, 100'000);
  command.add_flag("--json", options->json, "One JSON object a line");
  command.footer("Segments are conditions over the customer in segments.yaml. A server keeps them up to date: with each event,\n"
                  "and where a condition reads `now` once an hour for the time that has passed.");
  command.callback([&run, options] { run = [options] { return segments(*options); }; });
}

}  // namespace shopbell::cli
