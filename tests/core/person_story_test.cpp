// Who needs a person gets no machine.

#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

Task<Outcome> never_run_here(Call, Services&) { co_return Outcome{}; }

const Action hears{.name = "classify", .summary = "hears", .run = never_run_here};

constexpr const char* heard = R"({"to_person":true,"reason":"legal_threat","queue":"care"})";
constexpr const char* calm = R"({"to_person":false,"reason":"","queue":"care"})";
constexpr const char* message = R"({"customer":{"id":"7"},"message":{"text":"my lawyer will call"}})";

Argument said(const char* text) { return fields("text", written(text)); }

template <class... Steps>
Workflow triage(Steps... steps) {
  return workflow("triage", {"message.received"}, act(hears, fields(), "said"), std::move(steps)...);
}

}  // namespace

TEST_CASE("after classify has heard that a person is needed, no machine answers: a ticket is opened instead, once") {
  Shop shop;
  shop.add(triage(act(send, said("We are happy to help")), act(send, said("Anything else?"))));
  shop.event("message.received", message);
  shop.answer(Outcome::Status::done, heard);
  CHECK(shop.calls.empty());
  CHECK(shop.noted("needs_person", "legal_threat"));
  CHECK(shop.tickets.size() == 1);
  CHECK(shop.open_runs().empty());
}

TEST_CASE("once the workflow has handed over, it may say so") {
  Shop shop;
  shop.add(triage(act(handoff, fields("queue", written("care")), "taken"), act(send, said("A colleague takes over"))));
  shop.event("message.received", message);
  shop.answer(Outcome::Status::done, heard);
  CHECK(shop.tickets.size() == 1);
  REQUIRE(shop.calls.size() == 1);
  CHECK(shop.calls[0].action == "send");
}

TEST_CASE("who needs no person is answered") {
  Shop shop;
  shop.add(triage(act(send, said("We are happy to help"))));
  shop.event("message.received", message);
  shop.answer(Outcome::Status::done, calm);
  CHECK(shop.tickets.empty());
  REQUIRE(shop.calls.size() == 1);
  CHECK(shop.calls[0].action == "send");
}
