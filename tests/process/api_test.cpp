// /api/v1 as programs meet it: its description holds against what is served, errors have one shape, lists are paged; runs,
// workflows and customers, with the real program.

#include "serve/v1.h"
#include "support/served.h"

#include <set>

using namespace shopbell;

namespace {

constexpr const char* welcome =
    "workflow: welcome\ntitle: Say hello\non: message.received\nif: message.text != \"stop\"\nsteps:\n  - if: message.text == \"hello\"\n    then:\n      - reply: \"hi\"\n  - note: \"done\"\n"
    "tests:\n  - name: it says hi\n    given:\n      - message.received: { customer: { id: 7 }, message: { text: hello, channel: log, from: c7 } }\n    expect:\n      - reply: { text: hi }\n";

std::string filled(std::string_view path) {
  std::string made(path);
  for (std::size_t at; (at = made.find('{')) != std::string::npos;) made.replace(at, made.find('}') - at + 1, "none-of-that-name");
  return made;
}

std::string json_text(const std::string& text) {
  std::string made;
  append_json_string(made, text);
  return made;
}

}  // namespace

TEST_CASE("each route is described, and each that is described answers, a problem as a problem") {
  Served shop;
  Browser owner = shop.person("olga", "owner");
  const auto description = owner.get("/openapi.json");
  REQUIRE(description.status == 200);
  CHECK(description.text("openapi") == "3.1.0");
  std::set<std::string> described, served, ids;
  for (const Member& path : description.json["paths"].members())
    for (const Member& operation : path.value.members()) {
      std::string method(operation.key.text_or({}));
      for (char& c : method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      const std::string where(path.key.text_or({}));
      described.insert(method + " " + where);
      INFO(method << " " << where);
      CHECK(ids.insert(std::string(operation.value["operationId"].text_or({}))).second);
      CHECK_FALSE(operation.value["summary"].text_or({}).empty());
      CHECK(operation.value["responses"].size() >= 3);
      std::size_t names = 0;
      for (const char c : where) names += c == '{';
      std::size_t in_path = 0;
      for (const Value& p : operation.value["parameters"].items()) in_path += p["in"].text_or({}) == "path";
      CHECK(in_path == names);
      if (where == "/session" && method == "DELETE") continue;
      const auto answer = owner.ask(method, filled(where), "{}");
      CAPTURE(answer.body);
      CHECK(answer.status != 405);
      CHECK(answer.text("code") != "no_such_route");
      CHECK(answer.status < 500);
      if (answer.status < 400 || where == "/live") continue;
      CHECK(answer.head.find("Content-Type: application/problem+json") != std::string::npos);
      for (const char* member : {"type", "title", "detail", "code"}) CHECK_FALSE(answer.text(member).empty());
      CHECK(answer.json["status"].integer_or(0) == answer.status);
    }
  for (const V1Route& route : v1_routes()) served.insert(std::string(route.method) + " " + std::string(route.path));
  CHECK(described == served);
  CHECK(owner.get("/nothing/here").text("code") == "no_such_route");
  CHECK(owner.ask("PATCH", "/queues", "{}").head.find("Allow: GET") != std::string::npos);
}

TEST_CASE("runs are filtered and searched, and one tells its way step by step on the graph") {
  Served shop(served_config, {{"workflows/welcome.yaml", welcome}});
  Browser ops = shop.person("oscar", "ops");
  shop.message("1", "hello");
  shop.message("2", "what?", "8");
  shop.message("3", "stop", "9");
  CHECK(eventually([&] { return ops.get("/runs?status=done").json["items"].size() == 2; }));
  CHECK(ops.get("/runs?workflow=nothing").json["items"].size() == 0);
  CHECK(ops.get("/runs?q=customer:8").json["items"].size() == 1);
  CHECK(ops.get("/runs?q=what%3F").json["items"].size() == 1);  // noted of its condition
  CHECK(ops.get("/runs?event=2").json["items"].size() == 1);
  CHECK(ops.get("/runs?since=2001-01-01").json["items"].size() == 2);
  CHECK(ops.get("/runs?until=2001-01-01").json["items"].size() == 0);
  CHECK(ops.get("/runs?since=today").status == 400);
  const auto first = ops.get("/runs?limit=1");
  REQUIRE(first.json["items"].size() == 1);
  CHECK(ops.get("/runs?limit=1&after=" + first.text("next")).json["items"].size() == 1);
  const auto run = ops.get("/runs/" + std::string(ops.get("/runs?subject=customer:7").json["items"].items()[0]["id"].text_or({})));
  INFO(run.body);
  std::set<std::string> nodes;
  for (const Value& node : run.json["graph"]["nodes"].items()) nodes.insert(std::string(node["id"].text_or({})));
  bool replied = false;
  const Value decided = run.json["trace"].items()[0]["condition"];
  CHECK(decided["result"].boolean_or(false));
  REQUIRE(decided["operands"].size() == 1);
  CHECK(decided["operands"].items()[0]["text"].text_or({}) == "message.text");
  CHECK(decided["operands"].items()[0]["value"].text_or({}) == "hello");
  for (const Value& step : run.json["trace"].items()) {
    CHECK(nodes.contains(std::string(step["node"].text_or({}))));
    if (step["action"].text_or({}) != "reply") continue;
    replied = true;
    CHECK(step["input"]["text"].text_or({}) == "hi");
    CHECK(step["status"].text_or({}) == "done");
    CHECK(step["attempts"].size() > 0);
    CHECK(step["output"]["channel"].text_or({}) == "log");  // the run is over, and keeps nothing itself
  }
  CHECK(replied);
  const auto why = ops.get("/why?event=3");
  INFO(why.body);
  REQUIRE(why.json["answers"].size() == 1);
  CHECK(why.json["answers"].items()[0]["started"].boolean_or(true) == false);
  CHECK(why.json["answers"].items()[0]["why"].text_or({}).find("stop") != std::string::npos);
  CHECK(ops.get("/why?customer=9&workflow=welcome").json["answers"].size() == 1);
  CHECK(ops.get("/why").status == 400);
  CHECK(ops.get("/events?q=message").json["items"].size() == 3);
  CHECK(ops.get("/events/1").status == 200);
  CHECK(ops.post("/runs/nothing/retry").status == 404);
  CHECK(ops.get("/customers?q=c8@mail").json["items"].size() == 1);
  CHECK(ops.get("/customers?q=er%208").json["items"].size() == 1);
  CHECK(ops.get("/customers?q=nobody").json["items"].size() == 0);
  CHECK(ops.get("/customers/7").json["timeline"].size() > 0);
  const auto report = ops.get("/report?days=3");
  REQUIRE(report.json["series"].size() == 3);
  CHECK(report.json["series"].items()[2]["events"].integer_or(0) == 3);
  CHECK(report.json["effect"]["welcome"]["customers"].integer_or(0) == 2);
}

TEST_CASE("a workflow is checked, tested and deployed over the API, not over another's edit, and taken back") {
  Served shop(served_config, {{"workflows/welcome.yaml", welcome}});
  Browser ops = shop.person("oscar", "ops"), agent = shop.person("ana", "agent");
  const std::string text = welcome;
  const auto shown = ops.get("/workflows/welcome");
  CHECK(shown.text("yaml") == text);
  CHECK(shown.json["graph"]["nodes"].size() > 3);
  const std::string hash = shown.text("hash");
  std::string wrong = text, better = text;
  wrong.replace(wrong.find("message.text"), 12, "message.texd");
  better.replace(better.find("reply: \"hi\""), 11, "reply: \"ho\"");
  const auto checked = agent.post("/workflows/check", fmt::format(R"({{"name":"welcome","yaml":{}}})", json_text(wrong)));
  INFO(checked.body);
  REQUIRE(checked.json["diagnostics"].size() == 1);
  CHECK(checked.json["diagnostics"].items()[0]["line"].integer_or(0) == 4);
  CHECK(checked.json["diagnostics"].items()[0]["hint"].text_or({}).find("message.text") != std::string::npos);
  const auto tested = agent.post("/workflows/test", fmt::format(R"({{"name":"welcome","yaml":{}}})", json_text(better)));
  INFO(tested.body);
  CHECK(tested.json["passed"].integer_or(-1) == 0);
  CHECK(tested.json["failed"].integer_or(-1) == 1);
  const auto put = [&](Browser& who, const std::string& yaml, const std::string& on) { return who.ask("PUT", "/workflows/welcome", fmt::format(R"({{"yaml":{},"hash":"{}"}})", json_text(yaml), on)); };
  CHECK(put(agent, better, hash).status == 403);
  CHECK(put(ops, wrong, hash).status == 422);
  CHECK(put(ops, better, "0000").status == 409);
  CHECK(ops.get("/workflows/welcome").text("hash") == hash);
  const auto deployed = put(ops, better, hash);
  INFO(deployed.body);
  REQUIRE(deployed.status == 200);
  CHECK(eventually([&] { return ops.get("/workflows/welcome").text("hash") == deployed.text("hash"); }));
  shop.message("1", "hello");
  CHECK(eventually([&] { return agent.get("/conversations/log%3At7").has("\"ho\""); }));
  CHECK(ops.get("/workflows/welcome").json["versions"].size() == 2);
  CHECK(ops.get("/workflows/welcome/versions/" + hash).text("yaml") == text);
  const auto back = ops.post("/workflows/welcome/rollback", fmt::format(R"({{"to":"{}","hash":"{}"}})", hash, deployed.text("hash")));
  CHECK(back.text("hash") == hash);
  CHECK(eventually([&] { return ops.get("/workflows/welcome").text("yaml") == text; }));
  std::string choosy = text;
  choosy.replace(choosy.find("!= \"stop\""), 9, "== \"stop\"");
  const std::string wish = fmt::format(R"({{"name":"welcome","yaml":{}}})", json_text(choosy));
  CHECK(agent.post("/backtests", wish).status == 403);
  CHECK(ops.post("/backtests", fmt::format(R"({{"name":"welcome","yaml":{}}})", json_text(wrong))).status == 422);
  const auto begun = ops.post("/backtests", wish);
  INFO(begun.body);
  REQUIRE(begun.status == 202);
  CHECK(eventually([&] { return ops.get("/backtests/" + begun.text("id")).text("status") == "done"; }));
  const auto found = ops.get("/backtests/" + begun.text("id"));
  INFO(found.body);
  CHECK(found.json["findings"]["log"]["events"].integer_or(0) == 1);
  CHECK(found.json["findings"]["customers"]["fewer"].integer_or(0) == 1);
  CHECK(found.json["findings"]["changes"].items()[0]["customer"].text_or({}) == "customer:7");
  CHECK(ops.get("/workflows/welcome").text("yaml") == text);
  CHECK(ops.post("/backtests/nothing/cancel").status == 404);
  CHECK(ops.ask("PUT", "/workflows/..%2F..%2Fevil", fmt::format(R"({{"yaml":{}}})", json_text(text))).status == 400);
  CHECK(ops.get("/audit").has("workflow.taken_back"));
}

TEST_CASE("an editor is told what may stand somewhere and what stands there; a ready-made workflow is adopted once, and overwrites nothing") {
  Served shop(served_config, {{"workflows/welcome.yaml", welcome}, {"workflows/low-stock.yaml", "workflow: own\non: order.placed\nsteps:\n  - note: x\n"}});
  Browser ops = shop.person("oscar", "ops");
  const auto offered = ops.post("/workflows/complete", R"({"yaml":"on: order.placed\nif: order.to","line":2,"column":13})");
  INFO(offered.body);
  CHECK(offered.json["column"].integer_or(0) == 11);
  CHECK(offered.has("\"total\""));
  CHECK(ops.post("/workflows/complete", R"({"yaml":"t\u00fctle: \u00e9\non: \u00e9","line":9,"column":99})").status == 200);
  CHECK(ops.post("/workflows/hover", R"({"yaml":"mode: single","line":1,"column":2})").json["meaning"]["doc"].text_or({}).starts_with("What a trigger does"));
  CHECK(ops.post("/workflows/hover", R"({"yaml":"","line":1,"column":1})").json["meaning"].is_null());

  const auto gallery = ops.get("/gallery");
  REQUIRE(gallery.json["items"].size() > 5);
  const auto ready = ops.get("/gallery/vip-order");
  CHECK(ready.json["missing_queues"].items()[0].text_or({}) == "sales");
  CHECK(ready.json["tests"].size() == 2);
  CHECK(ready.json["graph"]["nodes"].size() > 2);
  CHECK(ops.get("/gallery/triage").json["queues"].size() == 2);
  const auto adopted = ops.post("/gallery/bad-review/adopt");
  INFO(adopted.body);
  CHECK(adopted.status == 200);
  CHECK(eventually([&] { return ops.get("/workflows/bad-review").status == 200; }));
  CHECK(ops.get("/workflows/bad-review").text("yaml") == ops.get("/gallery/bad-review").text("yaml"));
  CHECK(ops.post("/gallery/bad-review/adopt").status == 409);
  CHECK(ops.post("/gallery/low-stock/adopt").status == 409);  // another workflow has the file of that name
  CHECK(ops.get("/workflows/own").status == 200);
  CHECK(ops.get("/audit").has("workflow.adopted"));
}
