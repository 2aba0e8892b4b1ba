#include "load/report.h"
#include "reading.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

// The rest of a workflow round the line that is wrong.
std::string with_step(const std::string& step) { return "on: order.placed\nsteps:\n  - " + step + "\n"; }
std::string with_key(const std::string& line) { return "on: order.placed\n" + line + "\nsteps:\n  - log: x\n"; }

struct Mistake {
  std::string yaml, code, part, hint;  // part: of the text that is underlined
};

std::string underlined(const Diagnostic& d) {
  std::size_t at = 0;
  for (std::uint32_t i = 1; i < d.column && at < d.source_line.size(); ++i)
    do ++at; while (at < d.source_line.size() && (static_cast<unsigned char>(d.source_line[at]) & 0xc0) == 0x80);
  return d.source_line.substr(at, d.length);
}

}  // namespace

TEST_CASE("each mistake has a code, stands where it was made, and says what was meant") {
  const Mistake mistakes[] = {
      // keys of a workflow
      {with_key("titel: x"), "unknown_key", "titel", "did you mean title?"},
      {with_key("title: a\ntitle: b"), "duplicate_key", "title", "it stands in line 2, too"},
      {with_key("enabled: yes"), "wrong_type", "yes", "yes is a text in YAML 1.2"},
      {with_key("title: 5"), "wrong_type", "5", "put it into quotes: \"5\""},
      {with_key("title: [a]"), "wrong_type", "[", ""},
      {with_key("workflow: My Shop"), "bad_name", "My Shop", "small letters, digits and -: abandoned-cart"},
      {with_key("mode: restrat"), "unknown_choice", "restrat", "did you mean restart?"},
      {with_key("kind: newsletter"), "unknown_choice", "newsletter", "one of transactional, marketing"},
      {with_key("limit: often"), "bad_limit", "often", "limit: 1 per 7d"},
      {with_key("limit: 0 per 7d"), "bad_limit", "0 per 7d", "limit: 1 per 7d"},
      {with_key("limit: 1 per week"), "bad_duration", "week", "*"},
      {with_key("per: [customer]"), "wrong_type", "[", ""},
      {with_key("per: order.total"), "wrong_type", "order.total", ""},
      {with_key("vars: 5"), "wrong_type", "5", ""},
      {with_key("vars: { Big: 1 }"), "bad_name", "Big", ""},
      {"steps:\n  - log: x\n", "missing_key", "steps", ""},
      {"on: order.placed\n", "missing_key", "on", ""},
      {"on: order.placed\nsteps: []\n", "missing_key", "[", ""},
      {"on: order.placed\nsteps: { log: x }\n", "wrong_type", "log", "each step begins with a dash"},
      {"- a\n", "wrong_type", "-", ""},
      // triggers
      {"on: order.placd\nsteps:\n  - log: x\n", "unknown_event", "order.placd", "did you mean order.placed?"},
      {"on: []\nsteps:\n  - log: x\n", "missing_key", "[", ""},
      {"on: [order.placed, { event: order.paid, were: true }]\nsteps:\n  - log: x\n", "unknown_key", "were", "did you mean where?"},
      {"on: { where: true }\nsteps:\n  - log: x\n", "missing_key", "where", ""},
      {with_key("stop_on: cart.gone"), "unknown_event", "cart.gone", "*"},
      {with_key("stop_on: { event: cart.updated, where: order.total > 1 }"), "*", "order", "*"},
      // expressions
      {with_key("if: order.totl > 100"), "*", "totl", "*"},
      {with_key("if: order.total >"), "*", "*", "*"},
      {with_key("if: order.total + 1"), "*", "*", "*"},
      {with_key("if: order.name"), "wrong_type", "order.name", "compare it: x == \"...\""},
      {with_key("if:"), "wrong_type", "*", ""},
      {with_key("if: \"order.name == 'x' && ordr.total > 1.0\""), "*", "ordr", "*"},
      {with_key("if: |\n  order.name == 'x' &&\n  order.totl > 1.0"), "*", "totl", "*"},
      {with_key("if: >-\n  order.name == 'x' &&\n  order.totl > 1.0"), "*", "totl", "*"},
      {with_key("if: '\"it''s\" == order.nme'"), "*", "nme", "*"},
      // time, kinds and failures
      {with_key("recheck: maybe"), "wrong_type", "maybe", ""},
      {with_key("on_edit: migrat"), "unknown_choice", "migrat", "did you mean migrate?"},
      {with_key("collect: { max: 60s }"), "missing_key", "max", ""},
      {with_key("collect: { quiet: 8s, maximum: 60s }"), "unknown_key", "maximum", ""},
      {with_key("collect: 8s"), "wrong_type", "8s", ""},
      {with_key("on_error: [ emial: x ]"), "unknown_verb", "emial", "did you mean email?"},
      {with_key("schedule: \"0 9 * * MON\""), "unknown_key", "schedule", "*"},
      {"on: { schedule: \"0 25 * * MON\" }\nsteps:\n  - log: x\n", "bad_cron", "25", "*"},
      {"on: { schedule: \"0 9 * * MOO\" }\nsteps:\n  - log: x\n", "bad_cron", "MOO", "*"},
      {"on: { schedule: \"0 9 * *\" }\nsteps:\n  - log: x\n", "bad_cron", "0 9 * *", "*"},
      {"on: { schedule: \"@daily\", timezone: Europe/Madird }\nsteps:\n  - log: x\n", "no_such_timezone", "Europe/Madird", "*"},
      {"on: { schedule: \"@daily\", misfire: twice }\nsteps:\n  - log: x\n", "unknown_choice", "twice", "one of once, skip, all"},
      {"on: { every: 10s }\nsteps:\n  - log: x\n", "out_of_range", "10s", ""},
      {"on: { every: 1h, schedule: \"@daily\" }\nsteps:\n  - log: x\n", "two_verbs", "1h", ""},
      {with_key("stop_on: { every: 1h }"), "unknown_key", "every", "*"},
      {with_step("wait_for: { where: true }"), "missing_key", "where", ""},
      {with_step("wait_for: { event: order.piad }"), "unknown_event", "order.piad", "did you mean order.paid?"},
      {with_step("wait_for: { event: order.paid, where: order.totl > 1.0 }"), "*", "totl", "*"},
      {with_step("wait_for: { event: order.paid, where: trigger.ordr.id == order.id }"), "*", "*", "*"},
      {with_step("wait_for: { event: order.paid, timeot: 1h }"), "unknown_key", "timeot", "did you mean timeout?"},
      {with_step("{ wait_for: { event: order.paid }, timeout: 1h }"), "no_meaning", "timeout", ""},
      {with_step("wait: { untill: business }"), "unknown_key", "untill", "did you mean until?"},
      {with_step("for_each: { in: order.items }"), "missing_key", "in", ""},
      {with_step("for_each: { in: order.total, do: [ log: x ] }"), "wrong_type", "order.total", ""},
      {with_step("for_each: { in: order.items, as: order, do: [ log: x ] }"), "taken_name", "order", "take another name"},
      {with_step("parallel: [ [ log: x ] ]"), "wrong_type", "[", "*"},
      {with_step("parallel: { eny: [ [ log: x ], [ log: y ] ] }"), "unknown_key", "eny", "did you mean any?"},
      {with_step("{ parallel: [ [ log: x ], [ log: y ] ], retry: { attempts: 2 } }"), "no_meaning", "retry", ""},
      {with_step("call: { with: {} }"), "missing_key", "with", ""},
      {with_step("{ log: x, on_error: [ wiat: 1h ] }"), "unknown_verb", "wiat", "did you mean wait?"},
      {with_step("{ log: x, id: error }"), "taken_name", "error", "take another id"},
      // steps
      {with_step("emial: x"), "unknown_verb", "emial", "did you mean email?"},
      {with_step("{ classify: {}, as: said }") + "  - if: said.mod == 'angry'\n    then: [ log: x ]\n", "*", "mod", "*"},
      {with_step("classify: { intent: [returns] }"), "unknown_key", "intent", "did you mean intents?"},
      {with_step("wiat: 1h"), "unknown_verb", "wiat", "did you mean wait?"},
      {with_step("{ log: x, wait: 1h }"), "two_verbs", "wait", "begin another step with a dash"},
      {with_step("as: x"), "no_verb", "as", "*"},
      {with_step("log"), "wrong_type", "log", "write log: and what it needs"},
      {with_step("wait: 1x"), "bad_duration", "1x", "*"},
      {with_step("wait: 10"), "wrong_type", "10", "a duration has a unit: 10s, 10m, 10h, 10d"},
      {with_step("wait: 2026-13-01T00:00:00Z"), "bad_instant", "2026-13-01T00:00:00Z", "*"},
      {with_step("wait: duration(\"1h\")"), "wrong_type", "duration(\"1h\")", "add it to an instant: now + duration(\"1h\")"},
      {with_step("if: true"), "missing_key", "if", "then: and the steps to do"},
      {with_step("then: [ log: x ]"), "missing_key", "then", ""},
      {with_step("choose: x"), "wrong_type", "x", "*"},
      {with_step("choose: [ { if: true } ]"), "missing_key", "if", ""},
      {with_step("choose: [ { else: [ log: x ] }, { if: true, do: [ log: y ] } ]"), "misplaced_else", "else", ""},
      {with_step("choose: [ { if: true, then: [ log: y ] } ]"), "unknown_key", "then", "*"},
      {with_step("set: 5"), "wrong_type", "5", "*"},
      {with_step("emit: Big"), "bad_event_name", "Big", "*"},
      {with_step("emit: { type: a.b, date: {} }"), "unknown_key", "date", "did you mean data?"},
      {with_step("log: x\n    else: []"), "no_meaning", "else", ""},
      {with_step("{ wait: 1h, retry: { attempts: 2 } }"), "no_meaning", "retry", ""},
      {with_step("{ log: x, retry: { atempts: 2 } }"), "unknown_key", "atempts", "did you mean attempts?"},
      {with_step("{ log: x, retry: { attempts: 0 } }"), "out_of_range", "0", ""},
      {with_step("{ log: x, retry: { backoff: fast } }"), "bad_duration", "fast", "*"},
      {with_step("{ log: x, timeout: 5d }"), "out_of_range", "5d", ""},
      {with_step("{ log: x, on_error: ignore }"), "unknown_choice", "ignore", "*"},
      {with_step("{ log: x, as: order }"), "taken_name", "order", "take another name"},
      {with_step("{ log: x, as: Big }"), "bad_name", "Big", ""},
      {with_step("{ log: x, id: a }\n  - { log: y, id: a }"), "duplicate_id", "a", ""},
      // actions and templates
      {with_step("email: { sbject: x, text: y, subject: z }"), "unknown_key", "sbject", "did you mean subject?"},
      {with_step("email: { text: y }"), "missing_key", "email", "*"},
      {with_step("handoff: { queue: care, priority: hgh }"), "unknown_choice", "hgh", "did you mean high?"},
      {with_step("http: { url: x, timeout: soon }"), "bad_duration", "soon", "*"},
      {with_step("log: [a]"), "wrong_type", "[", ""},
      {with_step("log: {{ order.name }}"), "bad_key", "{", "a text with {{ }} needs quotes around it"},
      {with_step("log: \"{{ order.name | upcas }}\""), "unknown_filter", "*", "*"},
      {with_step("log: \"{% if %}\""), "*", "*", "*"},
      {with_step("log: \"${env:SECRET}\""), "secret", "${", ""},
      {with_step("email: { template: order-confirmaton, subject: x }"), "no_such_template", "order-confirmaton", "did you mean order-confirmation?"},
      {with_step("log: \"{% render 'fotter' %}\""), "no_such_template", "fotter", "did you mean footer?"},
      // tests
      {with_key("tests: 5"), "wrong_type", "5", ""},
      {with_key("tests: [ { name: a, given: [], expcet: [] } ]"), "*", "*", "*"},
      {with_key("tests: [ { name: a, given: [ order.plced: {} ], expect: [] } ]"), "unknown_event", "order.plced", "did you mean order.placed?"},
      {with_key("tests: [ { name: a, given: [ after: soon ], expect: [] } ]"), "bad_duration", "soon", "*"},
      {with_key("tests: [ { name: a, given: [], expect: [ emial ] } ]"), "unknown_verb", "emial", "did you mean email?"},
  };
  CHECK(std::size(mistakes) >= 80);
  for (const Mistake& m : mistakes) {
    INFO(m.yaml);
    const Reading read = read_workflow(m.yaml, {{"order-confirmation.liquid", "x"}, {"_footer.liquid", "y"}});
    CHECK_FALSE(read.value.has_value());
    REQUIRE_FALSE(read.diagnostics.empty());
    INFO(all_text(read.diagnostics));
    const Diagnostic& d = read.diagnostics.front();
    if (m.code != "*") CHECK(d.code == m.code);
    if (m.part != "*") CHECK(underlined(d).starts_with(m.part));
    if (m.hint != "*") CHECK(d.hint == m.hint);
    CHECK(d.line > 0);
    CHECK(d.file == "workflows/w.yaml");
    CHECK(!d.message.ends_with('.'));
  }
}

TEST_CASE("a diagnostic shows the line, underlines the part, and has a hint") {
  const Reading read = read_workflow(
      "workflow: w\n"
      "on: order.placed\n"
      "mode: restrat\n"
      "steps:\n"
      "  - email: { template: order-confirmaton, subject: Hello }\n"
      "  - wait: 1x\n");
  CHECK(all_text(read.diagnostics) ==
        "workflows/w.yaml:3:7: error: mode cannot be restrat\n"
        "    3 | mode: restrat\n"
        "      |       ^~~~~~~\n"
        "      = did you mean restart?\n"
        "workflows/w.yaml:5:24: error: there is no template order-confirmaton.liquid\n"
        "    5 |   - email: { template: order-confirmaton, subject: Hello }\n"
        "      |                        ^~~~~~~~~~~~~~~~~\n" +
            to_text(read.diagnostics.back()));
  CHECK(read.diagnostics.back().line == 6);
}

TEST_CASE("a broken template is shown in its own file") {
  const Reading read = read_workflow("on: order.placed\nsteps:\n  - email: { template: a, subject: s }\n",
                                     {{"a.liquid", "Hello\n{{ order.name | upcas }}\n"}, {"a.html.liquid", "{% if x %}\n"}});
  CHECK_FALSE(read.value.has_value());
  REQUIRE(read.diagnostics.size() >= 2);
  CHECK(read.diagnostics[0].file == "templates/a.liquid");
  CHECK(read.diagnostics[0].line == 2);
  CHECK(read.diagnostics[0].hint == "did you mean upcase?");
  CHECK(read.diagnostics[1].file == "templates/a.html.liquid");
}

TEST_CASE("a field that the event's schema lacks is a warning: what a customer would get may still be right") {
  const Reading read = read_workflow("on: order.placed\nsteps:\n  - email: { template: a, subject: \"{{ ordr.name }}\" }\n",
                                     {{"a.liquid", "Hello\n{% for item in order.items %}{{ item.titel }}{% endfor %}\n"}});
  CHECK(read.value.has_value());
  CHECK(all_text(read.diagnostics) ==
        "workflows/w.yaml:3:40: warning: there is no ordr here\n"
        "    3 |   - email: { template: a, subject: \"{{ ordr.name }}\" }\n"
        "      |                                        ^~~~~~~~~\n"
        "      = did you mean order?\n"
        "templates/a.liquid:2:33: warning: order.items[] has no field titel\n"
        "    2 | {% for item in order.items %}{{ item.titel }}{% endfor %}\n"
        "      |                                 ^~~~~~~~~~\n"
        "      = did you mean order.items[].title?\n");
}

TEST_CASE("the number of diagnostics of one file is limited") {
  std::string yaml = "on: order.placed\nsteps:\n";
  for (int i = 0; i < 300; ++i) yaml += "  - wiat: 1h\n";
  const Reading read = read_workflow(yaml);
  CHECK(read.diagnostics.size() == diagnostics_max + 1);
  CHECK(read.diagnostics.back().message == "and 200 more");
}
