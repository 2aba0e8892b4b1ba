#pragma once
// What a running action may ask about the customer's words. Services that can hear are a Hearer, too; others (of a test, of a
// tool) need not be.

#include <shopbell/error.h>
#include <shopbell/task.h>
#include <shopbell/value.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// A language model that is asked where the shop's own hearing is not sure (`assist` in shopbell.yaml). Services of a shop that has none
/// for this are no Assistant; whatever fails, the answer is what was heard before.
class Assistant {
 public:
  virtual ~Assistant() = default;
  /// `heard`: the fields of `classify`, as the shop's model said them. Gives them, the intent settled where it was open.
  virtual Task<Document> settle_intent(std::string text, std::vector<std::string> intents, Document heard) = 0;
  /// `found`: the fields of `answer` that hold none. Gives them, answered from the `candidates` where those hold an answer.
  virtual Task<Document> answer_from(std::string question, Document found) = 0;
};

}  // namespace shopbell
