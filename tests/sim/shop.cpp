#include "sim/shop.h"

#include "base/time.h"
#include "load/report.h"
#include "load/shop.h"

#include <stdexcept>

namespace shopbell::sim {
namespace {

constexpr auto shop_yaml = R"(shop: sim
name: The Simulated Shop
url: https://sim.example
currency: EUR
timezone: UTC
channels: { email: { from: "Sim <hello@sim.example>" } }
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
  - wait: 10m
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
    {"letter", R"(
on: order.placed
kind: marketing
steps:
  - email: { subject: "letter {{ order.id }}", text: hello }
    retry: { attempts: 90, backoff: 1s, max_backoff: 60s }
    on_error: continue
)"},
};

std::shared_ptr<const Workflow> compile(const Text& text, int edition) {
  std::string yaml = std::string("workflow: ") + text.name + text.yaml;
  if (edition == 1) yaml += "  - log: \"of the second edition\"\n";
  auto read = load_workflow({std::string("workflows/") + text.name + ".yaml", yaml, {}, {"sim.chained"}});
  for (const Diagnostic& d : read.diagnostics)
    if (!read.value) throw std::runtime_error(to_text(d));
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

std::shared_ptr<const Workflows> workflows_of(const std::set<std::string>& names, int edition) {
  std::vector<std::shared_ptr<const Workflow>> present;
  for (const std::string& name : names) present.push_back(compiled().at(name)[static_cast<std::size_t>(edition)]);
  auto set = std::make_shared<Workflows>(shop_config()->facts, std::move(present));
  for (const std::string& name : names) set->keep(compiled().at(name)[static_cast<std::size_t>(1 - edition)]);
  return set;
}

Sent make_event(World& world, int number, const std::string& customer, const std::string& type, const std::string& thing, bool flag, Millis ago) {
  Sent sent;
  sent.id = "e" + std::to_string(number);
  sent.type = type;
  sent.subject = "customer:" + customer;
  sent.thing = thing;
  sent.at = world.begin + world.now() - ago;  // the platforms' clocks are right
  sent.flag = flag;
  const bool about_customer = type.starts_with("customer.");
  const std::string who = R"("customer":{"id":")" + customer + R"(","email":"c)" + customer + "@sim.example\"" +
                          (about_customer ? std::string(R"(,"consent":{"email":)") + (flag ? "true}" : "false}") : "") + "}";
  std::string noun;
  if (type.starts_with("order.")) noun = R"("order":{"id":")" + thing + R"(","total":)" + (flag ? "80" : "20") + R"(,"currency":"EUR"},)";
  if (type.starts_with("cart.")) noun = R"("cart":{"id":")" + thing + R"(","items":[]},)";
  sent.json = R"({"specversion":"1.0","id":")" + sent.id + R"(","source":"platform","type":")" + type + R"(","subject":")" + sent.subject +
              R"(","time":")" + format_rfc3339(sent.at) + R"(","data":{)" + noun + who + "}}";
  return sent;
}

}  // namespace shopbell::sim
