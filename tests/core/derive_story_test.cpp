// Events that the engine makes of others: a basket that is left behind, and the edges of stock and price.

#include "core/derive.h"
#include "support/catch.h"
#include "support/shop.h"

using namespace shopbell;
using namespace shopbell::story;

namespace {

constexpr auto win_back = R"(
workflow: win-back
on: cart.abandoned
steps: [ log: "{{ cart.total }} left by {{ customer.id }}" ]
)";
constexpr auto cart = R"({"cart":{"token":"c1","total":30,"items":[{"sku":"A"}]},"customer":{"id":7}})";
constexpr auto empty_cart = R"({"cart":{"token":"c1","total":0,"items":[]},"customer":{"id":7}})";
constexpr auto placed = R"({"order":{"id":1,"total":30},"customer":{"id":7}})";

constexpr auto stock_watch = R"(
workflow: stock-watch
on: [product.stock_low, product.sold_out, product.restocked, product.price_dropped]
steps: [ log: "{{ event.type }} {{ product.stock }} {{ product.price }} {{ product.old_price }} {{ product.threshold }}" ]
)";

void stock(Shop& shop, const std::string& product, Millis ago = Millis{0}, const char* type = "product.updated") {
  shop.event(type, R"({"product":{"id":9,)" + product + "}}", "product:9", ago);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a cart that nothing happens to for an hour is abandoned, once") {
  Shop shop;
  shop.add_yaml(win_back).event("cart.updated", cart);
  shop.pass("40m");
  shop.event("cart.updated", cart);
  shop.pass("59m");
  CHECK(shop.log.empty());
  shop.pass("1m");
  CHECK(shop.log == Lines{"30 left by 7"});
  shop.pass("3d");
  CHECK(shop.log.size() == 1);
  CHECK(shop.open_runs().empty());
  shop.event("cart.updated", cart);
  shop.pass("1h");
  CHECK(shop.log.size() == 2);
}

TEST_CASE("a cart is not abandoned when") {
  struct Case {
    const char* what;
    void (*happens)(Shop&);
  };
  const auto c = GENERATE(values<Case>({
      {"an order came", [](Shop& s) { s.event("order.placed", placed); }},
      {"it was emptied", [](Shop& s) { s.event("cart.updated", empty_cart); }},
      {"a checkout was completed", [](Shop& s) { s.event("checkout.completed", R"({"checkout":{"token":"k"}})"); }},
      {"an order came under another subject, and names the cart",
       [](Shop& s) {
         s.event("cart.updated", R"({"cart":{"token":"c2","items":[{"sku":"A"}]}})", "cart:c2");
         s.event("order.placed", R"({"order":{"id":2,"cart_token":"c2"}})", "customer:8");
         s.event("order.placed", placed);
       }},
      {"the order had come before it, but happened after it",
       [](Shop& s) {
         s.event("order.placed", placed);
         s.event("cart.updated", cart, "customer:7", Millis{60'000});
       }},
  }));
  INFO(c.what);
  Shop shop;
  shop.add_yaml(win_back).event("cart.updated", cart);
  shop.pass("5m");
  c.happens(shop);
  shop.pass("3h");
  CHECK(shop.log.empty());
  CHECK(shop.open_runs().empty());
}

TEST_CASE("an order from before the basket was filled does not save it") {
  Shop shop;
  shop.add_yaml(win_back).event("cart.updated", cart);
  shop.event("order.placed", placed, "customer:7", Millis{60'000});
  shop.pass("1h");
  CHECK(shop.log.size() == 1);
}

TEST_CASE("a late word about a cart does not put its abandonment off or forward") {
  Shop shop;
  shop.add_yaml(win_back).event("cart.updated", cart);
  shop.event("cart.updated", empty_cart, "customer:7", Millis{60'000});
  shop.pass("1h");
  CHECK(shop.log.size() == 1);
}

TEST_CASE("carts are watched when somebody listens, or the shop says so, for as long as it says") {
  Shop shop;
  shop.event("cart.updated", cart);
  CHECK(shop.open_runs().empty());
  shop.configure("derive: { cart.abandoned: { after: 10m }, checkout.abandoned: true }\n");
  shop.event("cart.updated", cart);
  shop.event("checkout.started", R"({"checkout":{"token":"k1"}})");
  CHECK(shop.open_runs().size() == 2);
  shop.pass("10m");
  CHECK(shop.noted("derived", "cart.abandoned"));
  CHECK_FALSE(shop.noted("derived", "checkout.abandoned"));
  shop.pass("50m");
  CHECK(shop.noted("derived", "checkout.abandoned"));
  shop.configure("derive: { cart.abandoned: false }\n").add_yaml(win_back);
  shop.event("cart.updated", cart);
  CHECK(shop.open_runs().empty());
}

TEST_CASE("of one subject so many carts are watched at most") {
  Shop shop;
  shop.add_yaml(win_back);
  for (std::size_t n = 0; n < watches_max + 3; ++n)
    shop.event("cart.updated", R"({"cart":{"token":"c)" + std::to_string(n) + R"("}})");
  CHECK(shop.open_runs().size() == watches_max);
}

TEST_CASE("a product's edges are told when they are crossed, and only then") {
  Shop shop;
  shop.add_yaml(stock_watch);
  stock(shop, R"("stock":12,"threshold":10,"price":20)");
  stock(shop, R"("stock":10,"threshold":10,"price":20)");
  CHECK(shop.log.empty());
  stock(shop, R"("stock":9,"threshold":10,"price":20)");
  CHECK(shop.log == Lines{"product.stock_low 9 20 20.0 10"});
  stock(shop, R"("stock":5,"threshold":10,"price":25)");
  CHECK(shop.log.size() == 1);
  stock(shop, R"("stock":0,"threshold":10,"price":25)");
  stock(shop, R"("stock":-1,"threshold":10)");
  CHECK(shop.log.size() == 2);
  CHECK(shop.log.back() == "product.sold_out 0 25 25.0 10");
  stock(shop, R"("stock":30,"threshold":10,"price":24)");
  CHECK(shop.log.size() == 4);
  CHECK(shop.log[2] == "product.restocked 30 24 25.0 10");
  CHECK(shop.log[3] == "product.price_dropped 30 24 25.0 10");
}

TEST_CASE("a product's first word, a late one, and another variant are no edges") {
  Shop shop;
  shop.add_yaml(stock_watch);
  stock(shop, R"("stock":1,"threshold":10,"price":20)");
  stock(shop, R"("variant_id":2,"stock":0,"price":10)");
  stock(shop, R"("stock":50,"threshold":10,"price":20)");
  stock(shop, R"("stock":3,"threshold":10,"price":10)", Millis{60'000});
  stock(shop, R"("stock":50,"threshold":10,"price":20)");
  CHECK(shop.log.empty());
}

TEST_CASE("the shop's own threshold counts for products that bear none") {
  Shop shop;
  shop.configure("derive: { product.stock_low: { below: 5 } }\n").add_yaml(stock_watch);
  stock(shop, R"("stock":8)");
  stock(shop, R"("stock":4)");
  CHECK(shop.log == Lines{"product.stock_low 4   5"});
}

TEST_CASE("what the platform tells of itself is not told a second time") {
  Shop shop;
  shop.add_yaml(stock_watch);
  stock(shop, R"("stock":0,"price":20)", Millis{0}, "product.sold_out");
  CHECK(shop.log.size() == 1);
  stock(shop, R"("stock":5,"price":20)");
  stock(shop, R"("stock":0,"price":20)");
  CHECK(shop.log == Lines{"product.sold_out 0 20", "product.restocked 5 20 20.0"});
}
