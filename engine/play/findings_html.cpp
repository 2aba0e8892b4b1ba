// The page of a backtest: for a merchant. Charts are inline SVG; colours follow the reader's light or dark.
#include "play/findings.h"

#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace shopbell::play {
namespace {

constexpr std::size_t changes_shown = 50;

constexpr std::string_view style = R"(
:root{--page:#f6f5f1;--card:#fff;--ink:#1d2125;--soft:#5d656e;--line:#e2e0d8;--now:#0b6e4f;--before:#b4b0a3;--done:#0b6e4f;--stop:#d9a441;--fail:#c0392b;--open:#7a8794;--plus:#0b6e4f;--minus:#b3402e}
@media (prefers-color-scheme:dark){:root{--page:#15181b;--card:#1e2226;--ink:#e8e6e1;--soft:#9aa3ac;--line:#31373d;--now:#4cc38a;--before:#6b7178;--done:#4cc38a;--stop:#e0b25a;--fail:#e5695b;--open:#8794a1;--plus:#4cc38a;--minus:#ef8a7a}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main{max-width:980px;margin:0 auto;padding:40px 24px 64px}h1{font-size:28px;line-height:1.2;margin:0 0 6px}h2{font-size:19px;margin:0 0 4px}
p{margin:0 0 14px;color:var(--soft)}.lead{font-size:17px;max-width:70ch}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:22px 24px;margin-top:20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:14px;margin-top:24px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 18px}.tile b{display:block;font-size:27px;line-height:1.2;font-variant-numeric:tabular-nums}.tile>span{color:var(--soft);font-size:14px}.tile b span{font-size:16px}
table{border-collapse:collapse;width:100%;font-size:15px}th{font-weight:600;color:var(--soft);font-size:13px;text-align:right;padding:6px 10px;border-bottom:1px solid var(--line)}
td{padding:7px 10px;border-bottom:1px solid var(--line);text-align:right;font-variant-numeric:tabular-nums;vertical-align:top}td:first-child,th:first-child{text-align:left;padding-left:0}tr:last-child td{border-bottom:0}
td.text,th.text{text-align:left}.plus{color:var(--plus);font-weight:600}.minus{color:var(--minus);font-weight:600}.soft{color:var(--soft)}
.key{display:flex;flex-wrap:wrap;gap:6px 18px;font-size:14px;color:var(--soft);margin:0 0 12px}.key i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px}
svg{display:block;width:100%;min-width:640px;height:auto}svg text{fill:var(--soft);font-size:12px;font-family:inherit}.scroll{overflow-x:auto}footer{color:var(--soft);font-size:14px;margin-top:24px}
)";

std::string html(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '<') made += "&lt;";
    else if (c == '>') made += "&gt;";
    else if (c == '&') made += "&amp;";
    else if (c == '"') made += "&quot;";
    else made += c;
  }
  return made;
}

/// "(+12)", coloured; nothing when there is nothing to compare with, or no difference.
std::string difference(const Findings& f, std::uint64_t now, std::uint64_t before) {
  if (f.versions.size() < 2 || now == before) return "";
  return now > before ? fmt::format(" <span class=plus>+{}</span>", grouped(now - before)) : fmt::format(" <span class=minus>−{}</span>", grouped(before - now));
}

void tile(std::string& to, const std::string& number, const std::string& what) {
  to += fmt::format("<div class=tile><b>{}</b><span>{}</span></div>\n", number, what);
}

void tiles(std::string& to, const Findings& f) {
  const Version& now = f.versions[0];
  const Version& before = f.versions.back();
  to += "<div class=tiles>\n";
  tile(to, grouped(f.log.events), "events played");
  tile(to, grouped(now.messages) + difference(f, now.messages, before.messages), "messages to customers");
  tile(to, grouped(now.customers) + difference(f, now.customers, before.customers), "customers who get one");
  tile(to, grouped(now.busiest_messages) + difference(f, now.busiest_messages, before.busiest_messages),
       now.busiest.empty() ? std::string("most messages to one customer") : "most messages to one: " + html(now.busiest));
  to += "</div>\n";
}

/// Days are joined to at most this many columns.
constexpr std::int64_t columns_max = 92;

struct Columns {
  std::int64_t first = 0, days = 1, count = 0;  // days since 1970; days of a column
  std::vector<std::vector<std::uint64_t>> sums;  // by version
  std::uint64_t top = 1;
};

Columns columns_of(const Findings& f) {
  Columns c;
  c.first = std::chrono::floor<std::chrono::days>(f.log.first).time_since_epoch().count();
  const std::int64_t last = std::chrono::floor<std::chrono::days>(f.log.last).time_since_epoch().count();
  c.days = (last - c.first) / columns_max + 1;
  c.count = (last - c.first) / c.days + 1;
  for (const Version& version : f.versions) {
    auto& sums = c.sums.emplace_back(static_cast<std::size_t>(c.count), 0);
    for (const auto& [day, messages] : version.tally.by_day) {
      const std::int64_t at = std::clamp<std::int64_t>((day - c.first) / c.days, 0, c.count - 1);
      sums[static_cast<std::size_t>(at)] += messages;
    }
    for (const std::uint64_t sum : sums) c.top = std::max(c.top, sum);
  }
  return c;
}

/// The next of 1, 2, 5, 10, ... that is a round step for four lines.
std::uint64_t round_step(std::uint64_t top) {
  std::uint64_t step = 1;
  for (int i = 0; step * 4 < top; ++i) step = i % 3 == 1 ? step / 2 * 5 : step * 2;
  return step;
}

void chart_of_days(std::string& to, const Findings& f) {
  const Columns c = columns_of(f);
  const std::uint64_t step = round_step(c.top);
  const double left = 56, top = 12, width = 860, height = 200, full = static_cast<double>(step) * 4;
  to += "<section><h2>Messages over time</h2><p>" + fmt::format("One column is {}.", c.days == 1 ? "a day" : fmt::format("{} days", c.days)) + "</p>\n";
  if (f.versions.size() > 1)
    to += fmt::format("<div class=key><span><i style=\"background:var(--now)\"></i>{}</span><span><i style=\"background:var(--before)\"></i>{}</span></div>\n", html(f.versions[0].name), html(f.versions[1].name));
  to += fmt::format("<div class=scroll><svg viewBox=\"0 0 930 252\" role=img aria-label=\"Messages over time\">\n");
  for (std::uint64_t line = 0; line <= 4; ++line) {
    const double y = top + height - height * static_cast<double>(line) / 4;
    to += fmt::format("<line x1={0} x2={1} y1={2:.1f} y2={2:.1f} stroke=\"var(--line)\"/><text x={3} y={4:.1f} text-anchor=end>{5}</text>\n", left, left + width, y, left - 8, y + 4, grouped(line * step));
  }
  const double pitch = width / static_cast<double>(c.count);
  for (std::size_t v = f.versions.size(); v-- > 0;) {
    const double share = f.versions.size() > 1 ? 0.42 : 0.8;
    const double offset = f.versions.size() > 1 && v == 0 ? 0.48 : 0.06;
    for (std::int64_t i = 0; i < c.count; ++i) {
      const std::uint64_t sum = c.sums[v][static_cast<std::size_t>(i)];
      if (sum == 0) continue;
      const double h = std::max(1.0, height * static_cast<double>(sum) / full);
      to += fmt::format("<rect x={:.1f} y={:.1f} width={:.1f} height={:.1f} rx=1 fill=\"var({})\"><title>{}: {}</title></rect>\n", left + pitch * (static_cast<double>(i) + offset), top + height - h,
                        std::max(1.0, pitch * share), h, v == 0 ? "--now" : "--before", day_text(from_ms((c.first + i * c.days) * 86'400'000)), grouped(sum));
    }
  }
  const std::int64_t labels = c.count <= 8 ? c.count : 6;
  for (std::int64_t l = 0; l < labels; ++l) {
    const std::int64_t i = labels == 1 ? 0 : l * (c.count - 1) / (labels - 1);
    const double x = left + pitch * (static_cast<double>(i) + 0.5);
    to += fmt::format("<text x={:.1f} y=236 text-anchor={}>{}</text>\n", x, "middle", day_text(from_ms((c.first + i * c.days) * 86'400'000)));
  }
  to += "</svg></div></section>\n";
}

void bar(std::string& to, double y, double unit, const WorkflowTally& w, double opacity) {
  double x = 210;
  const std::pair<std::uint64_t, const char*> parts[] = {{w.done, "--done"}, {w.stopped, "--stop"}, {w.failed, "--fail"}, {w.open + w.endless, "--open"}};
  for (const auto& [count, colour] : parts) {
    if (count == 0) continue;
    const double width = std::max(1.5, unit * static_cast<double>(count));
    to += fmt::format("<rect x={:.1f} y={:.1f} width={:.1f} height=15 rx=2 fill=\"var({})\" opacity=\"{}\"/>\n", x, y, width, colour, opacity);
    x += width;
  }
  to += fmt::format("<text x={:.1f} y={:.1f}>{}</text>\n", x + 8, y + 12, grouped(w.started));
}

void chart_of_runs(std::string& to, const Findings& f) {
  const auto names = f.workflows();
  std::uint64_t top = 1;
  for (std::size_t v = 0; v < f.versions.size(); ++v)
    for (const WorkflowTally& w : f.versions[v].tally.by_workflow) top = std::max(top, w.started);
  const double unit = 610 / static_cast<double>(top), row = f.versions.size() > 1 ? 54 : 32;
  to += "<section><h2>How the runs ended</h2><p>Each bar is all runs that a workflow began." + std::string(f.versions.size() > 1 ? " The pale one below is what it is compared with." : "") + "</p>\n";
  to += "<div class=key><span><i style=\"background:var(--done)\"></i>came to their end</span><span><i style=\"background:var(--stop)\"></i>were stopped</span>"
        "<span><i style=\"background:var(--fail)\"></i>failed</span><span><i style=\"background:var(--open)\"></i>still wait</span></div>\n";
  to += fmt::format("<div class=scroll><svg viewBox=\"0 0 930 {:.0f}\" role=img aria-label=\"How the runs ended\">\n", row * static_cast<double>(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double y = row * static_cast<double>(i) + 4;
    to += fmt::format("<text x=0 y={:.1f} style=\"fill:var(--ink);font-size:14px\">{}</text>\n", y + 12, html(names[i]));
    for (std::size_t v = 0; v < f.versions.size(); ++v)
      if (const WorkflowTally* w = f.find(v, names[i])) bar(to, y + 20 * static_cast<double>(v), unit, *w, v == 0 ? 1 : 0.45);
  }
  to += "</svg></div></section>\n";
}

void table_of_workflows(std::string& to, const Findings& f) {
  to += "<section><h2>The workflows</h2><p>" + std::string(f.versions.size() > 1 ? "Now, and how much more or less than before." : "What they began, and what they did.") +
        "</p><div class=scroll><table><tr><th>Workflow<th>Began<th>Ended<th>Stopped<th>Failed<th>Still wait<th>Never end<th>Messages</tr>\n";
  static const WorkflowTally none;
  for (const std::string& name : f.workflows()) {
    const WorkflowTally& now = f.find(0, name) ? *f.find(0, name) : none;
    const WorkflowTally& before = f.find(f.versions.size() - 1, name) ? *f.find(f.versions.size() - 1, name) : none;
    to += "<tr><td>" + html(name);
    const std::pair<std::uint64_t, std::uint64_t> cells[] = {{now.started, before.started}, {now.done, before.done}, {now.stopped, before.stopped}, {now.failed, before.failed},
                                                             {now.open, before.open}, {now.endless, before.endless}, {messages_of(now), messages_of(before)}};
    for (const auto& [a, b] : cells) to += fmt::format("<td>{}{}", grouped(a), difference(f, a, b));
    to += "</tr>\n";
  }
  to += "</table></div></section>\n";
}

void table_of_hindrances(std::string& to, const Findings& f) {
  to += "<section><h2>Why something was not done</h2><table><tr><th>Workflow<th class=text>Reason<th>How often</tr>\n";
  for (const std::string& name : f.workflows()) {
    static const WorkflowTally none;
    const WorkflowTally& now = f.find(0, name) ? *f.find(0, name) : none;
    const WorkflowTally& before = f.find(f.versions.size() - 1, name) ? *f.find(f.versions.size() - 1, name) : none;
    for (std::size_t i = 0; i < hindrances.size(); ++i)
      if (now.hindered[i] + before.hindered[i] > 0)
        to += fmt::format("<tr><td>{}<td class=text>{}<td>{}{}</tr>\n", html(name), hindrance_text(hindrances[i]), grouped(now.hindered[i]), difference(f, now.hindered[i], before.hindered[i]));
    for (const auto& [reason, count] : now.ends) to += fmt::format("<tr><td>{}<td class=text>ended early: {}<td>{}</tr>\n", html(name), html(reason), grouped(count));
  }
  to += "</table></section>\n";
}

void table_of_changes(std::string& to, const Findings& f) {
  if (f.versions.size() < 2) return;
  to += fmt::format("<section><h2>Who would get other messages</h2><p>{} customers get more, {} fewer, {} as many but about other things.</p>\n", grouped(f.gain), grouped(f.lose), grouped(f.differ));
  if (!f.changes.empty()) to += "<table><tr><th>Customer<th class=text>Message<th>Before<th>Now</tr>\n";
  for (std::size_t i = 0; i < std::min(changes_shown, f.changes.size()); ++i)
    for (const auto& part : f.changes[i].parts)
      to += fmt::format("<tr><td>{}<td class=text>{}<td>{}<td class={}>{}</tr>\n", html(f.changes[i].customer), html(part.message), part.before,
                        part.now > part.before ? "plus" : part.now < part.before ? "minus" : "soft", part.others ? fmt::format("{}, others", part.now) : std::to_string(part.now));
  if (!f.changes.empty()) to += "</table>\n";
  const std::uint64_t all = f.gain + f.lose + f.differ;
  if (all > changes_shown) to += fmt::format("<p style=\"margin-top:12px\">and {} more; --json lists them.</p>\n", grouped(all - changes_shown));
  to += "</section>\n";
}

}  // namespace

std::string to_html(const Findings& f) {
  const bool two = f.versions.size() > 1;
  std::string to = "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width,initial-scale=1\"><meta name=color-scheme content=\"light dark\">\n<title>Backtest</title><style>";
  to += style;
  to += "</style></head><body><main>\n";
  to += fmt::format("<h1>What would have been sent</h1>\n<p class=lead>The workflows of <b>{}</b>{}, over what happened from {} to {}.</p>\n", html(f.versions[0].name),
                    two ? fmt::format(", compared with <b>{}</b>", html(f.versions[1].name)) : "", day_text(f.log.first), day_text(f.log.last));
  tiles(to, f);
  chart_of_days(to, f);
  chart_of_runs(to, f);
  table_of_workflows(to, f);
  table_of_changes(to, f);
  table_of_hindrances(to, f);
  to += fmt::format("<footer>Played on a virtual clock; nothing was sent. Of calls: {}. {} lines were read", html(f.model), grouped(f.log.lines));
  if (f.log.repeated > 0) to += fmt::format(", {} events were told twice", grouped(f.log.repeated));
  if (f.log.bad > 0) to += fmt::format(", {} lines could not be read", grouped(f.log.bad));
  to += ".</footer>\n</main></body></html>\n";
  return to;
}

}  // namespace shopbell::play
