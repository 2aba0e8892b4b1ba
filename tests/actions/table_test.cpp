#include "scripted.h"

#include <set>

using namespace shopbell;

TEST_CASE("every action is in the table, under its own name, and either decides or runs") {
  std::set<std::string_view> names;
  for (const Action* action : all_actions()) {
    INFO(action->name);
    CHECK(names.insert(action->name).second);
    CHECK(find_action(action->name) == action);
    CHECK_FALSE(action->summary.empty());
    CHECK((action->decide == nullptr) != (action->run == nullptr));
  }
  for (const char* name : {"email", "handoff", "http", "log", "note", "reply", "tag"}) CHECK(names.contains(name));
  CHECK(find_action("teleport") == nullptr);
}

TEST_CASE("the parameters of every action can be printed as its reference") {
  for (const Action* action : all_actions()) {
    int positional = 0;
    std::set<std::string_view> names;
    for (const Param& param : action->params) {
      INFO(action->name << "." << param.name);
      CHECK(names.insert(param.name).second);
      REQUIRE_FALSE(param.doc.empty());
      CHECK(param.doc.back() == '.');
      CHECK((param.type == ParamType::choice) == !param.choices.empty());
      CHECK_FALSE((param.required && !param.otherwise.empty()));
      positional += param.positional;
    }
    INFO(action->name);
    CHECK(positional <= 1);
  }
}
