#include "load/platform.h"

#include "base/time.h"
#include "cel/call.h"
#include "load/embedded.h"
#include "load/yaml.h"

#include <shopbell/text.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace shopbell {
namespace {

Value number(cel::Call& call, const Value* args) {
  if (args[0].is_number()) return args[0].number_or(0);
  const std::string_view text = trimmed(args[0].text_or(""));
  double d = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), d, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(d))
    return call.fail("bad_argument", "this is no number");
  return d;
}

Value words(cel::Call& call, const Value* args) {
  if (args[0].is(Kind::list)) return args[0];
  if (!args[0].is(Kind::string)) return call.fail("bad_argument", "this is no text");
  ListBuilder list(call.arena());
  std::string_view rest = args[0].text();
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (const auto bare = trimmed(word); !bare.empty()) list.add(bare);
  }
  return list.build();
}

Value sum(cel::Call& call, const Value* args) {
  if (!args[0].is(Kind::list)) return call.fail("bad_argument", "this is no list");
  bool whole = true;
  double total = 0;
  for (const Value& v : args[0].items()) {
    if (!v.is_number()) return call.fail("bad_argument", "this is no list of numbers");
    whole = whole && !v.is(Kind::real);
    total += v.number_or(0);
  }
  constexpr double exact_max = 9007199254740992.0;  // above it a double skips whole numbers
  return whole && std::abs(total) < exact_max ? Value(static_cast<std::int64_t>(total)) : Value(total);
}

Value time_text(cel::Call& call, const Value* args) {
  if (parse_time(args[0].text_or(""))) return args[0];
  return call.fail("bad_argument", "this is no RFC 3339 time");
}

cel::Env make_env() {
  cel::Env env;
  env.declare("body", cel::Type(), "The platform's body.");
  env.declare("it", cel::Type(), "What the shape is about.");
  const auto function = [&](const char* name, cel::Env::Code code) {
    env.declare(cel::Env::Function{
        .name = name, .params = {cel::Type()}, .result = cel::Type(), .member = false, .code = code});
  };
  function("number", number);
  function("words", words);
  function("sum", sum);
  function("time", time_text);
  return env;
}

class PlatformReader {
 public:
  explicit PlatformReader(Report& report) : report_(report), env_(make_env()) {}

  std::shared_ptr<const Platform> read() {
    const yaml::NodePtr root = yaml::parse(report_);
    if (!root) return nullptr;
    check_keys(*root, "the file",
               std::array<std::string_view, 9>{"platform", "title", "verify", "topic", "id", "time", "shapes",
                                               "topics", "ignored"});
    platform_->name = required_text(*root, "platform");
    platform_->title = optional_text(*root, "title");
    platform_->topic_header = required_text(*root, "topic");
    platform_->time_header = optional_text(*root, "time");
    read_verify(*root);
    read_ids(*root);
    read_shapes(root->find("shapes"));
    read_topics(*root);
    read_ignored(root->find("ignored"));
    return report_.failed() ? nullptr : platform_;
  }

 private:
  void error(const yaml::Node& node, std::string code, std::string message, std::string hint = {}) {
    report_.error(yaml::place_of(node, report_.source()), std::move(code), std::move(message), std::move(hint));
  }

  void check_keys(const yaml::Node& node, const std::string& what, std::span<const std::string_view> known) {
    if (!node.is_map()) return error(node, "wrong_type", what + " is a map, here stands " + yaml::describe(node));
    for (const yaml::Entry& entry : node.entries)
      if (std::find(known.begin(), known.end(), entry.key->text) == known.end())
        error(*entry.key, "unknown_key", "unknown key \"" + entry.key->text + "\"",
              did_you_mean(entry.key->text, known));
  }

  std::string optional_text(const yaml::Node& node, std::string_view key) {
    const yaml::Node* found = node.find(key);
    if (found == nullptr) return {};
    if (found->is_scalar() && !found->is_null() && !found->text.empty()) return found->text;
    error(*found, "wrong_type", "`" + std::string(key) + "` is a text, here stands " + yaml::describe(*found));
    return {};
  }

  std::string required_text(const yaml::Node& node, std::string_view key) {
    if (node.find(key) == nullptr) error(node, "missing_key", "`" + std::string(key) + "` is missing");
    return optional_text(node, key);
  }

  void read_verify(const yaml::Node& root) {
    const yaml::Node* node = root.find("verify");
    if (node == nullptr) return error(root, "missing_key", "`verify` is missing");
    check_keys(*node, "`verify`", std::array<std::string_view, 4>{"scheme", "encoding", "header", "prefix"});
    platform_->signature_header = required_text(*node, "header");
    platform_->signature_prefix = optional_text(*node, "prefix");
    if (const auto scheme = required_text(*node, "scheme"); scheme != "hmac_sha256" && !scheme.empty())
      error(*node->find("scheme"), "unknown_scheme", "unknown scheme \"" + scheme + "\"", "hmac_sha256 is known");
    const auto encoding = required_text(*node, "encoding");
    platform_->signature_encoding = encoding == "hex" ? Platform::Encoding::hex : Platform::Encoding::base64;
    if (encoding != "hex" && encoding != "base64" && !encoding.empty())
      error(*node->find("encoding"), "unknown_encoding", "unknown encoding \"" + encoding + "\"",
            "base64 and hex are known");
  }

  void read_ids(const yaml::Node& root) {
    const yaml::Node* node = root.find("id");
    if (node == nullptr) return;
    for (const yaml::NodePtr& list : node->items) {
      std::vector<std::string> headers;
      for (const yaml::NodePtr& item : list->items)
        if (item->is_text()) headers.push_back(item->text);
      if (headers.empty() || headers.size() != list->items.size())
        error(*list, "wrong_type", "an id is a list of headers, here stands " + yaml::describe(*list));
      else platform_->id_headers.push_back(std::move(headers));
    }
    if (!node->is_list())
      error(*node, "wrong_type", "`id` is a list of lists of headers, here stands " + yaml::describe(*node));
  }

  void read_shapes(const yaml::Node* node) {
    if (node == nullptr) return;
    if (!node->is_map()) return error(*node, "wrong_type", "`shapes` is a map, here stands " + yaml::describe(*node));
    for (const yaml::Entry& entry : node->entries)
      platform_->shapes.emplace(entry.key->text, std::make_unique<const Mapping>(mapping(*entry.value)));
  }

  void read_topics(const yaml::Node& root) {
    const yaml::Node* node = root.find("topics");
    if (node == nullptr || !node->is_map())
      return error(node ? *node : root, "missing_key", "`topics` is missing, or no map");
    for (const yaml::Entry& entry : node->entries) {
      check_keys(*entry.value, "a topic", std::array<std::string_view, 3>{"type", "subject", "data"});
      PlatformTopic topic;
      topic.types = types(*entry.value);
      topic.ignored = "nothing that this topic's types are about";
      if (const yaml::Node* subject = entry.value->find("subject")) topic.subject = program(*subject);
      if (const yaml::Node* data = entry.value->find("data")) topic.data = mapping(*data);
      else error(*entry.key, "missing_key", "`data` is missing");
      platform_->topics.emplace(entry.key->text, std::move(topic));
    }
  }

  std::vector<TypeChoice> types(const yaml::Node& topic) {
    const yaml::Node* node = topic.find("type");
    std::vector<TypeChoice> choices;
    if (node == nullptr || !node->is_list()) {
      choices.push_back({.condition = {}, .type = required_text(topic, "type")});
      return choices;
    }
    for (const yaml::NodePtr& item : node->items) {
      check_keys(*item, "a choice of types", std::array<std::string_view, 2>{"if", "then"});
      const yaml::Node* condition = item->find("if");
      choices.push_back(
          {.condition = condition ? program(*condition) : cel::Program(), .type = required_text(*item, "then")});
    }
    return choices;
  }

  void read_ignored(const yaml::Node* node) {
    if (node == nullptr) return;
    if (!node->is_list())
      return error(*node, "wrong_type", "`ignored` is a list, here stands " + yaml::describe(*node));
    for (const yaml::NodePtr& group : node->items) {
      check_keys(*group, "a group of ignored topics", std::array<std::string_view, 2>{"why", "topics"});
      const std::string why = required_text(*group, "why");
      const yaml::Node* topics = group->find("topics");
      if (topics == nullptr || !topics->is_list()) {
        error(*group, "missing_key", "`topics` is missing, or no list");
        continue;
      }
      for (const yaml::NodePtr& topic : topics->items)
        if (!platform_->topics
                 .emplace(topic->text, PlatformTopic{.types = {}, .ignored = why, .subject = {}, .data = {}})
                 .second)
          error(*topic, "duplicate_topic", "the topic \"" + topic->text + "\" stands twice");
    }
  }

  Mapping mapping(const yaml::Node& node) {
    Mapping made;
    if (node.is_map() && (node.find("of") != nullptr || node.find("each") != nullptr)) return shaped(node);
    if (node.is_map()) {
      made.form = Mapping::Form::map;
      for (const yaml::Entry& entry : node.entries) made.parts.emplace_back(entry.key->text, mapping(*entry.value));
    } else if (node.is_list()) {
      made.form = Mapping::Form::first;
      for (const yaml::NodePtr& item : node.items) made.parts.emplace_back("", mapping(*item));
    } else {
      made.program = program(node);
      take_path(node.text, made);
    }
    return made;
  }

  // "it.customer.id" compiled as CEL, so it is a walk down: without CEL the same, and many times faster.
  static void take_path(std::string_view cel, Mapping& made) {
    const bool from_body = cel.starts_with("body.");
    const auto plain = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; };
    if (!made.program || (!from_body && !cel.starts_with("it.")) || !std::all_of(cel.begin(), cel.end(), plain)) return;
    made.form = Mapping::Form::path;
    made.from_body = from_body;
    for (std::size_t dot = cel.find('.'); dot != std::string_view::npos;) {
      const std::size_t next = cel.find('.', dot + 1);
      const std::string_view name = cel.substr(dot + 1, next == std::string_view::npos ? next : next - dot - 1);
      made.path.push_back({std::string(name), key_hash(name)});
      dot = next;
    }
  }

  Mapping shaped(const yaml::Node& node) {
    Mapping made;
    const bool each = node.find("each") != nullptr;
    const std::string_view verb = each ? "each" : "of";
    made.form = each ? Mapping::Form::each : Mapping::Form::of;
    check_keys(node, "this", std::array<std::string_view, 2>{verb, "shape"});
    made.program = program(*node.find(verb));
    const std::string name = required_text(node, "shape");
    const auto found = platform_->shapes.find(name);
    if (found != platform_->shapes.end()) made.shape = found->second.get();
    else if (!name.empty())
      error(*node.find("shape"), "unknown_shape", "no shape above this is called \"" + name + "\"",
            near_shape(name));
    return made;
  }

  std::string near_shape(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& [known, shape] : platform_->shapes) names.push_back(known);
    return did_you_mean(name, names);
  }

  cel::Program program(const yaml::Node& node) {
    if (!node.is_scalar() || node.is_null()) {
      error(node, "wrong_type", "here belongs CEL, not " + yaml::describe(node));
      return {};
    }
    auto compiled = cel::compile(node.text, env_);
    if (compiled) return *compiled;
    for (const cel::Issue& issue : compiled.error()) {
      const Error& e = issue.error;
      const Place place = yaml::place_within(node, report_.source(), e.offset, e.length);
      if (!issue.warning) report_.error(place, e.code, e.message, e.hint);
    }
    return {};
  }

  Report& report_;
  cel::Env env_;
  std::shared_ptr<Platform> platform_ = std::make_shared<Platform>();
};

using Builtin = std::map<std::string, std::shared_ptr<const Platform>, std::less<>>;

const Builtin& builtin() {
  static const Builtin all = [] {
    Builtin read;
    for (const EmbeddedFile& file : embedded_platforms())
      if (auto platform = load_platform(std::string(file.name), std::string(file.text)).value)
        read.emplace((*platform)->name, *platform);
    return read;
  }();
  return all;
}

}  // namespace

const PlatformTopic* Platform::find_topic(std::string_view topic) const {
  auto found = topics.find(topic);
  if (const auto slash = topic.find('/'); found == topics.end() && slash != std::string_view::npos)
    found = topics.find(std::string(topic.substr(0, slash)) + "/*");
  return found == topics.end() ? nullptr : &found->second;
}

Read<std::shared_ptr<const Platform>> load_platform(const std::string& file, const std::string& yaml) {
  Report report(file, yaml);
  const auto platform = PlatformReader(report).read();
  return {.value = platform ? std::optional(platform) : std::nullopt, .diagnostics = report.take()};
}

std::shared_ptr<const Platform> find_platform(std::string_view name) {
  const auto found = builtin().find(name);
  return found == builtin().end() ? nullptr : found->second;
}

std::vector<std::string_view> platform_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, platform] : builtin()) names.push_back(name);
  return names;
}

}  // namespace shopbell
