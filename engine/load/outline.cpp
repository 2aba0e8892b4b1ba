#include "load/outline.h"

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::size_t depth_max = 60;

/// "key:" and what may follow; npos: it is none.
std::size_t end_of_key(std::string_view line) {
  std::size_t at = 0;
  if (!line.empty() && (line[0] == '"' || line[0] == '\'')) {
    at = line.find(line[0], 1);
    if (at == std::string_view::npos) return at;
    ++at;
  } else {
    while (at < line.size() && !(line[at] == ':' && (at + 1 == line.size() || line[at + 1] == ' ')) && line.substr(at, 2) != " #") ++at;
    if (at == 0 || std::string_view("{[|>#&*!%@`").find(line[0]) != std::string_view::npos) return std::string_view::npos;
  }
  return at < line.size() && line[at] == ':' && (at + 1 == line.size() || line[at + 1] == ' ') ? at : std::string_view::npos;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() > 1 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0]) return text.substr(1, text.size() - 2);
  return text;
}

class Scanner {
 public:
  Scanner(std::string_view yaml, std::uint32_t at) : yaml_(yaml), at_(at) {}

  Outline scan() {
    while (next_ < yaml_.size() || (next_ == yaml_.size() && at_ == yaml_.size() && !done_)) {
      done_ = next_ == yaml_.size();
      line();
    }
    return std::move(made_);
  }

 private:
  struct Container {
    bool list = false;
    int column = 0;
    std::size_t map = 0;
    std::string key;
  };

  // --- where we are
  YamlPath path(bool with_last_key) const {
    YamlPath made;
    for (const Container& c : open_) {
      const bool last = &c == &open_.back();
      if (c.list) made.push_back({true, {}});
      else if (!last || with_last_key) made.push_back({false, c.key});
    }
    return made;
  }
  std::optional<std::size_t> map() const { return open_.empty() || open_.back().list ? std::nullopt : std::optional(open_.back().map); }
  std::size_t end_of_line(std::size_t from) const { return std::min(yaml_.find('\n', from), yaml_.size()); }
  bool is_here(std::size_t begin, std::size_t end) const { return at_ >= begin && at_ <= end; }

  void key(std::string_view text, std::size_t begin) {
    open_.back().key = std::string(unquoted(text));
    made_.keys.push_back({path(false), open_.back().map, open_.back().key, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + text.size())});
    if (is_here(begin, begin + text.size())) place(true, false, begin, path(false), open_.back().map);
  }
  void scalar(std::size_t begin, std::size_t end) {
    made_.scalars.push_back({path(true), map(), std::string(yaml_.substr(begin, end - begin)), static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }
  void place(bool as_key, bool as_value, std::size_t begin, YamlPath where, std::optional<std::size_t> of) {
    made_.place = Outline::Place{std::move(where), of, as_key, as_value, std::string(yaml_.substr(begin, at_ - begin)), static_cast<std::uint32_t>(begin)};
  }
  void open_map(int column) { open_.push_back({false, column, maps_++, {}}); }

  // --- block style
  void line() {
    const std::size_t begin = next_, end = end_of_line(begin);
    next_ = end + 1;
    const std::size_t first = std::min(yaml_.find_first_not_of(' ', begin), end);
    const bool blank = first == end || yaml_[first] == '\r';
    if (blank && !is_here(begin, end)) return;
    if (!blank && yaml_[first] == '#') return;
    const std::size_t from = blank ? at_ : first;
    if (yaml_.substr(from, 3) == "---") return open_.clear();
    entry(from, end, static_cast<int>(from - begin), begin);
  }

  void entry(std::size_t from, std::size_t end, int column, std::size_t line_begin) {
    const bool dash = from < end && yaml_[from] == '-' && (from + 1 == end || yaml_[from + 1] == ' ');
    while (!open_.empty() && (open_.back().column > column || (open_.back().column == column && open_.back().list && !dash))) open_.pop_back();
    if (open_.size() > depth_max) return;
    if (dash) return item(from, end, column, line_begin);
    const std::size_t colon = end_of_key(yaml_.substr(from, end - from));
    if (colon == std::string_view::npos) return lone(from, end, column);
    if (open_.empty() || open_.back().list || open_.back().column != column) open_map(column);
    key(yaml_.substr(from, colon), from);
    value(from + colon + 1, end, column, false);
  }

  void item(std::size_t from, std::size_t end, int column, std::size_t line_begin) {
    if (open_.empty() || !open_.back().list || open_.back().column != column) open_.push_back({true, column, 0, {}});
    const std::size_t inner = std::min(yaml_.find_first_not_of(' ', from + 1), end);
    if (inner == end) {
      if (is_here(from + 2, end)) place(true, true, at_, path(true), {});
      return;
    }
    const char c = yaml_[inner];
    if (c == '{' || c == '[' || c == '|' || c == '>' || c == '"' || c == '\'') {
      if (end_of_key(yaml_.substr(inner, end - inner)) == std::string_view::npos) return value(inner - 1, end, column, true);
    }
    entry(inner, end, static_cast<int>(inner - line_begin), line_begin);
  }

  // No key yet, and perhaps none ever.
  void lone(std::size_t from, std::size_t end, int column) {
    const bool of_map = !open_.empty() && !open_.back().list && open_.back().column == column;
    if (of_map) {
      if (is_here(from, end)) place(true, false, from, path(false), open_.back().map);
      return;
    }
    if (is_here(from, end)) place(true, true, from, path(true), {});
    scalar(from, std::min(end_of_plain(from, end), end));
  }

  std::size_t end_of_plain(std::size_t from, std::size_t end) const {
    std::size_t stop = std::min(yaml_.find(" #", from), end);
    while (stop > from && (yaml_[stop - 1] == ' ' || yaml_[stop - 1] == '\r')) --stop;
    return stop;
  }

  /// What stands behind a colon or a dash at `from`, in a line that ends at `end`.
  void value(std::size_t from, std::size_t end, int column, bool in_list) {
    std::size_t begin = std::min(yaml_.find_first_not_of(' ', from), end);
    if (begin == end || yaml_[begin] == '\r' || yaml_[begin] == '#') {
      if (is_here(from + 1, begin) && from < end) place(false, true, at_, path(true), map());
      return;
    }
    if (is_here(from + 1, begin - (begin > from ? 1 : 0))) return place(false, true, at_, path(true), map());
    const char c = yaml_[begin];
    if (c == '{' || c == '[') return flow_value(begin, column);
    if (c == '|' || c == '>') return block_scalar(end, in_list ? column + 1 : column);
    if (c == '"' || c == '\'') {
      const std::size_t close = quote_end(begin);
      scalar(begin + 1, close);
      if (is_here(begin + 1, close)) place(false, true, begin + 1, path(true), map());
      if (close > end) next_ = std::max(next_, end_of_line(close) + 1);
      return;
    }
    scalar(begin, end_of_plain(begin, end));
    if (is_here(begin, end) && at_ <= std::min(yaml_.find(" #", begin), end)) place(false, true, begin, path(true), map());
  }

  /// Of the closing quote; of a text that is not closed, the end of its line.
  std::size_t quote_end(std::size_t open) const {
    const char quote = yaml_[open];
    for (std::size_t i = open + 1; i < yaml_.size(); ++i) {
      if (quote == '"' && yaml_[i] == '\\') ++i;
      else if (yaml_[i] == quote && quote == '\'' && i + 1 < yaml_.size() && yaml_[i + 1] == quote) ++i;
      else if (yaml_[i] == quote) return i;
    }
    return end_of_line(open);
  }

  void block_scalar(std::size_t header_end, int parent) {
    std::size_t end = header_end;
    for (std::size_t at = header_end + 1; at < yaml_.size();) {
      const std::size_t line_end = end_of_line(at), first = std::min(yaml_.find_first_not_of(' ', at), line_end);
      if (first < line_end && static_cast<int>(first - at) <= parent) break;
      end = line_end;
      at = line_end + 1;
    }
    next_ = std::max(next_, end + 1);
    const std::size_t begin = std::min(header_end + 1, end);
    scalar(begin, end);
    if (is_here(begin, end)) place(false, true, begin, path(true), map());
  }

  // --- flow style
  void flow_value(std::size_t begin, int parent) {
    parent_column_ = parent;
    const std::size_t depth = open_.size();
    const std::size_t end = flow(begin);
    open_.resize(depth);
    next_ = std::max(next_, end_of_line(std::min(end, yaml_.size())) + 1);
    if (end < yaml_.size() && end > 0 && yaml_[end - 1] == '\n') next_ = end;  // it was left open: what follows is a line of the block around it
  }

  /// Behind spaces, breaks and comments; where the collection was left open: the beginning of the line that does not belong to it.
  std::size_t gap(std::size_t at, bool& left_open) {
    while (at < yaml_.size()) {
      const char c = yaml_[at];
      if (c == '#' && at > 0 && (yaml_[at - 1] == ' ' || yaml_[at - 1] == '\n')) {
        at = end_of_line(at);
      } else if (c == '\n') {
        const std::size_t first = std::min(yaml_.find_first_not_of(' ', at + 1), yaml_.size());
        const bool blank = first == yaml_.size() || yaml_[first] == '\n';
        if (!blank && static_cast<int>(first - at - 1) <= parent_column_ && yaml_[first] != '}' && yaml_[first] != ']') return left_open = true, at + 1;
        ++at;
      } else if (c == ' ' || c == '\r' || c == '\t') {
        ++at;
      } else {
        break;
      }
    }
    return at;
  }

  std::size_t flow(std::size_t begin) {
    const bool list = yaml_[begin] == '[';
    if (open_.size() > depth_max) return yaml_.size();
    const std::size_t mine = open_.size();
    if (list) open_.push_back({true, parent_column_, 0, {}});
    else open_map(parent_column_);
    bool left_open = false;
    std::size_t at = begin + 1;
    while (at < yaml_.size() && !left_open) {
      const std::size_t from = at;
      at = gap(at, left_open);
      const bool token = !left_open && at < yaml_.size() && std::string_view("}],").find(yaml_[at]) == std::string_view::npos;
      const bool begins = from == begin + 1 || yaml_[from - 1] == ',';  // not what stands behind a value
      if (begins && is_here(from, at) && !(token && at_ == at)) place(!list, list, at_, path(list), list ? std::nullopt : map());
      if (left_open || at >= yaml_.size()) break;
      if (yaml_[at] == '}' || yaml_[at] == ']') return open_.resize(mine), at + 1;
      if (yaml_[at] == ',') { ++at; continue; }
      at = list ? flow_item(at) : flow_pair(at, left_open);
      if (!left_open) at = gap(at, left_open);
    }
    open_.resize(mine);
    return at;
  }

  std::size_t flow_pair(std::size_t at, bool& left_open) {
    const std::size_t end = flow_scalar_end(at, true);
    const std::string_view text = yaml_.substr(at, end - at);
    const std::size_t colon = gap(end, left_open);
    if (left_open || colon >= yaml_.size() || yaml_[colon] != ':') {
      if (is_here(at, end)) place(true, false, at, path(false), map());
      return std::max(end, at + (end == at ? 1 : 0));
    }
    key(text, at);
    const std::size_t value_at = gap(colon + 1, left_open);
    const bool nothing = left_open || value_at >= yaml_.size() || yaml_[value_at] == ',' || yaml_[value_at] == '}';
    if (is_here(colon + 1, value_at) && (nothing || at_ < value_at) && at_ > colon) place(false, true, at_, path(true), map());
    return nothing ? value_at : flow_item(value_at);
  }

  std::size_t flow_item(std::size_t at) {
    if (yaml_[at] == '{' || yaml_[at] == '[') return flow(at);
    const bool quoted = yaml_[at] == '"' || yaml_[at] == '\'';
    const std::size_t end = flow_scalar_end(at, false);
    const std::size_t begin = quoted ? at + 1 : at, stop = quoted ? quote_end(at) : end;
    scalar(begin, stop);
    if (is_here(begin, stop)) place(false, true, begin, path(true), map());
    return std::max(end, at + 1);
  }

  std::size_t flow_scalar_end(std::size_t at, bool is_key) const {
    if (yaml_[at] == '"' || yaml_[at] == '\'') return std::min(quote_end(at) + 1, yaml_.size());
    std::size_t end = at;
    while (end < yaml_.size() && std::string_view(",[]{}\n").find(yaml_[end]) == std::string_view::npos && yaml_.substr(end, 2) != " #" &&
           !(is_key && yaml_[end] == ':') && yaml_.substr(end, 2) != ": ")
      ++end;
    while (end > at && yaml_[end - 1] == ' ' && !(at_ <= end && at_ >= at)) --end;
    return end;
  }

  std::string_view yaml_;
  std::size_t at_, next_ = 0, maps_ = 0;
  int parent_column_ = 0;
  bool done_ = false;
  std::vector<Container> open_;
  Outline made_;
};

}  // namespace

std::vector<std::string_view> Outline::keys_of(std::optional<std::size_t> map) const {
  std::vector<std::string_view> made;
  for (const Key& key : keys)
    if (map && key.map == *map) made.push_back(key.text);
  return made;
}

Outline outline_of(std::string_view yaml, std::uint32_t at) { return Scanner(yaml, std::min<std::uint32_t>(at, static_cast<std::uint32_t>(yaml.size()))).scan(); }

}  // namespace shopbell
