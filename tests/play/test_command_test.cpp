#include "play/coverage.h"
#include "play/junit.h"
#include "play/run_test.h"
#include "support.h"

#include <filesystem>

using namespace shopbell;
using namespace shopbell::play;

namespace {

const std::string workflow = R"(
workflow: w
on: order.placed
steps:
  - http: { url: "https://api.example.com/{{ order.id }}", body: { total: "{{ order.total }}" } }
    id: told
    as: answer
    retry: { attempts: 2, backoff: 1m }
    on_error: continue
  - if: order.total > 100
    then:
      - handoff: { queue: care, reason: "Order {{ order.name }}" }
  - wait: 1h
  - log: over
)";

/// The outcome of one test whose text, from `given` on, is told.
TestResult outcome(const std::string& test, Coverage* coverage = nullptr) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/w.yaml";
  std::ofstream(path) << workflow + "tests:\n  - name: it\n" + test;
  std::vector<Diagnostic> diagnostics;
  const auto suites = find_tests({path}, diagnostics);
  for (const Diagnostic& d : diagnostics) UNSCOPED_INFO(to_text(d));
  REQUIRE(suites.size() == 1);
  REQUIRE(suites[0].files.size() == 1);
  Coverage own;
  return run_test(suites[0].shop, suites[0].files[0], suites[0].files[0].tests[0], coverage ? *coverage : own);
}

std::string mistake(const std::string& test) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/w.yaml";
  std::ofstream(path) << workflow + "tests:\n  - name: it\n" + test;
  std::vector<Diagnostic> diagnostics;
  const auto suites = find_tests({path}, diagnostics);
  CHECK(suites.empty());
  REQUIRE_FALSE(diagnostics.empty());
  return diagnostics.front().code + " in line " + std::to_string(diagnostics.front().line);
}

std::string diff_of(const TestResult& result) {
  std::string text;
  for (const DiffLine& line : result.diff) text += line.text + "\n";
  return text;
}

const std::string small = "    given:\n      - order.placed: { order: { id: 1, name: \"#1\", total: 40, currency: EUR } }\n";
const std::string large = "    given:\n      - order.placed: { order: { id: 1, name: \"#1\", total: 400, currency: EUR } }\n      - after: 2h\n";

}  // namespace

TEST_CASE("what is expected may be told in part, and in more than one way") {
  const std::pair<const char*, bool> cases[] = {
      {"[http]", true},
      {"[http: { body: { total: 40.0 } }]", true},
      {"[http: { body: { total: 41 } }]", false},
      {"[http: { url: { contains: /1 } }]", true},
      {"[http: { url: { contains: [example, nothing] } }]", false},
      {"[http: { url: { matches: '/[0-9]$' } }]", true},
      {"[http: { headers: null }]", true},
      {"[http: { ok: [2xx] }]", true},
      {"[http: { ok: [2xx, 404] }]", false},
      {"[http, http]", false},
      {"[]", false},
      {"[http, wait: 1h]", true},
      {"[http, wait: 60m]", true},
      {"[http, wait: 2h]", false},
      {"[wait, http]", false},
      {"[http, done]", false},
      {"['reply']", false},
  };
  for (const auto& [expect, passes] : cases) {
    INFO(expect);
    const TestResult result = outcome(small + "    expect: " + expect + "\n");
    INFO(diff_of(result));
    CHECK(result.passed == passes);
    CHECK(result.diff.empty() == passes);
  }
}

TEST_CASE("respond says how calls end, one attempt after the other") {
  CHECK(outcome("    respond: { http: failed }\n" + large + "    expect: [http, handoff, log: over]\n").passed);
  CHECK(outcome("    respond: { told: [retry, done] }\n" + large + "    expect: [http, handoff, wait: 1h, done]\n").passed);
  CHECK(outcome("    respond: { http: { takes: 3h } }\n" + large + "    expect: [http]\n").passed);
  const TestResult result = outcome("    respond: { http: [retry] }\n" + large + "    expect: [http, handoff: { reason: 'Order #2' }]\n");
  CHECK_FALSE(result.passed);
  CHECK(diff_of(result).find("got     Order #1") != std::string::npos);
}

TEST_CASE("a difference shows what is missing, what is too much and what is otherwise") {
  const std::string diff = diff_of(outcome(large + "    expect: [reply: hello, http: { url: x }]\n"));
  INFO(diff);
  CHECK(diff.find("- reply: hello") != std::string::npos);
  CHECK(diff.find("~ http (step told of w, line 5)") != std::string::npos);
  CHECK(diff.find("+ handoff { queue: care") != std::string::npos);
}

TEST_CASE("a mistake in a test has its place") {
  CHECK(mistake("    given: []\n    expect: [http: { bdy: x }]\n") == "unknown_parameter in line 18");
  CHECK(mistake("    respond: { emial: done }\n    given: []\n    expect: []\n") == "unknown_call in line 17");
  CHECK(mistake("    respond: { http: lost }\n    given: []\n    expect: []\n") == "unknown_choice in line 17");
  CHECK(mistake("    with: [other]\n    given: []\n    expect: []\n") == "unknown_workflow in line 17");
  CHECK(mistake("    given: [ { order.placed: {}, order.paid: {} } ]\n    expect: []\n") == "two_events in line 17");
}

TEST_CASE("coverage counts steps and both ways of each branch") {
  Coverage coverage;
  outcome(small + "    expect: [http]\n", &coverage);
  const auto read = load_workflow({"w.yaml", workflow, {}});
  REQUIRE(read.value);
  const auto loaded = *read.value;
  WorkflowCoverage of = coverage.of(*loaded);
  // Another text has another version: what was executed is that of the file with its test.
  CHECK(of.steps_done == 0);
  CHECK(of.steps == 4);
  CHECK(of.ways == 2);
  CHECK(of.uncovered.size() == 6);
}

TEST_CASE("JUnit has a suite for each file, and escapes what XML cannot bear") {
  const std::string xml = junit({{"a.yaml", "one < two", 0.5, ""}, {"a.yaml", "b", 0, "got \"x\"\x01"}, {"b.yaml", "c", 0, ""}});
  CHECK(xml.find("tests=\"3\" failures=\"1\"") != std::string::npos);
  CHECK(xml.find("name=\"one &lt; two\" time=\"0.500000\"/>") != std::string::npos);
  CHECK(xml.find("got &quot;x&quot; </failure>") != std::string::npos);
  CHECK(xml.find("<testsuite name=\"b.yaml\" tests=\"1\" failures=\"0\">") != std::string::npos);
}
