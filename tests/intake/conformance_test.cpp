// Bodies and signatures that nobody here wrote: read from where they are kept, if they are there.

#include "support.h"

#include "base/json.h"
#include "load/vocabulary.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace shopbell;

namespace {

namespace fs = std::filesystem;

fs::path webhooks() {
  const char* folder = std::getenv("SHOPBELL_CONFORMANCE");
  return (folder != nullptr ? fs::path(folder) : fs::path(SHOPBELL_SOURCE_DIR) / "../shared/conformance") / "webhooks";
}

bool absent() {
  if (fs::exists(webhooks() / "index.jsonl")) return false;
  WARN("skipped: there are no webhooks in " << webhooks() << "; SHOPBELL_CONFORMANCE names their folder");
  return true;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

template <class Each>
void for_each_line(const fs::path& file, Each each) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto document = parse_json_document(line);
    REQUIRE(document);
    each(document->root());
  }
}

/// Whether every top-level member of the data is a noun of the event's type, or the raw body.
bool nouns_known(const Event& event) {
  const EventType* type = find_event_type(event.type);
  if (type == nullptr) return false;
  for (const Member& member : event.data.members()) {
    const auto is_noun = [&](const auto& noun) { return noun.first == member.key.text(); };
    if (member.key.text() != "raw" && std::none_of(type->nouns.begin(), type->nouns.end(), is_noun)) return false;
  }
  return true;
}

/// Examples of a family rather than of a topic are tried under each of the family's topics.
std::vector<std::string> topics_for(const std::string& topic) {
  if (!topic.ends_with("/exemplar")) return {topic};
  const std::string family = topic.substr(0, topic.find('/') + 1);
  std::vector<std::string> topics;
  for (const auto& [name, known] : find_platform("shopify")->topics)
    if (name.starts_with(family) && !name.ends_with("*")) topics.push_back(name);
  return topics;
}

}  // namespace

TEST_CASE("every Shopify body yields a canonical event or is knowingly ignored") {
  if (absent()) return;
  int events = 0, ignored = 0;
  for_each_line(webhooks() / "index.jsonl", [&](const Value& entry) {
    if (entry["provider"].text_or("") != "shopify") return;
    const std::string body = text_of(webhooks() / std::string(entry["file"].text()));
    for (const std::string& topic : topics_for(std::string(entry["topic"].text()))) {
      INFO(entry["file"].text() << " as " << topic);
      Arena arena;
      const auto result = Delivery(topic, body).take(arena);
      REQUIRE(result);
      CHECK_FALSE(result->topic.empty());
      CHECK(result->events.empty() == !result->ignored.empty());
      ignored += result->events.empty();
      for (const Taken& taken : result->events) {
        INFO(taken.line.substr(0, 400));
        ++events;
        CHECK(nouns_known(taken.event));
        const auto again = read_line(taken.line, arena);
        REQUIRE(again);
        CHECK(same(again->data, taken.event.data));
      }
    }
  });
  CHECK(events > 0);
  CHECK(ignored > 0);
}

TEST_CASE("every Shopify signature is accepted or refused as it should be") {
  if (absent()) return;
  int lines = 0;
  for_each_line(webhooks() / "signatures.jsonl", [&](const Value& entry) {
    if (entry["scheme"].text_or("") != "shopify") return;
    INFO(entry["id"].text());
    ++lines;
    const std::string body = entry["body_file"].is_null()
                                 ? std::string(entry["body"].text())
                                 : text_of(webhooks() / std::string(entry["body_file"].text()));
    std::string signature;
    for (const Member& header : entry["headers"].members()) signature = header.value.text();
    const bool good = bool(
        verify(*find_platform("shopify"), {.current = entry["secret"].text(), .previous = {}}, signature, body));
    CHECK(good == entry["valid"].boolean());
  });
  CHECK(lines > 0);
}
