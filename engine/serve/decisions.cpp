#include "serve/decisions.h"

#include "base/json.h"
#include "intake/cloudevent.h"
#include "play/answers.h"
#include "play/world.h"

#include <algorithm>
#include <map>

namespace shopbell {
namespace {

constexpr std::size_t inputs_a_page = 1000;

/// Of JSON lines those about the workflow.
std::string notes_about(std::string_view notes, std::string_view workflow) {
  std::string kept;
  while (!notes.empty()) {
    const std::size_t end = std::min(notes.find('\n'), notes.size());
    const std::string_view line = notes.substr(0, end);
    notes.remove_prefix(std::min(notes.size(), end + 1));
    Arena arena;
    const auto note = parse_json(line, arena);
    if (note && (*note)["workflow"].text_or("") == workflow) kept.append(line).append("\n");
  }
  return kept;
}

/// Its events up to then, oldest first.
Result<std::vector<EventView>> events_of(Reader& reader, const std::string& subject, Time upto) {
  std::vector<EventView> all;
  Filter filter;
  filter.subject = subject;
  for (Page page{0, inputs_a_page};;) {
    auto events = reader.events(filter, page);
    if (!events) return events;
    for (EventView& e : *events)
      if (e.kind == "event" && e.at <= upto) all.push_back(std::move(e));
    if (events->size() < page.max) break;
    page.before = events->back().key;
  }
  std::reverse(all.begin(), all.end());
  return all;
}

Result<void> add_row(Reader& reader, const EventView& row, const std::string& workflow, Decision& decision) {
  decision.notes += notes_about(row.notes, workflow);
  auto runs = reader.runs_of_event(row.key);
  if (!runs) return tl::unexpected(runs.error());
  for (RunView& run : *runs)
    if (run.row.workflow == workflow) decision.runs.push_back(std::move(run));
  return {};
}

void append_note(std::string& to, const Note& note, Time at) {
  Arena arena;
  to += to_json(make_map(arena, {{"at", Value(to_ms(at))},
                                 {"code", note.code},
                                 {"workflow", note.workflow},
                                 {"step", note.step},
                                 {"text", note.text}}));
  to += '\n';
}

/// The workflow at work on the subject's past.
class Anew {
 public:
  explicit Anew(const Workflows& workflows) : world_(workflows, arena_) {
    world_.watch = [this](const play::Took& took) { watch(took); };
    world_.answer = [this](const play::OpenCall& call) { return play::done(call.order, arena_); };
  }

  void give(const EventView& row, const Event& event) {
    pass_until(row.at);
    decisions_.push_back({row.at, row.event_id, row.type, {}, {}});
    world_.give(std::string(event.subject), {world_.now, Received{event, 0, {}, {}}});
  }
  void pass_until(Time at) {
    world_.now = std::max(world_.now, from_ms(0));
    world_.pass_until(std::max(at, world_.now));
  }
  Arena& arena() { return arena_; }

  std::vector<Decision> take() {
    for (auto& [id, place] : run_at_) {
      RunView& run = decisions_[place.first].runs[place.second];
      run.row.notes = std::move(run_notes_[id]);
    }
    std::erase_if(decisions_, [](const Decision& d) { return d.notes.empty() && d.runs.empty(); });
    return std::move(decisions_);
  }

 private:
  void watch(const play::Took& took) {
    if (decisions_.empty()) return;
    for (const Note& note : took.made.notes) {
      if (note.workflow.empty()) continue;
      append_note(note.run.empty() ? decisions_.back().notes : run_notes_[note.run], note, world_.now);
    }
    for (const Run& run : took.made.runs) {
      const auto [at, fresh] = run_at_.try_emplace(run.id, decisions_.size() - 1, decisions_.back().runs.size());
      if (fresh) decisions_.back().runs.emplace_back();
      RunView& view = decisions_[at->second.first].runs[at->second.second];
      view.row.id = run.id;
      view.row.workflow = run.workflow;
      view.row.subject = took.subject;
      view.row.status = to_text(run.status);
      view.row.reason = run.reason;
      view.row.started = run.started;
      view.row.due = is_due(run, Time::max()) ? std::optional(run.due) : std::nullopt;
      view.row.ended = is_open(run.status) ? std::nullopt : std::optional(run.ended);
    }
  }

  Arena arena_;
  play::World world_;
  std::vector<Decision> decisions_;
  std::map<std::string, std::pair<std::size_t, std::size_t>> run_at_;
  std::map<std::string, std::string> run_notes_;
};

}  // namespace

Result<std::vector<Decision>> noted_decisions(Reader& reader, const std::string& subject, const std::string& workflow,
                                              Time upto) {
  auto events = events_of(reader, subject, upto);
  if (!events) return tl::unexpected(events.error());
  std::vector<Decision> decisions;
  for (const EventView& e : *events) {
    Decision decision{e.at, e.event_id, e.type, {}, {}};
    if (auto good = add_row(reader, e, workflow, decision); !good) return tl::unexpected(good.error());
    // What was forwarded bears the same id, and stands with the subject that its runs are counted by.
    if (decision.notes.find("\"forwarded\"") != std::string::npos) {
      const auto rows = reader.events_by_id(e.event_id);
      if (!rows) return tl::unexpected(rows.error());
      for (const EventView& row : *rows)
        if (row.kind == "forwarded" && row.source == e.source)
          if (auto good = add_row(reader, row, workflow, decision); !good) return tl::unexpected(good.error());
    }
    if (!decision.notes.empty() || !decision.runs.empty()) decisions.push_back(std::move(decision));
  }
  return decisions;
}

Result<std::vector<Decision>> decide_anew(Reader& reader, const std::string& subject, const Workflows& workflow,
                                          Time upto) {
  auto events = events_of(reader, subject, upto);
  if (!events) return tl::unexpected(events.error());
  if (events->size() > events_decided_max) events->erase(events->begin(), events->end() - events_decided_max);
  Anew anew(workflow);
  for (const EventView& e : *events) {
    const auto line = reader.line(e.key);
    if (!line) continue;
    const auto event = read_line(anew.arena().copy(*line), anew.arena());
    if (event) anew.give(e, *event);
  }
  anew.pass_until(upto);
  return anew.take();
}

}  // namespace shopbell
