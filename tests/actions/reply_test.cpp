#include "scripted.h"

using namespace shopbell;

TEST_CASE("a reply on the channel log is a line of the log and is done") {
  Scripted services;
  const Outcome outcome =
      run_action("reply", R"({"text":"Your order is on its way","channel":"log","to":"u7"})", services);
  CHECK(outcome.status == Status::done);
  CHECK(services.lines == std::vector<std::string>{"a reply of 24 bytes"});  // not its text, nor whom to
  REQUIRE(outcome.message);
  CHECK(outcome.message->channel == "log");
  CHECK(outcome.message->to == "u7");
  CHECK(outcome.message->message_id == "k1");
  CHECK(services.requests.empty());
}

TEST_CASE("a reply on a channel with a url is posted there as JSON") {
  Scripted services;
  services.channels = *parse_json_document(R"({"chat":{"url":"https://chat.example/out","token":"s3cret"}})");
  const Outcome outcome =
      run_action("reply", R"({"text":"Hi \"Ann\"","channel":"chat","to":"u7","conversation":"c9"})", services);
  CHECK(outcome.status == Status::done);
  REQUIRE(services.requests.size() == 1);
  const HttpRequest& request = services.requests[0];
  CHECK(request.method == "POST");
  CHECK(request.url == "https://chat.example/out");
  CHECK(request.body ==
        R"({"channel":"chat","to":"u7","text":"Hi \"Ann\"","conversation":"c9","run":"r1","key":"k1"})");
  CHECK(request.headers == HttpHeaders{{"Content-Type", "application/json"},
                                       {"Idempotency-Key", "k1"},
                                       {"Authorization", "Bearer s3cret"}});
  CHECK(services.lines.empty());
}

TEST_CASE("a channel that answers badly is asked again, or the reply fails") {
  const auto [status, ends] = GENERATE(table<int, Status>({{503, Status::retry},
                                                           {429, Status::retry},
                                                           {404, Status::failed},
                                                           {302, Status::failed},
                                                           {204, Status::done}}));
  INFO(status);
  Scripted services;
  services.channels = *parse_json_document(R"({"chat":{"url":"https://chat.example/out"}})");
  services.response = HttpResponse{.status = status, .headers = {}, .body = {}};
  const Outcome outcome = run_action("reply", R"({"text":"Hi","channel":"chat"})", services);
  CHECK(outcome.status == ends);
  CHECK(outcome.message.has_value() == (ends == Status::done));
}

TEST_CASE("a reply that has nowhere to go, or nothing to say, fails with a reason") {
  const auto [args, code] = GENERATE(table<std::string, std::string>({
      {R"({"text":"Hi","channel":"pigeon"})", "no_such_channel"},
      {R"({"text":"Hi","channel":"mute"})", "cannot_reply"},
      {R"({"text":" \n","channel":"log"})", "no_text"},
  }));
  INFO(args);
  Scripted services;
  services.channels = *parse_json_document(R"({"mute":{}})");
  const Outcome outcome = run_action("reply", args, services);
  CHECK(outcome.status == Status::failed);
  CHECK(outcome.error.code == code);
}
