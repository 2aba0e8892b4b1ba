#include "play/findings.h"

#include "base/json.h"
#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

namespace shopbell::play {
namespace {

std::string name_of(const MessageKind& kind) { return fmt::format("{}: {} (step {})", kind.workflow, kind.action, kind.step); }

void count_customers(const Side& side, Version& version) {
  for (const auto& [id, entry] : side.entries()) {
    if (!entry.sent) continue;
    std::uint64_t count = 0;
    for (const Sent& sent : *entry.sent) count += sent.count;
    version.messages += count;
    ++version.customers;
    if (count > version.busiest_messages || (count == version.busiest_messages && id < version.busiest)) {
      version.busiest_messages = count;
      version.busiest = id;
    }
  }
}

/// By message, what the customer gets of one side.
std::map<std::string, Sent> messages_to(const std::string& customer, const Side& side) {
  std::map<std::string, Sent> messages;
  const auto entry = side.entries().find(customer);
  if (entry == side.entries().end() || !entry->second.sent) return messages;
  for (const Sent& sent : *entry->second.sent) messages[name_of(side.kinds()[sent.kind])] = sent;
  return messages;
}

CustomerChange change_of(const std::string& customer, const Side& now, const Side& before) {
  CustomerChange change{customer, {}, 0};
  const auto ours = messages_to(customer, now), theirs = messages_to(customer, before);
  std::set<std::string> names;
  for (const auto& [name, sent] : ours) names.insert(name);
  for (const auto& [name, sent] : theirs) names.insert(name);
  for (const std::string& name : names) {
    const auto a = ours.find(name), b = theirs.find(name);
    const Sent mine = a == ours.end() ? Sent{} : a->second, other = b == theirs.end() ? Sent{} : b->second;
    if (mine.count == other.count && mine.mark == other.mark) continue;
    change.parts.push_back({name, mine.count, other.count, mine.count == other.count});
    change.more += std::int64_t{mine.count} - std::int64_t{other.count};
  }
  return change;
}

std::size_t size_of(const CustomerChange& change) {
  std::size_t size = 0;
  for (const auto& part : change.parts) size += static_cast<std::size_t>(std::abs(std::int64_t{part.now} - std::int64_t{part.before}));
  return size;
}

void compare(const Side& now, const Side& before, Findings& findings) {
  std::vector<const std::string*> customers;
  for (const auto& [id, entry] : now.entries())
    if (entry.sent) customers.push_back(&id);
  for (const auto& [id, entry] : before.entries())
    if (entry.sent && (!now.entries().contains(id) || !now.entries().at(id).sent)) customers.push_back(&id);
  for (const std::string* id : customers) {
    CustomerChange change = change_of(*id, now, before);
    if (change.parts.empty()) continue;
    ++(change.more > 0 ? findings.gain : change.more < 0 ? findings.lose : findings.differ);
    findings.changes.push_back(std::move(change));
  }
  std::sort(findings.changes.begin(), findings.changes.end(), [](const CustomerChange& a, const CustomerChange& b) {
    const std::size_t x = size_of(a), y = size_of(b);
    return x != y ? x > y : a.customer < b.customer;
  });
  if (findings.changes.size() > customers_listed_max) findings.changes.resize(customers_listed_max);
}

template <class Map>
Value counts(const Map& map, Arena& arena) {
  MapBuilder made(arena);
  for (const auto& [key, count] : map) made.add(arena.copy(key), static_cast<std::int64_t>(count));
  return made.build();
}

Value whole(std::uint64_t n) { return Value(static_cast<std::int64_t>(n)); }

Value workflow_value(const WorkflowTally& w, Arena& arena) {
  MapBuilder not_started(arena);
  for (std::size_t i = 0; i < hindrances.size(); ++i)
    if (w.hindered[i] > 0) not_started.add(hindrances[i], whole(w.hindered[i]));
  return make_map(arena, {{"started", whole(w.started)}, {"done", whole(w.done)}, {"stopped", whole(w.stopped)}, {"failed", whole(w.failed)},
                          {"open", whole(w.open)}, {"endless", whole(w.endless)}, {"hindered", not_started.build()},
                          {"ends", counts(w.ends, arena)}, {"deeds", counts(w.deeds, arena)}});
}

Value version_value(const Version& version, Arena& arena) {
  MapBuilder workflows(arena), days(arena);
  for (std::size_t i = 0; i < version.workflows.size(); ++i) workflows.add(arena.copy(version.workflows[i]), workflow_value(version.tally.by_workflow[i], arena));
  for (const auto& [day, count] : version.tally.by_day) days.add(arena.copy(day_text(from_ms(day * 86'400'000))), whole(count));
  return make_map(arena, {{"name", version.name}, {"messages", whole(version.messages)}, {"customers", whole(version.customers)},
                          {"by_channel", counts(version.tally.by_channel, arena)}, {"by_day", days.build()},
                          {"busiest", make_map(arena, {{"customer", version.busiest}, {"messages", whole(version.busiest_messages)}})},
                          {"workflows", workflows.build()}});
}

Value log_value(const LogSummary& log, Arena& arena) {
  ListBuilder bad(arena);
  for (const BadLine& line : log.bad_lines) bad.add(make_map(arena, {{"file", line.file}, {"line", whole(line.line)}, {"why", line.why}}));
  return make_map(arena, {{"lines", whole(log.lines)}, {"events", whole(log.events)}, {"ignored", whole(log.ignored)}, {"left_out", whole(log.left_out)}, {"own", whole(log.own)},
                          {"repeated", whole(log.repeated)}, {"late", whole(log.late)}, {"bad", whole(log.bad)}, {"bad_lines", bad.build()},
                          {"first", Value(log.first)}, {"last", Value(log.last)}, {"cut", log.cut.empty() ? Value() : Value(log.cut)}});
}

Value change_value(const CustomerChange& change, Arena& arena) {
  ListBuilder parts(arena);
  for (const auto& part : change.parts)
    parts.add(make_map(arena, {{"message", part.message}, {"now", whole(part.now)}, {"before", whole(part.before)}, {"others", part.others}}));
  return make_map(arena, {{"customer", change.customer}, {"messages", parts.build()}});
}

}  // namespace

const WorkflowTally* Findings::find(std::size_t version, const std::string& workflow) const {
  const auto& names = versions[version].workflows;
  const auto at = std::find(names.begin(), names.end(), workflow);
  return at == names.end() ? nullptr : &versions[version].tally.by_workflow[static_cast<std::size_t>(at - names.begin())];
}

std::vector<std::string> Findings::workflows() const {
  std::set<std::string> names;
  for (const Version& version : versions) names.insert(version.workflows.begin(), version.workflows.end());
  return {names.begin(), names.end()};
}

Findings find(const Backtest& backtest, const std::vector<std::string>& names, std::string model) {
  Findings findings;
  findings.log = backtest.log();
  findings.model = std::move(model);
  findings.subjects = backtest.side(0).subjects();
  for (std::size_t i = 0; i < backtest.sides(); ++i) {
    const Side& side = backtest.side(i);
    Version version;
    version.name = names[i];
    version.tally = side.tally();
    for (const auto& workflow : side.workflows().all()) version.workflows.push_back(workflow->id);
    count_customers(side, version);
    findings.versions.push_back(std::move(version));
  }
  if (backtest.sides() > 1) compare(backtest.side(0), backtest.side(1), findings);
  return findings;
}

std::uint64_t messages_of(const WorkflowTally& tally) {
  std::uint64_t sum = 0;
  for (const auto& [deed, count] : tally.deeds)
    if (const Action* action = find_action(deed); action != nullptr && action->reaches_customer) sum += count;
  return sum;
}

std::string to_json(const Findings& findings) {
  Arena arena;
  ListBuilder changes(arena);
  for (const CustomerChange& change : findings.changes) changes.add(change_value(change, arena));
  MapBuilder root(arena);
  root.add("log", log_value(findings.log, arena)).add("model", findings.model).add("subjects", whole(findings.subjects));
  root.add("now", version_value(findings.versions[0], arena));
  if (findings.versions.size() > 1) {
    root.add("against", version_value(findings.versions[1], arena));
    root.add("customers", make_map(arena, {{"more", whole(findings.gain)}, {"fewer", whole(findings.lose)}, {"others", whole(findings.differ)}}));
    root.add("changes", changes.build());
  }
  return to_pretty_json(root.build()) + "\n";
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string day_text(Time at) { return format_rfc3339(at).substr(0, 10); }

std::string hindrance_text(std::string_view code) {
  static const std::map<std::string_view, std::string_view> texts{
      {"condition_false", "the condition did not hold"}, {"limit_reached", "the limit was reached"},
      {"mode_single", "a run was open already"},          {"not_started", "stopped before it began, or told twice"},
      {"collected", "joined a run that collects"},        {"error", "the condition could not be decided"},
      {"loop_stopped", "it was a loop"},                  {"too_deep", "events caused events too deep"},
      {"held_back", "a message was held back"},           {"skipped", "a message was left out"},
      {"expired", "a message came too late, and was left out"}};
  return std::string(texts.at(code));
}

}  // namespace shopbell::play
