// What is personal does not reach the server's log, whatever a workflow writes into it.

#include "core/personal.h"

#include "base/json.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

std::string hidden(const std::string& line, const std::string& customer, const std::string& data) {
  Arena arena;
  Event event;
  event.data = parse_json(data, arena).value();
  return without_personal(line, parse_json(customer, arena).value(), event);
}

}  // namespace

TEST_CASE("a line of the log names fields, not people") {
  const std::string customer = R"({"id":7,"email":"ann@x.example","name":"Ann Quinta","first_name":"Ann","tags":["vip"]})";
  const std::string data = R"({"order":{"name":"#1001","email":"old@x.example","shipping_address":{"street":"Elm 5","city":"Lyon"}},
                               "message":{"from":"+34611","text":"I live at Elm 5"},"raw":{"name":"vip"}})";
  struct Case {
    const char *line, *shown;
  };
  const auto c = GENERATE(values<Case>({
      {"Ann Quinta has ordered #1001", "[name] has ordered #1001"},
      {"dear Ann, vip", "dear [first_name], vip"},
      {"ann@x.example, old@x.example; who@else.example.", "[email], [email]; [email]"},
      {"+34611 said I live at Elm 5 from Lyon", "[from] said [text] from Lyon"},
      {"to Elm 5", "to [street]"},
      {"an @ alone, a@ and @b", "an @ alone, a@ and @b"},
      {"nothing of them", "nothing of them"},
  }));
  CHECK(hidden(c.line, customer, data) == c.shown);
}
