// Tables of shops become event logs: Shopify's and WooCommerce's exports, and one's own with a mapping.

#include "intake/import.h"
#include "base/json.h"
#include "base/time.h"
#include "intake/cloudevent.h"
#include "load/vocabulary.h"
#include "support/catch.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

using namespace shopbell;

namespace {

struct Imported {
  Result<ImportCounts> counts;
  std::vector<std::string> lines, refused;
};

Imported import(const ImportPlan& plan, std::string_view text, const std::string& zone = "") {
  Imported made;
  made.counts = import_table(
      plan, text, {"import/test", zone, 0}, [&](Time, std::string line) { made.lines.push_back(std::move(line)); },
      [&](std::uint64_t, std::string_view, std::string why) { made.refused.push_back(std::move(why)); });
  return made;
}

/// "order.placed customer:7 2025-10-07T07:50:26Z"
std::string brief(const std::string& line) {
  Arena arena;
  const auto event = read_line(line, arena);
  if (!event) return event.error().message;
  return std::string(event->type) + " " + std::string(event->subject) + " " + format_rfc3339(event->at);
}

std::string at(const std::string& line, std::string_view path) {
  Arena arena;
  return to_json(parse_json(line, arena).value().at_path(path));
}

ImportPlan const& plan_of(const std::shared_ptr<const ImportPlan>& plan) {
  REQUIRE(plan);
  return *plan;
}

constexpr std::string_view shopify =
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Total,Discount Code,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Zip,Notes,Cancelled at,Id,Tags\n"
    "#1002,bo@example.com,paid,2025-10-08 10:00:00 +0200,,,no,EUR,20.00,,2025-10-08 09:59:00 +0200,1,Mug,20.00,M-1,Bo,'75008,\"two\nlines\",,2,\n"
    "#1001,Ada@Example.com,refunded,2025-10-07 09:50:26 +0200,fulfilled,2025-10-08 14:21:21 +0200,yes,EUR,53.91,HI,2025-10-07 09:50:26 +0200,"
    "3,Mask,10.00,S-1,Ada,,,2025-10-09 09:00:00 +0200,1,\"vip, eu\"\n"
    "#1001,Ada@Example.com,,,,,,,,,2025-10-07 09:50:26 +0200,1,Soap,23.91,S-2,,,,,,\n";

}  // namespace

TEST_CASE("Shopify's export: rows of an order are one order, and each thing that became of it is an event") {
  const auto plan = find_import("shopify-orders");
  const Imported made = import(plan_of(plan), shopify);
  REQUIRE(made.counts);
  CHECK(made.refused.empty());
  CHECK(made.counts->rows == 3);
  CHECK(made.counts->things == 2);
  std::vector<std::string> all;
  for (const std::string& line : made.lines) all.push_back(brief(line));
  CHECK(all == std::vector<std::string>{"order.placed customer:bo@example.com 2025-10-08T07:59:00Z", "order.paid customer:bo@example.com 2025-10-08T08:00:00Z",
                                        "order.placed customer:ada@example.com 2025-10-07T07:50:26Z", "order.paid customer:ada@example.com 2025-10-07T07:50:26Z",
                                        "order.fulfilled customer:ada@example.com 2025-10-08T12:21:21Z",
                                        "order.cancelled customer:ada@example.com 2025-10-09T07:00:00Z"});
  const std::string& order = made.lines[2];
  CHECK(at(order, "data.order.id") == "\"1\"");
  CHECK(at(order, "data.order.number") == "1001");
  CHECK(at(order, "data.order.total") == "53.91");
  CHECK(at(order, "data.order.items_count") == "4");
  CHECK(at(order, "data.order.tags") == R"(["vip","eu"])");
  CHECK(at(order, "data.order.items") == R"([{"sku":"S-1","title":"Mask","name":"Mask","quantity":3,"price":10.0},)"
                                         R"({"sku":"S-2","title":"Soap","name":"Soap","quantity":1,"price":23.91}])");
  CHECK(at(order, "data.customer.consent") == R"({"email":true})");
  CHECK(at(order, "data.order.payment_status") == "null");  // "refunded" was not yet so when it was placed
  CHECK(at(made.lines[0], "data.order.note") == "\"two\\nlines\"");
  CHECK(at(made.lines[0], "data.order.billing_address.zip") == "\"75008\"");
}

TEST_CASE("WooCommerce's exports: a row for each item, or the items packed into columns; times of the shop's zone") {
  const auto plan = find_import("woocommerce-orders");
  const Imported rows = import(plan_of(plan),
                               "order_id;order_number;date;status;order_total;order_currency;billing_email;customer_id;item_name;item_sku;item_quantity;item_total\n"
                               "7;17;2025-07-01 12:30:00;completed;29.80;EUR;a@x.de;3;Mug;M-1;2;19.80\n"
                               "7;17;2025-07-01 12:30:00;completed;29.80;EUR;a@x.de;3;Tea;T-1;1;10.00\n"
                               "8;18;2025-07-01 12:30:00;cancelled;5;EUR;B@x.de;0;Tea;T-1;1;5\n",
                               "Europe/Berlin");
  REQUIRE(rows.lines.size() == 2);
  CHECK(brief(rows.lines[0]) == "order.placed customer:3 2025-07-01T10:30:00Z");
  CHECK(brief(rows.lines[1]) == "order.placed customer:b@x.de 2025-07-01T10:30:00Z");
  CHECK(at(rows.lines[0], "data.order.name") == "\"#17\"");
  CHECK(at(rows.lines[0], "data.order.items").find(R"("quantity":2,"price":9.9,"total":19.8)") != std::string::npos);

  const Imported packed = import(*plan,
                                 "order_id,order_date,paid_date,status,order_total,order_currency,billing_email,customer_id,line_item_1,line_item_2\n"
                                 "9,9/6/2016  6:29:00,9/6/2016 6:30:00,processing,29.80,USD,c@x.de,5,"
                                 "name:Mug|product_id:7|sku:M-1|quantity:2|total:19.80|sub_total:19.80,name:Tea: green|product_id:8|sku:T-1|quantity:1|total:10.00|sub_total:12.00\n");
  REQUIRE(packed.lines.size() == 2);
  CHECK(brief(packed.lines[1]) == "order.paid customer:5 2016-09-06T06:30:00Z");
  CHECK(at(packed.lines[0], "data.order.items").find(R"("name":"Tea: green")") != std::string::npos);
  CHECK(at(packed.lines[0], "data.order.items").find(R"("total":10.0,"price":12.0)") != std::string::npos);

  const Imported one_cell = import(plan_of(plan),
                                   "order_id,date,status,order_total,order_currency,billing_email,customer_id,line_items\n"
                                   "11,2025-07-01 12:30:00,completed,29.80,EUR,d@x.de,6,"
                                   "id:1|name:Mug; large|product_id:7|sku:M-1|quantity:2|subtotal:19.80|total:19.80;id:2|name:Tea|product_id:8|sku:T-1|quantity:1|subtotal:12.00|total:10.00\n");
  REQUIRE(one_cell.lines.size() == 1);
  CHECK(at(one_cell.lines[0], "data.order.items").find(R"("name":"Mug; large")") != std::string::npos);
  CHECK(at(one_cell.lines[0], "data.order.items").find(R"("total":10.0,"price":12.0)") != std::string::npos);
}

TEST_CASE("what the imports make is as the events' schemas say") {
  for (const std::string& name : import_names()) {
    INFO(name);
    const auto plan = find_import(name);
    REQUIRE(plan);
    for (const std::string& line : import(*plan, shopify).lines) {
      Arena arena;
      const auto event = read_line(line, arena);
      REQUIRE(event);
      CHECK(misfits(event->type, event->data) == std::vector<std::string>{});
    }
  }
}

TEST_CASE("what cannot be read is told with its line, and the rest is imported") {
  const auto plan = find_import("shopify-orders");
  const std::string head = "Name,Email,Created at,Lineitem quantity,Lineitem name\n";
  const Imported made = import(plan_of(plan), head + "#1,a@x.de,2025-10-07,1,Mug\n#2,a@x.de,soon,1,Mug\n#1,a@x.de,2025-10-07,1,Tea\n,a@x.de,2025-10-07,1,Mug\n"
                                                     "#3,a@x.de,2025-10-07,1,Mug,more\n\"#4\"x,a@x.de,2025-10-07,1,Mug\n#5,a@x.de,2025-10-07,1,Mug\n");
  CHECK(made.lines.size() == 2);
  CHECK(at(made.lines[0], "data.order.items_count") == "2");  // its rows do not stand together
  REQUIRE(made.refused.size() == 4);
  CHECK(made.refused[0] == "line 5: what it belongs to is not said");
  CHECK(made.refused[1] == "line 6: 6 fields, and the first line names 5 columns");
  CHECK(made.refused[2] == "line 7: something stands behind a closing quote");
  CHECK(made.refused[3] == "line 3: order.placed: its time cannot be read: this is no time");
  const Imported other = import(*plan, "Date,Order\n1,2\n");
  REQUIRE_FALSE(other.counts);
  CHECK(other.counts.error().message == "the first line does not name the columns of shopify-orders: Name, Created at, Lineitem name, Lineitem quantity is missing");
}

TEST_CASE("a mapping's mistakes are told with their places") {
  const auto read = load_import("mine.yaml", "import: mine\ncolumns: [a]\nevents:\n  - type: order.placed\n    id: it.a\n    time: instant(it.t)\n    data: { order: { totl: it.a } }\n");
  CHECK_FALSE(read.value);
  REQUIRE(read.diagnostics.size() == 2);
  CHECK(read.diagnostics[0].line == 6);
  CHECK(read.diagnostics[1].message == "order has no field totl");
}

TEST_CASE("a real shop's invoices add up to what was computed otherwise") {
  const char* folder = std::getenv("SHOPBELL_CONFORMANCE");
  std::ifstream file(std::string(folder ? folder : SHOPBELL_SOURCE_DIR "/../shared/conformance") + "/events/online_retail/sample_first_week.csv");
  if (!file) {
    WARN("skipped: SHOPBELL_CONFORMANCE does not name a folder with events/online_retail");
    return;
  }
  std::stringstream text;
  text << file.rdbuf();
  const auto plan = load_import("retail.yaml", R"yaml(
import: online-retail
columns: [invoice, sku, qty, time, unit_price, customer]
group_by: it.invoice
shapes:
  item: { sku: it.sku, quantity: it.qty, price: it.unit_price }
events:
  - type: order.placed
    if: "!it.invoice.matches('^[CA]')"
    id: it.invoice
    time: instant(it.time, body.timezone)
    data:
      order: { id: it.invoice, total: "sum(body.rows.map(r, number(r.qty) * number(r.unit_price)))", items: { each: body.rows, shape: item } }
      customer: { id: it.customer }
)yaml");
  REQUIRE(plan.value);
  const Imported made = import(**plan.value, text.str());
  CHECK(made.refused.empty());
  std::int64_t pence = 0, expected = 0;
  std::set<std::string> invoices;
  for (const std::string& line : made.lines) pence += std::llround(std::stod(at(line, "data.order.total")) * 100);
  std::istringstream lines(text.str());
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {  // no field of this table is quoted but the country, at its end
    std::vector<std::string> f;
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) f.push_back(field);
    if (f[0][0] == 'C' || f[0][0] == 'A') continue;
    invoices.insert(f[0]);
    expected += std::stoll(f[2]) * std::llround(std::stod(f[4]) * 100);
  }
  CHECK(made.lines.size() == invoices.size());
  CHECK(pence == expected);
  CHECK(invoices.size() > 500);
}
