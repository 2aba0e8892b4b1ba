// Random batches against a model that is plainly right, with the store opened anew now and then.

#include "store/backlog.h"
#include "store/support.h"

#include "base/hash.h"

#include <map>
#include <random>
#include <set>

using namespace shopbell;
using namespace shopbell::testing;

namespace {

struct Model {
  std::map<std::string, std::string> subjects;
  std::map<std::string, RunRow> runs;  // by id
  std::vector<std::string> started;    // run ids in order
  std::map<Digest, std::uint64_t> seen;
  std::map<std::string, CallRow> calls;  // the open ones
  std::vector<std::string> lines;        // by seq - 1; "" : none
  std::uint64_t events = 0;
};

class Story {
 public:
  explicit Story(unsigned seed) : draw_(seed) {}

  Batch batch(const Store& store, Model& model) {
    Batch made = next(store, {}, at(++clock_));
    const int inputs = 1 + pick(4);
    for (int i = 0; i < inputs; ++i)
      add_input(made, model, made.fence.seq + static_cast<std::uint64_t>(i) + 1);
    if (pick(20) == 0) move_runs(made, model);
    if (pick(2) == 0) end_a_run(made, model);
    else go_on_with_a_run(made, model);
    if (pick(3) == 0) end_a_call(made, model);
    return made;
  }
  int pick(int below) { return static_cast<int>(draw_() % static_cast<unsigned>(below)); }

 private:
  std::string subject() { return "customer:" + std::to_string(pick(40)); }

  void add_input(Batch& made, Model& model, std::uint64_t seq) {
    InputRow input;
    input.seq = seq;
    input.kind = "due";
    input.at = made.clock;
    input.subject = subject();
    if (pick(4) != 0) {
      input.kind = "event";
      input.event_id = "e" + std::to_string(seq);
      input.source = "shop " + std::to_string(pick(3));
      input.digest = event_digest(input.source, input.event_id);
      lines_.push_back(std::make_unique<std::string>(static_cast<std::size_t>(1 + pick(300)),
                                                     static_cast<char>('a' + pick(26))));
      input.line = *lines_.back();
      model.seen[input.digest] = seq;
      if (pick(2) == 0) {
        input.body_digest = event_digest(input.source, "the body of " + input.event_id);
        model.seen[input.body_digest] = seq;
      }
      ++model.events;
    }
    model.lines.emplace_back(input.line);
    if (pick(2) == 0) {
      const std::string state = std::to_string(draw_());
      made.subjects.push_back({input.subject, state});
      model.subjects[input.subject] = state;
    }
    if (pick(2) == 0) start_a_run(made, model, input);
    made.inputs.push_back(std::move(input));
  }

  void start_a_run(Batch& made, Model& model, const InputRow& input) {
    const std::string name = "run " + std::to_string(model.started.size());
    RunRow run =
        pick(3) == 0 ? ended_run(name, input.subject, input.seq) : open_run(name, input.subject, input.seq);
    if (!run.ended && pick(2) == 0) run.due = at(pick(5000));
    run.notes = "started";
    if (!run.ended && pick(2) == 0) {
      CallRow call;
      call.key = id_of({"call", run.id});
      call.run = run.id;
      call.due = at(pick(5000));
      made.calls.push_back(call);
      model.calls[call.key] = call;
    }
    made.runs.push_back(run);
    model.started.push_back(run.id);
    model.runs[run.id] = run;
  }

  /// An open one of before, as an update says it; null: the dice fell on another.
  RunRow* open_run_of(Model& model, const Batch& made, RunRow& update) {
    if (model.started.empty()) return nullptr;
    RunRow& run =
        model.runs[model.started[static_cast<std::size_t>(pick(static_cast<int>(model.started.size())))]];
    if (run.ended || run.event_seq > made.fence.seq) return nullptr;  // put once in a batch
    update = run;
    update.event_seq = 0;
    update.notes.clear();
    return &run;
  }

  void go_on_with_a_run(Batch& made, Model& model) {
    RunRow update;
    RunRow* run = open_run_of(model, made, update);
    if (run == nullptr) return;
    run->state = update.state = "at " + std::to_string(draw_());
    made.runs.push_back(update);
  }

  /// As where two customers turn out to be one.
  void move_runs(Batch& made, Model& model) {
    const std::string from = subject(), to = subject();
    if (from == to) return;
    made.moves.push_back({from, to});
    for (auto& [id, run] : model.runs)
      if (run.subject == from && !run.ended) run.subject = to;
    for (RunRow& run : made.runs)
      if (run.subject == from) run.subject = to;
  }

  void end_a_run(Batch& made, Model& model) {
    RunRow update;
    RunRow* found = open_run_of(model, made, update);
    if (found == nullptr) return;
    RunRow& run = *found;
    update.notes = "ended";
    update.status = "done";
    update.ended = made.clock;
    update.state.clear();
    made.runs.push_back(update);
    run.status = "done";
    run.ended = made.clock;
    run.due.reset();
    run.notes += "\nended";
  }

  void end_a_call(Batch& made, Model& model) {
    if (model.calls.empty()) return;
    auto call = model.calls.begin();
    std::advance(call, pick(static_cast<int>(model.calls.size())));
    made.calls_ended.push_back({call->first, "done", "", 1, made.clock});
    model.calls.erase(call);
  }

  std::mt19937 draw_;
  std::int64_t clock_ = 0;
  std::vector<std::unique_ptr<std::string>> lines_;
};

/// All subjects as they are loaded; and what the digests were seen under.
std::vector<std::uint64_t> compare_subjects(Store& store, const Model& model, const std::vector<Digest>& digests) {
  std::map<std::string, std::vector<std::string>> open;
  for (const auto& id : model.started) {
    const RunRow& run = model.runs.at(id);
    if (!run.ended) open[run.subject].push_back(run.state);
  }
  std::vector<std::string> subjects;
  for (int i = 0; i < 40; ++i) subjects.push_back("customer:" + std::to_string(i));
  const auto loaded = value_of(store.load(subjects, digests));
  for (const auto& subject : loaded.subjects) {
    INFO(subject.id);
    const auto known = model.subjects.find(subject.id);
    CHECK(subject.state == (known == model.subjects.end() ? "" : known->second));
    CHECK(subject.runs == open[subject.id]);
  }
  return loaded.seen;
}

void compare_state(Store& store, const Model& model) {
  std::set<Time> dues;
  for (const auto& [id, run] : model.runs)
    if (run.due) dues.insert(*run.due);
  std::vector<Digest> digests;
  for (const auto& [digest, seq] : model.seen) digests.push_back(digest);
  const auto seen = compare_subjects(store, model, digests);
  std::size_t at_digest = 0;
  for (const auto& [digest, seq] : model.seen) REQUIRE(seen[at_digest++] == seq);
  for (const auto& [key, call] : model.calls) dues.insert(call.due);
  CHECK(value_of(store.next_due()) == (dues.empty() ? std::nullopt : std::optional(*dues.begin())));
  CHECK(all_due_calls(store, at(10'000)).size() == model.calls.size());
}

void compare_views(const std::string& folder, const Model& model) {
  const auto reader = reader_or_throw(folder);
  for (std::size_t i = 0; i < model.lines.size(); ++i) {
    const auto line = reader->line(i + 1);
    REQUIRE((line ? *line : "") == model.lines[i]);
  }
  for (const auto& [id, run] : model.runs) {
    const auto found = value_of(reader->run(id));
    REQUIRE(found);
    CHECK(found->row.event_seq == run.event_seq);
    CHECK(found->row.status == run.status);
    CHECK(found->row.notes == run.notes);
    CHECK(found->row.due == run.due);
  }
  const auto counts = value_of(reader->counts());
  CHECK(counts.events == model.events);
  CHECK(counts.open_calls == model.calls.size());
  CHECK(counts.open_runs ==
        static_cast<std::uint64_t>(std::count_if(model.runs.begin(), model.runs.end(),
                                                 [](const auto& run) { return !run.second.ended; })));
}

}  // namespace

TEST_CASE("thousands of random batches leave what a plain model says, across openings") {
  const Folder folder;
  Model model;
  Story story(7);
  auto store = open_or_throw(folder.path());
  for (int i = 0; i < 3'000; ++i) {
    REQUIRE(store->commit(story.batch(*store, model)) == Committed::done);
    if (story.pick(10) == 0) store->tidy();
    if (story.pick(40) == 0) compare_subjects(*store, model, {});
    if (i % 500 != 499) continue;
    compare_state(*store, model);
    store.reset();
    store = open_or_throw(folder.path());
    compare_state(*store, model);
  }
  compare_views(folder.path(), model);
}

TEST_CASE("digests and run ids are found before, while and after they are written to their indexes") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  const auto id = [](std::uint64_t seq) { return "e" + std::to_string(seq); };
  constexpr std::uint64_t at_once = 1'000;
  const std::uint64_t all = 3 * backlog_entries_max + 2 * at_once;
  std::uint64_t opened_anew = 0;
  for (std::uint64_t seq = 0; seq < all;) {
    Batch batch = next(*store, {});
    for (std::uint64_t n = 0; n < at_once; ++n) {
      InputRow input;
      input.seq = ++seq;
      input.at = batch.clock;
      input.kind = "event";
      input.event_id = id(seq);
      input.source = "shop";
      input.digest = event_digest("shop", input.event_id);
      batch.inputs.push_back(input);
      if (seq % 4 == 0) batch.runs.push_back(ended_run(id(seq), "s", seq));
    }
    REQUIRE(store->commit(batch) == Committed::done);
    if (seq % 40'000 != 0) continue;
    std::vector<Digest> digests;
    for (std::uint64_t back = 1; back <= seq; back += 97) digests.push_back(event_digest("shop", id(back)));
    digests.push_back(event_digest("shop", id(seq + 1)));
    for (int opening = 0; opening < 2; ++opening) {
      const auto seen = value_of(store->load({}, digests)).seen;
      for (std::size_t i = 0; i + 1 < digests.size(); ++i) REQUIRE(seen[i] == i * 97 + 1);
      CHECK(seen.back() == 0);
      store.reset();
      store = open_or_throw(folder.path());
      ++opened_anew;
    }
  }
  CHECK(opened_anew >= 8);
  const auto reader = reader_or_throw(folder.path());
  for (const std::uint64_t seq : {std::uint64_t{4}, std::uint64_t{80'000}, all}) {
    REQUIRE(value_of(reader->run(id_of({id(seq)})))->event_id == id(seq));
    REQUIRE(value_of(reader->events_by_id(id(seq))).size() == 1);
  }
}
