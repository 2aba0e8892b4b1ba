#include "load/platform.h"

#include "load/draft.h"
#include "load/embedded.h"
#include "load/platform_parts.h"
#include "load/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shopbell {
namespace {

constexpr std::array<std::string_view, 14> platform_keys{"platform",  "title", "verify",  "topic",  "each",
                                                         "id",        "time",  "shapes",  "topics", "ignored",
                                                         "challenge", "ping",  "success", "retries"};

class PlatformReader {
 public:
  PlatformReader(Report& report, const std::vector<std::string>& own_events)
      : parts_(report), own_events_(own_events) {}

  std::shared_ptr<const Platform> read() {
    const yaml::NodePtr root = yaml::parse(parts_.report);
    if (!root) return nullptr;
    parts_.check_keys(*root, "the file", platform_keys);
    platform_->name = parts_.required_text(*root, "platform");
    platform_->title = parts_.optional_text(*root, "title");
    platform_->topic = parts_.locations(root->find("topic"), "topic");
    if (platform_->topic.empty()) parts_.error(*root, "missing_key", "`topic` is missing");
    platform_->time = parts_.locations(root->find("time"), "time");
    platform_->each = parts_.optional_program(*root, "each");
    read_verify(*root);
    read_ids(root->find("id"));
    MappingReader mappings(parts_, root->find("shapes"));
    read_topics(*root, mappings);
    mappings.finish();
    platform_->shapes = mappings.take_shapes();
    read_ignored(root->find("ignored"));
    read_manners(*root);
    return parts_.report.failed() ? nullptr : platform_;
  }

 private:
  void read_verify(const yaml::Node& root) {
    const yaml::Node* node = root.find("verify");
    if (node == nullptr) return parts_.error(root, "missing_key", "`verify` is missing");
    platform_->verifications = read_verifications(*node, parts_);
    const auto in_body = [](const Location& l) { return bool(l.program); };
    for (const Verification& v : platform_->verifications) {
      for (const auto* locations : {&v.signatures, &v.id, &v.timestamp})
        platform_->signed_in_body |= std::any_of(locations->begin(), locations->end(), in_body);
      for (const Verification::Part& part : v.signed_text) {
        platform_->signs_url |= part.source == Verification::Source::url;
        platform_->signs_webhook_id |= part.source == Verification::Source::webhook_id;
      }
    }
  }

  void read_ids(const yaml::Node* node) {
    if (node == nullptr) return;
    if (!node->is_list())
      return parts_.error(*node, "wrong_type",
                          "`id` is a list of lists of headers or CEL, here stands " + yaml::describe(*node));
    for (const yaml::NodePtr& list : node->items) {
      if (!list->is_list() || list->items.empty())
        parts_.error(*list, "wrong_type",
                     "an id is a list of headers or CEL, here stands " + yaml::describe(*list));
      else platform_->ids.push_back(parts_.locations(list.get(), "id"));
    }
  }

  void read_topics(const yaml::Node& root, MappingReader& mappings) {
    const yaml::Node* node = root.find("topics");
    if (node == nullptr || !node->is_map())
      return parts_.error(node ? *node : root, "missing_key", "`topics` is missing, or no map");
    for (const yaml::Entry& entry : node->entries) {
      parts_.check_keys(*entry.value, "a topic", std::array<std::string_view, 4>{"type", "subject", "data", "dedupe"});
      PlatformTopic topic;
      topic.types = types(*entry.value);
      topic.ignored = "nothing that this topic's types are about";
      topic.subject = parts_.optional_program(*entry.value, "subject");
      if (const yaml::Node* dedupe = entry.value->find("dedupe")) {
        topic.by_body = dedupe->text != "id";
        if (topic.by_body) parts_.error(*dedupe, "wrong_value", "`dedupe` is `id`, or it is left out: by the id and by the body");
      }
      if (const yaml::Node* data = entry.value->find("data"))
        topic.data = mappings.read(*data, data_type(topic.types));
      else parts_.error(*entry.key, "missing_key", "`data` is missing");
      platform_->topics.emplace(entry.key->text, std::move(topic));
    }
  }

  std::vector<TypeChoice> types(const yaml::Node& topic) {
    const yaml::Node* node = topic.find("type");
    std::vector<TypeChoice> choices;
    if (node != nullptr && node->is_map()) {
      parts_.check_keys(*node, "a type", std::array<std::string_view, 1>{"of"});
      choices.push_back({.condition = {}, .type = {}, .named = parts_.optional_program(*node, "of")});
    } else if (node != nullptr && node->is_list()) {
      for (const yaml::NodePtr& item : node->items) {
        parts_.check_keys(*item, "a choice of types", std::array<std::string_view, 2>{"if", "then"});
        choices.push_back({.condition = parts_.optional_program(*item, "if"),
                           .type = event_type(*item, "then"),
                           .named = {}});
      }
    } else choices.push_back({.condition = {}, .type = event_type(topic, "type"), .named = {}});
    return choices;
  }

  std::string event_type(const yaml::Node& node, std::string_view key) {
    std::string type = parts_.required_text(node, key);
    if (type.empty() || find_event_type(type) != nullptr) return type;
    if (std::find(own_events_.begin(), own_events_.end(), type) != own_events_.end()) return type;
    std::string hint = did_you_mean(type, event_type_names());
    if (hint.empty()) hint = "`events` in shopbell.yaml names the shop's own";
    parts_.error(*node.find(key), "unknown_event", fmt::format("there is no event type {}", type),
                 std::move(hint));
    return type;
  }

  // The nouns that every type of the choice has; anything where one of them is not the vocabulary's.
  static cel::Type data_type(const std::vector<TypeChoice>& choices) {
    std::vector<cel::Field> nouns;
    std::string name;
    for (const TypeChoice& choice : choices) {
      const EventType* type = find_event_type(choice.type);
      if (type == nullptr) return {};
      const auto missing = [&](const cel::Field& field) {
        return std::none_of(type->nouns.begin(), type->nouns.end(),
                            [&](const auto& n) { return n.first == field.name; });
      };
      if (name.empty())
        for (const auto& [noun, fields] : type->nouns) nouns.push_back({noun, fields, {}});
      else std::erase_if(nouns, missing);
      name.append(name.empty() ? "" : ", ").append(choice.type);
    }
    return cel::Type::object(name, nouns);
  }

  void read_ignored(const yaml::Node* node) {
    if (node == nullptr) return;
    if (!node->is_list())
      return parts_.error(*node, "wrong_type", "`ignored` is a list, here stands " + yaml::describe(*node));
    for (const yaml::NodePtr& group : node->items) {
      parts_.check_keys(*group, "a group of ignored topics",
                        std::array<std::string_view, 2>{"why", "topics"});
      const std::string why = parts_.required_text(*group, "why");
      const yaml::Node* topics = group->find("topics");
      if (topics == nullptr || !topics->is_list()) {
        parts_.error(*group, "missing_key", "`topics` is missing, or no list");
        continue;
      }
      for (const yaml::NodePtr& topic : topics->items) {
        PlatformTopic ignored;
        ignored.ignored = why;
        if (!platform_->topics.emplace(topic->text, std::move(ignored)).second)
          parts_.error(*topic, "duplicate_topic", "the topic \"" + topic->text + "\" stands twice");
      }
    }
  }

  // How it is answered.
  void read_manners(const yaml::Node& root) {
    platform_->ping = parts_.optional_text(root, "ping");
    platform_->retries = parts_.optional_text(root, "retries") != "false";
    if (const yaml::Node* challenge = root.find("challenge")) {
      parts_.check_keys(*challenge, "`challenge`",
                        std::array<std::string_view, 4>{"query", "token", "if", "answer"});
      platform_->challenge = {.query = parts_.optional_text(*challenge, "query"),
                              .token = parts_.optional_text(*challenge, "token"),
                              .condition = parts_.optional_program(*challenge, "if"),
                              .answer = parts_.optional_program(*challenge, "answer")};
    }
    const yaml::Node* success = root.find("success");
    if (success == nullptr) return;
    parts_.check_keys(*success, "`success`", std::array<std::string_view, 3>{"status", "text", "answer"});
    platform_->success_answer = parts_.optional_program(*success, "answer");
    if (const yaml::Node* text = success->find("text")) platform_->success_text = text->text;
    const std::string status = parts_.optional_text(*success, "status");
    if (status.empty()) return;
    const auto read =
        std::from_chars(status.data(), status.data() + status.size(), platform_->success_status);
    if (read.ec != std::errc() || platform_->success_status < 200 || platform_->success_status > 299)
      parts_.error(*success, "bad_status", "`status` is a number from 200 to 299");
  }

  PlatformParts parts_;
  const std::vector<std::string>& own_events_;
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

const PlatformTopic* Platform::find_topic(std::string_view wanted) const {
  auto found = topics.find(wanted);
  for (std::string family(wanted); found == topics.end() && !family.empty();) {
    const std::size_t cut = family.find_last_of("/.");
    family.resize(cut == std::string::npos ? 0 : cut + 1);
    found = topics.find(family + "*");
    if (!family.empty()) family.pop_back();
  }
  return found == topics.end() ? nullptr : &found->second;
}

Read<std::shared_ptr<const Platform>> load_platform(const std::string& file, const std::string& yaml,
                                                    const std::vector<std::string>& own_events) {
  Report report(file, yaml);
  const auto platform = PlatformReader(report, own_events).read();
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
