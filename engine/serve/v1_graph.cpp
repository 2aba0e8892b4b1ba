#include "serve/v1_graph.h"

#include <algorithm>
#include <set>
#include <string>

namespace shopbell::v1 {
namespace {

class Graph {
 public:
  Graph(const Workflow& workflow, Arena& arena) : w_(workflow), arena_(arena), nodes_(arena), edges_(arena) {
    std::set<std::string> taken{"start", "end"};
    for (std::uint32_t at = 0; at < w_.program.size(); ++at) {
      std::string id = w_.program[at].id.empty() ? std::to_string(at) : w_.program[at].id;
      while (!taken.insert(id).second) id += "'";
      ids_.push_back(std::move(id));
    }
  }

  Value build() {
    begin();
    for (std::uint32_t at = 0; at < w_.program.size(); ++at) add(at);
    node("end", "end", "done", {}, 0);
    return make_map(arena_, {{"nodes", nodes_.build()}, {"edges", edges_.build()}});
  }

 private:
  void begin() {
    std::string on;
    for (const Trigger& trigger : w_.on) on += (on.empty() ? "" : ", ") + trigger.event;
    node("start", "trigger", on.empty() ? w_.id : on, {}, 0);
    if (!w_.condition) return edge("start", 0, {});
    std::string id = "if";
    while (std::find(ids_.begin(), ids_.end(), id) != ids_.end()) id += "'";
    node(id, "condition", w_.condition->source(), {}, 0);
    edge_to("start", id, {});
    edge(id, 0, "yes");
    edge_to(id, "end", "no");
  }

  void add(std::uint32_t at) {
    const Instruction& i = w_.program[at];
    if (i.op == Op::jump || i.op == Op::next) return;
    const std::string& id = ids_[at];
    const bool branches = i.op == Op::branch || i.op == Op::each || i.op == Op::fork || i.op == Op::judge;
    const bool waits = i.op == Op::wait || i.op == Op::wait_for;
    const bool ends = i.op == Op::stop || i.op == Op::fail;
    const std::string label = i.label.empty() ? id : i.label;
    node(id, branches ? "branch" : waits ? "wait" : ends ? "end" : "step", i.op == Op::branch && i.condition ? std::string(i.condition->source()) : label,
         i.action != nullptr ? i.action->name : std::string_view(), i.line);
    if (ends) return;
    if (i.op == Op::fork) {
      for (const std::uint32_t to : i.branches) edge(id, to, {});
      return edge(id, i.target, "then");
    }
    if (i.op == Op::join) return;
    edge(id, at + 1, i.op == Op::branch ? "yes" : i.op == Op::each ? "each" : i.op == Op::judge ? "answered" : "");
    if (i.op == Op::branch || i.op == Op::each) edge(id, i.target, i.op == Op::branch ? "no" : "behind");
    if (i.op == Op::judge) edge(id, i.target, "again");
    if (i.failure != 0) edge(id, i.failure, "failed");
  }

  /// Where a run stands that comes there: behind all jumps.
  std::uint32_t landing(std::uint32_t at) const {
    for (std::size_t steps = 0; at < w_.program.size() && steps <= w_.program.size(); ++steps) {
      const Instruction& i = w_.program[at];
      if (i.op != Op::jump && i.op != Op::next) return at;
      at = i.target;
    }
    return at;
  }

  void edge(const std::string& from, std::uint32_t to, std::string_view label) {
    const std::uint32_t at = landing(to);
    edge_to(from, at < w_.program.size() ? ids_[at] : "end", label);
  }
  void edge_to(std::string_view from, std::string_view to, std::string_view label) {
    MapBuilder map(arena_);
    map.add("from", arena_.copy(from)).add("to", arena_.copy(to));
    if (!label.empty()) map.add("label", arena_.copy(label));
    edges_.add(map.build());
  }
  void node(std::string_view id, std::string_view kind, std::string_view label, std::string_view action, std::uint32_t line) {
    MapBuilder map(arena_);
    map.add("id", arena_.copy(id)).add("kind", kind).add("label", arena_.copy(label));
    if (!action.empty()) map.add("action", arena_.copy(action));
    if (line > 0) map.add("line", std::int64_t{line});
    nodes_.add(map.build());
  }

  const Workflow& w_;
  Arena& arena_;
  ListBuilder nodes_, edges_;
  std::vector<std::string> ids_;
};

}  // namespace

Value graph_of(const Workflow& workflow, Arena& arena) { return Graph(workflow, arena).build(); }

}  // namespace shopbell::v1
