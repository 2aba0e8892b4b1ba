#pragma once
// A backtest small enough to see through.

#include "base/json.h"
#include "base/time.h"
#include "load/load.h"
#include "play/findings.h"
#include "play/lean.h"
#include "support/catch.h"
#include "support/temp_dir.h"

#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace shopbell::play {

/// Workflows from YAML, as a backtest runs them.
struct Flows {
  std::vector<std::shared_ptr<const Workflow>> all;
  std::unique_ptr<Workflows> set;

  explicit Flows(const std::vector<std::string>& yamls, ShopFacts facts = {"demo", "Demo", "https://demo.example", "EUR", "UTC", "en"}) {
    for (std::size_t i = 0; i < yamls.size(); ++i) {
      auto read = load_workflow({"workflows/w" + std::to_string(i) + ".yaml", yamls[i], {}});
      for (const Diagnostic& d : read.diagnostics) UNSCOPED_INFO(to_text(d));
      REQUIRE(read.value);
      all.push_back(*read.value);
    }
    make_lean(all);
    set = std::make_unique<Workflows>(std::move(facts), all);
  }
};

/// A line of a log: `at` in RFC 3339.
inline std::string line_of(const std::string& id, const std::string& at, const std::string& type, const std::string& data, const std::string& subject = {}) {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"shopify/s","type":")" + type + (subject.empty() ? "" : R"(","subject":")" + subject) + R"(","time":")" + at + R"(","received":")" + at +
         R"(","data":)" + data + "}\n";
}

/// The findings as JSON, of a log given as text.
inline std::string backtest_json(const std::string& log, const std::vector<const Flows*>& versions, std::size_t threads = 1, const std::vector<std::string>& rules = {}) {
  const test::TempDir dir;
  std::ofstream(dir.path() + "/log.jsonl", std::ios::binary) << log;
  Wanted wanted;
  std::vector<const Workflows*> sides;
  std::vector<std::string> names;
  for (const Flows* version : versions) {
    add_wanted(*version->set, wanted);
    sides.push_back(version->set.get());
    names.push_back("v" + std::to_string(names.size()));
  }
  const Model model = Model::parse(rules).value();
  Backtest backtest(sides, wanted, model, {}, threads);
  REQUIRE(backtest.play(dir.path() + "/log.jsonl"));
  backtest.finish();
  return to_json(find(backtest, names, model.text()));
}

inline Document findings_of(const std::string& log, const std::vector<const Flows*>& versions, std::size_t threads = 1, const std::vector<std::string>& rules = {}) {
  return std::move(*parse_json_document(backtest_json(log, versions, threads, rules)));
}

}  // namespace shopbell::play
