#include "hear/faq.h"
#include "support/catch.h"
#include "teach/lessons.h"

using namespace shopbell;

namespace {

constexpr std::string_view shipping = R"(Not a question's answer.

# Shipping

## How long does delivery take?
### When will my order arrive?
Two to four days within Spain.

Five to seven elsewhere.

## How much is shipping?

Free above 50 EUR, otherwise 4.95.

```
# not a heading
```

## Do you ship to the Canary Islands? ##
Yes, within a week.

## Nothing below
)";

constexpr std::string_view returns = R"(# How do I return something?
Print the label in your account and bring the parcel to any post office within 30 days.
# How do I change my password?
Under "Account", "Security".
# ¿Puedo pagar con Bizum?
Sí, al final de la compra.
)";

Faq the_faq() {
  std::vector<FaqEntry> entries = read_faq("faq/shipping.md", shipping);
  for (FaqEntry& entry : read_faq("faq/returns.md", returns)) entries.push_back(std::move(entry));
  return Faq(std::move(entries));
}

// What would be said; empty: nothing.
std::string answered(std::string_view question) {
  static const Faq faq = the_faq();
  const FaqFound found = faq.find(question);
  const FaqGate& gate = built_in_ear().faq_gate();
  INFO(gate.probability(found.signs) << " of " << gate.answers_from);
  return found.entry != nullptr && gate.probability(found.signs) >= gate.answers_from ? found.entry->source : "";
}

}  // namespace

TEST_CASE("headings are questions, what stands below them the answer") {
  const auto entries = read_faq("faq/shipping.md", shipping);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].questions == std::vector<std::string>{"Shipping", "How long does delivery take?", "When will my order arrive?"});
  CHECK(entries[0].text == "Two to four days within Spain.\n\nFive to seven elsewhere.");
  CHECK(entries[1].source == "faq/shipping.md#how-much-is-shipping");
  CHECK(entries[1].text.ends_with("# not a heading\n```"));
  CHECK(entries[2].questions == std::vector<std::string>{"Do you ship to the Canary Islands?"});
  CHECK(read_faq("faq/empty.md", "").empty());
  CHECK(read_faq("faq/prose.md", "no heading\n####### seven\n#hash").empty());
}

TEST_CASE("a question in other words finds its answer, and says where it comes from") {
  const auto [question, source] = GENERATE(table<std::string, std::string>({
      {"how long does the delivery take", "faq/shipping.md#shipping"},
      {"How much is shipping to Madrid?", "faq/shipping.md#how-much-is-shipping"},
      {"do you also ship to the canary islands", "faq/shipping.md#do-you-ship-to-the-canary-islands"},
      {"how do i return shoes", "faq/returns.md#how-do-i-return-something"},
      {"se puede pagar con bizum?", "faq/returns.md#puedo-pagar-con-bizum"},
      {"how can I change the password", "faq/returns.md#how-do-i-change-my-password"},
  }));
  INFO(question);
  CHECK(answered(question) == source);
}

TEST_CASE("there is never an answer below the gate") {
  const std::string question = GENERATE("hello", "", "my jacket is broken", "who are you", "do you like music", "is the red one waterproof", "how do I",
                                        "zzz", "quiero hablar con alguien");
  INFO(question);
  CHECK(answered(question).empty());
}
