// What a condition costs: compiled CEL beside the same condition written in C++ over the same Value, and
// what compiling it costs.
//   cel_bench

#include "base/json.h"
#include "cel/cel.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace shopbell::cel {
namespace {

using Clock = std::chrono::steady_clock;

// The best of batches that are long beside the clock's steps: what remains when nobody else uses the machine.
template <class Work>
double measure_ns(int runs, Work work) {
  std::vector<double> times;
  for (int batch = 0; batch < 101; ++batch) {
    const auto start = Clock::now();
    for (int i = 0; i < runs; ++i) work();
    times.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count() / runs);
  }
  std::sort(times.begin(), times.end());
  return times.front();
}

// An order as an event has it, with the shop system's own body of some 6 KB beside it.
std::string order_json() {
  std::string lines;
  std::string raw_lines;
  for (int i = 0; i < 12; ++i) {
    const std::string comma = i > 0 ? "," : "";
    lines += fmt::format(R"({}{{"sku":"CUP-{}","title":"Cup number {}","quantity":{},"price":12.5}})", comma,
                         i, i, i % 3 + 1);
    raw_lines += fmt::format(
        R"({}{{"id":{},"admin_graphql_api_id":"gid://shopify/LineItem/{}","fulfillable_quantity":1,"fulfillment_service":"manual","fulfillment_status":null,)"
        R"("gift_card":false,"grams":567,"name":"Cup number {}","price":"12.50","product_exists":true,"product_id":632910392,"quantity":1,"requires_shipping":true,)"
        R"("sku":"CUP-{}","taxable":true,"title":"Cup","total_discount":"0.00","variant_id":808950810,"vendor":null,"tax_lines":[],"duties":[]}})",
        comma, 1000 + i, 1000 + i, i, i);
  }
  return fmt::format(
      R"({{"order":{{"id":"1001","name":"#1001","total":149.5,"discount":10.0,"currency":"EUR","note":"","test":false,"tags":["gift","express"],"items":[{}],)"
      R"("shipping":{{"country":"AT","city":"Wien","zip":"1070"}},"raw":{{"id":820982911946154508,"financial_status":"paid","confirmed":true,"line_items":[{}]}}}},)"
      R"("customer":{{"id":"7","email":"ada@example.com","orders_count":2,"tags":["newsletter","vip"],"consent":{{"email":true,"sms":false}}}}}})",
      lines, raw_lines);
}

struct Condition {
  const char* source;
  bool (*by_hand)(const Value& scope);
};

bool has_text(const Value& list, std::string_view text) {
  for (const Value& item : list.items())
    if (item.text_or("") == text) return true;
  return false;
}

bool has_cup(const Value& items) {
  for (const Value& item : items.items())
    if (item["sku"].text_or("") == "CUP-7" && item["quantity"].integer_or(0) > 1) return true;
  return false;
}

const Condition conditions[] = {
    {"order.total >= 250 || 'vip' in customer.tags",
     [](const Value& s) {
       return s["order"]["total"].number_or(0) >= 250 || has_text(s["customer"]["tags"], "vip");
     }},
    {"size(order.items) > 0 && has(customer.email) && customer.consent.email",
     [](const Value& s) {
       return s["order"]["items"].size() > 0 && s["customer"].find("email") != nullptr &&
              s["customer"]["consent"]["email"].boolean_or(false);
     }},
    {"customer.orders_count >= 3 || order.total >= 100",
     [](const Value& s) {
       return s["customer"]["orders_count"].integer_or(0) >= 3 || s["order"]["total"].number_or(0) >= 100;
     }},
    {"has(customer.email)", [](const Value& s) { return s["customer"].find("email") != nullptr; }},
    {"order.note != ''", [](const Value& s) { return s["order"]["note"].text_or("") != ""; }},
    {"order.currency in ['EUR', 'CHF'] && order.total > 100",
     [](const Value& s) {
       const std::string_view c = s["order"]["currency"].text_or("");
       return (c == "EUR" || c == "CHF") && s["order"]["total"].number_or(0) > 100;
     }},
    {"order.items.exists(i, i.sku == 'CUP-7' && i.quantity > 1)",
     [](const Value& s) { return has_cup(s["order"]["items"]); }},
    {"customer.email.endsWith('@example.com') && !order.test",
     [](const Value& s) {
       return s["customer"]["email"].text_or("").ends_with("@example.com") &&
              !s["order"]["test"].boolean_or(false);
     }},
    {"order.shipping.country == 'AT' && order.total - order.discount > 50.0",
     [](const Value& s) {
       return s["order"]["shipping"]["country"].text_or("") == "AT" &&
              s["order"]["total"].number_or(0) - s["order"]["discount"].number_or(0) > 50;
     }},
    {"order.raw.financial_status == 'paid' && order.name.matches('^#1[0-9]+$')",
     [](const Value& s) {
       static const re2::RE2 pattern("^#1[0-9]+$");
       const std::string_view name = s["order"]["name"].text_or("");
       return s["order"]["raw"]["financial_status"].text_or("") == "paid" &&
              re2::RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), pattern);
     }},
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

int run() {
  const std::string json = order_json();
  const auto scope = parse_json_document(json);
  if (!scope) return 1;
  fmt::print("{} bytes of JSON, parsed once\n{:>8} {:>8} {:>6} {:>10}\n", json.size(), "CEL ns", "C++ ns",
             "times", "compile µs");
  std::vector<double> evaluations;
  std::vector<double> ratios;
  std::vector<double> compilations;
  for (const Condition& condition : conditions) {
    const auto program = compile(condition.source);
    Arena arena;
    if (!program ||
        program->condition(scope->root(), arena).value_or(false) != condition.by_hand(scope->root())) {
      fmt::print(stderr, "{}: not the same result\n", condition.source);
      return 1;
    }
    volatile bool kept = false;
    evaluations.push_back(
        measure_ns(2'000, [&] { kept = program->evaluate(scope->root(), arena).boolean_or(false); }));
    const double by_hand = measure_ns(2'000, [&] { kept = condition.by_hand(scope->root()); });
    compilations.push_back(measure_ns(20, [&] { kept = compile(condition.source).has_value(); }) / 1000);
    ratios.push_back(evaluations.back() / by_hand);
    fmt::print("{:8.0f} {:8.0f} {:6.1f} {:10.1f}  {}\n", evaluations.back(), by_hand, ratios.back(),
               compilations.back(), condition.source);
  }
  fmt::print(
      "median {:.0f} ns a condition, {:.1f} times C++ (at most {:.1f}), compiled in {:.1f} µs (at most "
      "{:.1f})\n",
      median(evaluations), median(ratios), *std::max_element(ratios.begin(), ratios.end()),
      median(compilations), *std::max_element(compilations.begin(), compilations.end()));
  return 0;
}

}  // namespace
}  // namespace shopbell::cel

int main() { return shopbell::cel::run(); }
