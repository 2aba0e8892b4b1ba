#include "base/quotes.h"

#include "support/catch.h"

using namespace shopbell;

TEST_CASE("of a mail that answers one, what was written is left") {
  const auto [name, text, left] = GENERATE(table<std::string, std::string, std::string>({
      {"Gmail", "2\r\n\r\nOn Fri, 15 Jan 2027 at 09:00, The Shop <hello@shop.example> wrote:\r\n\r\n> Which one?\r\n> 1 Order status\r\n> 2 Returns\r\n", "2"},
      {"Gmail, with a line broken", "Yes please\n\nOn Fri, 15 Jan 2027 at 09:00, The Shop of Many Words\n<hello@shop.example> wrote:\n> Shall we?\n", "Yes please"},
      {"Gmail in Spanish", "Gracias\n\nEl vie, 15 ene 2027 a las 9:00, La Tienda (<hola@shop.example>) escribió:\n\n> Hola\n", "Gracias"},
      {"Gmail in German", "Danke\n\nAm Fr., 15. Jan. 2027 um 09:00 Uhr schrieb Der Laden <h@shop.example>:\n> Hallo", "Danke"},
      {"Gmail in French", "Merci\n\nLe ven. 15 janv. 2027 à 09:00, La Boutique <h@shop.example> a écrit\u00a0:\n> Bonjour", "Merci"},
      {"Outlook", "It is 1001.\r\n\r\n________________________________\r\nFrom: The Shop <hello@shop.example>\r\nSent: Friday, January 15, 2027 9:00 AM\r\nTo: Ann\r\nSubject: Your order\r\n\r\nWhich order?", "It is 1001."},
      {"Outlook of old", "It is 1001.\n\n-----Original Message-----\nFrom: The Shop\nWhich order?", "It is 1001."},
      {"an iPhone", "Where is it?\n\nSent from my iPhone\n\nOn 15 Jan 2027, at 09:00, The Shop <hello@shop.example> wrote:\n\n\xef\xbb\xbf> Hello\n", "Where is it?"},
      {"a signature", "Where is it?\n\n-- \nAnn Lee\nAcme Ltd, 600 111 222", "Where is it?"},
      {"answers between the lines", "> Which size?\nL\n> Which colour?\nRed\n", "L\nRed"},
      {"a program that quotes without marks", "No.\n\nOn 2027-01-15 09:00, The Shop wrote:\nShall we?\n", "No."},
      {"nothing of one's own", "> only a quote\n", "> only a quote"},
      {"what only looks like it", "On Monday I ordered 3 shirts.\nFrom: where do you ship?\n--fast, please\n", "On Monday I ordered 3 shirts.\nFrom: where do you ship?\n--fast, please"},
      {"a plain message", "Hello\n\nWhere is my order?\n", "Hello\n\nWhere is my order?"},
  }));
  INFO(name);
  CHECK(without_quotes(text) == left);
}
