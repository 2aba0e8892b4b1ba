// Who may do what over /api/v1, with the real program: setting up, signing in, roles, tokens, forged requests, the audit trail.

#include "access/people.h"
#include "serve/clock.h"
#include "serve/v1.h"
#include "support/served.h"

#include <fstream>
#include <map>

using namespace shopbell;

namespace {

constexpr const char* password = served_password;

std::string filled(std::string_view path) {
  std::string made(path);
  for (std::size_t at; (at = made.find('{')) != std::string::npos;) made.replace(at, made.find('}') - at + 1, "none-of-that-name");
  return made;
}

}  // namespace

TEST_CASE("the first start prints a link that makes the owner, once") {
  Served shop;
  const Ran link = shop.run({"people", "list"});
  CHECK(link.out.find("nobody yet") != std::string::npos);
  const auto file = DeskFile::open(shop.data());
  REQUIRE(file);
  People people(**file);
  const std::string token = *people.setup_token("test", {}, wall_clock());
  Browser owner(shop.server->port()), other(shop.server->port());
  CHECK(other.set_up("wrong", password, "Eve", "eve@shop.example").status == 400);
  CHECK(owner.set_up(token, "short", "Olga", "olga@shop.example").status == 400);
  const auto made = owner.set_up(token, password, "Olga", "Olga@Shop.example");
  INFO(made.body);
  CHECK(made.status == 200);
  CHECK(made.text("person.role") == "owner");
  CHECK(made.text("person.email") == "olga@shop.example");
  CHECK(made.head.find("HttpOnly; SameSite=Strict") != std::string::npos);
  CHECK(owner.get("/session").status == 200);
  CHECK(other.set_up(token, password, "Eve", "eve@shop.example").status == 400);
}

TEST_CASE("each role may do exactly what the table of routes says") {
  Served shop;
  std::map<std::string, Browser> who;
  for (const std::string_view role : role_names) who.emplace(role, shop.person("some-" + std::string(role), std::string(role)));
  Browser nobody(shop.server->port());
  for (const V1Route& route : v1_routes()) {
    const std::string method(route.method), path = filled(route.path);
    if (route.permission == Permission::anyone || (method == "DELETE" && path == "/session")) continue;
    INFO(method << " " << path);
    CHECK(nobody.ask(method, path, "{}").status == 401);
    for (auto& [role, browser] : who) {
      INFO(role);
      const auto answer = browser.ask(method, path, "{}");
      CAPTURE(answer.body);
      const bool may = Permissions::of(*role_of(role)).has(route.permission);
      CHECK((answer.status == 403 && answer.text("code") == "forbidden") == !may);
      CHECK(answer.status != 401);
      CHECK(answer.status < 500);
    }
  }
}

TEST_CASE("what each role may do is written down here once more, by hand") {
  using enum Permission;
  const std::map<Role, std::vector<Permission>> may{
      {Role::owner, {inbox_read, inbox_write, customers_read, customers_decide, runs_read, runs_decide, workflows_read, workflows_write, reports_read, sources_read, audit_read, people_manage}},
      {Role::ops, {inbox_read, inbox_write, customers_read, customers_decide, runs_read, runs_decide, workflows_read, workflows_write, reports_read, sources_read, audit_read}},
      {Role::agent, {inbox_read, inbox_write, customers_read, runs_read, workflows_read, reports_read}},
      {Role::viewer, {inbox_read, customers_read, runs_read, workflows_read, reports_read}}};
  for (const auto& [role, list] : may) {
    Permissions wanted;
    wanted.add(anyone).add(signed_in);
    for (const Permission p : list) wanted.add(p);
    INFO(to_text(role));
    CHECK(Permissions::of(role).within(wanted));
    CHECK(wanted.within(Permissions::of(role)));
  }
}

TEST_CASE("a write by cookie from elsewhere, or without the session's token, is refused") {
  Served shop;
  Browser owner = shop.person("olga", "owner");
  const std::string body = R"({"name":"t","scopes":["inbox.read"]})", own = owner.origin, csrf = owner.csrf;
  CHECK(owner.post("/tokens", body).status == 201);
  for (const std::string origin : {"http://evil.example", "null", "https://127.0.0.1.evil.example", ""}) {
    INFO(origin);
    owner.origin = origin;
    const auto refused = owner.post("/tokens", body);
    CHECK(refused.status == 403);
    CHECK(refused.text("code") == "other_origin");
  }
  owner.origin = own;
  for (const std::string& token : {std::string(), std::string("0"), std::string(csrf.rbegin(), csrf.rend())}) {
    owner.csrf = token;
    CHECK(owner.post("/tokens", body).text("code") == "bad_csrf");
  }
  owner.csrf = csrf;
  CHECK(owner.ask("POST", "/tokens", body, "Content-Type: text/plain\r\n").status == 201);  // the first one counts
  Browser elsewhere(shop.server->port());
  elsewhere.origin = "http://evil.example";
  CHECK(elsewhere.sign_in("olga@shop.example", password).status == 403);
}

TEST_CASE("a session that was there before signing in is not the one after it, and ends with the password") {
  Served shop;
  Browser owner = shop.person("olga", "owner"), second(shop.server->port());
  second.cookie = "shopbell=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  const std::string planted = second.cookie;
  REQUIRE(second.sign_in("olga@shop.example", password).status == 200);
  CHECK(second.cookie != planted);
  const std::string before = second.cookie;
  REQUIRE(second.sign_in("olga@shop.example", password).status == 200);
  Browser old(shop.server->port());
  old.cookie = before;
  CHECK(old.get("/session").status == 401);

  CHECK(owner.ask("PUT", "/session/password", R"({"old":"not it at all","new":"another good one"})").status == 403);
  const std::string mine = owner.cookie;
  const auto changed = owner.ask("PUT", "/session/password", R"({"old":"correct horse battery","new":"another good one"})");
  INFO(changed.body);
  CHECK(changed.status == 200);
  CHECK(second.get("/session").status == 401);
  old.cookie = mine;
  CHECK(old.get("/session").status == 401);
  CHECK(owner.get("/session").status == 200);
  CHECK(second.sign_in("olga@shop.example", password).status == 401);
  CHECK(second.sign_in("olga@shop.example", "another good one").status == 200);
  CHECK(second.ask("DELETE", "/session").status == 204);
  CHECK(second.get("/session").status == 401);
}

TEST_CASE("nobody learns who is there by trying, and trying has an end") {
  Served shop;
  Browser owner = shop.person("olga", "owner");
  Browser other(shop.server->port());
  const auto known = other.sign_in("olga@shop.example", "wrong password"), unknown = other.sign_in("nobody@shop.example", "wrong password");
  CHECK(known.status == 401);
  CHECK(known.body == unknown.body);
  CHECK(other.sign_in(owner.get("/session").text("person.id"), password).status == 401);  // an id is no email
  for (std::size_t i = 0; i < attempts_of_both_max; ++i) {
    other.sign_in("olga@shop.example", "wrong password");
    other.sign_in("nobody@shop.example", "wrong password");
  }
  const auto locked = other.sign_in("olga@shop.example", password), none = other.sign_in("nobody@shop.example", password);
  CHECK(locked.status == 429);
  CHECK(none.status == 429);
  CHECK(locked.head.find("Retry-After: ") != std::string::npos);
  CHECK(owner.get("/session").status == 200);
}

TEST_CASE("what can be used to sign in stands nowhere in the data") {
  Served shop;
  Browser owner = shop.person("olga", "owner");
  const auto made = owner.post("/tokens", R"({"name":"reports","scopes":["reports.read"]})");
  REQUIRE(made.status == 201);
  const std::string cookie = owner.cookie.substr(owner.cookie.find('=') + 1), token = made.text("token");
  Browser program(shop.server->port());
  program.bearer = token;
  CHECK(program.get("/session").text("token.name") == "reports");
  CHECK(program.get("/people").status == 403);
  CHECK_FALSE(owner.get("/tokens").has(token));
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(shop.data()))
    if (entry.is_regular_file()) {
      std::ifstream file(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
  REQUIRE(all.find("olga@shop.example") != std::string::npos);
  for (const std::string& secret : {cookie, token, token.substr(3), std::string(password), owner.csrf}) CHECK(all.find(secret) == std::string::npos);
  CHECK(all.find("$argon2id$v=19$m=19456,t=2,p=1$") != std::string::npos);
  CHECK(owner.ask("DELETE", "/tokens/" + made.text("id")).status == 204);
  CHECK(program.get("/session").status == 401);
}

TEST_CASE("a token of shopbell.yaml works as before, and makes no people") {
  Served shop;
  Browser program(shop.server->port());
  program.bearer = "test-token";
  program.origin.clear();
  CHECK(program.get("/session").status == 200);
  CHECK(program.get("/people").status == 403);
  CHECK(get(shop.server->port(), "/api/events")->status == 200);
}

TEST_CASE("the shop keeps an owner, and people are added, changed and removed") {
  Served shop;
  Browser owner = shop.person("olga", "owner");
  const std::string id = owner.get("/session").text("person.id");
  CHECK(owner.ask("PATCH", "/people/" + id, R"({"role":"viewer"})").text("code") == "last_owner");
  CHECK(owner.ask("DELETE", "/people/" + id).text("code") == "last_owner");
  const auto ana = owner.post("/people", R"({"email":"ana@shop.example","name":"Ana Gil","role":"agent"})");
  INFO(ana.body);
  REQUIRE(ana.status == 201);
  CHECK(ana.text("agent") == "ana-gil");
  CHECK(owner.post("/people", R"({"email":"ANA@shop.example","name":"Ana Gil","role":"agent"})").status == 409);
  CHECK(owner.post("/people", R"({"email":"x","name":"X","role":"agent"})").status == 400);
  CHECK(owner.post("/people", R"({"email":"b@x.example","name":"B","role":"king"})").status == 400);
  const auto odd = owner.post("/people", R"({"email":7,"nam":"B","role":"agent"})");
  CHECK(odd.status == 400);
  CHECK(odd.json["errors"].size() == 3);
  Browser agent(shop.server->port());
  REQUIRE(agent.set_up(ana.text("link"), password).status == 200);
  CHECK(agent.get("/audit").status == 403);
  CHECK(owner.ask("PATCH", "/people/" + ana.text("id"), R"({"role":"ops"})").status == 200);
  CHECK(agent.get("/audit").status == 200);
  CHECK(owner.ask("DELETE", "/people/" + ana.text("id")).status == 204);
  CHECK(agent.get("/session").status == 401);
}

TEST_CASE("a write that comes twice under one key is done once") {
  Served shop;
  Browser owner = shop.person("olga", "owner");
  const std::string body = R"({"name":"t","scopes":["inbox.read"]})", key = "Idempotency-Key: k1\r\n";
  const auto first = owner.ask("POST", "/tokens", body, key), second = owner.ask("POST", "/tokens", body, key);
  CHECK(first.status == 201);
  CHECK(first.body == second.body);
  CHECK(second.head.find("Idempotent-Replayed: true") != std::string::npos);
  CHECK(owner.get("/tokens").json["items"].size() == 1);
  CHECK(owner.ask("POST", "/tokens", R"({"name":"u","scopes":["inbox.read"]})", key).status == 422);
}

TEST_CASE("the audit trail shows what was changed in it, put in, left out, or cut off") {
  Served shop;
  Browser owner = shop.person("olga", "owner");
  owner.post("/tokens", R"({"name":"t","scopes":["inbox.read"]})");
  const auto good = owner.get("/audit/verify");
  INFO(good.body);
  CHECK(good.json["good"].boolean_or(false));
  CHECK(shop.run({"people", "verify"}).code == 0);
  CHECK(owner.get("/audit?limit=2").json["items"].size() == 2);
  const auto next = owner.get("/audit?limit=2").text("next");
  CHECK(owner.get("/audit?limit=2&after=" + next).json["items"].size() == 2);
  shop.server.reset();
  for (const char* sql : {"UPDATE audit SET who = 'ben' WHERE n = 2", "DELETE FROM audit WHERE n = 2", "DELETE FROM audit WHERE n >= 4",
                          "INSERT INTO audit SELECT n + 1, at, who, what, about, detail, hash FROM audit ORDER BY n DESC LIMIT 1"}) {
    INFO(sql);
    const TempFolder copy;
    std::filesystem::copy(shop.data(), copy.path(), std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
    CHECK(run_program(shop.bin, {"people", "verify", "--data", copy.path().string()}).code == 0);
    auto file = DeskFile::open(copy.path().string());
    REQUIRE(file);
    REQUIRE((*file)->change([&](DeskFile& f) { return f.run(sql); }));
    const Ran found = run_program(shop.bin, {"people", "verify", "--data", copy.path().string()});
    CHECK(found.code == 1);
    CHECK(found.out.find("broken at row") != std::string::npos);
  }
}

TEST_CASE("queues are edited over the API: checked as the shop is, never over somebody else's edit, and taken up without a restart") {
  Served shop("# ours\nshop: a\ncurrency: EUR\napi_tokens: [test-token]\nchannels: { log: {} }\n\n# who answers\nqueues: { care: {} }\n");
  Browser otto = shop.person("otto", "ops"), ana = shop.person("ana", "agent");
  const auto read = [&] {
    std::ifstream file(shop.folder.path() / "shopbell.yaml");
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string before = read();
  const auto config = otto.get("/config");
  INFO(config.body);
  CHECK(config.text("parts.queues") == "# who answers\nqueues: { care: {} }\n");
  CHECK_FALSE(config.has("test-token"));
  const auto body = [](const std::string& yaml, const std::string& etag) { return fmt::format(R"({{"yaml":"{}","etag":"{}"}})", yaml, etag); };
  CHECK(ana.ask("PUT", "/config/queues", body("queues: {}", config.text("etag"))).status == 403);
  CHECK(otto.ask("PUT", "/config/api_tokens", body("api_tokens: [mine]", config.text("etag"))).status == 404);
  CHECK(otto.ask("PUT", "/config/queues", body("queues: {}\\napi_tokens: [mine]", config.text("etag"))).status == 422);
  const auto wrong = otto.ask("PUT", "/config/queues", body("# who\\nqueues:\\n  care: { hourz: office }", config.text("etag")));
  INFO(wrong.body);
  CHECK(wrong.status == 422);
  REQUIRE(wrong.json["diagnostics"].size() > 0);
  CHECK(wrong.json["diagnostics"].items()[0]["line"].integer_or(0) == 3);
  CHECK(read() == before);

  const auto good = otto.ask("PUT", "/config/queues", body("# who answers\\nqueues: { care: {}, sales: { title: Sales } }\\n", config.text("etag")));
  INFO(good.body);
  CHECK(good.status == 200);
  CHECK(read() == "# ours\nshop: a\ncurrency: EUR\napi_tokens: [test-token]\nchannels: { log: {} }\n\n# who answers\nqueues: { care: {}, sales: { title: Sales } }\n");
  CHECK(otto.ask("PUT", "/config/queues", body("queues: {}", config.text("etag"))).status == 409);
  CHECK(eventually([&] { return otto.get("/queues").has("\"sales\""); }));
  CHECK(otto.get("/audit").has("config.changed"));
}
