// What a language model adds to classify and answer, and what of it is taken.

#include "serve/assistant.h"
#include "base/json.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

Document json(const char* text) { return std::move(*parse_json_document(text)); }

}  // namespace

TEST_CASE("a language model is asked where the shop's own is not sure, and never where a person is needed") {
  CHECK(is_open(json(R"({"intent":"returns","intents":["returns","exchange"],"to_person":false})").root()));
  CHECK(is_open(json(R"({"intent":"other","intents":["other"],"to_person":false})").root()));
  CHECK_FALSE(is_open(json(R"({"intent":"returns","intents":["returns"],"to_person":false})").root()));
  CHECK_FALSE(is_open(json(R"({"intent":"returns","intents":["returns","exchange"],"to_person":true})").root()));
}

TEST_CASE("it may name what cannot be excluded, or anything known where nothing was recognised, and else nothing") {
  const std::vector<std::string> known{"returns", "exchange", "sizing"};
  const auto some = intent_ask("hm", json(R"({"intent":"returns","intents":["returns","exchange"]})").root(), known);
  CHECK(some.intents == std::vector<std::string>{"returns", "exchange", "other"});
  const auto none = intent_ask("hm", json(R"({"intent":"other","intents":["other"]})").root(), known);
  CHECK(none.intents == std::vector<std::string>{"returns", "exchange", "sizing", "other"});
  REQUIRE(none.passages.size() == 1);
  CHECK(none.passages[0].by_customer);
}

TEST_CASE("what it is sure of settles the intent and names the model; mood, person and confidence stay the shop's own") {
  const Document heard = json(R"({"intent":"returns","intents":["returns","exchange"],"confidence":0.4,"mood":"unhappy","model":"intents-1","to_person":false})");
  CHECK(to_json(with_intent(heard, {"exchange", true}, "m").root()) ==
        R"({"intent":"exchange","intents":["exchange"],"confidence":0.4,"mood":"unhappy","model":"assist-m","to_person":false})");
  CHECK(to_json(with_intent(heard, {"exchange", false}, "m").root()) == to_json(heard.root()));
}

TEST_CASE("an answer is asked for from the nearest answers, and bears the source that it cites") {
  const Document found = json(R"({"answered":false,"text":"","source":"","question":"","confidence":0.2,"candidates":[{"question":"A?","text":"Yes.","source":"faq/a.md#a"},{"question":"B?","text":"No.","source":"faq/a.md#b"}]})");
  const auto ask = answer_ask("b then?", found.root(), "The Shop", "en");
  REQUIRE(ask.passages.size() == 3);
  CHECK(ask.passages[1].text == "B?\nNo.");
  CHECK((ask.passages[2].by_customer && !ask.passages[1].by_customer));
  const Document answered = with_answer(found, {"No.", {"faq/a.md#b"}}, "m");
  CHECK(answered.root()["answered"].boolean_or(false));
  CHECK(answered.root()["text"].text_or("") == "No.");
  CHECK(answered.root()["source"].text_or("") == "faq/a.md#b");
  CHECK(answered.root()["question"].text_or("") == "B?");
  CHECK(answered.root()["model"].text_or("") == "assist-m");
  CHECK(answer_ask("b", json(R"({"candidates":[]})").root(), "The Shop", "en").passages.empty());  // nothing to answer from
}
