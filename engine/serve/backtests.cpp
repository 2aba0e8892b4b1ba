#include "serve/backtests.h"

#include "base/hash.h"
#include "base/random.h"
#include "play/compare.h"
#include "serve/outcomes.h"

#include <sys/resource.h>
#include <unistd.h>

namespace shopbell {
namespace {

constexpr int behind_the_shop = 10;  // nice

Result<play::Candidate> load(std::string name, const std::string& folder) {
  auto read = play::load_candidate(std::move(name), folder);
  if (!read.value) return fail("bad_workflow", "the shop has mistakes: " + (read.diagnostics.empty() ? std::string("it cannot be read") : read.diagnostics.front().message));
  return std::move(*read.value);
}

}  // namespace

std::string_view to_text(BacktestState::Status status) {
  switch (status) {
    case BacktestState::Status::running: return "running";
    case BacktestState::Status::done: return "done";
    case BacktestState::Status::cancelled: return "cancelled";
    case BacktestState::Status::failed: return "failed";
  }
  return {};
}

template <class Change>
void Backtests::change(const std::string& id, Change make) {
  const std::lock_guard lock(mutex_);
  for (BacktestState& state : states_)
    if (state.id == id) make(state);
}

Result<std::string> Backtests::begin(BacktestWish wish) {
  const std::lock_guard lock(mutex_);
  if (!states_.empty() && states_.back().status == BacktestState::Status::running)
    return fail("conflict", "a backtest is under way: wait for its end, or cancel it", states_.back().id);
  BacktestState state;
  const std::string id = state.id = to_hex(random_bytes(8));
  state.workflow = wish.workflow;
  state.hash = wish.hash;
  state.by = wish.by;
  state.begun = wish.begun;
  state.since = wish.since;
  if (!worker_.post([this, wish = std::move(wish), id] { run(wish, id); })) return fail("busy", "the server cannot take a backtest at the moment");
  states_.push_back(std::move(state));
  if (states_.size() > backtests_kept) states_.pop_front();
  return id;
}

std::optional<BacktestState> Backtests::find(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const BacktestState& state : states_)
    if (state.id == id) return state;
  return {};
}

bool Backtests::cancel(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const BacktestState& state : states_)
    if (state.id == id) return unwanted_ = id, true;
  return false;
}

void Backtests::stop() {
  stopping_ = true;
  worker_.stop();
}

bool Backtests::is_wanted(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return !stopping_ && unwanted_ != id;
}

void Backtests::run(const BacktestWish& wish, const std::string& id) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), behind_the_shop);  // of this thread
  Result<void> played;
  try {
    played = play(wish, id);
  } catch (const std::exception& e) {
    played = fail("broken", e.what());
  }
  const bool left = !is_wanted(id);
  change(id, [&](BacktestState& state) {
    if (!played) state.why = played.error().message;
    state.status = left ? BacktestState::Status::cancelled : played ? BacktestState::Status::done : BacktestState::Status::failed;
  });
}

Result<void> Backtests::play(const BacktestWish& wish, const std::string& id) {
  const auto edited = load("as edited", wish.edited->folder()), present = load("as it is", wish.folder);
  if (!edited) return tl::unexpected(edited.error());
  if (!present) return tl::unexpected(present.error());
  auto model = play::Model::parse({});
  if (!model) return tl::unexpected(model.error());
  auto reader = Store::reader(wish.data);
  if (!reader) return tl::unexpected(reader.error());
  if (auto read = read_outcomes(**reader, wish.since, *model); !read) return read;
  play::Question question{{wish.data}, std::move(*model)};
  question.meant = [since = wish.since](const Event& event, Arena&) { return event.at >= since; };
  question.bounds.until = std::chrono::steady_clock::now() + backtest_takes_max;
  question.bounds.subjects_max = backtest_subjects_max;
  question.bounds.go_on = [&](const play::Progress& progress) {
    change(id, [&](BacktestState& state) {
      state.bytes = progress.bytes;
      state.bytes_all = progress.bytes_all;
    });
    return is_wanted(id);
  };
  auto findings = play::compare({&*edited, &*present}, question);
  if (!findings) return tl::unexpected(findings.error().code == "no_log" ? Error{"no_log", "nothing was recorded yet", {}} : findings.error());
  if (findings->changes.size() > backtest_changes_max) findings->changes.resize(backtest_changes_max);
  change(id, [&](BacktestState& state) { state.findings = play::to_json(*findings); });
  return {};
}

}  // namespace shopbell
