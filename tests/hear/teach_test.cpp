#include "support/catch.h"
#include "support/temp_dir.h"
#include "teach/lessons.h"
#include "teach/promote.h"

#include <filesystem>
#include <fstream>

using namespace shopbell;
using shopbell::test::TempDir;
namespace fs = std::filesystem;

namespace {

std::vector<Example> lesson_of(std::initializer_list<std::pair<const char*, std::initializer_list<const char*>>> labels) {
  std::vector<Example> lesson;
  for (const auto& [label, stems] : labels)
    for (const char* stem : stems)
      for (const char* end : {"", " please", " today", " for me", " thanks"}) lesson.push_back({std::string(stem) + end, label});
  return lesson;
}

const std::vector<Example> good_lesson = lesson_of({{"engraving", {"can you engrave a name", "engraving on the ring", "put initials on it"}},
                                                    {"repair", {"can you repair my watch", "the clasp needs a repair", "fix the broken chain"}}});

}  // namespace

TEST_CASE("a file of examples is a map of labels, and its mistakes have their places") {
  const auto good = read_lesson("own.yaml", "engraving:\n  - put a name on it\n  - '#1 engraving'\nother:\n  - hello\n");
  REQUIRE(good.value);
  CHECK(good.value->size() == 3);
  CHECK((*good.value)[1].text == "#1 engraving");
  for (const char* bad : {"- a list\n", "engraving: one text\n", "engraving:\n  - { a: map }\n", "engraving:\n  -\n"}) {
    const auto read = read_lesson("own.yaml", bad);
    INFO(bad);
    CHECK_FALSE(read.value);
    REQUIRE_FALSE(read.diagnostics.empty());
    CHECK(read.diagnostics[0].line > 0);
  }
}

TEST_CASE("a correction is kept with who and when, and its last word counts in the lesson") {
  const TempDir folder;
  const std::string path = folder.path();
  CHECK(add_correction(path, {"where is my order", "complaint", "ana", from_ms(1000)}));
  CHECK(add_correction(path, {"where is my order", "order_status", "ben", from_ms(2000)}));
  CHECK(add_correction(path, {"put a name\non it", "engraving", "ana", from_ms(3000)}));
  const auto kept = read_corrections(path);
  REQUIRE(kept);
  REQUIRE(kept->size() == 3);
  CHECK((*kept)[1].by == "ben");
  CHECK((*kept)[1].at == from_ms(2000));
  const auto lesson = shop_lesson(path, "");
  REQUIRE(lesson);
  std::size_t found = 0;
  for (const Example& example : *lesson) {
    if (example.text == "where is my order") CHECK(example.label == "order_status");
    found += example.text == "where is my order" || example.text == "put a name\non it";
  }
  CHECK(found == 2);
  CHECK(add_correction(path, {"", "x", "ana", {}}).error().code == "no_text");
  CHECK(add_correction(path, {"x", "", "ana", {}}).error().code == "no_intent");
}

TEST_CASE("a line of corrections that is broken is named") {
  const TempDir folder;
  fs::create_directories(fs::path(folder.path()) / "intents");
  std::ofstream(fs::path(folder.path()) / "intents" / "corrections.jsonl") << "{\"text\":\"a\",\"intent\":\"b\"}\n{\"text\":\n";
  const auto read = read_corrections(folder.path());
  REQUIRE_FALSE(read);
  CHECK(read.error().message.find("corrections.jsonl:2:") != std::string::npos);
}

TEST_CASE("a lesson that spoils an intent is found out, one that adds to it is not") {
  std::vector<Example> spoilt = good_lesson;
  for (std::size_t i = 0; i < spoilt.size(); ++i)
    if (spoilt[i].label == "repair" && i % 2 == 0) spoilt[i].label = "engraving";
  const auto worse = compare(good_lesson, spoilt);
  REQUIRE(worse);
  CHECK(worse->any_suffers());
  const auto same = compare(good_lesson, good_lesson);
  REQUIRE(same);
  CHECK_FALSE(same->any_suffers());
  CHECK(same->intents.at("repair").asked == 15);
}

TEST_CASE("a promoted model is in use, the one before is kept, and back is one step") {
  const TempDir folder;
  const std::string path = folder.path();
  CHECK(go_back(path).error().code == "nothing_before");
  const auto first = train_model(good_lesson), second = train_model(std::vector<Example>(good_lesson.begin(), good_lesson.end() - 1));
  REQUIRE((first && second));
  REQUIRE(promote(path, *first, good_lesson));
  REQUIRE(promote(path, *second, good_lesson));
  const auto name = [&] {
    std::ifstream file(fs::path(folder.path()) / "models" / "intents.model", std::ios::binary);
    const auto model = read_model(std::string(std::istreambuf_iterator<char>(file), {}));
    return model ? model->name : std::string();
  };
  CHECK(name() == second->name);
  REQUIRE(present_lesson(path));
  CHECK(present_lesson(path)->size() == good_lesson.size());
  REQUIRE(go_back(path));
  CHECK(name() == first->name);
  REQUIRE(go_back(path));
  CHECK(name().empty());  // the built-in one
  CHECK(present_lesson(path)->size() == built_in_lessons().intents.size());
}
