#pragma once
// Surveys: the link that a customer gets, what comes back, and the page between. Pure; any thread.
//
// A link bears all that it is about, and a MAC over it: nobody can make one up, and nothing is kept until somebody answers.
// GET shows the page and never counts, as mail scanners follow links; the page's buttons POST.

#include <shopbell/error.h>
#include <shopbell/surveyor.h>
#include <shopbell/time.h>

#include <optional>
#include <string>
#include <string_view>

namespace shopbell::desk {

constexpr Millis survey_open{std::int64_t{30} * 24 * 3'600'000};  // so long an answer is taken: as long as it is known to be had
constexpr std::size_t survey_comment_bytes_max = 4'000;
constexpr std::size_t survey_token_bytes_max = 2'000;

struct SurveyLink {
  SurveyAsked asked;
  std::string subject;
};

/// What the numbers are between, and what their ends mean.
struct Scale {
  int from = 1, to = 5;
  std::string_view question, low, high;
};
/// nullptr: there is no such kind.
const Scale* scale_of(std::string_view kind);

std::string survey_token(const SurveyLink& link, std::string_view secret);
/// Errors: "bad_link", "old_link".
Result<SurveyLink> read_token(std::string_view token, std::string_view secret, Time now);

/// What a form sent: score=4, or comment=...
struct SurveyReply {
  std::optional<int> score;
  std::string comment;
};
/// Errors: "bad_answer".
Result<SurveyReply> read_reply(std::string_view form, const SurveyLink& link);

/// The event of an answer, as one CloudEvent: survey.answered, or survey.commented. Its id is the survey's, so that it counts once.
std::string event_of(const SurveyLink& link, const SurveyReply& reply, Time now);

/// A page without scripts, images or anything from elsewhere. `chosen`: of the link that was followed.
std::string question_page(const SurveyLink& link, std::string_view shop, std::optional<int> chosen);
std::string thanks_page(std::string_view shop, bool ask_why);
std::string sorry_page(std::string_view shop, std::string_view why);

}  // namespace shopbell::desk
