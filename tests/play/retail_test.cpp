// A real shop's ten months (D. Chen, Online Retail): the demo shop's workflows over them, beside sums that are
// computed from the transactions alone.
#include "support.h"

#include "intake/log_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

using namespace shopbell;
using namespace shopbell::play;

namespace {

struct Invoice {
  std::string number, time, customer;
  std::int64_t pence = 0;
};

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(',', at), line.size());
    cells.emplace_back(line.substr(at, end - at));
    at = end + 1;
  }
  return cells;
}

/// Purchases, in order of time; a cancellation or a bad debt has a letter before its number.
std::vector<Invoice> invoices_of(const std::string& path) {
  std::map<std::string, Invoice> by_number;
  const auto reader = LogReader::open(path);
  REQUIRE(reader);
  LogBlock block;
  while ((*reader)->read(block, 1 << 20).value())
    for_each_line(block, [&](std::string_view line, std::uint64_t) {
      const auto cells = cells_of(line);
      if (cells.size() < 7 || cells[0].empty() || cells[0][0] < '0' || cells[0][0] > '9') return;
      Invoice& invoice = by_number[cells[0]];
      if (invoice.number.empty()) invoice = {cells[0], cells[3], cells[5], 0};
      invoice.pence += std::llround(std::stod(cells[2]) * std::stod(cells[4]) * 100);
    });
  std::vector<Invoice> all;
  for (auto& [number, invoice] : by_number) all.push_back(std::move(invoice));
  std::stable_sort(all.begin(), all.end(), [](const Invoice& a, const Invoice& b) { return a.time < b.time; });
  return all;
}

std::string log_of(const std::vector<Invoice>& invoices) {
  std::string log;
  for (const Invoice& i : invoices) {
    const std::string customer = i.customer.empty() ? "" : fmt::format(R"("customer":{{"id":"{0}","email":"c{0}@example.com"}},)", i.customer);
    log += line_of(i.number, i.time, "order.placed",
                   fmt::format(R"({{{}"order":{{"id":"{}","name":"#{}","total":{:.2f},"currency":"GBP"}}}})", customer, i.number, i.number, static_cast<double>(i.pence) / 100));
  }
  return log;
}

struct Sums {
  std::int64_t confirmed = 0, large = 0, busiest = 0;
  std::set<std::string> customers;
};

/// What the workflows promise: a confirmation for whoever has an address; the warehouse is told of each order from
/// 250 on, and of each one of a customer who had such a one before.
Sums sums_of(const std::vector<Invoice>& invoices) {
  Sums sums;
  std::set<std::string> important;
  std::map<std::string, std::int64_t> orders;
  for (const Invoice& i : invoices) {
    if (!i.customer.empty()) {
      ++sums.confirmed;
      sums.customers.insert(i.customer);
      sums.busiest = std::max(sums.busiest, ++orders[i.customer]);
    }
    if (i.pence < 25'000 && (i.customer.empty() || !important.contains(i.customer))) continue;
    ++sums.large;
    if (!i.customer.empty()) important.insert(i.customer);
  }
  return sums;
}

}  // namespace

TEST_CASE("over a real shop's transactions the demo shop does what independent sums say") {
  const char* named = std::getenv("SHOPBELL_CONFORMANCE");
  const std::string folder = (named ? std::string(named) : std::string(SHOPBELL_SOURCE_DIR) + "/../shared/conformance") + "/events/online_retail";
  const std::string path = folder + "/transactions_until_2011-09.csv.gz";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: there is no " << path);
    return;
  }
  const std::vector<Invoice> invoices = invoices_of(path);
  const Sums sums = sums_of(invoices);
  REQUIRE(invoices.size() > 10'000);

  auto shop = load_shop(std::string(SHOPBELL_SOURCE_DIR) + "/examples");
  REQUIRE(shop.value);
  make_lean(shop.value->workflows);
  const Workflows workflows(shop.value->config.facts, shop.value->workflows);
  const test::TempDir dir;
  std::ofstream(dir.path() + "/log.jsonl", std::ios::binary) << log_of(invoices);
  Wanted wanted;
  add_wanted(workflows, wanted);
  const Model model;
  Backtest backtest({&workflows}, wanted, model, {}, 2);
  REQUIRE(backtest.play(dir.path() + "/log.jsonl"));
  backtest.finish();
  const auto found = parse_json_document(to_json(find(backtest, {"examples"}, model.text())));
  REQUIRE(found);
  const auto number = [&](const char* where) { return found->root().at_path(where).integer_or(-1); };
  CHECK(number("log.events") == static_cast<std::int64_t>(invoices.size()));
  CHECK(number("now.workflows.order-confirmation.done") == sums.confirmed);
  CHECK(number("now.messages") == sums.confirmed);
  CHECK(number("now.customers") == static_cast<std::int64_t>(sums.customers.size()));
  CHECK(number("now.busiest.messages") == sums.busiest);
  CHECK(number("now.workflows.vip-order.started") == sums.large);
  CHECK(number("now.workflows.vip-order.deeds.http") == sums.large);
  CHECK(number("now.workflows.welcome.started") == 0);
  UNSCOPED_INFO(invoices.size() << " invoices, " << sums.confirmed << " confirmations, " << sums.large << " large orders");
}
