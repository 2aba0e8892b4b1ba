#pragma once
// A browser as the API meets it: it keeps the cookie, names its origin, and bears the session's token.

#include "base/json.h"
#include "support/raw_client.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace shopbell {

class Browser {
 public:
  explicit Browser(std::uint16_t port) : origin(fmt::format("http://127.0.0.1:{}", port)), port_(port) {}

  struct Answer {
    int status = 0;
    std::string head, body;
    std::shared_ptr<Arena> arena = std::make_shared<Arena>();  // of json
    Value json{};
    bool has(std::string_view part) const { return body.find(part) != std::string::npos; }
    std::string text(std::string_view path) const { return std::string(json.at_path(path).text_or({})); }
  };

  /// Below /api/v1. `more`: further header lines, each with its line break.
  Answer ask(const std::string& method, const std::string& path, const std::string& body = {}, const std::string& more = {}) {
    RawClient client(port_);
    std::string request = fmt::format("{} /api/v1{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", method, path, port_);
    if (!cookie.empty()) request += "Cookie: " + cookie + "\r\n";
    if (!origin.empty()) request += "Origin: " + origin + "\r\n";
    if (!csrf.empty()) request += "X-CSRF-Token: " + csrf + "\r\n";
    if (!bearer.empty()) request += "Authorization: Bearer " + bearer + "\r\n";
    if (method != "GET") request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    client.send(request + more + "\r\n" + (method == "GET" ? "" : body));
    auto response = client.response();
    if (!response) throw std::runtime_error(method + " " + path + ": no answer");
    Answer answer;
    answer.status = response->status;
    answer.head = response->head;
    answer.body = response->body;
    if (const auto json = parse_json(answer.body, *answer.arena)) answer.json = *json;
    keep(answer);
    return answer;
  }
  Answer get(const std::string& path) { return ask("GET", path); }
  Answer post(const std::string& path, const std::string& body = "{}") { return ask("POST", path, body); }

  Answer sign_in(const std::string& email, const std::string& password) {
    return post("/session", fmt::format(R"({{"email":"{}","password":"{}"}})", email, password));
  }
  /// By a link as the server prints it.
  Answer set_up(const std::string& link, const std::string& password, const std::string& name = {}, const std::string& email = {}) {
    const std::string token = link.substr(link.rfind('/') + 1);
    const std::string who = name.empty() ? "" : fmt::format(R"(,"name":"{}","email":"{}")", name, email);
    return post("/setup", fmt::format(R"({{"token":"{}","password":"{}"{}}})", token, password, who));
  }

  std::string cookie, csrf, bearer, origin;

 private:
  void keep(const Answer& answer) {
    const std::string_view name = "Set-Cookie: ";
    if (const auto at = answer.head.find(name); at != std::string::npos) {
      const auto begin = at + name.size();
      cookie = answer.head.substr(begin, answer.head.find(';', begin) - begin);
      if (cookie.ends_with('=')) cookie.clear();
    }
    if (const std::string token = answer.text("csrf"); !token.empty()) csrf = token;
  }

  std::uint16_t port_;
};

}  // namespace shopbell
