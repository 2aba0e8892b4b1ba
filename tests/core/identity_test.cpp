#include "core/identity.h"

#include "base/json.h"
#include "intake/cloudevent.h"
#include "support/catch.h"

#include <map>

using namespace shopbell;

namespace {

/// The names that an event gives, as "name" or "name?" where it is not verified.
std::vector<std::string> names(std::string_view type, std::string_view data, std::string_view subject = {}) {
  Arena arena;
  Event event;
  event.type = type;
  event.data = parse_json(data, arena).value();
  event.subject = subject.empty() ? subject_of_data(event.data, arena) : subject;
  std::vector<std::string> made;
  for (const Identity& i : identities_of(event)) made.push_back(i.name + (i.verified ? "" : "?"));
  return made;
}

/// Subjects that are known, and what comes of one event more.
class Town {
 public:
  Town& add(std::string id, std::vector<std::string> identities = {}) {
    Subject subject;
    subject.id = id;
    for (const std::string& name : identities) leads_[name] = id;
    subject.identities = std::move(identities);
    subjects_[id] = std::move(subject);
    return *this;
  }
  Identified meet(std::string_view type, std::string_view data) {
    event_.type = type;
    event_.data = parse_json(data, arena_).value();
    event_.subject = subject_of_data(event_.data, arena_);
    return identify(event_, identities_of(event_), [this](std::string_view name) -> const Subject* {
      const auto lead = leads_.find(name);
      const auto found = subjects_.find(lead == leads_.end() ? name : lead->second);
      return found == subjects_.end() ? nullptr : &found->second;
    });
  }

 private:
  std::map<std::string, Subject, std::less<>> subjects_;
  std::map<std::string, std::string, std::less<>> leads_;
  Arena arena_;
  Event event_;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("an event names its customer, and says which names are verified") {
  struct Case {
    const char *type, *data;
    Texts names;
  };
  for (const Case& c : {
           Case{"order.placed", R"({"customer":{"id":7},"order":{"id":1}})", {"customer:7"}},
           Case{"order.placed", R"({"customer":{"id":7,"email":" A@X.com","phone":"+34 600-111-222"}})",
                {"customer:7", "customer:a@x.com", "phone:+34600111222"}},
           Case{"order.placed", R"({"customer":{"id":7,"email":"a@x.com","phone":"0034600111222","verified":false}})", {"customer:7"}},
           Case{"order.placed", R"({"customer":{"id":7,"phone":"600 111 222"}})", {"customer:7"}},
           Case{"order.placed", R"({"customer":{"email":"a@x.com"}})", {"customer:a@x.com?"}},
           Case{"customer.created", R"({"customer":{"email":"a@x.com","verified":true}})", {"customer:a@x.com"}},
           Case{"order.placed", R"({"order":{"id":1,"email":"B@x.com","cart_token":"T"}})", {"customer:b@x.com?", "cart:T"}},
           Case{"cart.updated", R"({"cart":{"token":"T","id":5},"customer":{"cookie":"C"}})", {"cart:5", "cart:T", "cookie:C"}},
           Case{"checkout.updated", R"({"checkout":{"token":"K","cart_token":"T"},"customer":{"email":"a@x.com"}})",
                {"customer:a@x.com?", "cart:T", "checkout:K"}},
           Case{"page.seen", R"({"customer":{"cookie":"C"}})", {"cookie:C"}},
           Case{"message.received", R"({"message":{"from":"34600111222","channel":"whatsapp"}})", {"phone:+34600111222"}},
           Case{"message.received", R"({"message":{"from":"whatsapp:+34600111222","channel":"whatsapp"},"customer":{"phone":"+34600111222"}})",
                {"phone:+34600111222"}},
           Case{"message.delivered", R"({"message":{"from":"shop","to":"+34600111222","channel":"sms"},"customer":{"phone":"+34600111222"}})",
                {"phone:+34600111222"}},
           Case{"message.received", R"({"message":{"from":99,"channel":"Telegram"}})", {"telegram:99"}},
           Case{"message.received", R"({"message":{"from":"a@x.com","channel":"email"}})", {"customer:a@x.com?"}},
           Case{"message.received", R"({"message":{"from":"v8","channel":"chat"},"customer":{"id":7}})", {"customer:7", "chat:v8"}},
           Case{"product.updated", R"({"product":{"id":1}})", {}},
           Case{"shop.opened", R"({})", {}},
       }) {
    INFO(c.type << " " << c.data);
    CHECK(names(c.type, c.data) == c.names);
  }
}

TEST_CASE("an address typed into a chat names nobody: the answer would go to whoever typed it") {
  CHECK(names("message.received", R"({"message":{"from":"v8","channel":"chat"},"customer":{"email":"a@x.com"}})") == Texts{"chat:v8"});
  CHECK(names("message.received", R"({"message":{"from":"v8","channel":"chat"},"customer":{"email":"a@x.com","verified":true}})") ==
        Texts{"customer:a@x.com", "chat:v8"});
}

TEST_CASE("who a chat is with cannot be taken for a customer of the same number") {
  CHECK(names("message.received", R"({"message":{"from":7,"channel":"telegram"}})") == Texts{"telegram:7"});
  CHECK(names("customer.consent_changed", R"({"customer":{"phone":"+34600111222","consent":{"whatsapp":false}}})", "customer:34600111222") ==
        Texts{"phone:+34600111222"});
  CHECK(names("message.read", R"({"message":{"to":"U7","channel":"slack"}})", "customer:U7") == Texts{"slack:U7"});
}

TEST_CASE("what an event says it is about counts, where its data says nothing else") {
  CHECK(names("loyalty.reached", R"({})", "customer:7") == Texts{"customer:7"});
  CHECK(names("loyalty.reached", R"({"customer":{"id":7,"email":"a@x.com"}})", "customer:7") == Texts{"customer:7", "customer:a@x.com"});
  CHECK(names("loyalty.reached", R"({"customer":{"id":7}})", "customer:8").empty());
  CHECK(names("loyalty.reached", R"({"customer":{"id":7}})", "company:8").empty());
}

TEST_CASE("what is replayed beside the shop has names of its own") {
  CHECK(names("order.placed", R"({"customer":{"id":7,"email":"a@x.com"},"order":{"cart_token":"T"}})", "replay:r/customer:7") ==
        Texts{"replay:r/customer:7", "replay:r/customer:a@x.com", "replay:r/cart:T"});
}

TEST_CASE("an event has at most identities_of_event_max names") {
  const auto made = names("order.placed",
                          R"({"customer":{"id":7,"email":"a@x.com","phone":"+34600111222","cookie":"C"},"order":{"cart_token":"T","checkout_token":"K"},)"
                          R"("checkout":{"cart_token":"T2","token":"K2"},"cart":{"token":"T3"}})");
  CHECK(made.size() == identities_of_event_max);
}

TEST_CASE("a guest is merged into the account with the same address, and a nobody's cart into who is known") {
  Town town;
  town.add("customer:a@x.com").add("cart:T");
  const auto found = town.meet("order.placed", R"({"customer":{"id":7,"email":"a@x.com"},"order":{"cart_token":"T"}})");
  CHECK(found.subject == "customer:7");
  CHECK(found.same == Texts{"customer:a@x.com", "cart:T"});
  CHECK(found.others.empty());
}

TEST_CASE("an account of another platform with the same address is the same customer under both ids") {
  Town town;
  town.add("customer:7", {"customer:a@x.com"});
  const auto found = town.meet("customer.updated", R"({"customer":{"id":"cus_9","email":"a@x.com"}})");
  CHECK(found.subject == "customer:7");
  CHECK(found.names == Texts{"customer:cus_9"});
  CHECK(found.same.empty());
}

TEST_CASE("an address that is only typed joins nobody") {
  Town town;
  town.add("customer:7", {"customer:a@x.com"}).add("customer:b@x.com");
  const auto found = town.meet("order.placed", R"({"customer":{"email":"b@x.com"},"order":{"email":"a@x.com"}})");
  CHECK(found.subject == "customer:b@x.com");
  CHECK(found.same.empty());
}

TEST_CASE("a number joins a chat with an account, and never two accounts") {
  Town town;
  town.add("phone:+34600111222").add("customer:7");
  CHECK(town.meet("customer.updated", R"({"customer":{"id":7,"phone":"+34600111222"}})").same == Texts{"phone:+34600111222"});
  town.add("customer:7", {"phone:+34600111222"});
  const auto other = town.meet("customer.updated", R"({"customer":{"id":8,"phone":"+34600111222"}})");
  CHECK(other.subject == "customer:8");
  CHECK(other.same.empty());
  CHECK(other.names.empty());
  REQUIRE(other.refused.size() == 1);
  CHECK(other.refused[0].find("a number may be shared") != std::string::npos);
  CHECK(town.meet("message.received", R"({"message":{"from":"34600111222","channel":"whatsapp"}})").subject == "customer:7");
}

TEST_CASE("a customer whose cart an order came out of is told of it, and stays another") {
  Town town;
  town.add("customer:a@x.com", {"cart:T"});
  const auto order = town.meet("order.placed", R"({"customer":{"email":"b@x.com"},"order":{"id":1,"cart_token":"T"}})");
  CHECK(order.subject == "customer:b@x.com");
  CHECK(order.same.empty());
  CHECK(order.others == Texts{"customer:a@x.com"});
  CHECK(order.names.empty());  // the cart is over
  const auto cart = town.meet("cart.updated", R"({"customer":{"email":"b@x.com"},"cart":{"token":"T"}})");
  CHECK(cart.names == Texts{"cart:T"});  // it is b's now
}

TEST_CASE("an order without a customer is about whose cart it came out of") {
  Town town;
  town.add("customer:7", {"cart:T"});
  CHECK(town.meet("order.placed", R"({"order":{"id":1,"cart_token":"T"}})").subject == "customer:7");
  CHECK(town.meet("order.placed", R"({"order":{"id":1,"cart_token":"T2"}})").subject == "order:1");
}

TEST_CASE("a till that writes one address for all its customers does not make them one without end") {
  Town town;
  std::vector<std::string> ids{"customer:till@x.com"};
  for (std::size_t i = 1; i < accounts_max; ++i) ids.push_back("customer:" + std::to_string(i));
  town.add("customer:0", ids);
  const auto found = town.meet("order.placed", R"({"customer":{"id":100,"email":"till@x.com"}})");
  CHECK(found.subject == "customer:100");
  CHECK(found.refused.size() == 1);
}

TEST_CASE("a subject has at most identities_max names: the oldest session goes, and a person's name never") {
  Subject subject;
  subject.id = "customer:7";
  CHECK(add_identity(subject, "customer:a@x.com").added);
  for (std::size_t i = 2; i < identities_max; ++i) CHECK(add_identity(subject, "cart:" + std::to_string(i)).dropped.empty());
  CHECK(subject.identities.size() + 1 == identities_max);
  CHECK(add_identity(subject, "cart:new").dropped == "cart:2");
  CHECK(subject.identities.size() + 1 == identities_max);
  CHECK(subject.identities.front() == "customer:a@x.com");
}

TEST_CASE("numbers are compared with their country's code, however they are written") {
  CHECK(phone_number("+34 600-111.222") == "+34600111222");
  CHECK(phone_number("0034 (600) 111222") == "+34600111222");
  CHECK(phone_number("600111222").empty());
  CHECK(phone_number("+34 600 CALL").empty());
  CHECK(phone_number("+1234567890123456").empty());
}
