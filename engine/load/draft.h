#pragma once
// One workflow while it is compiled: what its parts share. Lives on one stack.

#include "core/workflow.h"
#include "load/load.h"
#include "load/fields.h"
#include "load/scope.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace shopbell {

/// The templates of a workflow: parsed once each, with their mistakes placed in their own files, and
/// those that they render or include.
class Pages {
 public:
  /// `texts`: what the filter t finds; nullptr: nobody knows.
  Pages(const WorkflowSource& source, std::string folder, const liquid::Translations* texts, Report& report)
      : source_(source), folder_(std::move(folder)), texts_(texts), report_(report) {}

  /// Whether a file of that name is there.
  bool has(const std::string& file) const { return source_.templates.contains(file); }
  /// The template of that file; nullptr when it is broken. Its fields are checked against `scope`.
  const liquid::Template* use(const std::string& file, const cel::Env& scope);
  /// A text of the workflow's own: what it renders is used, too. Names that are not there are returned
  /// as errors placed in `text`.
  std::vector<Error> use_partials_of(std::string_view text);

  /// Names of templates without their endings, partials left out: for "did you mean".
  std::vector<std::string> page_names() const;
  /// Everything that was used, by file name.
  std::map<std::string, std::string> used() const;
  liquid::Partials partials() const;

 private:
  const std::optional<liquid::Template>& parsed(const std::string& file);
  void add(const std::string& file, const Error& error, Severity severity = Severity::error);

  const WorkflowSource& source_;
  std::string folder_;
  const liquid::Translations* texts_;
  Report& report_;
  std::map<std::string, std::optional<liquid::Template>> parsed_;
  std::set<std::string> partials_;
};

struct Draft {
  const WorkflowSource& source;
  Report& report;
  Pages pages;
  const liquid::Translations* texts = nullptr;
  cel::Env scope = {};  // of the steps
  Names names = {};
  std::vector<std::string> types = {};  // of the events that start it
  OwnFields own_fields = {};             // of the shop

  Place place(const yaml::Node& node) const { return place_of(node, report.source()); }
};

enum class Wanted : std::uint8_t { anything, condition, instant, subject, list };

/// A scalar that holds CEL. Mistakes are reported where they stand.
std::optional<cel::Program> compile_cel(const yaml::Node& node, std::string_view what, const cel::Env& scope,
                                        Wanted wanted, Report& report);

/// The arguments of an action, checked against its declared parameters; a Form::map. `given` may be
/// the value of the positional parameter alone.
Argument compile_arguments(const Action& action, const yaml::Node& given, const yaml::Node& key, Draft& draft);
/// A scalar that is Liquid.
Argument compile_text(const yaml::Node& node, std::string_view what, Draft& draft);
/// Any YAML; every scalar in it is CEL.
Argument compile_values(const yaml::Node& node, std::string_view what, Draft& draft);

/// The names that the file's vars and steps bring; mistakes in them are reported.
Names collect_names(const yaml::Node& root, const OwnFields& own, Report& report);
/// What CEL, Liquid and a person can all read as one name.
bool is_name(std::string_view text);
struct CompiledSteps {
  std::vector<Instruction> program;
  std::uint32_t on_error = 0;
};
/// The program of a list of steps, those of on_error (may be null) behind them.
CompiledSteps compile_steps(const yaml::Node& steps, const yaml::Node* on_error, Draft& draft);
/// "3 per 7d".
std::optional<RunLimit> read_limit(const yaml::Node& node, Report& report);
/// A map of `schedule` or `every`.
std::optional<Schedule> read_schedule(const yaml::Node& node, Report& report);
/// The event types that `emit` names in a file; without any report.
void collect_emitted(const yaml::Node& root, std::set<std::string>& types);
bool is_event_name(std::string_view name);

/// `tests`: their form.
void check_tests(const yaml::Node& tests, std::span<const std::string> own_events, Report& report);
/// A *.test.yaml.
void check_test_file(const yaml::Node& root, std::span<const std::string> own_events, Report& report);
/// Reports a type that is neither canonical nor the shop's own. Whether it is known.
bool check_event_type(const yaml::Node& node, std::span<const std::string> own_events, Report& report);

/// load_workflow() for a file of a shop: `templates_folder` is shown in diagnostics of templates; `texts`
/// are the shop's, nullptr when it is of none.
Read<std::shared_ptr<const Workflow>> compile_workflow(const WorkflowSource& source,
                                                       const std::string& templates_folder,
                                                       const liquid::Translations* texts = nullptr);

}  // namespace shopbell
