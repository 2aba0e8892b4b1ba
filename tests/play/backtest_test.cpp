#include "core/segments.h"
#include "intake/skip_object.h"
#include "play/world.h"
#include "support.h"

#include <fmt/format.h>

#include <random>

using namespace shopbell;
using namespace shopbell::play;

namespace {

const std::string cart = R"(
workflow: cart
on: cart.updated
mode: restart
stop_on: order.placed
steps:
  - wait: 1h
  - email: { subject: waiting, text: hello, to: "{{ customer.email }}" }
)";

std::string cart_event(const std::string& id, const std::string& at, int customer) {
  return line_of(id, at, "cart.updated", fmt::format(R"({{"customer":{{"id":{0},"email":"c{0}@example.com"}},"cart":{{"id":"c{0}","total":10}}}})", customer));
}

std::string order_event(const std::string& id, const std::string& at, int customer, double total = 40) {
  return line_of(id, at, "order.placed", fmt::format(R"({{"customer":{{"id":{0}}},"order":{{"id":"o{1}","name":"#{1}","total":{2},"currency":"EUR","items":[{{"sku":"X"}}]}}}})", customer, id, total));
}

/// A log of many customers that buy, fill carts and leave them, from a seed.
std::string busy_log(int events) {
  std::mt19937 random(7);
  std::string log;
  for (int i = 0; i < events; ++i) {
    const std::string at = format_rfc3339(from_ms(1'768'000'000'000 + i * 30'000LL));
    const int customer = static_cast<int>(random() % 60);
    if (random() % 3 == 0) log += order_event(fmt::format("e{}", i), at, customer, static_cast<double>(random() % 400));
    else log += cart_event(fmt::format("e{}", i), at, customer);
  }
  return log;
}

const std::string vip = R"(
workflow: vip
on: order.placed
if: order.total >= 250
per: order
steps:
  - wait: 10m
  - email: { subject: thanks, text: hello, to: "{{ customer.email }}" }
  - tag: [vip]
)";
const std::string vips_cart = R"(
workflow: vips-cart
on: cart.updated
if: '"vip" in customer.tags'
limit: 1 per 1d
steps:
  - email: { subject: hello, text: hello, to: "{{ customer.email }}" }
)";
const std::string whole_shop = R"(
workflow: whole-shop
on: order.placed
per: shop
mode: single
steps:
  - wait: 45m
  - handoff: care
)";
const std::string hourly = R"(
workflow: hourly
on: { every: 1h }
steps:
  - log: tick
)";

}  // namespace

TEST_CASE("a wait is played out: who orders within the hour gets nothing, who does not gets one message") {
  const Flows version({cart});
  const Document found = findings_of(cart_event("1", "2026-01-01T10:00:00Z", 1) + cart_event("2", "2026-01-01T10:00:00Z", 2) +
                                         order_event("3", "2026-01-01T10:30:00Z", 1) + order_event("4", "2026-01-02T10:00:00Z", 3),
                                     {&version});
  const Value w = found->at_path("now.workflows.cart");
  INFO(to_json(found.root()));
  CHECK(w["started"].integer() == 2);
  CHECK(w["done"].integer() == 1);
  CHECK(w["stopped"].integer() == 1);
  CHECK(w["ends"]["order.placed"].integer() == 1);
  CHECK(found->at_path("now.busiest.customer").text() == "customer:2");
  CHECK(found->at_path("now.by_channel.email").integer() == 1);
}

TEST_CASE("the clock stops where the log ends: what waits for later is open, what may never come is told") {
  const Flows version({cart, "workflow: asks\non: order.placed\nsteps:\n  - wait_for: { event: review.created }\n  - log: x\n"});
  const Document found = findings_of(cart_event("1", "2026-01-01T10:00:00Z", 1) + order_event("2", "2026-01-01T10:10:00Z", 2), {&version});
  CHECK(found->at_path("now.workflows.cart.open").integer() == 1);
  CHECK(found->at_path("now.workflows.asks.endless").integer() == 1);
  CHECK(found->at_path("now.messages").integer() == 0);
}

TEST_CASE("two versions are compared customer by customer") {
  std::string later = cart;
  later.replace(later.find("wait: 1h"), 8, "wait: 3h");
  const Flows now({later}), before({cart});
  const Document found = findings_of(cart_event("1", "2026-01-01T10:00:00Z", 1) + cart_event("2", "2026-01-01T10:00:00Z", 2) +
                                         order_event("3", "2026-01-01T12:00:00Z", 1) + order_event("4", "2026-01-03T12:00:00Z", 9),
                                     {&now, &before});
  INFO(to_json(found.root()));
  CHECK(found->at_path("customers.fewer").integer() == 1);
  CHECK(found->at_path("customers.more").integer() == 0);
  REQUIRE(found->at_path("changes").size() == 1);
  const Value change = found->at_path("changes").items()[0];
  CHECK(change["customer"].text() == "customer:1");
  CHECK(change["messages"].items()[0]["before"].integer() == 1);
  CHECK(change["messages"].items()[0]["now"].integer() == 0);
}

TEST_CASE("the same log and files give the same bytes, however many threads") {
  const std::string log = busy_log(6000);
  for (const std::vector<std::string>& yamls : {std::vector<std::string>{cart}, std::vector<std::string>{cart, vip, vips_cart}, std::vector<std::string>{cart, vip, vips_cart, whole_shop, hourly}}) {
    const Flows version(yamls), other({cart, vip});
    const std::string one = backtest_json(log, {&version, &other}, 1);
    INFO(yamls.size() << " workflows");
    CHECK(one.find("\"started\"") != std::string::npos);
    for (const std::size_t threads : {std::size_t{2}, std::size_t{3}, std::size_t{8}}) CHECK(backtest_json(log, {&version, &other}, threads) == one);
  }
}

TEST_CASE("what one subject causes at another is played in its place in time") {
  const Flows version({vip, vips_cart});
  const Document found = findings_of(order_event("1", "2026-01-01T10:00:00Z", 1, 300) + cart_event("2", "2026-01-01T10:05:00Z", 1) +
                                         cart_event("3", "2026-01-01T10:20:00Z", 1) + cart_event("4", "2026-01-01T11:20:00Z", 1),
                                     {&version}, 4);
  INFO(to_json(found.root()));
  CHECK(found->at_path("now.workflows.vips-cart.started").integer() == 1);  // only behind the tag, ten minutes later
  CHECK(found->at_path("now.workflows.vips-cart.hindered.condition_false").integer() == 1);
  CHECK(found->at_path("now.workflows.vips-cart.hindered.limit_reached").integer() == 1);
  CHECK(found->at_path("now.workflows.vip.done").integer() == 1);
}

TEST_CASE("calls end as the model says, and are tried again") {
  const Flows version({cart});
  const std::string log = cart_event("1", "2026-01-01T10:00:00Z", 1) + order_event("2", "2026-01-03T10:00:00Z", 2);
  CHECK(findings_of(log, {&version}, 1, {"email=failed"})->at_path("now.workflows.cart.failed").integer() == 1);
  CHECK(findings_of(log, {&version}, 1, {"email=retry"})->at_path("now.workflows.cart.failed").integer() == 1);
  CHECK(findings_of(log, {&version}, 1, {"email=failed:0%"})->at_path("now.workflows.cart.done").integer() == 1);
  CHECK(Model::parse({"email=lost"}).error().code == "bad_model");
  CHECK(Model::parse({"tag=failed"}).error().code == "bad_model");
  CHECK(Model::parse({"email=failed:2"}).error().code == "bad_model");
}

TEST_CASE("a line that cannot be read is told with its number, and the others are played") {
  const Flows version({cart});
  const Document found = findings_of(cart_event("1", "2026-01-01T10:00:00Z", 1) + "nonsense\n" + cart_event("1", "2026-01-01T10:00:01Z", 1) +
                                         cart_event("2", "2026-01-01T12:00:00Z", 2),
                                     {&version});
  CHECK(found->at_path("log.events").integer() == 2);
  CHECK(found->at_path("log.bad").integer() == 1);
  CHECK(found->at_path("log.bad_lines").items()[0]["line"].integer() == 2);
  CHECK(found->at_path("log.repeated").integer() == 1);
}

TEST_CASE("the fast way into a log gives what the plain one gives") {
  Arena arena;
  const std::string line =
      R"({"specversion":"1.0","id":"1","source":"s","type":"order.placed","subject":"customer:7","time":"2026-01-01T10:00:00Z","received":"2026-01-01T10:00:05Z","data":{"order":{"id":9007199254740993,"total":3,"name":"#\u00e9\"1","placed_at":"2026-01-01T09:00:00Z","items":[{"sku":"X","price":2.5}]},"customer":{"id":"7","tags":["a","b"],"consent":{"email":true,"sms":null}},"raw":{"x":[1,2,{"y":"z"}]}}})";
  std::string padded = line;
  padded.reserve(line.size() + log_padding_bytes);
  Wanted all;
  all.raw = all.order.all = all.customer.all = true;
  Extractor whole(all);
  LoggedEvent fast;
  REQUIRE(whole.extract(padded, arena, fast));
  const auto plain = read_log_line(line, {}, Time{}, arena);
  REQUIRE(plain);
  CHECK(same(fast.event.data, plain->events[0].event.data));
  CHECK(fast.event.subject == plain->events[0].event.subject);
  CHECK(fast.received == plain->events[0].received);

  Extractor lean_one(Wanted{});
  REQUIRE(lean_one.extract(padded, arena, fast));
  CHECK(fast.event.data.at_path("order.name").text() == "#é\"1");
  CHECK(fast.event.data.at_path("order.items").is_null());
  CHECK(fast.event.data.find("raw") == nullptr);
}

TEST_CASE("a platform's own body is skipped where the journal has it, and looked for wherever else it stands") {
  const std::string head = R"({"specversion":"1.0","id":"1","source":"s","type":"cart.updated","time":"2026-01-01T10:00:00Z","data":{"cart":{"id":"c1"})";
  const std::string deep = R"({"a":[{"b":{}},"}}}","{\\\"{",{"c":"\\\\"}],"long":")" + std::string(200, 'x') + R"(\\"})";
  const std::vector<std::string> lines{
      head + R"(,"raw":)" + deep + "}}",
      head + R"(,"raw":{}}})",
      head + R"(,"raw":{"a":1},"coupon":{"code":"X"}}})",               // something stands behind it
      head + R"(,"raw":{"a":"}}"},"coupon":{"code":"{{"}}})",
      head + R"(,"raw":{"a":"{"},"coupon":{"code":"}"}}})",
      head + R"(,"coupon":{"code":"X","raw":{"a":1}}}})",               // another's
      head + R"(,"coupon":{"code":",\"raw\":{}"},"raw":{"a":1}}})",
      head + R"(,"raw":null,"coupon":{"code":"X"}}})",
      head + R"(,"raw":{"a":1} } })"};
  Wanted wanted;
  wanted.order.all = wanted.customer.all = true;
  Extractor extractor(wanted);
  for (std::string line : lines) {
    INFO(line);
    Arena arena;
    line.reserve(line.size() + log_padding_bytes);
    LoggedEvent fast;
    REQUIRE(extractor.extract(line, arena, fast));
    const auto plain = read_log_line(line, {}, Time{}, arena);
    REQUIRE(plain);
    MapBuilder expected(arena);
    for (const Member& m : plain->events[0].event.data.members())
      if (m.key.text_or({}) != "raw") expected.add(m.key, m.value);
    CHECK(same(fast.event.data, expected.build()));
  }
  CHECK(object_end("{", 0) == std::string_view::npos);
  CHECK(object_end(R"({"a":"\\"}x)", 0) == 10);
  for (std::size_t spaces = 0; spaces < 130; ++spaces) {  // wherever a block ends
    const std::string text = "{" + std::string(spaces, ' ') + R"("a\"}":"\\","{":{}})";
    CHECK(object_end(text + "}}", 0) == text.size());
  }
}

TEST_CASE("logs are played beside each other, by the time at which their events came") {
  const Flows version({cart});
  const std::string carts = cart_event("1", "2026-01-01T10:00:00Z", 1) + cart_event("2", "2026-01-02T10:00:00Z", 2);
  const std::string orders = order_event("3", "2026-01-01T10:30:00Z", 1) + order_event("4", "2026-01-03T10:30:00Z", 3);
  const test::TempDir dir;
  std::ofstream(dir.path() + "/carts.jsonl", std::ios::binary) << carts;
  std::ofstream(dir.path() + "/orders.jsonl", std::ios::binary) << orders;
  Wanted wanted;
  add_wanted(*version.set, wanted);
  const Model model;
  Backtest backtest({version.set.get()}, wanted, model, {}, 2);
  REQUIRE(backtest.play(std::vector<std::vector<std::string>>{{dir.path() + "/orders.jsonl"}, {dir.path() + "/carts.jsonl"}}));
  backtest.finish();
  CHECK(backtest.log().late == 0);
  CHECK(backtest.log().events == 4);
  const auto found = parse_json_document(to_json(find(backtest, {"v"}, model.text())));
  CHECK(found->root().at_path("now.workflows.cart.stopped").integer() == 1);  // by the order in the other log
  CHECK(found->root().at_path("now.workflows.cart.done").integer() == 1);
}

TEST_CASE("only the events that are meant are played, and it is told how many were not") {
  const Flows version({cart});
  const test::TempDir dir;
  std::ofstream(dir.path() + "/log.jsonl", std::ios::binary) << cart_event("1", "2026-01-01T10:00:00Z", 1) + order_event("2", "2026-01-01T10:30:00Z", 1) + cart_event("3", "2026-01-03T10:00:00Z", 1);
  Wanted wanted;
  const Model model;
  Backtest backtest({version.set.get()}, wanted, model, {}, 1);
  backtest.only([](const Event& event, Arena&) { return event.type != "order.placed"; });
  REQUIRE(backtest.play(dir.path() + "/log.jsonl"));
  backtest.finish();
  CHECK(backtest.log().left_out == 1);
  CHECK(backtest.side(0).tally().by_workflow[0].done == 1);
}

TEST_CASE("a call is answered as the shop's own was, and otherwise as the model says") {
  const Flows version({"workflow: asks\non: order.placed\nsteps:\n  - http: { url: https://example.com/x }\n    as: told\n    on_error: continue\n  - if: told.status == 404\n    then: [{ stop: gone }]\n"});
  const std::string log = order_event("1", "2026-01-01T10:00:00Z", 1) + order_event("2", "2026-01-01T10:00:00Z", 2);
  Arena arena;
  World world(*version.set, arena);  // what the shop ordered
  const auto read = read_log_line(arena.copy(order_event("1", "2026-01-01T10:00:00Z", 1)), {}, Time{}, arena);
  const Event event = read->events[0].event;
  world.now = event.at;
  world.give(std::string(event.subject), {event.at, Received{event, 0, {}, {}}});
  REQUIRE(world.calls().size() == 1);

  const test::TempDir dir;
  std::ofstream(dir.path() + "/log.jsonl", std::ios::binary) << log;
  Model model;
  model.record(world.calls()[0].order.call.key, 1, {Outcome::Status::done, R"({"status":404})", ""});
  Wanted wanted;
  add_wanted(*version.set, wanted);
  Backtest backtest({version.set.get()}, wanted, model, {}, 1);
  REQUIRE(backtest.play(dir.path() + "/log.jsonl"));
  backtest.finish();
  CHECK(backtest.side(0).tally().by_workflow[0].stopped == 1);
  CHECK(backtest.side(0).tally().by_workflow[0].done == 1);
  CHECK(model.text() == "1 answers as the shop had them; every other call succeeds at once");
}

TEST_CASE("quiet hours put a marketing message off until the morning, and the budget is the customer's") {
  ShopFacts facts{"demo", "Demo", "https://demo.example", "EUR", "UTC", "en"};
  const std::string news = "\nkind: marketing\non: order.placed\nsteps:\n  - email: { subject: news, text: hello, to: \"{{ customer.email }}\" }\n";
  const auto order = [](const std::string& id, const std::string& at) {
    return line_of(id, at, "order.placed", fmt::format(R"({{"customer":{{"id":1,"email":"a@example.com","consent":{{"email":true}}}},"order":{{"id":"o{}","total":1}}}})", id));
  };
  const std::string log = order("1", "2026-01-01T22:00:00Z") + order("2", "2026-01-02T12:00:00Z") + order("3", "2026-01-12T12:00:00Z");
  facts.contact.quiet = Span{21 * 60, 33 * 60};
  const Flows quiet({"workflow: news" + news}, facts);
  const Document waits = findings_of(log, {&quiet});
  INFO(to_json(waits.root()));
  CHECK(waits->at_path("now.messages").integer() == 3);
  CHECK(waits->at_path("now.by_day")["2026-01-01"].is_null());
  CHECK(waits->at_path("now.by_day")["2026-01-02"].integer() == 2);  // the night's one at nine

  facts.contact.quiet.reset();
  facts.contact.limit = {1, Millis{7LL * 24 * 3600 * 1000}};
  facts.contact.skip = true;
  const Flows budget({"workflow: news" + news, "workflow: more" + news}, facts);
  const Document once = findings_of(log, {&budget});
  INFO(to_json(once.root()));
  CHECK(once->at_path("now.messages").integer() == 2);  // of six: the first of its week, twice
}

TEST_CASE("a segment by what was bought is known in a backtest, though no workflow reads what is in an order") {
  ShopFacts facts{"demo", "Demo", "https://demo.example", "EUR", "UTC", "en"};
  auto segments = std::make_shared<Segments>();
  segments->all.push_back({"fans", "", cel::compile("customer.products.exists(p, p == 'X')").value()});
  facts.segments = segments;
  const Flows version({"workflow: fan\non: { event: segment.entered, where: segment.name == \"fans\" }\nsteps:\n  - log: hello\n"}, facts);
  const Document found = findings_of(order_event("1", "2026-01-01T10:00:00Z", 1), {&version});
  CHECK(found->at_path("now.workflows.fan.done").integer() == 1);
}

TEST_CASE("who does nothing for long enough leaves a segment, and enters one, by time alone: looked at once a day") {
  ShopFacts facts{"demo", "Demo", "https://demo.example", "EUR", "UTC", "en"};
  auto segments = std::make_shared<Segments>();
  segments->all.push_back({"fresh", "", cel::compile("customer.last_order.at > now - duration('48h')").value()});
  segments->all.push_back({"lapsed", "", cel::compile("customer.last_order.at < now - duration('240h')").value()});
  segments->read_now = true;
  facts.segments = segments;
  const Flows version({"workflow: gone\non: { event: segment.left, where: segment.name == \"fresh\" }\nsteps:\n  - wait: 1h\n  - log: x\n",
                       "workflow: back\non: { event: segment.entered, where: segment.name == \"lapsed\" }\nsteps:\n  - email: { subject: x, text: y, to: \"{{ customer.email }}\" }\n",
                       "workflow: whole-shop\non: segment.left\nper: shop\nsteps:\n  - log: x\n"},
                      facts);
  std::string log;
  for (int day = 1; day <= 20; ++day)
    for (int customer = day < 3 ? 0 : 40; customer < 60; ++customer) log += order_event(fmt::format("{}-{}", day, customer), fmt::format("2026-01-{:02}T10:{:02}:00Z", day, customer % 60), customer);
  const Document found = findings_of(log, {&version});
  INFO(to_json(found.root()));
  CHECK(found->at_path("now.workflows.gone.done").integer() == 40);  // those who stopped on the second day
  CHECK(found->at_path("now.workflows.back.done").integer() == 40);
  CHECK(found->at_path("now.workflows.whole-shop.done").integer() == 40);
  CHECK(found->at_path("now.by_day")["2026-01-13"].integer() == 40);  // ten days later, and the midnight behind it
  const std::string one = backtest_json(log, {&version}, 1);
  for (const std::size_t threads : {std::size_t{2}, std::size_t{5}}) CHECK(backtest_json(log, {&version}, threads) == one);
}

TEST_CASE("a date that is wrong by a hundred years does not make a backtest look at segments for as many days") {
  ShopFacts facts{"demo", "Demo", "https://demo.example", "EUR", "UTC", "en"};
  auto segments = std::make_shared<Segments>();
  segments->all.push_back({"lapsed", "", cel::compile("customer.last_order.at < now - duration('240h')").value()});
  segments->read_now = true;
  facts.segments = segments;
  const Flows version({"workflow: back\non: { event: segment.entered, where: segment.name == \"lapsed\" }\nsteps:\n  - log: x\n"}, facts);
  const Document found = findings_of(order_event("1", "2026-01-01T10:00:00Z", 1) + order_event("2", "2126-01-01T10:00:00Z", 2) + order_event("3", "2126-02-01T10:00:00Z", 3), {&version});
  CHECK(found->at_path("now.workflows.back.done").integer() == 2);
}
