#include "desk/survey.h"

#include "base/time.h"
#include "support/catch.h"

using namespace shopbell;
using namespace shopbell::desk;

namespace {

const Time noon = parse_time("2026-11-20T12:00:00Z").value();

SurveyLink link(const std::string& kind = "csat") {
  return {{"k1", kind, "after help", "t1", "thanks", to_ms(noon)}, "customer:7"};
}

std::string code_of(std::string_view form, const std::string& kind = "csat") {
  const auto reply = read_reply(form, link(kind));
  return reply ? "" : reply.error().code;
}

}  // namespace

TEST_CASE("a link brings back what it was made of, and nobody can make one up or change one") {
  const std::string token = survey_token(link(), "secret");
  const auto read = read_token(token, "secret", noon);
  REQUIRE(read);
  CHECK(read->subject == "customer:7");
  CHECK(read->asked.ticket == "t1");
  CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos);
  CHECK_FALSE(read_token(token, "other", noon));
  CHECK_FALSE(read_token(token, "", noon));
  CHECK_FALSE(read_token("", "secret", noon));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(read_token(changed, "secret", noon));
  }
}

TEST_CASE("a survey is over after thirty days") {
  const std::string token = survey_token(link(), "secret");
  CHECK(read_token(token, "secret", noon + survey_open));
  CHECK(read_token(token, "secret", noon + survey_open + Millis{1}).error().code == "old_link");
}

TEST_CASE("an answer is a number on the scale, or a comment; nothing else") {
  for (const auto& [form, kind] : {std::pair{"score=1", "csat"}, {"score=5", "csat"}, {"score=0", "nps"}, {"score=10", "nps"}, {"score=7", "ces"}, {"comment=too+slow%21", "csat"}})
    CHECK(code_of(form, kind) == "");
  for (const auto& [form, kind] : {std::pair{"score=0", "csat"}, {"score=6", "csat"}, {"score=11", "nps"}, {"score=-1", "nps"}, {"score=", "csat"}, {"score=4x", "csat"}, {"", "csat"},
                                   {"comment=", "csat"}, {"comment=%ff", "csat"}, {"comment=%4", "csat"}, {"other=1", "csat"}})
    CHECK(code_of(form, kind) == "bad_answer");
  CHECK(code_of("comment=" + std::string(survey_comment_bytes_max + 1, 'x')) == "bad_answer");
  CHECK(read_reply("comment=too+slow%21", link())->comment == "too slow!");
}

TEST_CASE("the page asks by buttons that post, one for each number, and runs nothing") {
  const std::string page = question_page(link("nps"), "Tea & <Co>", 9);
  std::size_t buttons = 0;
  for (std::size_t at = page.find("<button"); at != std::string::npos; at = page.find("<button", at + 1)) ++buttons;
  CHECK(buttons == 11);
  CHECK(page.find("method=\"post\"") != std::string::npos);
  CHECK(page.find("value=\"9\" aria-current=\"true\"") != std::string::npos);
  CHECK(page.find("Tea &amp; &lt;Co&gt;") != std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
}

TEST_CASE("an answer's event has the id of its survey, so that it counts once") {
  const std::string first = event_of(link(), {4, ""}, noon), again = event_of(link(), {2, ""}, noon);
  CHECK(first.find(R"("id":"k1","source":"shopbell/surveys","type":"survey.answered","subject":"customer:7")") != std::string::npos);
  CHECK(again.find(R"("id":"k1","source":"shopbell/surveys")") != std::string::npos);
  CHECK(event_of(link(), {{}, "slow"}, noon).find(R"("id":"k1/comment")") != std::string::npos);
}
