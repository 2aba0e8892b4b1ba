#pragma once
// A shop that the real program serves, and people of it who are signed in.

#include "support/browser.h"
#include "support/catch.h"
#include "support/program.h"

#include <memory>
#include <string>
#include <vector>

namespace shopbell {

constexpr const char* served_config = "shop: a\ncurrency: EUR\napi_tokens: [test-token]\nchannels: { log: {} }\nqueues: { care: {} }\n";
constexpr const char* served_password = "correct horse battery";

struct Served {
  TempFolder folder;
  std::string bin = SHOPBELL_BINARY;
  std::unique_ptr<RunningServer> server;

  explicit Served(const std::string& config = served_config, const std::vector<std::pair<std::string, std::string>>& files = {}) {
    folder.write("shopbell.yaml", config);
    for (const auto& [name, text] : files) folder.write(name, text);
    start();
  }
  void start() {
    server.reset();
    server = std::make_unique<RunningServer>(bin, folder.path());
    REQUIRE(server->listens());
  }
  std::string data() const { return (folder.path() / "data").string(); }
  Ran run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--data", data()});
    return run_program(bin, arguments);
  }
  /// Somebody with a password, signed in.
  Browser person(const std::string& name, const std::string& role) {
    const Ran added = run({"people", "add", name + "@shop.example", "--name", name, "--role", role});
    REQUIRE(added.code == 0);
    std::string link = added.out.substr(added.out.find("/console/"));
    link.pop_back();
    Browser browser(server->port());
    REQUIRE(browser.set_up(link, served_password).status == 200);
    return browser;
  }
  /// Another browser of somebody who is there, for a server that was started again.
  Browser again(const Browser& before) {
    Browser browser(server->port());
    browser.cookie = before.cookie;
    browser.csrf = before.csrf;
    return browser;
  }
  void event(const std::string& id, const std::string& type, const std::string& subject, const std::string& data) {
    RawClient client(server->port());
    client.send(post_event(fmt::format(R"({{"specversion":"1.0","id":"{}","source":"test","type":"{}","subject":"{}","data":{}}})", id, type, subject, data)));
    const auto response = client.response();
    REQUIRE(response);
    REQUIRE(response->status == 202);
  }
  /// A customer's message in the conversation log:THREAD.
  void message(const std::string& id, const std::string& text, const std::string& customer = "7", const std::string& channel = "log") {
    event(id, "message.received", "customer:" + customer,
          fmt::format(R"({{"customer":{{"id":"{0}","name":"Customer {0}","email":"c{0}@mail.example"}},"conversation":{{"id":"t{0}"}},"message":{{"text":"{1}","channel":"{2}","from":"c{0}"}}}})", customer, text, channel));
  }
};

}  // namespace shopbell
