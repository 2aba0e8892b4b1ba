#pragma once
// The nodes that tags become.

#include "liquid/ast.h"

#include <string>
#include <utility>
#include <vector>

namespace shopbell::liquid {

class Sequence;

struct TextNode final : Node {
  std::string_view text;
  Flow render(Rendering& r) const override;
};

struct OutputNode final : Node {
  Pipeline value;
  Flow render(Rendering& r) const override;
};

struct AssignNode final : Node {
  Name to;
  Pipeline value;
  Flow render(Rendering& r) const override;
};

struct CaptureNode final : Node {
  Name to;
  Body body;
  Flow render(Rendering& r) const override;
};

struct CountNode final : Node {
  Name name;
  bool up = true;
  Flow render(Rendering& r) const override;
};

struct IfNode final : Node {
  struct Branch {
    Condition condition;  // without parts: else
    Body body;
  };
  std::vector<Branch> branches;
  bool unless = false;  // the first condition is turned round
  Flow render(Rendering& r) const override;
};

struct CaseNode final : Node {
  struct Branch {
    std::vector<Expression> any_of;  // none: else
    Body body;
  };
  Expression subject;
  std::vector<Branch> branches;
  Flow render(Rendering& r) const override;
};

struct ForNode final : Node {
  Name variable;
  std::string name;  // "item-order.items": what `offset: continue` remembers
  Expression collection;
  std::optional<Expression> limit, offset;
  bool goes_on = false;  // offset: continue
  bool reversed = false;
  Body body;
  Body otherwise;
  bool has_otherwise = false;
  Flow render(Rendering& r) const override;

 private:
  Flow loop(Rendering& r, const Sequence& items) const;
};

struct TablerowNode final : Node {
  Name variable;
  Expression collection;
  std::optional<Expression> columns, limit, offset;
  Body body;
  Flow render(Rendering& r) const override;

 private:
  Flow loop(Rendering& r, const Sequence& items, std::int64_t cols) const;
};

struct CycleNode final : Node {
  std::optional<Expression> group;
  std::string key;  // without a group: cycles of the same literals share their place
  std::vector<Expression> values;
  Flow render(Rendering& r) const override;
};

struct IfchangedNode final : Node {
  Body body;
  Flow render(Rendering& r) const override;
};

struct LeaveNode final : Node {
  Flow flow = Flow::break_loop;
  Flow render(Rendering&) const override { return flow; }
};

/// include and render.
struct PartialNode final : Node {
  bool isolated = false;  // render: sees its arguments only
  bool each = false;      // for: once for every item
  Expression name;
  std::optional<Expression> subject;
  std::string_view alias;
  std::vector<NamedArgument> arguments;
  Flow render(Rendering& r) const override;

 private:
  Flow include(Rendering& r, const Template& partial, std::string_view name_text) const;
  Flow render_isolated(Rendering& r, const Template& partial, std::string_view name_text) const;
  Flow render_once(Rendering& r, const Template& partial, Name variable, const Datum& value, const LoopObject* loop) const;
};

}  // namespace shopbell::liquid
