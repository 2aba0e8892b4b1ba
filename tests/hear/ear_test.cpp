// The built-in ear, as it is linked into the program. None of these messages is one of its examples.

#include "load/embedded.h"
#include "support/catch.h"
#include "teach/lessons.h"

#include <algorithm>
#include <map>

using namespace shopbell;

TEST_CASE("the built-in examples are many and varied: 25 for each of 20 intents, in English and in Spanish") {
  for (const EmbeddedFile& file : embedded_intents()) {
    if (file.name != "en.yaml" && file.name != "es.yaml") continue;
    std::map<std::string, std::size_t> counts;
    const auto read = read_lesson(std::string(file.name), file.text);
    REQUIRE(read.value);
    for (const Example& example : *read.value) ++counts[example.label];
    CHECK(counts.size() == 21);  // and "other"
    for (const auto& [label, n] : counts) {
      INFO(file.name << ": " << label);
      CHECK(n >= 25);
    }
  }
}

TEST_CASE("what customers commonly ask is heard in English and Spanish, misspelt too") {
  const auto [text, intent] = GENERATE(table<std::string, std::string>({
      {"any update on where my order is?", "order_status"},
      {"wen does my pakage arrive", "order_status"},
      {"hola, me podeis decir donde anda mi pedido", "order_status"},
      {"the tracking page says it was delivered but i have no parcel", "delivery_problem"},
      {"please cancel the order I placed this morning", "cancel_order"},
      {"quiero anular el pedido que hice ayer", "cancel_order"},
      {"how can I return these trousers", "returns"},
      {"quiero devolver unos pantalones", "returns"},
      {"when will I get my refund", "refund_status"},
      {"which size is right for me, I'm between M and L", "sizing"},
      {"the mug was broken when I opened the parcel", "damaged_item"},
      {"how much does shipping to Italy cost", "shipping_info"},
      {"my promo code isn't working", "discount_code"},
      {"necesito la factura de mi compra", "invoice"},
      {"i cannot log into my account", "account_login"},
  }));
  INFO(text);
  const HeardMessage heard = built_in_ear().hear(text);
  CHECK(heard.intent == intent);
  CHECK(std::find(heard.intents.begin(), heard.intents.end(), intent) != heard.intents.end());
  CHECK_FALSE(heard.to_person);
  CHECK(heard.model.starts_with("intents-"));
}

TEST_CASE("what must go to a person does, in whatever words") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"can I please talk to a REAL PERSON", "asks_person"},
      {"quiero que me atienda una persona", "asks_person"},
      {"my lawyer will write to you", "legal_threat"},
      {"os voy a denunciar en consumo", "legal_threat"},
      {"some days I want to kill myself", "self_harm"},
      {"no quiero vivir más", "self_harm"},
      {"someone used my stolen card at your shop", "payment_fraud"},
      {"hay un pago no autorizado en mi tarjeta", "payment_fraud"},
      {"WHERE IS MY PARCEL???", "anger"},
      {"sois unos ladrones, devolvedme mi dinero YA!!", "anger"},
      {"you are a bunch of incompetent idiots", "anger"},
  }));
  INFO(text);
  const HeardMessage heard = built_in_ear().hear(text);
  CHECK(heard.to_person);
  CHECK(heard.reason == reason);
}

TEST_CASE("what only looks like it does not") {
  const std::string text = GENERATE("do you have legal paper size envelopes", "I'm dying to wear it, when does it ship?",
                                    "can a person with wide feet wear it", "which cards do you accept", "thanks, you are great!");
  INFO(text);
  CHECK_FALSE(built_in_ear().hear(text).to_person);
}

TEST_CASE("a shop's own intents do not change who goes to a person") {
  const auto own = train_model(std::vector<Example>{{"my lawyer", "fine"}, {"kill myself", "fine"}, {"hello", "hi"}, {"hi there", "hi"}});
  REQUIRE(own);
  const Ear ear = built_in_ear().with_intents(*own);
  CHECK(ear.hear("my lawyer will write to you").reason == "legal_threat");
  CHECK(ear.hear("I want to kill myself").reason == "self_harm");
  CHECK(ear.hear("hello").model == own->name);
}

TEST_CASE("mood is learned") {
  const auto [text, mood] = GENERATE(table<std::string, std::string>({
      {"WHERE IS MY ORDER???", "angry"},
      {"thank you so much, it is lovely", "happy"},
      {"a bit disappointed that it came late", "unhappy"},
      {"how do I change my delivery address", "neutral"},
      {"muchas gracias, me encanta", "happy"},
  }));
  INFO(text);
  CHECK(built_in_ear().hear(text).mood == mood);
}

TEST_CASE("the language is told, and not where nobody can know") {
  const auto [text, language] = GENERATE(table<std::string, std::string>({
      {"where is my package", "en"},
      {"¿cuándo llega mi paquete?", "es"},
      {"wann kommt mein Paket", "de"},
      {"quand arrive mon colis", "fr"},
      {"quando arriva il mio pacco", "it"},
      {"quando chega a minha encomenda", "pt"},
      {"12345", ""},
      {"", ""},
  }));
  INFO(text);
  CHECK(built_in_ear().hear(text).language == language);
}

TEST_CASE("an intent that was not asked for is something else") {
  const std::vector<std::string> asked{"returns", "sizing"};
  CHECK(built_in_ear().hear("how do I return this", asked).intent == "returns");
  CHECK(built_in_ear().hear("my card was declined", asked).intent == "other");
}

TEST_CASE("what is about nothing of a shop is something else") {
  const std::string text = GENERATE("who won the champions league", "what do you think about quantum physics", "zxcvb");
  INFO(text);
  CHECK(built_in_ear().hear(text).intent == "other");
}

TEST_CASE("a broken file of an ear is refused") {
  const std::string good = built_in_ear().write();
  CHECK(Ear::read(good).has_value());
  CHECK(Ear::read("").error().code == "not_an_ear");
  CHECK(Ear::read(good.substr(0, good.size() / 2)).error().code == "ear_broken");
  CHECK(Ear::read(good + "x").error().code == "ear_broken");
  std::string damaged = good;
  damaged[good.size() / 4] = static_cast<char>(damaged[good.size() / 4] ^ 1);
  CHECK_FALSE(Ear::read(damaged).has_value());
}
