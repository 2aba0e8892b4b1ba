#include "load/load.h"
#include "reading.h"
#include "support/catch.h"

#include "base/json.h"
#include "desk/rules.h"
#include "load/platform.h"

#include <cstdlib>

using namespace shopbell;

namespace {

const std::string minimal = "shop: demo\n";
const std::string workflow = "on: order.placed\nsteps:\n  - log: x\n";

std::string codes(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) text += (text.empty() ? "" : " ") + d.code;
  return text;
}

std::vector<Diagnostic> problems_of(const std::string& shop_yaml) {
  const Folder folder;
  folder.write("shopbell.yaml", shop_yaml);
  return load_shop(folder.path()).diagnostics;
}

}  // namespace

TEST_CASE("the demo shop and every workflow of it load without a word") {
  const auto read = load_shop(SHOPBELL_SOURCE_DIR "/examples");
  CHECK(all_text(read.diagnostics) == "");
  REQUIRE(read.value);
  CHECK(read.value->workflows.size() == 6);
  CHECK(read.value->config.sources.at(0).platform == "shopify");
  CHECK(check_paths({SHOPBELL_SOURCE_DIR "/examples"}).empty());
  CHECK(check_paths({SHOPBELL_SOURCE_DIR "/examples/workflows"}).empty());
  CHECK(check_paths({SHOPBELL_SOURCE_DIR "/examples/workflows/welcome.yaml"}).empty());
}

TEST_CASE("a shop's configuration arrives, with defaults for what is not said") {
  const Folder folder;
  folder.write("shopbell.yaml", R"(
shop: demo
name: The Demo Shop
currency: EUR
listen: "[::1]:9000"
tls: { certificate: c.pem, key: k.pem }
api_tokens: [one, two]
sources: { my-shopify: { platform: shopify, secret: s1, previous_secret: s0 } }
channels: { email: { from: a@example.com, user: 25 }, log: { level: 25 } }
queues: { care: { title: Customer care, sla: 30m }, sales: {} }
limits: { body_bytes_max: 2MiB, connections_max: 100 }
http: { allow: ["https://api.example.com"] }
events: [loyalty.reached]
hours: { business: { mon-fri: "09:00-18:00" } }
contact: { limit: 3 per 7d }
)");
  folder.write("workflows/w.yaml", "on: loyalty.reached\nsteps:\n  - log: x\n");
  const auto read = load_shop(folder.path());
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value);
  const ShopConfig& c = read.value->config;
  CHECK(c.facts.id == "demo");
  CHECK(c.facts.timezone == "UTC");
  CHECK(c.host == "::1");
  CHECK(c.port == 9000);
  CHECK(c.key_file == "k.pem");
  CHECK(c.api_tokens == std::vector<std::string>{"one", "two"});
  CHECK(c.sources.at(0).previous_secret == "s0");
  CHECK(c.channels.root().at_path("email.user").text() == "25");
  CHECK(c.channels.root().at_path("log.level").integer() == 25);
  CHECK(c.facts.desk->queues.at(0).goals.first_reply == Millis{1'800'000});
  CHECK(c.facts.desk->queues.at(1).title == "sales");
  CHECK(c.limits.at("body_bytes_max") == 2 * 1024 * 1024);
  CHECK(c.limits.at("connections_max") == 100);
  CHECK(c.http_allow.size() == 1);
  CHECK(c.data == "data");
  CHECK(read.value->workflows.size() == 1);
}

TEST_CASE("a shop's own fields are checked like everybody's") {
  const Folder folder;
  folder.write("shopbell.yaml", R"(
shop: demo
fields:
  order:
    gift_wrap: flag
    deposit: { type: amount, unit: order.currency, doc: "Paid in advance." }
    deliver_on: time
    boxes: { type: list, fields: { label: text } }
  customer: { tier: text }
  loyalty: { points: whole }
)");
  const auto with = [&](const std::string& condition) {
    folder.write("workflows/w.yaml", "on: order.placed\nif: " + condition + "\nsteps:\n  - log: \"{{ order.gift_wrap }}\"\n");
    return load_shop(folder.path()).diagnostics;
  };
  CHECK(all_text(with("order.gift_wrap && order.deposit > 5.0 && order.deliver_on > now")) == "");
  CHECK(all_text(with("order.boxes.exists(b, b.label == 'x') && customer.tier == 'gold' && loyalty.points > 3")) == "");
  const std::pair<std::string, std::string> mistakes[] = {{"order.gift_wrp", "did you mean order.gift_wrap?"},
                                                          {"order.deposit > '5'", "write 5 without quotes"},
                                                          {"loyalty.point > 3", "did you mean loyalty.points?"},
                                                          {"loyality.points > 3", "did you mean loyalty?"},
                                                          {"customer.teir == 'gold'", "did you mean customer.tier?"}};
  for (const auto& [condition, hint] : mistakes) {
    INFO(condition);
    const auto found = with(condition);
    REQUIRE(found.size() == 1);
    CHECK(found[0].hint == hint);
  }
}

TEST_CASE("a version that is kept with its open runs knows the fields that its shop had") {
  const WorkflowSource source{"w.yaml", "on: order.placed\nif: order.gift_wrap\nsteps:\n  - log: x\n", {}, {},
                              R"({"order": {"gift_wrap": "flag"}})"};
  const auto again = decode_source(encode_source(source));
  REQUIRE(again);
  CHECK(load_workflow(*again).value);
  CHECK_FALSE(load_workflow({"w.yaml", source.yaml, {}}).value);
}

TEST_CASE("queues and agents: skills, promises, hours and what they do without") {
  const Folder folder;
  folder.write("shopbell.yaml", R"(
shop: demo
hours: { business: { mon-fri: "09:00-18:00" } }
queues:
  care: { skills: [spanish], priority: high, hours: business, sla: { first_reply: 30m, next_reply: 2h, resolution: 2d } }
  sales: {}
agents:
  ana: { title: Ana Ruiz, skills: [spanish, returns], capacity: 3, queues: [care] }
  ben: {}
)");
  const auto read = load_shop(folder.path());
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value);
  const desk::Rules& desk = *read.value->config.facts.desk;
  const desk::Queue& care = *desk.find_queue("care");
  CHECK(care.goals == desk::Goals{Millis{1'800'000}, Millis{7'200'000}, Millis{172'800'000}});
  CHECK(care.priority == 2);
  CHECK(care.hours == "business");
  CHECK(desk.find_agent("ana")->capacity == 3);
  CHECK(desk.find_agent("ben")->capacity == desk::capacity_otherwise);
  CHECK(desk::fits(*desk.find_agent("ana"), care));
  CHECK_FALSE(desk::fits(*desk.find_agent("ana"), *desk.find_queue("sales")));
  CHECK_FALSE(desk::fits(*desk.find_agent("ben"), care));
  CHECK(desk::fits(*desk.find_agent("ben"), *desk.find_queue("sales")));
}

TEST_CASE("each mistake of shopbell.yaml is told") {
  const std::pair<std::string, std::string> cases[] = {
      {"name: x\n", "missing_key"},
      {"shop: demo\nnmae: x\n", "unknown_key"},
      {"shop: a b\n", "bad_name"},
      {"shop: demo\nlisten: here\n", "bad_address"},
      {"shop: demo\nlisten: 127.0.0.1:99999\n", "bad_address"},
      {"shop: demo\ncurrency: euro\n", "bad_currency"},
      {"shop: demo\nsources: { a: { platform: shopfy, secret: x } }\n", "unknown_platform"},
      {"shop: demo\nsources: { a: { platform: shopify } }\n", "missing_key"},
      {"shop: demo\nsources: { a: { platform: shopify, secret: \"\" } }\n", "empty_secret"},
      {"shop: demo\nsources: { a/b: { platform: shopify, secret: x } }\n", "bad_name"},
      {"shop: demo\nqueues: { care: { sla: soon } }\n", "bad_duration"},
      {"shop: demo\nqueues: { care: { sla: { first_reply: 1h, reply: 1h } } }\n", "unknown_key"},
      {"shop: demo\nqueues: { care: { priority: soon } }\n", "unknown_choice"},
      {"shop: demo\nqueues: { care: { skills: spanish } }\n", "wrong_type"},
      {"shop: demo\nqueues: { care: { hours: bussiness } }\nhours: { business: { mon: \"09:00-18:00\" } }\n", "unknown_hours"},
      {"shop: demo\nqueues: { care: {} }\nagents: { ana: { queues: [cares] } }\n", "unknown_queue"},
      {"shop: demo\nqueues: { care: {} }\nagents: { ana: { capacity: 0 } }\n", "out_of_range"},
      {"shop: demo\nqueues: { care: {} }\nagents: { ana maria: {} }\n", "bad_name"},
      {"shop: demo\nqueues: { care: { skills: [spanish] } }\nagents: { ana: { skills: [french] } }\n", "queue_without_agent"},
      {"shop: demo\nlimits: { body_bytes_max: big }\n", "bad_size"},
      {"shop: demo\nlimits: { body_byte_max: 5 }\n", "unknown_key"},
      {"shop: demo\napi_tokens: secret\n", "wrong_type"},
      {"shop: demo\nchannels: { log: 5 }\n", "wrong_type"},
      {"shop: demo\nevents: [Big]\n", "bad_event_name"},
      {"shop: demo\nfields: [order]\n", "wrong_type"},
      {"shop: demo\nfields: { order: 5 }\n", "wrong_type"},
      {"shop: demo\nfields: { order: { wrapped: flg } }\n", "unknown_type"},
      {"shop: demo\nfields: { order: { Wrapped: flag } }\n", "bad_name"},
      {"shop: demo\nfields: { order: { wrapped: { doc: x } } }\n", "missing_key"},
      {"shop: demo\nfields: { order: { total: text } }\n", "taken_name"},
      {"shop: demo\nfields: { event: { x: text } }\n", "bad_name"},
      {"shop: demo\nurl: \"${env:SHOPBELL_TEST_NOT_SET}\"\n", "no_such_variable"},
      {"shop: demo\nurl: \"${file:nowhere}\"\n", "no_such_file"},
      {"shop: demo\nurl: \"${vault:x}\"\n", "bad_reference"},
      {"shop: demo\nurl: \"${env:X\"\n", "bad_reference"},
  };
  for (const auto& [yaml, code] : cases) {
    const auto found = problems_of(yaml);
    INFO(yaml << all_text(found));
    CHECK(codes(found) == code);
  }
}

TEST_CASE("secrets come from the environment and from files, and are never shown") {
  setenv("SHOPBELL_TEST_SECRET", "hush-from-env", 1);
  const Folder folder;
  folder.write("token", "hush-from-file\n");
  folder.write("shopbell.yaml",
               "shop: demo\n"
               "api_tokens: [\"${file:token}\", hush-plain-token]\n"
               "sources: { a: { platform: shopify, secret: \"${env:SHOPBELL_TEST_SECRET}\" } }\n");
  const auto read = load_shop(folder.path());
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value);
  CHECK(read.value->config.api_tokens.at(0) == "hush-from-file");
  CHECK(read.value->config.sources.at(0).secret == "hush-from-env");

  const std::string broken[] = {
      "shop: demo\nsources: { a: { platfrm: shopify, secret: hush-plain } }\n",
      "shop: demo\nsources: { a: { platfrm: shopify, secret: \"hush \\\"plain\" } }\n",
      "shop: demo\napi_tokens: [hush-plain, 5]\n",
      "shop: demo\nchannels: { email: { passwrd: x, password: hush-plain, from: [ } }\n",
      "shop: demo\nchannels: { email: { from: 5, smtp: \"smtp://u:hush@h\", sbject: \"${env:SHOPBELL_TEST_NOT_SET}\" } "
      "}\n",
      "shop: demo\nsources: { a: { platform: shopify, secret: \"hush${env:SHOPBELL_TEST_NOT_SET}\" } }\n",
  };
  for (const std::string& yaml : broken) {
    const auto found = problems_of(yaml);
    INFO(all_text(found));
    REQUIRE_FALSE(found.empty());
    CHECK(all_text(found).find("hush") == std::string::npos);
    for (const Diagnostic& d : found) CHECK(to_json(d).find("hush") == std::string::npos);
  }
  unsetenv("SHOPBELL_TEST_SECRET");
}

TEST_CASE("a broken file keeps a shop from loading, and all mistakes of all files are told") {
  const Folder folder;
  folder.write("shopbell.yaml", minimal + "nmae: x\n");
  folder.write("workflows/a.yaml", "on: order.placd\nsteps:\n  - wiat: 1h\n");
  folder.write("workflows/b.yaml", workflow);
  folder.write("templates/unused.liquid", "{% if %}");
  const auto read = load_shop(folder.path());
  CHECK_FALSE(read.value.has_value());
  REQUIRE(read.diagnostics.size() >= 4);
  CHECK(codes(read.diagnostics).starts_with("unknown_key unknown_event unknown_verb"));
  CHECK(read.diagnostics.back().file == folder.path("templates/unused.liquid"));
}

TEST_CASE("two files cannot be the same workflow") {
  const Folder folder;
  folder.write("shopbell.yaml", minimal);
  folder.write("workflows/a.yaml", "workflow: same\n" + workflow);
  folder.write("workflows/b.yaml", "workflow: same\n" + workflow);
  CHECK(codes(load_shop(folder.path()).diagnostics) == "duplicate_workflow");
}

TEST_CASE("what one workflow emits may trigger another, also when that one is checked alone") {
  const Folder folder;
  folder.write("shopbell.yaml", minimal);
  folder.write("workflows/a.yaml",
               "on: order.placed\nsteps:\n  - if: order.total > 5.0\n    then:\n      - emit: { type: vip.found, data: "
               "{ order: order } }\n");
  folder.write("workflows/b.yaml", "on: vip.found\nif: order.total > 5.0\nsteps:\n  - log: x\n");
  CHECK(all_text(load_shop(folder.path()).diagnostics) == "");
  CHECK(all_text(check_paths({folder.path("workflows/b.yaml")})) == "");
}

TEST_CASE("a workflow alone finds the templates of its shop") {
  const Folder folder;
  folder.write("shopbell.yaml", minimal);
  folder.write("templates/t.liquid", "hello");
  folder.write("workflows/a.yaml", "on: order.placed\nsteps:\n  - email: { template: t, subject: s }\n");
  CHECK(all_text(check_paths({folder.path("workflows/a.yaml")})) == "");
  const Folder apart;
  apart.write("workflows/a.yaml", "on: order.placed\nsteps:\n  - email: { template: t, subject: s }\n");
  apart.write("templates/t.liquid", "hello");
  CHECK(all_text(check_paths({apart.path("workflows")})) == "");
}

TEST_CASE("a ticket goes to a queue that the shop has") {
  const Folder folder;
  folder.write("shopbell.yaml", minimal + "queues: { care: {} }\n");
  folder.write("workflows/a.yaml", "on: order.placed\nsteps:\n  - log: x\n  - handoff: caer\n");
  const auto found = load_shop(folder.path()).diagnostics;
  REQUIRE(codes(found) == "unknown_queue");
  CHECK(found[0].line == 4);
  CHECK(found[0].column == 14);
  CHECK(found[0].hint == "did you mean care?");
  CHECK(codes(check_paths({folder.path("workflows/a.yaml")})) == "unknown_queue");
}

TEST_CASE("a path that is not there is told") {
  CHECK(codes(check_paths({"/nowhere/at/all.yaml"})) == "no_such_file");
  CHECK(codes(load_shop("/nowhere").diagnostics) == "no_such_file");
}

TEST_CASE("a test file beside a workflow is no workflow") {
  const Folder folder;
  folder.write("shopbell.yaml", minimal);
  folder.write("workflows/a.yaml", workflow);
  folder.write("workflows/a.test.yaml", "anything: goes\n");
  const auto read = load_shop(folder.path());
  REQUIRE(read.value);
  CHECK(read.value->workflows.size() == 1);
}

TEST_CASE("a platform of the shop's own is checked, and its sources may name it") {
  const std::string good =
      "platform: parcels\nverify: { scheme: hmac_sha256, encoding: hex, signature: S }\ntopic: body.event\n"
      "topics: { moved: { type: shipment.in_transit, data: { shipment: { id: body.id } } }, points: { type: loyalty.reached, data: { n: body.n } } }\n";
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\nevents: [loyalty.reached]\nsources: { p: { platform: parcels, secret: s } }\n");
  folder.write("platforms/parcels.yaml", good);
  const auto read = load_shop(folder.path());
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value);
  CHECK(read.value->config.sources.at(0).how->name == "parcels");
  CHECK(check_paths({folder.path("platforms/parcels.yaml"), folder.path("platforms")}).empty());

  folder.write("platforms/parcels.yaml", good + "shapes: { s: { id: it.( } }\n");
  CHECK_FALSE(load_shop(folder.path()).value);
  const auto wrong = check_paths({folder.path("platforms/parcels.yaml")});
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].line == 5);
  CHECK(wrong[0].file.ends_with("platforms/parcels.yaml"));

  folder.write("platforms/parcels.yaml", "platform: other" + good.substr(good.find('\n')));
  CHECK(codes(load_shop(folder.path()).diagnostics) == "bad_name");
}

TEST_CASE("a platform of the shop's own takes the place of the program's") {
  const Folder folder;
  folder.write("shopbell.yaml", "shop: demo\nsources: { s: { platform: shopify, secret: s } }\n");
  folder.write("platforms/shopify.yaml", "platform: shopify\nverify: { scheme: token, encoding: text, signature: S }\ntopic: T\ntopics: {}\n");
  const auto read = load_shop(folder.path());
  INFO(all_text(read.diagnostics));
  REQUIRE(read.value);
  CHECK(read.value->config.sources.at(0).how->topics.empty());
}

TEST_CASE("a source says what its platform's signature and handshake need") {
  const auto source = [](const std::string& rest) { return problems_of("shop: demo\nsources: { s: { secret: k, " + rest + " } }\n"); };
  for (const char* platform : {"twilio", "square", "paypal", "whatsapp", "messenger", "instagram"}) {
    INFO(platform);
    CHECK(codes(source(std::string("platform: ") + platform)) == "missing_key");
  }
  CHECK(source("platform: twilio, url: 'https://shop.example/hooks/s'").empty());
  CHECK(source("platform: paypal, webhook_id: '1'").empty());
  CHECK(source("platform: whatsapp, verify_token: t").empty());
  CHECK(codes(source("platform: whatsapp, verify_token: ''")) == "missing_key empty_secret");
}
