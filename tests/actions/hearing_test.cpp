#include "scripted.h"

#include <shopbell/hearing.h>

using namespace shopbell;

namespace {

// Hears what the story says.
class Listening : public Scripted, public Hearer {
 public:
  std::string heard = "{}", found = R"({"answered":false,"text":""})";
  mutable std::vector<std::string> asked;
  mutable std::string text;

  Result<Document> classify(std::string_view said, std::span<const std::string> intents, double) const override {
    text = said;
    asked.assign(intents.begin(), intents.end());
    return parse_json_document(heard);
  }
  Result<Document> look_up(std::string_view question) const override {
    text = question;
    return parse_json_document(found);
  }
};

}  // namespace

TEST_CASE("classify hands on what was heard, and where a person would be found") {
  Listening services;
  services.heard = R"({"intent":"returns","to_person":false})";
  const Outcome outcome = run_action("classify", R"({"text":"send it back","intents":["returns"," sizing "],"coverage":0.9,"queue":"care"})", services);
  CHECK(outcome.status == Status::done);
  CHECK(to_json(outcome.output.root()) == R"({"intent":"returns","to_person":false,"queue":"care"})");
  CHECK(services.text == "send it back");
  CHECK(services.asked == std::vector<std::string>{"returns", "sizing"});
}

TEST_CASE("an answer that was found is said, with its source in the output") {
  Listening services;
  services.found = R"({"answered":true,"text":"Within 30 days.","source":"faq/returns.md#returns"})";
  const Outcome outcome = run_action("answer", R"({"question":"how do i return","channel":"log","to":"u7","helped":"Did that help?"})", services);
  CHECK(outcome.status == Status::done);
  CHECK(services.lines == std::vector<std::string>{"a reply of 31 bytes"});
  REQUIRE(outcome.message);
  CHECK(outcome.output.root()["source"].text_or("") == "faq/returns.md#returns");
}

TEST_CASE("where no answer was found nothing is said") {
  Listening services;
  const Outcome outcome = run_action("answer", R"({"question":"how do i fly","channel":"log","to":"u7"})", services);
  CHECK(outcome.status == Status::done);
  CHECK(services.lines.empty());
  CHECK_FALSE(outcome.message);
  CHECK_FALSE(outcome.output.root()["answered"].boolean_or(true));
}

TEST_CASE("without anything to hear with, both fail and say so") {
  Scripted deaf;
  CHECK(run_action("classify", R"({"text":"hi"})", deaf).error.code == "no_model");
  CHECK(run_action("answer", R"({"question":"hi"})", deaf).error.code == "no_faq");
}
