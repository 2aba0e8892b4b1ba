// conformance SUITE FILE...

#include "suites.h"

#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

namespace {

struct Suite {
  std::string_view name;
  int (*run)(std::span<const std::string> files);
};

constexpr std::array suites{
    Suite{"cel", shopbell::conformance::run_cel},
    Suite{"liquid", shopbell::conformance::run_liquid},
    Suite{"cron", shopbell::conformance::run_cron},
    Suite{"timezones", shopbell::conformance::run_timezones},
    Suite{"signatures", shopbell::conformance::run_signatures},
    Suite{"mail", shopbell::conformance::run_mail},
    Suite{"webhooks", shopbell::conformance::run_webhooks},
    Suite{"intents", shopbell::conformance::run_intents},
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (const Suite& suite : suites)
    if (words.size() > 1 && words[0] == suite.name) return suite.run(std::span(words).subspan(1));
  std::fputs("usage: conformance cel|liquid|cron|timezones|signatures|webhooks|mail|intents FILE...\n", stderr);
  return 2;
}
