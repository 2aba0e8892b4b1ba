#include "sim/shop.h"

#include "base/json.h"
#include "base/time.h"
#include "load/report.h"
#include "load/shop.h"

#include <shopbell/action.h>

#include <map>
#include <mutex>
#include <stdexcept>

namespace shopbell::sim {
namespace {

constexpr auto shop_yaml = R"(shop: sim
name: The Simulated Shop
url: https://sim.example
currency: EUR
timezone: UTC
channels: { email: { from: "Sim <hello@sim.example>", smtp: "smtps://sim.example" } }
contact: { limit: 2 per 24h, quiet_hours: "21:00-08:00" }
)";

// Steps whose arguments have `about` in them say whom the far side was told of.
struct Text {
  const char* name;
  const char* yaml;
};
constexpr Text texts[] = {
    {"tell", R"(
on: order.placed
if: order.total > 50.0
steps:
  - tag: [buyer]
  - http: { url: "http://sink/tell", body: { tell: "{{ order.id }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
)"},
    {"remind", R"(
on: cart.updated
kind: marketing
mode: restart
stop_on: order.placed
if: customer.consent.email
steps:
  - wait: 40m
  - email: { subject: "remind {{ cart.id }}", text: hello }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
    on_error: continue
)"},
    {"once", R"(
on: cart.updated
mode: single
steps:
  - wait: 20m
  - http: { url: "http://sink/once", body: { once: "{{ cart.id }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
)"},
    {"line", R"(
on: order.placed
mode: queue
steps:
  - http: { url: "http://sink/line", body: { line: "{{ order.id }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
  - wait: 40m
  - http: { url: "http://sink/line", body: { line_end: "{{ order.id }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
)"},
    {"rare", R"(
on: order.placed
limit: 2 per 6h
steps:
  - wait: 5m
  - http: { url: "http://sink/rare", body: { rare: "{{ order.id }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
)"},
    {"await", R"(
on: order.placed
steps:
  - wait: 10m
  - wait_for: { event: order.paid, where: "order.id == trigger.order.id", timeout: 2h }
    as: paid
  - http: { url: "http://sink/await", body: { await: "{{ order.id }}", late: "{{ paid.timed_out }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
)"},
    {"hourly", R"(
on: { every: 1h }
steps:
  - http: { url: "http://sink/hourly", body: { hourly: "{{ schedule.at | date: '%s' }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
)"},
    {"parts", R"(
on: order.paid
per: order
steps:
  - parallel:
      - [ { wait: 5m }, { http: { url: "http://sink/a", body: { a: "{{ order.id }}" } }, retry: { attempts: 90, backoff: 1s, max_backoff: 60s } } ]
      - [ { http: { url: "http://sink/b", body: { b: "{{ order.id }}" } }, retry: { attempts: 90, backoff: 1s, max_backoff: 60s } } ]
  - for_each: { in: "[1, 2]", as: n, do: [ { http: { url: "http://sink/c", body: { c: "{{ order.id }}-{{ n }}" } }, retry: { attempts: 90, backoff: 1s, max_backoff: 60s } } ] }
)"},
    {"chain", R"(
on: order.paid
steps:
  - emit: { type: sim.chained, data: { order: order } }
)"},
    {"link", R"(
on: sim.chained
steps:
  - http: { url: "http://sink/link", body: { link: "{{ order.id }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
)"},
    {"gather", R"(
on: cart.updated
collect: { quiet: 30s, max: 2m }
steps:
  - http: { url: "http://sink/gather", body: { gather: "{{ events | map: 'cart' | map: 'id' | join: ',' }}" } }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
)"},
    {"fragile", R"(
on: order.placed
steps:
  - http: { url: "http://sink/fragile", body: { fragile: "{{ order.id }}" } }
    retry: { attempts: 2, backoff: 1s, max_backoff: 2s }
)"},
    {"trap", R"(
on: order.cancelled
if: order.total <= 50.0
steps:
  - log: "{{ order.id }}"
)"},
    {"snare", R"(
on: order.cancelled
if: order.total > 50.0
steps:
  - wait: 5m
  - log: "{{ order.id }}"
)"},
    {"letter", R"(
on: order.placed
kind: marketing
steps:
  - email: { subject: "letter {{ order.id }}", text: hello }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
    on_error: continue
)"},
};

/// A fault of the engine: on the thing with an even number it throws, of the others the process dies.
Result<Effects> decide_wrongly(const Value& args, Arena&) {
  const std::string text = to_json(args);
  const auto digit = text.find_last_of("0123456789");
  if (digit != text.npos && (text[digit] - '0') % 2 == 1) throw Died{};
  throw std::runtime_error("a bug");
}
const Action faulty{.name = "log", .summary = "throws", .decide = decide_wrongly};

/// It was read just now, and is nobody else's yet; and it cannot be copied.
void plant_faults(const Workflow& workflow) {
  for (Instruction& step : const_cast<Workflow&>(workflow).program)
    if (step.action != nullptr) step.action = &faulty;
}

std::shared_ptr<const Workflow> compile(const Text& text, int edition) {
  std::string yaml = std::string("workflow: ") + text.name + text.yaml;
  if (edition == 1) yaml += "  - log: \"of the second edition\"\n";
  auto read = load_workflow({std::string("workflows/") + text.name + ".yaml", yaml, {}, {"sim.chained"}});
  for (const Diagnostic& d : read.diagnostics)
    if (!read.value) throw std::runtime_error(to_text(d));
  const bool is_faulty = text.name == std::string_view("trap") || text.name == std::string_view("snare");
  if (is_faulty) plant_faults(**read.value);
  return *read.value;
}

using Editions = std::map<std::string, std::vector<std::shared_ptr<const Workflow>>>;
const Editions& compiled() {
  static const Editions all = [] {
    Editions made;
    for (const Text& text : texts) made[text.name] = {compile(text, 0), compile(text, 1)};
    return made;
  }();
  return all;
}

}  // namespace

std::shared_ptr<const ShopConfig> shop_config() {
  static const std::shared_ptr<const ShopConfig> config = [] {
    const std::string text = shop_yaml;
    Report report("shopbell.yaml", text);
    ShopFile file = read_shop_file(report, ".");
    if (report.failed()) throw std::runtime_error("the simulated shop.yaml has mistakes");
    return std::make_shared<const ShopConfig>(std::move(file.config));
  }();
  return config;
}

const std::vector<std::string>& workflow_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Text& text : texts) all.emplace_back(text.name);
    return all;
  }();
  return names;
}

namespace {

std::shared_ptr<const Workflows> make_workflows(const std::set<std::string>& names, int edition) {
  std::vector<std::shared_ptr<const Workflow>> present;
  for (const std::string& name : names) present.push_back(compiled().at(name)[static_cast<std::size_t>(edition)]);
  auto set = std::make_shared<Workflows>(shop_config()->facts, std::move(present));
  for (const std::string& name : names) set->keep(compiled().at(name)[static_cast<std::size_t>(1 - edition)]);
  return set;
}

}  // namespace

std::shared_ptr<const Workflows> workflows_of(const std::set<std::string>& names, int edition) {
  static std::mutex mutex;
  static std::map<std::pair<std::set<std::string>, int>, std::shared_ptr<const Workflows>> made;  // making one is a twentieth of a schedule's work
  const std::lock_guard lock(mutex);
  auto& set = made[{names, edition}];
  if (!set) set = make_workflows(names, edition);
  return set;
}

std::string product_of(const std::string& order) { return order.empty() ? std::string() : "p" + std::to_string((order.back() - '0') % 2); }

std::string category_of(const std::string& product) { return "kind of " + product; }

Sent make_event(World& world, int number, const Told& told, Millis ago) {
  Sent sent;
  sent.id = "e" + std::to_string(number);
  sent.type = told.type;
  sent.subject = "customer:" + told.customer;
  sent.address_of = told.address_of.empty() ? told.customer : told.address_of;
  sent.thing = told.thing;
  sent.at = world.begin + world.now() - ago;  // the platforms' clocks are right
  sent.flag = told.flag;
  const bool about_customer = told.type.starts_with("customer.");
  const std::string who = R"("customer":{"id":")" + told.customer + R"(","email":"c)" + sent.address_of + "@sim.example\"" +
                          (about_customer ? std::string(R"(,"consent":{"email":)") + (told.flag ? "true}" : "false}") : "") + "}";
  std::string noun;
  if (told.type.starts_with("order."))
    noun = R"("order":{"id":")" + told.thing + R"(","total":)" + (told.flag ? "80" : "20") + R"(,"currency":"EUR","items":[{"product_id":")" + product_of(told.thing) + "\"}]},";
  if (told.type.starts_with("cart.")) noun = R"("cart":{"id":")" + told.thing + R"(","items":[]},)";
  const bool of_product = told.type.starts_with("product.");
  if (of_product) sent.subject = "product:" + told.thing, sent.address_of.clear();
  const std::string product = R"("product":{"id":")" + told.thing + R"(","type":")" + category_of(told.thing) + "\"}";
  sent.json = R"({"specversion":"1.0","id":")" + sent.id + R"(","source":"platform","type":")" + told.type + R"(","subject":")" + sent.subject +
              R"(","time":")" + format_rfc3339(sent.at) + R"(","data":{)" + (of_product ? product : noun + who) + "}}";
  return sent;
}

}  // namespace shopbell::sim
