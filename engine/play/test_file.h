#pragma once
// Tests as they stand in files: `tests:` of a workflow, or a *.test.yaml beside the workflows. What they mean is
// told in workflows/README.md; their form is load's to check. Reads files; any thread.

#include "load/load.h"
#include "load/yaml.h"

#include <memory>
#include <string>
#include <vector>

namespace shopbell::play {

struct Test {
  std::string name;
  yaml::NodePtr node;
  std::uint32_t line = 0;
  std::vector<std::string> workflows;  // those that take part; empty: all of the shop
};

struct TestFile {
  std::string path, text;
  yaml::NodePtr root;
  std::vector<Test> tests;
};

/// A shop and the tests about it. Files that belong to no shop's folder are about one with the defaults.
struct TestSuite {
  Shop shop;
  std::vector<TestFile> files;
};

/// The tests of shop folders, workflow files and test files. A suite whose files have a mistake is left out:
/// `diagnostics` has it, with its place. Warnings are there, too: a field that the event's schema does not have.
std::vector<TestSuite> find_tests(const std::vector<std::string>& paths, std::vector<Diagnostic>& diagnostics);

/// A given event as JSON, as POST /events would get it.
std::string given_json(const yaml::Node& item, const std::string& id, Time now, Arena& arena);
/// The entry of a given item that is the event.
const yaml::Entry& event_of(const yaml::Node& item);

}  // namespace shopbell::play
