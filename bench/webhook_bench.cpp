// What it costs to verify, parse and map one signed Shopify order, and to write its line of the log; beside what
// simdjson and OpenSSL need for the same body, which no platform's order can be taken without.
//   webhook_bench

#include "base/hash.h"
#include "base/hmac.h"
#include "base/json.h"
#include "base/shape.h"
#include "base/time.h"
#include "intake/mapping.h"
#include "intake/verify.h"
#include "intake/webhook.h"
#include "load/vocabulary.h"
#include "shopify_load.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

using namespace shopbell;

namespace {

constexpr std::string_view secret = "bench-secret";
constexpr std::size_t first_chunk_bytes = 32 * 1024;

// The median of many short batches.
template <class Work>
double measure_us(Work work) {
  constexpr int batches = 301, runs = 20;
  std::vector<double> times;
  for (int batch = 0; batch < batches; ++batch) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < runs; ++i) work();
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / runs);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void require(bool good) {
  if (!good) std::abort();
}

// What OpenSSL needs in one call, and what with a context that is kept, which is as we do it.
void openssl_hmac_once(std::string_view data) {
  unsigned char mac[32];
  unsigned int size = 0;
  require(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(data.data()), data.size(), mac, &size) != nullptr);
}

void openssl_hmac(std::string_view data) {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  static EVP_MAC_CTX* const context = EVP_MAC_CTX_new(algorithm);
  char digest[] = "SHA256";
  static const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
  static const bool set = EVP_MAC_CTX_set_params(context, params) == 1;
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  unsigned char mac[32];
  std::size_t size = 0;
  require(set && EVP_MAC_init(context, bytes(secret), secret.size(), nullptr) == 1 &&
          EVP_MAC_update(context, bytes(data), data.size()) == 1 && EVP_MAC_final(context, mac, &size, sizeof mac) == 1);
}

}  // namespace

int main() {
  const std::string body = bench::shopify_order(7);
  const Mac mac = hmac_sha256(secret, body);
  const std::string signature = to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
  const std::function<std::string_view(std::string_view)> header = [&](std::string_view name) -> std::string_view {
    if (name == "X-Shopify-Hmac-SHA256") return signature;
    if (name == "X-Shopify-Topic") return "orders/create";
    if (name == "X-Shopify-Event-Id") return "0000000000000007";
    if (name == "X-Shopify-Shop-Domain") return "demo.myshopify.com";
    return {};
  };
  const auto platform = find_platform("shopify");
  const Time received = from_ms(1'800'000'000'000);
  const auto take = [&](Arena& arena) { return take_webhook(*platform, {secret, {}}, {"shop", header, body, received}, arena); };
  Arena kept;
  const auto taken = take(kept);
  require(taken && taken->events.size() == 1);

  simdjson::dom::parser parser;
  const simdjson::padded_string padded(body);
  const double dom = measure_us([&] { require(parser.parse(padded).error() == simdjson::SUCCESS); });
  const double hmac = measure_us([&] { openssl_hmac(body); });
  const double hmac_once = measure_us([&] { openssl_hmac_once(body); });
  const Mapping& mapping = platform->find_topic("orders/create")->data;
  const double core = measure_us([&] {
    Arena arena(first_chunk_bytes);
    const Webhook webhook{"shop", header, body, received};
    require(verify(*platform, {secret, {}}, webhook, {}, arena).has_value());
    const auto read = read_body(webhook, arena);
    require(read && !map_body(mapping, *read, *read, arena).is_null());
  });
  const double all = measure_us([&] { Arena arena(first_chunk_bytes); require(take(arena).has_value()); });
  const double values = measure_us([&] { Arena arena(first_chunk_bytes); require(parse_body(body, arena).has_value()); });
  const auto root = *parse_body(body, kept);
  const double map = measure_us([&] { Arena arena(first_chunk_bytes); map_body(mapping, root, root, arena); });
  const Value nouns = map_body(mapping, root, root, kept);
  const double fit = measure_us([&] { Arena arena(first_chunk_bytes); conform("order.placed", nouns, arena); });
  std::string line;
  const double write = measure_us([&] { line.clear(); append_line(line, taken->events[0].event, received, body); });
  fmt::print("a signed order of {} bytes, median of 301 batches\n", body.size());
  fmt::print("verify, decode, map  {:6.1f} us   {:.2f} times simdjson and HMAC in one call, {:.2f} times with a kept context\n", core,
             core / (dom + hmac_once), core / (dom + hmac));
  fmt::print("the whole of it      {:6.1f} us   {:.2f} and {:.2f} times: id, subject, digest and the log's line, too\n", all, all / (dom + hmac_once), all / (dom + hmac));
  fmt::print("  simdjson, DOM      {:6.1f} us\n  HMAC-SHA256        {:6.1f} us   {:.1f} with a kept context\n", dom, hmac_once, hmac);
  fmt::print("  JSON to Value      {:6.1f} us   (with simdjson's)\n  mapping            {:6.1f} us\n  fitting types      {:6.1f} us\n"
             "  line of the log    {:6.1f} us   ({} bytes)\n", values, map, fit, write, line.size());
}
