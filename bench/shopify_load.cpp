#include "shopify_load.h"

#include "base/hmac.h"
#include "base/time.h"

#include <fmt/format.h>

namespace shopbell::bench {
namespace {

constexpr std::string_view id_mark = "X-Shopify-Event-Id: ";
constexpr std::string_view signature_mark = "X-Shopify-Hmac-Sha256: ", token_mark = R"("token":"t)";
constexpr std::size_t id_digits = 16, token_digits = 10, signature_bytes = 44;

void write_number(std::string& to, std::size_t at, std::size_t digits, std::uint64_t number) {
  for (std::size_t digit = digits; digit-- > 0; number /= 10) to[at + digit] = static_cast<char>('0' + number % 10);
}

std::string line_item(std::uint64_t number, int i) {
  return fmt::format(
      R"({{"id":{0}{1},"admin_graphql_api_id":"gid://shopify/LineItem/{0}{1}","fulfillable_quantity":1,"fulfillment_service":"manual","fulfillment_status":null,)"
      R"("gift_card":false,"grams":{2},"name":"Linen shirt - {1}","price":"{3}.90","price_set":{{"shop_money":{{"amount":"{3}.90","currency_code":"EUR"}},)"
      R"("presentment_money":{{"amount":"{3}.90","currency_code":"EUR"}}}},"product_exists":true,"product_id":77{1},"properties":[],"quantity":1,)"
      R"("requires_shipping":true,"sku":"LIN-{1}","taxable":true,"title":"Linen shirt","total_discount":"0.00","variant_id":88{1},)"
      R"("variant_inventory_management":"shopify","variant_title":"M / sand","vendor":"Demo","tax_lines":[{{"title":"VAT","price":"4.10","rate":0.21,"channel_liable":false}}],)"
      R"("duties":[],"discount_allocations":[]}})",
      number, i, 250 + i, 19 + i);
}

std::string address(std::uint64_t number) {
  return fmt::format(
      R"({{"first_name":"Ana","last_name":"Customer {0}","address1":"Calle Mayor {0}","address2":null,"phone":"+34600000000","city":"Madrid","zip":"28013",)"
      R"("province":"Madrid","country":"Spain","company":null,"latitude":40.4168,"longitude":-3.7038,"name":"Ana Customer {0}","country_code":"ES","province_code":"M"}})",
      number % 1000);
}

}  // namespace

std::string shopify_order(std::uint64_t number) {
  std::string items;
  for (int i = 0; i < 4; ++i) items += (i > 0 ? "," : "") + line_item(1'000 + number, i);
  std::string body = fmt::format(
      R"({{"id":{0},"admin_graphql_api_id":"gid://shopify/Order/{0}","app_id":580111,"browser_ip":"203.0.113.7","buyer_accepts_marketing":true,"cancel_reason":null,)"
      R"("cancelled_at":null,"cart_token":"c{0}","checkout_id":{0},"closed_at":null,"confirmed":true,"contact_email":"ana{0}@example.com","created_at":"2026-11-21T12:00:00+01:00",)"
      R"("currency":"EUR","current_subtotal_price":"119.60","current_total_discounts":"0.00","current_total_price":"124.55","current_total_tax":"21.60","customer_locale":"es",)"
      R"("email":"ana{0}@example.com","financial_status":"paid","fulfillment_status":null,"gateway":"stripe","landing_site":"/products/linen?utm_source=mail","name":"#{0}","note":null,)"
      R"("number":{0},"order_number":{0},"order_status_url":"https://demo.example/orders/{0}/authenticate?key=k{0}","payment_gateway_names":["stripe"],"phone":null,)"
      R"("presentment_currency":"EUR","processed_at":"2026-11-21T12:00:00+01:00","referring_site":"","source_name":"web","subtotal_price":"119.60","tags":"summer, gift",)"
      R"("tax_lines":[{{"price":"21.60","rate":0.21,"title":"VAT","channel_liable":false}}],"taxes_included":true,"test":false,"token":"t{0}","total_discounts":"0.00",)"
      R"("total_line_items_price":"119.60","total_outstanding":"0.00","total_price":"124.55","total_tax":"21.60","total_tip_received":"0.00","total_weight":1006,)"
      R"("updated_at":"2026-11-21T12:00:01+01:00","user_id":null,"billing_address":{1},"customer":{{"id":{2},"email":"ana{2}@example.com","created_at":"2026-01-01T00:00:00+01:00",)"
      R"("updated_at":"2026-11-21T12:00:01+01:00","first_name":"Ana","last_name":"Customer","state":"enabled","note":null,"verified_email":true,"tags":"vip, newsletter",)"
      R"("currency":"EUR","phone":null,"tax_exempt":false,"default_address":{1}}},"discount_applications":[],"fulfillments":[],"line_items":[{3}],"payment_terms":null,)"
      R"("refunds":[],"shipping_address":{1},"shipping_lines":[{{"id":{0},"code":"Standard","price":"4.95","source":"shopify","title":"Standard","tax_lines":[]}}]}})",
      1'000'000'000 + number, address(number), 5'000'000 + number, items);
  return body;
}

ShopifyLoad::ShopifyLoad(std::string_view secret, std::size_t different, std::uint64_t requests, std::size_t connections) : in_use_(connections) {
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < different; ++i) {
    std::string body = shopify_order(i);
    const std::string head = fmt::format(
        "POST /hooks/shop HTTP/1.1\r\nHost: 127.0.0.1\r\n{}{:0{}}\r\nX-Shopify-Topic: orders/create\r\nX-Shopify-Shop-Domain: demo.myshopify.com\r\n"
        "X-Shopify-API-Version: 2026-04\r\nX-Shopify-Triggered-At: 2026-11-21T11:00:01.123456789Z\r\n{}{:{}}\r\nContent-Type: application/json\r\n"
        "User-Agent: Shopify-Captain-Hook\r\nContent-Length: {}\r\n\r\n",
        id_mark, 0, id_digits, signature_mark, "", signature_bytes, body.size());
    ready_.push_back({head + body, head.size() + body.find(token_mark) + token_mark.size()});
    bodies.push_back(std::move(body));
  }
  id_at_ = ready_.front().text.find(id_mark) + id_mark.size();
  signature_at_ = ready_.front().text.find(signature_mark) + signature_mark.size();
  for (std::uint64_t i = 0; i < requests; ++i) {
    std::string& body = bodies[i % different];
    write_number(body, body.find(token_mark) + token_mark.size(), token_digits, i);
    const Mac mac = hmac_sha256(secret, body);
    signatures_.push_back(to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()}));
  }
}

std::string_view ShopifyLoad::request(std::uint64_t i, std::size_t connection) {
  std::string& to = in_use_[connection];
  const Ready& ready = ready_[i % ready_.size()];
  to = ready.text;
  write_number(to, id_at_, id_digits, i);
  write_number(to, ready.token_at, token_digits, i);
  signatures_[i].copy(to.data() + signature_at_, signature_bytes);
  return to;
}

}  // namespace shopbell::bench
