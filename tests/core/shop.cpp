#include "support/shop.h"

#include "base/json.h"
#include "base/time.h"
#include "core/schedule.h"
#include "load/load.h"
#include "load/shop.h"
#include "support/catch.h"

#include <algorithm>

namespace shopbell::story {
namespace {

Task<Outcome> never_run_here(Call, Services&) { co_return Outcome{}; }

Result<Effects> decide_tag(const Value& args, Arena&) {
  Effects effects;
  const auto copy = [&](std::string_view name, std::vector<std::string>& to) {
    const Value list = args[name];
    for (const Value& item : list.is(Kind::list) ? list.items() : std::span<const Value>{})
      to.emplace_back(item.text_or({}));
  };
  copy("add", effects.tags_added);
  copy("remove", effects.tags_removed);
  return effects;
}

Result<Effects> decide_handoff(const Value& args, Arena&) {
  Effects effects;
  effects.ticket =
      TicketDraft{std::string(args["queue"].text_or("care")), "normal", std::string(args["reason"].text_or({})), {}};
  return effects;
}

Result<Effects> decide_note(const Value& args, Arena& arena) {
  Effects effects;
  effects.notes.emplace_back(args["text"].text_or({}));
  effects.log = args["text"].text_or({});
  effects.output = make_map(arena, {{"text", args["text"]}, {"at", Value(from_ms(5))}});
  return effects;
}

Result<Effects> decide_refuse(const Value&, Arena&) { return shopbell::fail("refused", "this one never works"); }

Instruction plain(Op op) {
  Instruction step;
  step.op = op;
  return step;
}

}  // namespace

const Action send{.name = "send", .summary = "sends", .reaches_customer = true, .run = never_run_here};
const Action tag{.name = "tag", .summary = "tags", .decide = decide_tag};
const Action handoff{.name = "handoff", .summary = "opens a ticket", .decide = decide_handoff};
const Action note{.name = "note", .summary = "notes", .decide = decide_note};
const Action refuse{.name = "refuse", .summary = "fails", .decide = decide_refuse};

cel::Program expr(const std::string& source) {
  auto program = cel::compile(source);
  INFO(source);
  REQUIRE(program);
  return *program;
}

Argument constant(const std::string& json) {
  Argument a;
  auto parsed = parse_json_document(json);
  INFO(json);
  REQUIRE(parsed);
  a.constant = std::move(*parsed);
  return a;
}

Argument written(const std::string& liquid) {
  Argument a;
  a.form = Argument::Form::text;
  auto parsed = liquid::parse(liquid);
  INFO(liquid);
  REQUIRE(parsed);
  a.text = *parsed;
  return a;
}

Argument computed(const std::string& source) {
  Argument a;
  a.form = Argument::Form::cel;
  a.cel = expr(source);
  return a;
}

Instruction act(const Action& action, Argument arguments, std::string as) {
  Instruction step = plain(Op::act);
  step.action = &action;
  step.label = action.name;
  step.arguments = std::move(arguments);
  step.as = std::move(as);
  return step;
}

Instruction wait(const std::string& duration) {
  Instruction step = plain(Op::wait);
  step.duration = parse_duration(duration).value();
  return step;
}

Instruction wait_until(const std::string& source) {
  Instruction step = plain(Op::wait);
  step.condition = expr(source);
  return step;
}

Instruction branch(const std::string& source, std::uint32_t otherwise) {
  Instruction step = plain(Op::branch);
  step.condition = expr(source);
  step.target = otherwise;
  return step;
}

Instruction jump(std::uint32_t target) {
  Instruction step = plain(Op::jump);
  step.target = target;
  return step;
}

Instruction emit(std::string type, Argument data) {
  Instruction step = plain(Op::emit);
  step.text = std::move(type);
  step.arguments = std::move(data);
  return step;
}

Instruction stop(const std::string& reason) {
  Instruction step = plain(Op::stop);
  step.arguments = written(reason);
  return step;
}

Instruction fail(const std::string& reason) {
  Instruction step = plain(Op::fail);
  step.arguments = written(reason);
  return step;
}

Instruction set_to(Argument vars) {
  Instruction step = plain(Op::set);
  step.arguments = std::move(vars);
  return step;
}

Workflow started_by(std::string id, std::vector<std::string> on) {
  Workflow w;
  w.version = id + "-1";
  w.id = std::move(id);
  for (std::string& type : on) w.on.push_back({std::move(type), {}});
  return w;
}

Shop::Shop()
    : now(world_.now),
      facts_{"demo", "The Demo Shop", "https://demo.example", "EUR", "UTC", "en"},
      workflows_(std::make_unique<Workflows>(facts_, all_)),
      world_(*workflows_, arena_) {
  now = from_ms(1'800'000'000'000);
  world_.watch = [this](const play::Took& what) { took(what); };
}

void Shop::use(std::unique_ptr<Workflows> workflows) {
  workflows_ = std::move(workflows);
  world_.use(*workflows_);
  for (const auto& old : kept_) workflows_->keep(old);
}

Shop& Shop::add(Workflow workflow) {
  for (std::size_t i = 0; i < workflow.program.size(); ++i)
    if (workflow.program[i].id.empty()) workflow.program[i].id = std::to_string(i + 1);
  return add(std::make_shared<const Workflow>(std::move(workflow)));
}

Shop& Shop::add(std::shared_ptr<const Workflow> workflow) {
  std::erase_if(all_, [&](const auto& other) { return other->id == workflow->id; });
  all_.push_back(std::move(workflow));
  kept_.push_back(all_.back());
  use(std::make_unique<Workflows>(facts_, all_));
  return *this;
}

Shop& Shop::add_yaml(const std::string& yaml) {
  auto read = load_workflow({"workflows/w.yaml", yaml, {}, {"loyalty.reached"}});
  std::string mistakes;
  for (const Diagnostic& d : read.diagnostics) mistakes += to_text(d);
  INFO(mistakes);
  REQUIRE(read.value);
  return add(*read.value);
}

Shop& Shop::configure(const std::string& yaml) {
  const std::string text = "shop: demo\n" + yaml;
  Report report("shopbell.yaml", text);
  ShopFile file = read_shop_file(report, ".");
  REQUIRE_FALSE(report.failed());
  facts_ = std::move(file.config.facts);
  use(std::make_unique<Workflows>(facts_, all_));
  return *this;
}

void Shop::set_clocks() { world_.set_clocks(); }

void Shop::forget_all_workflows() {
  all_.clear();
  kept_.clear();
  use(std::make_unique<Workflows>(facts_, all_));
}

void Shop::event(const std::string& type, const std::string& data, const std::string& about, Millis ago) {
  INFO(data);
  const auto parsed = parse_json(data, arena_);
  REQUIRE(parsed);
  Event event;
  event.id = arena_.copy("e" + std::to_string(++events_));
  event.source = "test";
  event.type = arena_.copy(type);
  event.subject = arena_.copy(about);
  event.at = now - ago;
  event.data = *parsed;
  give(about, {now, Received{event, 0, {}, {}}});
}

void Shop::give(const std::string& about, Input input) { world_.give(about, std::move(input)); }

// What was written is read, and written again byte by byte.
Subject Shop::subject(const std::string& id) {
  Subject loaded = world_.subject(id);
  const play::Kept* kept = world_.find(id);
  if (kept == nullptr) return loaded;
  if (!kept->state.empty()) REQUIRE(encode_subject(loaded) == kept->state);
  REQUIRE(loaded.runs.size() == kept->runs.size());
  for (std::size_t i = 0; i < loaded.runs.size(); ++i) REQUIRE(encode_run(loaded.runs[i]) == kept->runs[i]);
  return loaded;
}

void Shop::took(const play::Took& took) {
  const std::string written = state(took.subject);
  REQUIRE(encode_subject(took.after) == (written.empty() ? "{}" : written));
  for (const Run& run : took.after.runs) REQUIRE(is_open(run.status));
  check_runs(took.after, took.made);
  subject(took.subject);
  record(took.subject, took.made);
}

// What the transition says of open runs is what the subject has.
void Shop::check_runs(const Subject& loaded, const Transition& made) {
  for (auto run = made.runs.rbegin(); run != made.runs.rend(); ++run) {
    const bool last_word = std::none_of(made.runs.rbegin(), run, [&](const Run& later) { return later.id == run->id; });
    const auto there =
        std::find_if(loaded.runs.begin(), loaded.runs.end(), [&](const Run& r) { return r.id == run->id; });
    if (last_word) REQUIRE(is_open(run->status) == (there != loaded.runs.end()));
    if (last_word && there != loaded.runs.end()) REQUIRE(encode_run(*there) == encode_run(*run));
  }
}

void Shop::record(const std::string& id, const Transition& made) {
  transcript += "=> " + id + '\n' + state(id) + '\n';
  for (const Run& run : made.runs) {
    transcript += encode_run(run) + '\n';
    if (!is_open(run.status)) ended.push_back(run);
  }
  for (const CallEnd& end : made.calls_ended) {
    transcript += "end " + end.key + ' ' + end.error + '\n';
    std::erase_if(calls, [&](const CallOrder& order) { return order.call.key == end.key; });
    calls_ended.push_back(end);
  }
  for (const CallOrder& order : made.calls) {
    args.push_back(to_json(order.call.args));
    transcript += "call " + order.call.key + ' ' + std::to_string(to_ms(order.due)) + ' ' + args.back() + '\n';
    const auto over = [&](const CallEnd& end) { return end.recorded && end.key == order.call.key; };
    if (std::none_of(made.calls_ended.begin(), made.calls_ended.end(), over)) calls.push_back(order);
  }
  for (const Note& n : made.notes)
    transcript += n.code + ' ' + n.workflow + ' ' + n.run + ' ' + n.step + ' ' + n.text + '\n';
  notes.insert(notes.end(), made.notes.begin(), made.notes.end());
  tickets.insert(tickets.end(), made.tickets.begin(), made.tickets.end());
  messages.insert(messages.end(), made.messages.begin(), made.messages.end());
  log.insert(log.end(), made.log.begin(), made.log.end());
}

void Shop::pass(const std::string& duration) { world_.pass_until(now + parse_duration(duration).value()); }

void Shop::answer(Outcome::Status status, const std::string& output, std::optional<Millis> retry_after) {
  REQUIRE_FALSE(calls.empty());
  const CallOrder order = calls.front();
  calls.pop_front();
  answer_to(order, status, output, retry_after);
}

void Shop::answer_to(const CallOrder& order, Outcome::Status status, const std::string& output,
                     std::optional<Millis> retry_after) {
  now = std::max(now, order.due);
  Finished finished;
  finished.run = order.call.run;
  finished.call = order.call.key;
  finished.attempt = static_cast<std::uint32_t>(order.call.attempt);
  finished.status = status;
  finished.output = parse_json(output, arena_).value();
  finished.retry_after = retry_after;
  if (status != Outcome::Status::done) finished.error = shopbell::fail("no_answer", "the far side was silent").value();
  else finished.message = sent;
  for (const auto& [id, kept] : world_.subjects())
    for (const std::string& state : kept.runs)
      if (decode_run(state, arena_)->id == order.call.run) return world_.finish({order, id}, finished);
  world_.finish({order, "customer:7"}, finished);
}

std::string Shop::state(const std::string& id) const {
  const play::Kept* kept = world_.find(id);
  return kept == nullptr ? std::string() : kept->state;
}

std::vector<Run> Shop::open_runs() {
  std::vector<Run> runs;
  for (const auto& [id, kept] : world_.subjects())
    for (const std::string& state : kept.runs) runs.push_back(decode_run(state, arena_).value());
  return runs;
}

std::size_t Shop::count(RunStatus status) const {
  return static_cast<std::size_t>(
      std::count_if(ended.begin(), ended.end(), [&](const Run& run) { return run.status == status; }));
}

bool Shop::noted(const std::string& code, const std::string& text) const {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const Note& n) { return n.code == code && n.text.find(text) != std::string::npos; });
}

std::string Shop::all_notes() const {
  std::string all;
  for (const Note& n : notes) all += n.code + " " + n.workflow + " " + n.step + ": " + n.text + "\n";
  return all;
}

}  // namespace shopbell::story
