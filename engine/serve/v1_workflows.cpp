// Workflows: what they are, how they look, and an edit of one: checked, tested, deployed, taken back. What takes long has a thread
// of its own.

#include "access/versions.h"
#include "base/json.h"
#include "base/time.h"
#include "play/run_test.h"
#include "serve/v1_graph.h"
#include "serve/v1_handlers.h"
#include "serve/v1_workflows.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fcntl.h>
#include <unistd.h>

namespace shopbell::v1 {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t story_lines_max = 200;

std::shared_ptr<const Workflow> find(V1Parts& parts, std::string_view id) {
  for (const auto& workflow : parts.workflows()->all())
    if (workflow->id == id) return workflow;
  return nullptr;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
}

/// In FOLDER/workflows.
std::string file_of(V1Parts& parts, std::string_view id) {
  const auto workflow = find(parts, id);
  return workflow ? fs::path(workflow->source.file).filename().string() : std::string(id) + ".yaml";
}

Value text(Arena& arena, std::string_view t) { return arena.copy(t); }

/// What the body's yaml would be called: as `name` says, or the file of the workflow that it names itself.
std::string staged_name(V1Parts& parts, const V1Ask& ask) {
  const std::string_view name = ask.text("name");
  return is_name(name) ? file_of(parts, name) : "edited.yaml";
}

}  // namespace

Result<std::unique_ptr<StagedShop>> stage(V1Parts& parts, const V1Ask& ask) {
  return StagedShop::lay_out(parts.config->folder, parts.data, staged_name(parts, ask), ask.text("yaml"));
}

Value diagnostics_value(const std::vector<Diagnostic>& all, Arena& arena) {
  ListBuilder list(arena);
  for (const Diagnostic& d : all)
    list.add(make_map(arena, {{"severity", d.severity == Severity::error ? "error" : "warning"}, {"file", text(arena, d.file)}, {"line", std::int64_t{d.line}}, {"column", std::int64_t{d.column}},
                              {"length", std::int64_t{d.length}}, {"code", text(arena, d.code)}, {"message", text(arena, d.message)}, {"hint", text(arena, d.hint)}}));
  return list.build();
}

bool has_errors(const std::vector<Diagnostic>& all) {
  return std::any_of(all.begin(), all.end(), [](const Diagnostic& d) { return d.severity == Severity::error; });
}

V1Answer apart(V1Parts& parts, V1Ask& ask, V1Answer (*work)(V1Parts&, V1Ask&)) {
  const auto held = ask.shared_from_this();
  const bool posted = parts.heavy.post([&parts, held, work] {
    V1Answer answer = v1_later();
    try {
      answer = work(parts, *held);
    } catch (const std::exception& e) {
      answer = fail("broken", e.what());
    }
    held->answer(answer ? std::move(*answer) : v1_problem(answer.error()));
  });
  return posted ? v1_later() : v1_problem(503, "busy", "too many edits are looked at at the moment; try again");
}

namespace {

V1Answer do_check(V1Parts& parts, V1Ask& ask) {
  const auto staged = stage(parts, ask);
  if (!staged) return tl::unexpected(staged.error());
  std::shared_ptr<const Workflow> workflow;
  const auto found = (*staged)->check(workflow);
  MapBuilder map(ask.arena);
  map.add("diagnostics", diagnostics_value(found, ask.arena));
  if (workflow) map.add("graph", graph_of(*workflow, ask.arena)).add("hash", text(ask.arena, workflow->version)).add("name", text(ask.arena, workflow->id));
  return v1_json(map.build());
}

V1Answer do_test(V1Parts& parts, V1Ask& ask) {
  const auto staged = stage(parts, ask);
  if (!staged) return tl::unexpected(staged.error());
  std::vector<Diagnostic> diagnostics;
  const auto suites = play::find_tests({(*staged)->file()}, diagnostics);
  if (has_errors(diagnostics)) return v1_problem(422, "bad_workflow", "the workflow has mistakes: see diagnostics", make_map(ask.arena, {{"diagnostics", diagnostics_value(diagnostics, ask.arena)}}));
  play::Coverage coverage;
  ListBuilder tests(ask.arena);
  std::int64_t passed = 0, failed = 0;
  for (const auto& suite : suites)
    for (const auto& file : suite.files)
      for (const auto& test : file.tests) {
        const auto result = play::run_test(suite.shop, file, test, coverage);
        ++(result.passed ? passed : failed);
        std::string message;
        for (const auto& line : result.diff) message += line.text + "\n";
        ListBuilder story(ask.arena);
        for (std::size_t i = 0; i < std::min(result.story.size(), story_lines_max); ++i) story.add(text(ask.arena, result.story[i]));
        tests.add(make_map(ask.arena, {{"name", text(ask.arena, test.name)}, {"line", std::int64_t{test.line}}, {"passed", result.passed}, {"message", text(ask.arena, message)}, {"story", story.build()}}));
      }
  return v1_json(make_map(ask.arena, {{"passed", passed}, {"failed", failed}, {"tests", tests.build()}}));
}

/// The whole file or the one before, whatever happens in between.
Result<void> write_durably(const fs::path& path, std::string_view bytes) {
  const fs::path beside = path.parent_path() / ("." + path.filename().string() + ".new");
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return fail("io", "the workflow's file cannot be written");
  const bool good = ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(file) == 0;
  ::close(file);
  std::error_code error;
  if (good) fs::rename(beside, path, error);
  if (!good || error) return fail("io", "the workflow's file cannot be written");
  if (const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_CLOEXEC); folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return {};
}

}  // namespace

V1Answer deploy(V1Parts& parts, V1Ask& ask, const std::string& yaml, const std::string& what) {
  const std::string& name = ask.args[0];
  if (!is_name(name)) return fail("bad_name", "a workflow's name has small letters, digits, - and _");
  const auto present = find(parts, name);
  const std::string_view hash = ask.text("hash");
  if (present ? present->version != hash : !hash.empty())
    return v1_problem(409, "changed", "the workflow was changed meanwhile", make_map(ask.arena, {{"hash", present ? text(ask.arena, present->version) : Value()}, {"yaml", present ? text(ask.arena, present->source.yaml) : Value()}}));
  const std::string file = file_of(parts, name);
  const auto staged = StagedShop::lay_out(parts.config->folder, parts.data, file, yaml);
  if (!staged) return tl::unexpected(staged.error());
  std::shared_ptr<const Workflow> workflow;
  const auto found = (*staged)->check(workflow);
  const Value diagnostics = diagnostics_value(found, ask.arena);
  if (has_errors(found) || !workflow) return v1_problem(422, "bad_workflow", "the shop would have mistakes with it: see diagnostics", make_map(ask.arena, {{"diagnostics", diagnostics}}));
  if (workflow->id != name) return v1_problem(422, "bad_workflow", "the text is of the workflow " + workflow->id, make_map(ask.arena, {{"diagnostics", diagnostics}}));
  std::error_code ignored;
  const fs::path folder = fs::path(parts.config->folder) / "workflows";
  fs::create_directories(folder, ignored);
  const auto kept = parts.file.change([&](DeskFile& f) -> Result<void> {
    if (present)
      if (auto before = keep_version(f, name, present->version, present->source.yaml, "before", ask.now - Millis{1}); !before) return before;
    if (auto now = keep_version(f, name, workflow->version, yaml, ask.who.name, ask.now); !now) return now;
    return add_audit(f, {0, ask.now, ask.who.shown(), what, name, workflow->version});
  });
  if (!kept) return tl::unexpected(kept.error());
  if (auto written = write_durably(folder / file, yaml); !written) return tl::unexpected(written.error());
  return v1_json(make_map(ask.arena, {{"name", text(ask.arena, name)}, {"hash", text(ask.arena, workflow->version)}, {"diagnostics", diagnostics}}));
}

namespace {

V1Answer do_put(V1Parts& parts, V1Ask& ask) { return deploy(parts, ask, std::string(ask.text("yaml")), "workflow.deployed"); }

V1Answer do_go_back(V1Parts& parts, V1Ask& ask) {
  const auto yaml = deployed_yaml(parts.file, ask.args[0], ask.text("to"));
  if (!yaml) return tl::unexpected(yaml.error());
  if (!*yaml) return fail("not_found", "that version was not deployed from here");
  return deploy(parts, ask, **yaml, "workflow.taken_back");
}

Value texts(const std::vector<Trigger>& on, Arena& arena) {
  ListBuilder list(arena);
  for (const Trigger& trigger : on) list.add(text(arena, trigger.event));
  return list.build();
}

MapBuilder summary(const Workflow& w, std::int64_t open, Arena& arena) {
  MapBuilder map(arena);
  map.add("name", text(arena, w.id)).add("title", text(arena, w.title)).add("description", text(arena, w.description)).add("hash", text(arena, w.version));
  map.add("enabled", w.enabled).add("on", texts(w.on, arena)).add("runs_open", open).add("file", text(arena, fs::path(w.source.file).filename().string()));
  return map;
}

Result<std::map<std::string, std::int64_t>> open_by_workflow(V1Parts& parts) {
  const auto open = parts.reader->open_runs();
  if (!open) return tl::unexpected(open.error());
  std::map<std::string, std::int64_t> counts;
  for (const OpenRuns& runs : *open)
    if (runs.kind == "run" || runs.kind == "collecting") counts[runs.workflow] += static_cast<std::int64_t>(runs.count);
  return counts;
}

}  // namespace

V1Answer list_workflows(V1Parts& parts, V1Ask& ask) {
  auto counts = open_by_workflow(parts);
  if (!counts) return tl::unexpected(counts.error());
  ListBuilder items(ask.arena);
  for (const auto& workflow : parts.workflows()->all()) items.add(summary(*workflow, (*counts)[workflow->id], ask.arena).build());
  return v1_list(ask, items, {});
}

V1Answer show_workflow(V1Parts& parts, V1Ask& ask) {
  const auto workflow = find(parts, ask.args[0]);
  if (!workflow) return fail("not_found", "there is no workflow " + ask.args[0]);
  auto counts = open_by_workflow(parts);
  if (!counts) return tl::unexpected(counts.error());
  const auto deployed = deployed_versions(parts.file, workflow->id);
  if (!deployed) return tl::unexpected(deployed.error());
  const auto used = parts.console->versions(workflow->id);
  if (!used) return tl::unexpected(used.error());
  std::map<std::string, std::int64_t> open;
  for (const auto& one : *used) open[one.version] = static_cast<std::int64_t>(one.open);
  ListBuilder versions(ask.arena);
  for (const DeployedVersion& v : *deployed) {
    versions.add(make_map(ask.arena, {{"hash", text(ask.arena, v.hash)}, {"at", text(ask.arena, format_rfc3339(v.at))}, {"by", text(ask.arena, v.by)}, {"open", open[v.hash]}, {"present", v.hash == workflow->version}}));
    open.erase(v.hash);
  }
  for (const auto& [hash, count] : open)
    versions.add(make_map(ask.arena, {{"hash", text(ask.arena, hash)}, {"at", Value()}, {"by", Value()}, {"open", count}, {"present", hash == workflow->version}}));
  std::vector<Diagnostic> ignored;
  ListBuilder tests(ask.arena);
  for (const auto& suite : play::find_tests({(fs::path(parts.config->folder) / "workflows" / file_of(parts, workflow->id)).string()}, ignored))
    for (const auto& file : suite.files)
      for (const auto& test : file.tests) tests.add(make_map(ask.arena, {{"name", text(ask.arena, test.name)}, {"line", std::int64_t{test.line}}}));
  MapBuilder map = summary(*workflow, (*counts)[workflow->id], ask.arena);
  map.add("tests", tests.build());
  return v1_json(map.add("yaml", text(ask.arena, workflow->source.yaml)).add("graph", graph_of(*workflow, ask.arena)).add("versions", versions.build()).build());
}

V1Answer show_version(V1Parts& parts, V1Ask& ask) {
  auto yaml = deployed_yaml(parts.file, ask.args[0], ask.args[1]);
  if (!yaml) return tl::unexpected(yaml.error());
  if (!*yaml) {
    const auto bundle = parts.reader->bundle(ask.args[1]);
    if (!bundle) return tl::unexpected(bundle.error());
    const auto source = *bundle ? decode_source(**bundle) : Result<WorkflowSource>(fail("not_found", "there is no such version"));
    if (!source) return fail("not_found", "there is no such version");
    *yaml = source->yaml;
  }
  return v1_json(make_map(ask.arena, {{"name", text(ask.arena, ask.args[0])}, {"hash", text(ask.arena, ask.args[1])}, {"yaml", text(ask.arena, **yaml)}}));
}

V1Answer check_workflow(V1Parts& parts, V1Ask& ask) { return apart(parts, ask, do_check); }
V1Answer test_workflow(V1Parts& parts, V1Ask& ask) { return apart(parts, ask, do_test); }
V1Answer put_workflow(V1Parts& parts, V1Ask& ask) { return apart(parts, ask, do_put); }
V1Answer take_workflow_back(V1Parts& parts, V1Ask& ask) { return apart(parts, ask, do_go_back); }

}  // namespace shopbell::v1
