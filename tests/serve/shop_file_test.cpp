#include "serve/shop_file.h"

#include "support/catch.h"

using namespace shopbell;

namespace {

const std::string file =
    "# our shop\nshop: a\n\n# who answers what\nqueues:\n  care: {}   # all else\n  sales:\n    title: Sales\n\n# when we are there\nhours: { office: { mon-fri: 09:00-17:00 } }\napi_tokens: [\"${env:TOKEN}\"]\n";

}  // namespace

TEST_CASE("a part of shopbell.yaml is taken out with its comments, and put back without touching a byte beside it") {
  CHECK(section_of(file, "queues").value() == "# who answers what\nqueues:\n  care: {}   # all else\n  sales:\n    title: Sales\n");
  CHECK(section_of(file, "hours").value() == "# when we are there\nhours: { office: { mon-fri: 09:00-17:00 } }\n");
  CHECK(section_of(file, "agents").value().empty());
  CHECK(line_of_section(file, "queues") == 4);
  for (const char* name : {"shop", "queues", "hours", "api_tokens", "agents"}) CHECK(with_section(file, name, section_of(file, name).value()).value() == file);

  const std::string edited = with_section(file, "queues", "queues:\n  care: { title: Care }").value();
  CHECK(edited == "# our shop\nshop: a\n\nqueues:\n  care: { title: Care }\n\n# when we are there\nhours: { office: { mon-fri: 09:00-17:00 } }\napi_tokens: [\"${env:TOKEN}\"]\n");
  CHECK(with_section(file, "agents", "agents: { ana: {} }\n").value() == file + "agents: { ana: {} }\n");
  CHECK(with_section("shop: a", "agents", "agents: { ana: {} }").value() == "shop: a\nagents: { ana: {} }\n");
  CHECK(with_section(edited, "queues", " \n").value().find("queues") == std::string::npos);
}

TEST_CASE("what is not that one part is refused") {
  CHECK(with_section(file, "queues", "queues: {}\napi_tokens: [mine]\n").error().code == "bad_section");
  CHECK(with_section(file, "queues", "agents: {}\n").error().code == "bad_section");
  CHECK(with_section(file, "queues", "{ queues: {} }").error().code == "bad_section");
  CHECK(with_section(file, "queues", "queues: [\n").error().code == "bad_yaml");
  CHECK(section_of("{ shop: a, queues: {} }", "queues").error().code == "bad_layout");
}
