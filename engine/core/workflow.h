#pragma once
// A workflow as it runs: immutable, compiled by load/, shared between threads. Its steps are a flat
// program: a run's cursor is one index into it.

#include "cel/cel.h"
#include "base/calendar.h"
#include "core/cron.h"
#include "liquid/liquid.h"

#include <shopbell/action.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t workflow_instructions_max = 1000;
constexpr std::uint32_t instructions_per_input_max = 10'000;  // of one run, between two waits
constexpr std::size_t for_each_items_max = 1000;
constexpr std::size_t branches_max = 20;                      // of one `parallel`

/// How one parameter of a step gets its value.
struct Argument {
  enum class Form : std::uint8_t { constant, cel, text, page, list, map };
  Form form = Form::constant;
  Document constant;
  std::optional<cel::Program> cel;
  std::optional<liquid::Template> text;  // text; page: the .liquid
  std::optional<liquid::Template> html;  // page: the .html.liquid
  std::vector<std::pair<std::string, Argument>> parts;  // list (names empty) and map
};

struct Trigger {
  std::string event;                   // "order.placed"
  std::optional<cel::Program> where;
};

enum class Mode : std::uint8_t { parallel, single, restart, queue };

struct RunLimit {
  std::uint32_t count = 0;  // 0: no limit
  Millis per{0};
};

/// Full jitter: attempt n waits a random part of min(backoff * 2^(n-1), max_backoff).
struct Retry {
  std::uint32_t attempts = 8;
  Millis backoff{2'000};
  Millis max_backoff{15 * 60'000};
};

/// What becomes of a call of which nobody knows whether it was done.
enum class InDoubt : std::uint8_t { resend_once, hold, drop };

enum class Op : std::uint8_t {
  act,     // do `action` with `arguments`
  branch,  // go on when `condition` holds, else to `target`
  jump,    // to `target`
  set,     // vars from `arguments` (a map)
  wait,    // `duration`, or until the instant that `condition` gives
  emit,    // a new event of type `text`, data from `arguments`
  stop,    // the run ends; `arguments` is the reason
  fail,    // the run fails; `arguments` is the reason
  wait_for,  // until one of `triggers` has happened, or `duration` (0: for ever) is over
  each,      // for each element of the list that `condition` gives; behind the last to `target`
  next,      // back to the `each` at `target`
  fork,      // a part of the run from each of `branches` on; behind them to `target`
  join,      // a branch is over
  call,      // the workflow `text` as a part of the run, with `arguments` as vars
  judge,     // the answer to an `ask`: good when `condition` (over `answer`), or one of the buttons in `arguments`; else
             // up to `tries` times to `target`; when none came in time to `failure`
  look_up,   // an order of anybody, by `arguments`: number, proof
  promise,   // when a person will have time: into the output of the handoff before it
};

struct Instruction {
  Op op = Op::act;
  std::string id;      // the step's `id`, else its place: "2", "2.do.1"
  std::string as;      // the name of its output; empty: none
  std::string label;   // for notes: "email", "choose: case 2"
  std::uint32_t line = 0;
  std::uint32_t target = 0;
  std::optional<cel::Program> condition;
  const Action* action = nullptr;
  Argument arguments;
  std::string text;
  Millis duration{0};
  Millis timeout{30'000};  // of one attempt
  Retry retry;
  InDoubt in_doubt = InDoubt::resend_once;
  bool go_on_after_failure = false;  // on_error: continue
  std::uint32_t failure = 0;         // on_error: where its steps begin; 0: none
  std::vector<Trigger> triggers;     // wait_for
  std::vector<std::uint32_t> branches;  // fork
  bool any = false;                  // fork: the first branch that is done is enough
  std::uint32_t tries = 0;           // judge
  bool asks = false;                 // wait_for: for what is said behind the question, in its conversation
  bool free = false;                 // judge: what is none of the buttons may be an answer, too
};

/// Gather triggers into one run: until none has come for `quiet`, at most for `max`.
struct Collect {
  Millis quiet{0};  // 0: no
  Millis max{0};
};

/// What an edit does to the runs that wait on an older version.
enum class OnEdit : std::uint8_t { pin, migrate, cancel };

/// Fires that are due when nobody was there to see them.
enum class Misfire : std::uint8_t { once, skip, all };

struct Schedule {
  std::optional<Cron> cron;
  Millis every{0};       // without cron: each multiple of it since 1970-01-01T00:00Z
  std::string text;      // "0 9 * * MON", "15m"
  std::string timezone;  // empty: the shop's
  Misfire misfire = Misfire::once;
};

/// What a run's version needs to be compiled again after the file has changed.
struct WorkflowSource {
  std::string file;                                // as shown in diagnostics
  std::string yaml;
  std::map<std::string, std::string> templates;    // "order-confirmation.html.liquid" -> text, partials included
  std::vector<std::string> own_events = {};        // event types of the shop's own that it may name
  std::string own_fields = {};                     // `fields` of the shop as JSON; empty: none
};

struct Workflow {
  std::string id, version;  // version: content hash of the source
  std::string title, description;
  bool enabled = true;
  std::vector<Trigger> on, stop_on;
  std::optional<cel::Program> condition;  // `if`
  std::optional<cel::Program> per;        // an expression whose text is the subject that runs are counted by
  std::string per_text;                   // "customer", "order", "shop" or the expression; empty: the event's subject
  Mode mode = Mode::parallel;
  RunLimit limit;
  bool marketing = false;                 // kind: needs consent, obeys the contact rule
  bool recheck = true;                    // after a wait, before anything reaches the customer
  std::string hours;                      // the calendar that such steps wait for; empty: none
  Collect collect;
  OnEdit on_edit = OnEdit::pin;
  std::vector<Schedule> schedules;        // its `on` then has schedule_fired, too
  std::vector<std::pair<std::string, cel::Program>> vars;
  std::vector<Instruction> program;       // ends where the index reaches its size
  std::uint32_t on_error = 0;             // where the steps of its on_error begin; 0: none
  liquid::Partials partials;
  WorkflowSource source;
};

/// How often and when marketing may reach one customer, over all workflows. Transactional steps are exempt.
struct ContactRule {
  RunLimit limit;
  std::optional<Span> quiet;  // in the customer's zone
  bool skip = false;          // what is held back is left out; else it is done later
  Millis expire{0};           // what would be later than this is left out; 0: never
};

/// Events that the engine makes of others (core/derive.h). One is made when a workflow triggers on it or waits for
/// it, unless the shop says otherwise.
struct Derivation {
  std::map<std::string, bool, std::less<>> said;  // by type: what the shop says
  Millis cart_quiet{60 * 60'000}, checkout_quiet{60 * 60'000};  // then it is abandoned
  std::optional<std::int64_t> low_below;  // of a product that bears no threshold
};

struct Segments;  // core/segments.h
namespace desk {
struct Rules;  // desk/rules.h
}

/// The shop as expressions and templates see it, and its rules for all workflows.
struct ShopFacts {
  std::string id, name, url, currency, timezone, locale;
  std::string unsubscribe_url = {}, track_url = {};  // for the filters of these names; empty: their defaults
  std::shared_ptr<const liquid::Translations> translations = {};  // never changed; nullptr: none
  std::map<std::string, Calendar, std::less<>> calendars = {};  // `hours`
  ContactRule contact = {};
  Derivation derive = {};
  std::shared_ptr<const Segments> segments = {};  // of segments.yaml; nullptr: there is none
  std::shared_ptr<const desk::Rules> desk = {};   // `queues` and `agents`; nullptr: as if there were none
};

/// The event of a schedule: data {schedule: {workflow, at, missed}}.
constexpr std::string_view schedule_fired = "schedule.fired";

/// What a subject has to remember of the events of a type, because a run may look back at them.
enum class Memory : std::uint8_t { nothing, time, data };

/// Whether a step of it waits for events of that type, or they stop its runs.
bool listens(const Workflow& workflow, std::string_view event_type);

/// All workflows of a shop at one moment; immutable once it is shared. A reload makes a new one, adds by
/// keep() each older version that open runs are pinned to, and only then hands it to the shard: what
/// apply() looked up stays valid as long as the set that it looked it up in.
class Workflows {
 public:
  Workflows() = default;
  Workflows(ShopFacts shop, std::vector<std::shared_ptr<const Workflow>> current);

  const ShopFacts& shop() const { return shop_; }
  const std::vector<std::shared_ptr<const Workflow>>& all() const { return all_; }
  /// Those with a trigger of that event type, in order of id. A disabled workflow, or an older version,
  /// triggers nothing; but its open runs are still stopped, and go on.
  const std::vector<const Workflow*>& on(std::string_view event_type) const;
  /// Those that it stops, or whose steps wait for it.
  const std::vector<const Workflow*>& listening_on(std::string_view event_type) const;
  Memory memory_of(std::string_view event_type) const;
  const Workflow* find(std::string_view id) const;
  /// A version that open runs are pinned to: a present one, or one added by keep().
  const Workflow* version(std::string_view version) const;
  /// The same set that also knows an older version. Does nothing when the version is there already.
  void keep(std::shared_ptr<const Workflow> old);
  /// Whether one hands over or looks up orders, and so somebody wants to know of a customer's orders; and whether one looks up.
  bool keeps_orders() const { return keeps_orders_; }
  bool looks_up() const { return looks_up_; }
  /// Whether a step of it may read event.raw: if none does, its runs need not carry the platform's body.
  bool reads_raw(const Workflow& workflow) const { return raw_readers_.contains(workflow.version); }

 private:
  void index_listeners(const Workflow& workflow);
  void listen(const Trigger& trigger, bool waits, const Workflow& workflow);
  void add_version(const std::shared_ptr<const Workflow>& workflow);

  ShopFacts shop_;
  std::vector<std::shared_ptr<const Workflow>> all_;
  std::map<std::string, std::shared_ptr<const Workflow>, std::less<>> versions_;
  std::map<std::string, std::vector<const Workflow*>, std::less<>> on_, listening_on_;
  std::map<std::string, Memory, std::less<>> memory_;
  std::set<std::string, std::less<>> raw_readers_;  // versions
  bool keeps_orders_ = false, looks_up_ = false;
};

}  // namespace shopbell
