#pragma once
// Where a customer may answer a survey. Services that know it are a Surveyor, too; others (of a test, of a tool) need not be.

#include <shopbell/error.h>

#include <string>

namespace shopbell {

/// One question to one customer.
struct SurveyAsked {
  std::string id;            // the same at each attempt
  std::string kind, name;    // kind: csat, nps, ces
  std::string ticket;        // the ticket whose end it is about; empty: none
  std::string workflow;
  std::int64_t at_ms = 0;
};

class Surveyor {
 public:
  virtual ~Surveyor() = default;
  /// An address that nobody can make up, about the customer of the run of this call. Errors: "no_survey_url".
  virtual Result<std::string> survey_link(const SurveyAsked& asked, const std::string& subject) const = 0;
};

}  // namespace shopbell
