#include "play/side.h"

#include "core/schedule.h"
#include "core/segments.h"
#include "play/pack.h"

#include <algorithm>
#include <numeric>

namespace shopbell::play {
namespace {

constexpr std::size_t tries_max = 6;        // of one stretch, before all its subjects become one group
constexpr std::size_t subjects_per_turn = 256;  // likewise, that are looked at
constexpr std::size_t groups_per_turn = 32;  // what a thread takes at once; then its arena is emptied

void add_sent(Entry& entry, const Sent& more) {
  if (!entry.sent) entry.sent = std::make_unique<std::vector<Sent>>();
  auto same = std::find_if(entry.sent->begin(), entry.sent->end(), [&](const Sent& s) { return s.kind == more.kind; });
  if (same == entry.sent->end()) {
    entry.sent->reserve(entry.sent->size() + 1);
    same = entry.sent->insert(entry.sent->end(), Sent{more.kind, 0, 0});
  }
  same->count += more.count;
  same->mark += more.mark;
}

}  // namespace

Side::Side(const Workflows& workflows, const Model& model, std::size_t threads)
    : workflows_(workflows), model_(model), tally_(workflows.all().size()), staged_(threads, Staged(workflows.all().size())) {
  for (std::size_t i = 0; i < threads; ++i) arenas_.push_back(std::make_unique<Arena>(1 << 18));
  for (const auto& workflow : workflows.all()) {
    auto& by_step = kind_by_step_.emplace_back(workflow->program.size(), -1);
    for (std::size_t i = 0; i < by_step.size(); ++i) {
      const Instruction& step = workflow->program[i];
      if (step.op != Op::act || step.action == nullptr || !step.action->reaches_customer) continue;
      by_step[i] = static_cast<std::int32_t>(kinds_.size());
      kinds_.push_back({workflow->id, step.id, std::string(step.action->name)});
    }
  }
}

std::uint32_t Side::kind_of(const Run& run, const std::string& step) const {
  const auto& all = workflows_.all();
  for (std::size_t w = 0; w < all.size(); ++w)
    if (all[w]->id == run.workflow)
      for (std::size_t i = 0; i < kind_by_step_[w].size(); ++i)
        if (kind_by_step_[w][i] >= 0 && all[w]->program[i].id == step) return static_cast<std::uint32_t>(kind_by_step_[w][i]);
  return 0;
}

// The map is only read while groups are played, so threads need no lock for it.
bool Side::claim(const std::string& subject, std::uint32_t group, Entry*& entry) {
  if (const auto node = node_of_.find(subject); node != node_of_.end()) {
    const Node& one = nodes_[node->second];
    const auto found = one.id == subject ? entries_.end() : entries_.find(subject);  // a name has an entry of its own
    entry = one.id == subject ? one.entry : found == entries_.end() ? nullptr : &found->second;
    if (one.group == group) return true;
    const std::lock_guard lock(claims_mutex_);
    conflicts_.emplace_back(group, one.group);
    return false;
  }
  const auto found = entries_.find(subject);
  entry = found == entries_.end() ? nullptr : &found->second;
  const std::lock_guard lock(claims_mutex_);
  const auto [claim, first] = claims_.emplace(subject, group);
  if (first || claim->second == group) return true;
  conflicts_.emplace_back(group, claim->second);
  return false;
}

/// Whatever subjects are played side by side, each sees of the products what had been told by its own time.
void Side::file_products(std::span<const Arrival> arrivals) {
  for (const Arrival& arrival : arrivals) {
    const Event& event = arrival.event->event;
    const auto filing = filing_of(Received{event, 0, {}, {}}, event.subject);
    if (filing && catalogue_.file(*filing)) filed_[filing->product].push_back({arrival.clock, std::string(filing->category)});
  }
}

std::string_view Side::category_of(std::string_view product, Time at) const {
  if (filed_.empty()) return {};
  const auto found = filed_.find(std::string(product));
  if (found == filed_.end()) return {};
  for (auto filed = found->second.rbegin(); filed != found->second.rend(); ++filed)
    if (filed->since <= at) return filed->category;
  return {};
}

std::uint32_t Side::root(std::uint32_t node) {
  while (nodes_[node].group != node) node = nodes_[node].group = nodes_[nodes_[node].group].group;
  return node;
}

/// Whom the names of the events lead to. The map is only read, so this goes side by side.
void Side::look_up(std::span<const Arrival> arrivals, const Parallel& parallel) {
  known_.resize(std::max(known_.size(), arrivals.size()));
  const auto owner = [this](const std::string& name) -> Pair* {
    auto found = entries_.find(name);
    while (found != entries_.end() && found->second.leads_to != nullptr) found = entries_.find(*found->second.leads_to);
    return found == entries_.end() ? nullptr : &*found;
  };
  parallel((arrivals.size() + groups_per_turn - 1) / groups_per_turn, [&](std::size_t turn, std::size_t) {
    for (std::size_t i = turn * groups_per_turn; i < std::min(arrivals.size(), (turn + 1) * groups_per_turn); ++i) {
      known_[i].clear();
      if (arrivals[i].names->empty()) known_[i].push_back(owner(std::string(arrivals[i].event->event.subject)));
      for (const Identity& name : *arrivals[i].names) known_[i].push_back(owner(name.name));
    }
  });
}

std::uint32_t Side::node_of(std::string_view id, Entry* entry) {
  const auto next = static_cast<std::uint32_t>(nodes_.size());
  const auto [at, fresh] = node_of_.emplace(id, next);
  if (fresh) nodes_.push_back({id, entry, next, {}, false});
  return at->second;
}

void Side::join(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t one = root(a), other = root(b);
  nodes_[std::max(one, other)].group = std::min(one, other);
}

/// A node for each subject that has something to do, and one group for those that an event has to do with.
void Side::gather(std::span<const Arrival> arrivals, Time until) {
  nodes_.clear();
  node_of_.clear();
  node_of_.reserve(4 * arrivals.size());
  for (std::uint32_t i = 0; i < arrivals.size(); ++i) {
    const auto& names = *arrivals[i].names;
    const auto name_at = [&](std::size_t n) { return names.empty() ? arrivals[i].event->event.subject : std::string_view(names[n].name); };
    std::optional<std::uint32_t> node;
    for (std::size_t n = 0; n < known_[i].size(); ++n) {
      Pair* pair = known_[i][n];
      if (pair == nullptr) continue;
      const std::uint32_t one = node_of(pair->first, &pair->second);
      if (node) join(*node, one);
      else node = one;
    }
    if (!node) node = node_of(name_at(0), nullptr);
    nodes_[*node].inputs.push_back(i);
    for (std::size_t n = 0; n < known_[i].size(); ++n)
      if (const auto [at, fresh] = node_of_.emplace(name_at(n), *node); !fresh) join(at->second, *node);
  }
  while (!due_.empty() && due_.top().at <= until) {
    const DueAt due = due_.top();
    due_.pop();
    if (due.entry->second.due == due.at) node_of(due.entry->first, const_cast<Entry*>(&due.entry->second));
  }
}

bool Side::play_group(Bout& bout, std::span<const std::uint32_t> nodes, std::span<const Arrival> arrivals, Time until) {
  bout.begin(nodes_[nodes.front()].group);
  std::vector<std::uint32_t> merged;
  for (const std::uint32_t node : nodes) {
    if (!bout.join(std::string(nodes_[node].id))) return false;
    if (nodes.size() > 1) merged.insert(merged.end(), nodes_[node].inputs.begin(), nodes_[node].inputs.end());
  }
  std::sort(merged.begin(), merged.end());
  for (const std::uint32_t i : nodes.size() > 1 ? merged : nodes_[nodes.front()].inputs) {
    const Arrival& arrival = arrivals[i];
    if (!bout.pass_until(arrival.clock)) return false;
    if (!bout.give(arrival.event->event, *arrival.names, arrival.clock)) return false;
  }
  if (!bout.pass_until(until)) return false;
  for (const std::uint32_t node : nodes)
    if (nodes_[node].look && !bout.look(std::string(nodes_[node].id), until)) return false;
  bout.write();
  return true;
}

/// False: some subjects have to do with each other; they are one group now, and nothing is kept.
bool Side::play_groups(std::span<const Arrival> arrivals, Time until, const Parallel& parallel) {
  claims_.clear();
  conflicts_.clear();
  for (Staged& staged : staged_) staged = Staged(workflows_.all().size());
  std::vector<std::uint32_t> order(nodes_.size());
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) nodes_[i].group = root(i);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return nodes_[a].group < nodes_[b].group; });
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (i == 0 || nodes_[order[i]].group != nodes_[order[i - 1]].group) begins.push_back(i);
  begins.push_back(order.size());
  const std::size_t groups = begins.size() - 1;
  parallel((groups + groups_per_turn - 1) / groups_per_turn, [&](std::size_t turn, std::size_t thread) {
    Bout bout(*this, model_, *arenas_[thread], staged_[thread]);
    for (std::size_t g = turn * groups_per_turn; g < std::min(groups, (turn + 1) * groups_per_turn); ++g)
      play_group(bout, std::span(order).subspan(begins[g], begins[g + 1] - begins[g]), arrivals, until);
    arenas_[thread]->release();
  });
  for (const auto& [a, b] : conflicts_) join(a, b);
  return conflicts_.empty();
}

void Side::commit(Staged& staged) {
  tally_.add(staged.tally);
  for (Staged::Written& written : staged.written) {
    auto& pair = *entries_.try_emplace(std::move(written.id)).first;
    Entry& entry = pair.second;
    entry.leads_to = written.leads_to.empty() ? nullptr : &entries_.try_emplace(std::move(written.leads_to)).first->first;
    if (written.changed) entry.state = std::move(written.state);
    entry.runs = std::move(written.runs);
    entry.pending = written.pending.empty() ? nullptr : std::make_unique<std::vector<Pending>>(std::move(written.pending));
    if (written.due != Time{} && written.due != entry.due) due_.push({written.due, &pair});
    entry.due = written.due;
  }
  for (const Staged::Move& move : staged.moves) {
    const auto from = entries_.find(move.from);
    if (from == entries_.end() || from->second.sent == nullptr) continue;
    const auto sent = std::move(from->second.sent);
    for (const Sent& more : *sent) add_sent(entry_of(move.to), more);
  }
  for (const Staged::Message& message : staged.messages) add_sent(entry_of(message.customer), {message.kind, 1, message.mark});
}

/// Of the subject that the name leads to.
Entry& Side::entry_of(const std::string& name) {
  Entry* entry = &entries_[name];
  while (entry->leads_to != nullptr) entry = &entries_[*entry->leads_to];
  return *entry;
}

std::size_t Side::subjects() const {
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), [](const auto& pair) {
    return pair.second.leads_to == nullptr && (!pair.second.state.empty() || !pair.second.runs.empty() || pair.second.sent != nullptr);
  }));
}

/// What a server says at its start: each workflow with schedules has a clock.
void Side::begin_clocks(Time at) {
  begun_ = true;
  nodes_.clear();
  node_of_.clear();
  claims_.clear();
  staged_[0] = Staged(workflows_.all().size());
  Bout bout(*this, model_, *arenas_[0], staged_[0]);
  for (const auto& workflow : workflows_.all())
    if (!workflow->schedules.empty()) bout.give(schedule_subject(workflow->id), {at, Scheduled{workflow->id}});
  bout.write();
  commit(staged_[0]);
  arenas_[0]->release();
}

void Side::play(std::span<const Arrival> arrivals, Time until, const Parallel& parallel) {
  if (!begun_ && !arrivals.empty()) begin_clocks(arrivals.front().clock);
  tally_.events += arrivals.size();
  file_products(arrivals);
  const auto& segments = workflows_.shop().segments;
  if (segments == nullptr || !segments->read_now) return play_until(arrivals, until, parallel);
  if (next_look_ == Time{} && !arrivals.empty()) next_look_ = std::chrono::floor<std::chrono::days>(arrivals.front().clock) + looked_every;
  while (next_look_ != Time{} && next_look_ <= until) {
    const auto later = std::find_if(arrivals.begin(), arrivals.end(), [&](const Arrival& a) { return a.clock >= next_look_; });
    const auto before = static_cast<std::size_t>(later - arrivals.begin());
    play_until(arrivals.first(before), next_look_, parallel);
    arrivals = arrivals.subspan(before);
    silent_looks_ = before > 0 ? 0 : silent_looks_ + 1;
    if (silent_looks_ <= looks_in_silence_max) look_at_segments(next_look_, parallel);
    next_look_ += looked_every;
    if (silent_looks_ > looks_in_silence_max) next_look_ = std::max(next_look_, std::chrono::floor<std::chrono::days>(arrivals.empty() ? until : arrivals.front().clock) + looked_every);
  }
  play_until(arrivals, until, parallel);
}

void Side::play_until(std::span<const Arrival> arrivals, Time until, const Parallel& parallel) {
  look_up(arrivals, parallel);
  gather(arrivals, until);
  play_nodes(arrivals, until, parallel);
}

void Side::play_nodes(std::span<const Arrival> arrivals, Time until, const Parallel& parallel) {
  for (std::size_t tries = 1; !play_groups(arrivals, until, parallel); ++tries)
    if (tries >= tries_max || conflicts_.size() > nodes_.size() / 4)
      for (Node& node : nodes_) node.group = 0;
  for (Staged& staged : staged_) commit(staged);
}

/// Whose segments are others at that time, by name.
std::vector<Side::Pair*> Side::turned(Time at, const Parallel& parallel) {
  std::vector<Pair*> all;
  for (Pair& pair : entries_)
    if (pair.second.leads_to == nullptr && !pair.second.state.empty()) all.push_back(&pair);
  std::vector<char> differ(all.size());
  parallel((all.size() + subjects_per_turn - 1) / subjects_per_turn, [&](std::size_t turn, std::size_t thread) {
    for (std::size_t i = turn * subjects_per_turn; i < std::min(all.size(), (turn + 1) * subjects_per_turn); ++i)
      differ[i] = segments_differ(workflows_, unpack(all[i]->first, all[i]->second.state, *arenas_[thread]), at, *arenas_[thread]);
    arenas_[thread]->release();
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (differ[i] != 0) all[kept++] = all[i];
  all.resize(kept);
  std::sort(all.begin(), all.end(), [](const Pair* a, const Pair* b) { return a->first < b->first; });
  return all;
}

void Side::look_at_segments(Time at, const Parallel& parallel) {
  nodes_.clear();
  node_of_.clear();
  for (Pair* pair : turned(at, parallel)) nodes_[node_of(pair->first, &pair->second)].look = true;
  if (!nodes_.empty()) play_nodes({}, at, parallel);
}

void Side::count_open(const std::vector<std::string>& runs) {
  Arena arena;
  for (const std::string& state : runs) {
    const auto run = decode_run(state, arena);
    if (!run || is_part(*run) || run->flow.clock) continue;
    const auto& all = workflows_.all();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& w) { return w->id == run->workflow; });
    if (found == all.end()) continue;
    WorkflowTally& tally = tally_.by_workflow[static_cast<std::size_t>(found - all.begin())];
    const bool endless = run->status == RunStatus::waiting && run->due == Time{} && run->at < (*found)->program.size() &&
                         (*found)->program[run->at].op == Op::wait_for;
    ++(endless ? tally.endless : tally.open);
  }
}

void Side::finish() {
  for (const auto& [id, entry] : entries_) count_open(entry.runs);
}

}  // namespace shopbell::play
