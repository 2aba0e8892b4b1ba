#include "serve/customers.h"

#include "base/time.h"
#include "cli/commands.h"
#include "cli/lists.h"

#include <algorithm>

namespace shopbell::cli {
namespace {

struct Options {
  Where where;
  std::string asked;
  std::size_t max = 50;
  bool json = false;
};

std::string plain(const Value& v) {
  if (v.is(Kind::string)) return fit(v.text(), 80);
  if (v.is(Kind::timestamp)) return format_rfc3339(from_ms(v.seconds() * 1000 + v.nanos() / 1'000'000));
  return fit(to_json(v), 80);
}

std::string joined(const Value& list) {
  std::string all;
  for (const Value& item : list.items()) all += (all.empty() ? "" : ", ") + plain(item);
  return all;
}

// Read by programs, or shown in a part of its own.
bool is_internal(std::string_view field) {
  static constexpr std::string_view names[] = {"counted_orders", "ordered", "in_segments", "segments", "consents",
                                               "tags_added",     "tags_removed", "consent"};
  return std::find(std::begin(names), std::end(names), field) != std::end(names);
}

void print_profile(const Value& profile) {
  Table table({"PROFILE", ""});
  for (const Member& m : profile.is(Kind::map) ? profile.members() : std::span<const Member>{}) {
    if (is_internal(m.key.text_or({}))) continue;
    std::string text = m.value.is(Kind::list) ? fit(joined(m.value), 100) : plain(m.value);
    if (!text.empty()) table.add({std::string(m.key.text_or({})), std::move(text)});
  }
  if (!table.empty()) fmt::print("\n{}", table.text());
}

void print_consents(const Value& consents) {
  Table table({"CONSENT", "PURPOSE", "GIVEN", "SINCE", "SOURCE"});
  for (const Value& c : consents.is(Kind::list) ? consents.items() : std::span<const Value>{})
    table.add({plain(c["channel"]), plain(c["purpose"]), c["given"].boolean_or(false) ? "yes" : "no", plain(c["at"]),
               plain(c["source"])});
  if (!table.empty()) fmt::print("\n{}", table.text());
}

void print_rows_of(const Value& list, std::vector<std::string> heads, std::initializer_list<std::string_view> fields) {
  Table table(std::move(heads));
  for (const Value& row : list.items()) {
    std::vector<std::string> cells;
    for (const std::string_view field : fields) cells.push_back(row[field].is_null() ? "" : plain(row[field]));
    table.add(std::move(cells));
  }
  if (!table.empty()) fmt::print("\n{}", table.text());
}

void print(const Value& customer) {
  const Value& profile = customer["profile"];
  fmt::print("{}{}\n", customer["id"].text_or(""), profile["name"].is_null() ? "" : "  " + plain(profile["name"]));
  if (customer["identities"].size() > 0) fmt::print("also known as {}\n", joined(customer["identities"]));
  print_profile(profile);
  print_consents(profile["consents"]);
  print_rows_of(customer["segments"], {"SEGMENT", "SINCE"}, {"name", "since"});
  print_rows_of(customer["runs"], {"OPEN RUN", "WORKFLOW", "STATUS", "STARTED", "DUE"}, {"id", "workflow", "status", "started", "due"});
  print_rows_of(customer["tickets"], {"TICKET", "OPENED", "QUEUE", "REASON"}, {"id", "at", "queue", "reason"});
  print_rows_of(customer["timeline"], {"AT", "WHAT", "TEXT", "ID"}, {"at", "what", "text", "id"});
}

int customer(const Options& options) {
  auto reader = open_reader(options.where);
  if (!reader) return report(reader.error());
  Arena arena;
  const auto found = find_customer(**reader, options.asked, arena);
  if (!found) return report(found.error());
  if (!*found)
    return report({"not_found", fmt::format("nothing is known of {}", options.asked),
                   "an id (7), an address, a telephone number with its country's code, or a subject of `shopbell events`"});
  const auto shown = view(**reader, **found, options.max, arena);
  if (!shown) return report(shown.error());
  if (options.json) fmt::print("{}\n", to_json(*shown));
  else print(*shown);
  return 0;
}

}  // namespace

void add_customer(Command app, Run& run) {
  auto options = std::make_shared<Options>();
  Command command = app.add_subcommand("customer", "Show everything about one customer, with the timeline");
  command.add_option("ID", options->asked, "The platform's id, an e-mail address, a telephone number, or any subject: customer:7, cart:T").required();
  add_where(command, options->where);
  command.add_option("--limit", options->max, "At most so many entries of the timeline (default 50)").between(1, 100'000);
  command.add_flag("--json", options->json, "As one JSON object, with everything that is known");
  command.footer("All names of a customer lead to one: what came under another address before stands in the same timeline.\n"
                  "The profile is what `customer` is in conditions and templates.");
  command.callback([&run, options] { run = [options] { return customer(*options); }; });
}

}  // namespace shopbell::cli
