// Any bytes as a CloudEvent, a batch, lines, and the body of a signed Shopify webhook. Whatever is taken must
// be one line that reads back as the same event. The first byte chooses; a webhook's topic is its first line.

#include "base/hmac.h"
#include "base/time.h"
#include "intake/webhook.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

namespace shopbell {
namespace {

const Time received = from_ms(1'800'000'000'000);

void check(const Taken& taken) {
  Arena arena;
  const auto again = read_line(taken.line, arena);
  if (!again || taken.line.find('\n') != std::string::npos) std::abort();
  if (again->id != taken.event.id || again->subject != taken.event.subject || again->at != taken.event.at) std::abort();
  if (!same(again->data, taken.event.data)) std::abort();
}

void check(const Result<std::vector<Taken>>& taken) {
  if (!taken) return;
  for (const Taken& one : *taken) check(one);
}

void webhook(std::string_view input) {
  const std::string_view topic = input.substr(0, input.find('\n'));
  const std::string_view body = input.substr(std::min(input.size(), topic.size() + 1));
  const Mac mac = hmac_sha256("secret", body);
  const std::string signature = to_base64({reinterpret_cast<const char*>(mac.data()), mac.size()});
  const std::function<std::string_view(std::string_view)> header = [&](std::string_view name) -> std::string_view {
    if (name == "X-Shopify-Topic") return topic;
    return name == "X-Shopify-Hmac-SHA256" ? std::string_view(signature) : std::string_view();
  };
  Arena arena;
  const auto result = take_webhook(*find_platform("shopify"), {.current = "secret", .previous = {}},
                                   {.endpoint = "fuzz", .header = header, .body = body, .received = received}, arena);
  if (!result) return;
  for (const Taken& taken : result->events) check(taken);
}

}  // namespace
}  // namespace shopbell

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace shopbell;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  Arena arena;
  if (bytes[0] % 3 == 0) check(read_batch(input, received, arena));
  else if (bytes[0] % 3 == 1) check(read_lines(input, received, arena));
  else webhook(input);
  return 0;
}
