#include "load/yaml.h"

#include "base/utf8.h"
#include "load/load.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace shopbell::yaml {
namespace {

constexpr std::string_view core_tag = "tag:yaml.org,2002:";
constexpr std::uint32_t expanded_bytes_max = 4 * yaml_bytes_max;  // of text, aliases counted each time

// How the handler stops yaml-cpp: caught in parse(), never outside.
struct Stop {
  Place place;
  std::string code, message, hint;
};

std::string_view rest_at(std::string_view source, std::uint32_t offset) {
  return source.substr(std::min<std::size_t>(offset, source.size()));
}

class Builder : public YAML::EventHandler {
 public:
  explicit Builder(Report& report) : report_(report) {}
  NodePtr root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (seen_)
      throw Stop{place(mark), "several_documents", "a second document begins here", "one file holds one document"};
    seen_ = true;
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string&) override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = make(NodeKind::scalar, mark, "?");
    add(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = make(NodeKind::scalar, mark, tag);
    node.text = value;
    node.bytes = static_cast<std::uint32_t>(value.size());
    check_tag(node);
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Stop{place(mark), "alias_loop", "this alias stands within the node that it names", ""};
    if (found->second->kind == NodeKind::scalar && expects_key()) {
      report_.error(place(mark), "alias_key", "an alias cannot be a key");
    }
    place_in_parent(found->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(NodeKind::list, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(NodeKind::map, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    NodePtr key = nullptr;  // of a map: the key whose value comes next
    bool broken = false;    // a map whose key is no text
    std::unordered_map<std::string, std::uint32_t> keys = {};  // and where each stands
  };

  Place place(const YAML::Mark& mark) const { return {mark.pos < 0 ? 0u : static_cast<std::uint32_t>(mark.pos), 1}; }

  // yaml-cpp's mark of a node with an anchor or a tag is the mark of those.
  std::uint32_t behind_properties(std::uint32_t at) const {
    const std::string_view source = report_.source();
    while (at < source.size() && (source[at] == '&' || source[at] == '!')) {
      at = static_cast<std::uint32_t>(std::min(source.find_first_of(" \t\r\n,]}", at), source.size()));
      at = static_cast<std::uint32_t>(std::min(source.find_first_not_of(" \t\r\n", at), source.size()));
      while (at < source.size() && source[at] == '#') {
        at = static_cast<std::uint32_t>(std::min(source.find('\n', at), source.size()));
        at = static_cast<std::uint32_t>(std::min(source.find_first_not_of(" \t\r\n", at), source.size()));
      }
    }
    return at;
  }

  Node make(NodeKind kind, const YAML::Mark& mark, const std::string& tag) {
    Node node;
    node.kind = kind;
    node.offset = behind_properties(place(mark).offset);
    node.plain = kind == NodeKind::scalar && tag != "!";
    if (tag != "?" && tag != "!" && !tag.empty()) {
      if (tag.starts_with(core_tag)) node.tag = tag.substr(core_tag.size());
      else
        report_.error(place(mark), "unknown_tag", fmt::format("the tag {} means nothing here", tag), quote_hint(mark));
    }
    return node;
  }

  std::string quote_hint(const YAML::Mark& mark) const {
    return rest_at(report_.source(), place(mark).offset).starts_with('!') ? "a text that begins with ! needs quotes"
                                                                          : "";
  }

  void check_tag(Node& node) {
    if (node.tag.empty()) return;
    if (node.tag == "str") {
      node.plain = false;
      return;
    }
    node.plain = true;
    const Kind kind = scalar_value(node).kind();
    const bool fits = (node.tag == "int" && (kind == Kind::integer || kind == Kind::uint)) ||
                      (node.tag == "null" && kind == Kind::null) || (node.tag == "bool" && kind == Kind::boolean) ||
                      (node.tag == "float" && kind != Kind::string && kind != Kind::boolean);
    if (!fits) report_.error({node.offset, 1}, "bad_tag", fmt::format("this is no {}, as its tag says", node.tag));
  }

  bool expects_key() const { return !open_.empty() && open_.back().node.is_map() && !open_.back().key; }

  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    Node node = make(kind, mark, tag);
    if (open_.size() >= yaml_depth_max)
      throw Stop{place(mark), "too_deep", fmt::format("nested deeper than {} levels", yaml_depth_max), ""};
    open_.push_back({std::move(node), anchor, nullptr});
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    // Reported; what it was meant to be is most likely a text, so nothing else is said about it.
    if (done.broken) {
      done.node.kind = NodeKind::scalar;
      done.node.entries.clear();
    }
    add(std::move(done.node), done.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    auto shared = std::make_shared<const Node>(std::move(node));
    if (anchor != 0) anchors_[anchor] = shared;
    place_in_parent(std::move(shared));
  }

  void place_in_parent(NodePtr node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    count(parent.node, *node);
    if (parent.node.is_list()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      check_key(parent, *node);
      parent.key = std::move(node);
    } else {
      parent.node.entries.push_back({std::exchange(parent.key, nullptr), std::move(node)});
    }
  }

  void count(Node& parent, const Node& child) {
    parent.nodes += child.nodes;
    parent.bytes += child.bytes;
    if (parent.nodes > yaml_nodes_max)
      throw Stop{{child.offset, 1},
                 "too_many_nodes",
                 fmt::format("more than {} nodes, aliases counted each time", yaml_nodes_max),
                 ""};
    if (parent.bytes > expanded_bytes_max)
      throw Stop{{child.offset, 1},
                 "too_large",
                 fmt::format("more than {} bytes of text, aliases counted each time", expanded_bytes_max),
                 ""};
  }

  std::ptrdiff_t line_of(std::uint32_t offset) const {
    const std::string_view source = report_.source();
    return std::count(source.begin(),
                      source.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(offset, source.size())),
                      '\n') +
           1;
  }

  void check_key(Open& open, const Node& key) {
    const Node& map = open.node;
    const Place at = place_of(key, report_.source());
    if (!key.is_scalar()) {
      open.broken = true;
      const bool braces = rest_at(report_.source(), key.offset).starts_with('{') ||
                          rest_at(report_.source(), map.offset).starts_with("{{");
      report_.error({map.offset, 1}, "bad_key", "a key must be a plain text",
                    braces ? "a text with {{ }} needs quotes around it" : "");
    } else if (key.plain && key.text == "<<") {
      report_.error(at, "merge_key", "merge keys (<<) are not part of YAML 1.2",
                    "write the keys out, or use an alias as a value");
    } else if (const auto [there, first] = open.keys.emplace(key.text, key.offset); !first) {
      // Counting lines takes its time, and a file may hold many.
      const std::string hint = report_.full() ? "" : fmt::format("it stands in line {}, too", line_of(there->second));
      report_.error(at, "duplicate_key", fmt::format("the key {} is given twice", key.text), hint);
    }
  }

  Report& report_;
  NodePtr root_;
  bool seen_ = false;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, NodePtr> anchors_;
};

// What merchants stumble over, in words that say what to do.
std::string hint_for(std::string_view source, std::uint32_t offset, std::string_view message) {
  const std::size_t start = source.rfind('\n', offset == 0 ? 0 : offset - 1) + 1;
  std::string_view line = source.substr(start, source.find('\n', start) - start);
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(indent);
  if (line.starts_with('\t') || message.find("tab") != std::string_view::npos)
    return "indent with blanks: YAML takes no tabs";
  if (message.find("illegal map value") != std::string_view::npos)
    return "a text that holds ': ' needs quotes around it";
  const std::size_t value = line.find(": ");
  if (value != std::string_view::npos) {
    const char first = line[std::min(line.find_first_not_of(' ', value + 1), line.size() - 1)];
    if (first == '"')
      return "a text that begins with a quote ends with it: put the whole expression into single quotes";
    if (first == '%' || first == '@' || first == '`' || first == '&' || first == '*')
      return "a text that begins so needs quotes around it";
  }
  return "";
}

// yaml-cpp reads other encodings and drops what is not well-formed; here the bytes are what is shown.
bool check_text(Report& report) {
  const std::string_view source = report.source();
  if (source.size() > yaml_bytes_max) {
    report.error_in_file("too_large",
                         fmt::format("the file has {} bytes; at most {} are read", source.size(), yaml_bytes_max));
    return false;
  }
  if (!utf8_valid(source)) {
    report.error_in_file("bad_utf8", "the file is not UTF-8");
    return false;
  }
  for (std::size_t i = 0; i < source.size(); ++i) {
    const auto c = static_cast<unsigned char>(source[i]);
    if (c >= 0x20 ? c != 0x7f : (c == '\t' || c == '\n' || c == '\r')) continue;
    report.error({static_cast<std::uint32_t>(i), 1}, "control_character",
                 fmt::format("the control character U+{:04X}", c));
    return false;
  }
  return true;
}

NodePtr nothing() {
  Node node;
  node.plain = true;
  return std::make_shared<const Node>(std::move(node));
}

}  // namespace

NodePtr parse(Report& report) {
  if (!check_text(report)) return nullptr;
  // A byte order mark is not counted in yaml-cpp's marks.
  if (report.source().starts_with("\xef\xbb\xbf")) {
    report.error({0, 1}, "byte_order_mark", "the file begins with a byte order mark", "save it as UTF-8 without one");
    return nullptr;
  }
  std::istringstream stream{std::string(report.source())};
  Builder builder(report);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {}
    NodePtr root = builder.root();
    return root ? root : nothing();
  } catch (const Stop& stop) {
    report.error(stop.place, stop.code, stop.message, stop.hint);
  } catch (const YAML::Exception& e) {
    const auto at = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(e.mark.pos, 0, static_cast<std::int64_t>(report.source().size())));
    report.error({at, 1}, "bad_yaml", "this is no YAML: " + e.msg, hint_for(report.source(), at, e.msg));
  }
  return nullptr;
}

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries)
    if (entry.key->is_scalar() && entry.key->text == key) return entry.value.get();
  return nullptr;
}

}  // namespace shopbell::yaml
