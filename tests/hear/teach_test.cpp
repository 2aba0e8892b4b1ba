#include "support/catch.h"
#include "support/temp_dir.h"
#include "teach/corrections.h"
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
  CHECK(add_correction(path, {.text = "where is my order", .intent = "complaint", .by = "ana", .at = from_ms(1000)}));
  CHECK(add_correction(path, {.text = "where is my order", .intent = "order_status", .by = "ben", .at = from_ms(2000)}));
  CHECK(add_correction(path, {.text = "put a name\non it", .intent = "engraving", .by = "ana", .at = from_ms(3000)}));
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
  CHECK(add_correction(path, {.intent = "x", .by = "ana"}).error().code == "no_text");
  CHECK(add_correction(path, {.text = "x", .by = "ana"}).error().code == "no_word");
  CHECK(add_correction(path, {.text = "x", .mood = "gloomy", .by = "ana"}).error().code == "bad_mood");
  CHECK(add_correction(path, {.text = "x", .answer = "used", .by = "ana"}).error().code == "bad_answer");
  CHECK(add_correction(path, {.text = "x", .answer = "liked", .source = "faq/a.md#b", .by = "ana"}).error().code == "bad_answer");
}

TEST_CASE("what is said about a mood teaches moods and no intent, and the other way round") {
  const TempDir folder;
  const std::string path = folder.path();
  REQUIRE(add_correction(path, {.text = "so that is how you treat people", .mood = "angry", .by = "ana"}));
  REQUIRE(add_correction(path, {.text = "put initials on it", .intent = "engraving", .by = "ana"}));
  REQUIRE(add_correction(path, {.text = "put a crown on it", .intent = "engraving", .by = "ana"}));
  REQUIRE(add_correction(path, {.text = "what does it cost", .answer = "edited", .source = "faq/a.md#b", .by = "ana"}));
  fs::create_directories(fs::path(path) / "intents");
  std::ofstream(fs::path(path) / "intents" / "mood.yaml") << "happy:\n  - chuffed to bits\n";
  const auto intents = shop_lesson(path, ""), moods = shop_lesson(path, "", of_moods);
  REQUIRE((intents && moods));
  const auto label = [](const std::vector<Example>& lesson, std::string_view text) {
    for (const Example& example : lesson)
      if (example.text == text) return example.label;
    return std::string();
  };
  CHECK(label(*moods, "so that is how you treat people") == "angry");
  CHECK(label(*moods, "chuffed to bits") == "happy");
  CHECK(label(*moods, "put initials on it").empty());
  CHECK(label(*intents, "put initials on it") == "engraving");
  CHECK(label(*intents, "so that is how you treat people").empty());
  CHECK(label(*intents, "chuffed to bits").empty());
  CHECK(label(*intents, "what does it cost").empty());
  const auto present = present_lesson(path, of_moods);
  REQUIRE(present);
  CHECK_FALSE(same_lesson(*present, *moods));
  CHECK(same_lesson(*moods, std::vector<Example>(moods->rbegin(), moods->rend())));

  std::ofstream(fs::path(path) / "intents" / "mood.yaml") << "gloomy:\n  - oh dear\n";
  CHECK(shop_lesson(path, "", of_moods).error().message.find("no mood gloomy") != std::string::npos);
}

TEST_CASE("moods that spoil one of them are found out, and a promoted mood is used while anger stays heard") {
  const TempDir folder;
  const std::string path = folder.path();
  const auto good = present_lesson(path, of_moods);
  REQUIRE(good);
  std::vector<Example> calm = *good;
  for (Example& example : calm)
    if (example.label == "angry") example.label = "neutral";
  const auto compared = compare(*good, calm, of_moods);
  REQUIRE(compared);
  CHECK(compared->labels.at("angry").suffers());

  const auto model = train_model(calm, shop_moods);
  REQUIRE(model);
  REQUIRE(promote(path, *model, calm, of_moods));
  CHECK(same_lesson(*present_lesson(path, of_moods), calm));
  CHECK(present_lesson(path)->size() == built_in_lessons().intents.size());  // intents are as they were
  const Ear ear = built_in_ear().with_mood(*model);
  const HeardMessage heard = ear.hear("you are thieves, give me my money back NOW");
  CHECK(heard.mood != "angry");
  CHECK(heard.mood_model == model->name);
  CHECK(heard.reason == "anger");  // no lesson switches this off
  REQUIRE(go_back(path, of_moods));
  CHECK(go_back(path, of_moods).error().code == "nothing_before");
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
  CHECK(same->labels.at("repair").asked == 15);
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
