#pragma once
// What a running action may ask about the customer's words. Services that can hear are a Hearer, too; others (of a test, of a
// tool) need not be.

#include <shopbell/error.h>
#include <shopbell/value.h>

#include <span>
#include <string>
#include <string_view>

namespace shopbell {

class Hearer {
 public:
  virtual ~Hearer() = default;
  /// What the shop's model hears in a message, as the fields of `classify`. `intents`: those of interest, empty for all that it
  /// knows. `coverage`: how often the right one is to be among those that are not excluded. Errors: "unknown_intent".
  virtual Result<Document> classify(std::string_view text, std::span<const std::string> intents, double coverage) const = 0;
  /// The entry of the shop's FAQ that answers a question, as the fields of `answer`. Errors: "no_faq".
  virtual Result<Document> look_up(std::string_view question) const = 0;
};

}  // namespace shopbell
