// `shopbell render`, as a merchant uses it while writing a message.

#include "support/catch.h"
#include "support/program.h"

#include <fstream>
#include <iterator>

using namespace shopbell;

namespace {

constexpr std::string_view placed =
    R"({"specversion":"1.0","id":"e1","source":"test","type":"order.placed","subject":"customer:7",)"
    R"("data":{"order":{"id":"1","name":"#1","total":80.5,"currency":"EUR"},"customer":{"id":"7","first_name":"Eve","locale":"de"}}})";

void write_shop(const TempFolder& folder) {
  folder.write("shopbell.yaml",
               "shop: test\nurl: https://test.example\ncurrency: EUR\nunsubscribe_url: https://test.example/leave\napi_tokens: [test-token]\n");
  folder.write("locales/en.yaml", "hello: Hello\n");
  folder.write("locales/de.yaml", "hello: Guten Tag\n");
  folder.write("templates/_name.html.liquid", "<b>{{ customer.first_name }}</b>");
  folder.write("templates/a.html.liquid",
               "{{ 'hello' | t }} {% render 'name' %}: {{ order.total | money }} {{ customer.id | unsubscribe_url }}\n");
  folder.write("event.json", placed);
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a template is previewed against an event's file, in the customer's language or another") {
  TempFolder folder;
  write_shop(folder);
  const std::string a = folder.path() / "templates/a.html.liquid", event = folder.path() / "event.json";
  const Ran ran = run_program(SHOPBELL_BINARY, {"render", a, "--event", event});
  CHECK(ran.code == 0);
  CHECK(ran.out == "Guten Tag <b>Eve</b>: 80,50\u00a0€ https://test.example/leave?c=7\n");
  CHECK(run_program(SHOPBELL_BINARY, {"render", a, "--event", event, "--locale", "en"}).out ==
        "Hello <b>Eve</b>: €80.50 https://test.example/leave?c=7\n");
  const std::string out = folder.path() / "a.html";
  CHECK(run_program(SHOPBELL_BINARY, {"render", a, "--event", event, "--out", out}).out.empty());
  CHECK(contents(out) == ran.out);
}

TEST_CASE("a template is previewed against what happened in the shop") {
  TempFolder folder;
  write_shop(folder);
  {
    RunningServer server(SHOPBELL_BINARY, folder.path());
    REQUIRE(server.listens());
    RawClient client(server.port());
    client.send(post_event(placed));
    REQUIRE(client.response());
    server.terminate();
  }
  const std::string a = folder.path() / "templates/a.html.liquid";
  const Ran of_event = run_program(SHOPBELL_BINARY, {"render", a, "--event", "e1"});
  CHECK(of_event.out == "Guten Tag <b>Eve</b>: 80,50\u00a0€ https://test.example/leave?c=7\n");
  const Ran of_customer = run_program(SHOPBELL_BINARY, {"render", a, "--customer", "7"});
  CHECK(of_customer.out == "Guten Tag <b>Eve</b>:  https://test.example/leave?c=7\n");
  const Ran of_nobody = run_program(SHOPBELL_BINARY, {"render", a, "--customer", "8"});
  CHECK(of_nobody.code == 1);
  CHECK(of_nobody.out.find("nothing is known of a customer customer:8") != std::string::npos);
  CHECK(run_program(SHOPBELL_BINARY, {"render", a, "--event", "e2"}).out.find("neither a file nor an event e2") != std::string::npos);
}

TEST_CASE("what cannot be rendered is shown with its place, and nothing is written") {
  TempFolder folder;
  write_shop(folder);
  const std::string b = folder.path() / "templates/b.liquid", out = folder.path() / "b.txt";
  folder.write("templates/b.liquid", "Hello\n{{ 'nobody' | t }}\n");
  const Ran ran = run_program(SHOPBELL_BINARY, {"render", b, "-o", out});
  CHECK(ran.code == 1);
  CHECK(ran.out.find("b.liquid:2:15: error: there is no text 'nobody'") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("with --watch a changed template is rendered again, and a broken one leaves the file as it was") {
  TempFolder folder;
  write_shop(folder);
  folder.write("templates/c.liquid", "one");
  folder.write("watch.sh",
               "wait_for() { i=0; until grep -q \"$1\" \"$2\" 2>/dev/null || [ $i -gt 400 ]; do sleep 0.05; i=$((i+1)); done; }\n"
               "cd \"$1\"; \"$2\" render templates/c.liquid -o out.txt --watch 2>log.txt & pid=$!\n"
               "wait_for one out.txt\n"
               "printf '{{ broken' > templates/c.liquid; wait_for error log.txt; cat out.txt\n"
               "printf ' {{ %shello%s | t }}' \\' \\' > templates/c.liquid; wait_for Hello out.txt; cat out.txt\n"
               "printf 'hello: Good day' > locales/en.yaml; wait_for Good out.txt; cat out.txt\n"
               "kill $pid\n");
  const Ran ran = run_program("/bin/sh", {folder.path() / "watch.sh", folder.path(), SHOPBELL_BINARY});
  CHECK(ran.out == "one Hello Good day");
}
