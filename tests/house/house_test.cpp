// The rooms of the house: who may include whom, what lives behind which door, and how large a file may be.

#include "support/catch.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path root = SHOPBELL_SOURCE_DIR;
constexpr std::size_t lines_max = 600;

// Folders of engine/ and, for each, those that it may include beside itself.
const std::map<std::string, std::set<std::string>> doors{
    {"base", {}},
    {"cel", {"base"}},
    {"liquid", {"base"}},
    {"desk", {"base"}},
    {"core", {"base", "cel", "liquid", "desk"}},
    {"load", {"base", "cel", "liquid", "core", "desk"}},
    {"play", {"base", "cel", "liquid", "core", "desk", "load", "intake", "hear", "teach"}},
    {"store", {"base", "core"}},
    {"access", {"base", "store"}},
    {"net", {"base"}},
    {"hear", {"base"}},
    {"teach", {"base", "cel", "liquid", "core", "load", "hear"}},
    {"starter", {"base", "load", "hear", "teach"}},
    {"intake", {"base", "cel", "core", "load"}},
    {"serve", {"base", "cel", "liquid", "core", "desk", "load", "play", "store", "access", "net", "intake", "hear", "teach"}},
    {"cli", {"base", "cel", "liquid", "core", "desk", "load", "play", "store", "access", "net", "intake", "hear", "teach", "serve"}},
};

// Libraries, by how their headers begin, and the folders that may use them.
const std::map<std::string, std::set<std::string>> libraries{
    {"yaml-cpp/", {"load"}},        {"sqlite3.h", {"store"}},        {"boost/asio", {"net", "serve"}},
    {"boost/beast", {"net", "serve"}}, {"curl/", {"net"}},           {"openssl/", {"net", "base"}},
    {"spdlog/", {"serve"}},         {"CLI/", {"cli"}},               {"re2/", {"cel"}},
    {"simdjson.h", {"base", "intake"}}, {"sys/socket.h", {"net"}}, {"unicode/", {"base", "intake", "hear", "teach"}},
    {"zlib.h", {"intake"}},         {"zstd.h", {"intake"}},        {"linear.h", {"hear"}},
    {"gmime/", {"intake"}},         {"argon2.h", {"access"}},
};

struct Source {
  fs::path path;
  std::vector<std::string> lines;
  std::vector<std::pair<std::size_t, std::string>> includes;  // line number and what stands between the marks
};

Source read(const fs::path& path) {
  Source source{path, {}, {}};
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    source.lines.push_back(line);
    if (!line.starts_with("#include ")) continue;
    const std::size_t end = line.find_last_of("\">");
    source.includes.emplace_back(source.lines.size(), line.substr(10, end - 10));
  }
  return source;
}

std::vector<Source> sources_under(const fs::path& folder) {
  std::vector<Source> sources;
  if (!fs::exists(folder)) return sources;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".h" || extension == ".cpp") sources.push_back(read(entry.path()));
  }
  return sources;
}

}  // namespace

TEST_CASE("no room includes one that stands above it") {
  for (const auto& [folder, allowed] : doors)
    for (const Source& source : sources_under(root / "engine" / folder))
      for (const auto& [line, include] : source.includes) {
        const std::string other = include.substr(0, include.find('/'));
        if (!doors.contains(other) || other == folder) continue;
        INFO(source.path.string() << ":" << line << " includes " << include);
        CHECK(allowed.contains(other));
      }
}

TEST_CASE("each library stays behind its door") {
  for (const auto& [folder, allowed] : doors)
    for (const Source& source : sources_under(root / "engine" / folder))
      for (const auto& [line, include] : source.includes)
        for (const auto& [library, users] : libraries) {
          if (!include.starts_with(library)) continue;
          INFO(source.path.string() << ":" << line << " includes " << include);
          CHECK(users.contains(folder));
        }
}

TEST_CASE("the core and its languages cannot reach a clock, a file or a socket") {
  const std::vector<std::string> banned{"system_clock::now", "steady_clock::now", "std::random_device", "fopen(", "<fstream>", "<filesystem>", "<thread>", "getenv(", "time(nullptr)"};
  for (const char* folder : {"cel", "liquid", "core", "desk", "hear"})
    for (const Source& source : sources_under(root / "engine" / folder))
      for (std::size_t i = 0; i < source.lines.size(); ++i)
        for (const std::string& word : banned) {
          if (source.lines[i].find(word) == std::string::npos) continue;
          FAIL_CHECK(source.path.string() << ":" << i + 1 << " uses " << word);
        }
}

TEST_CASE("actions and public headers include nothing of the engine") {
  for (const char* folder : {"actions", "include"})
    for (const Source& source : sources_under(root / folder))
      for (const auto& [line, include] : source.includes) {
        INFO(source.path.string() << ":" << line << " includes " << include);
        CHECK_FALSE(doors.contains(include.substr(0, include.find('/'))));
      }
}

TEST_CASE("a file is about one thing, and fits a head") {
  for (const char* folder : {"engine", "actions", "include", "tests", "bench"})
    for (const Source& source : sources_under(root / folder)) {
      INFO(source.path.string() << " has " << source.lines.size() << " lines");
      CHECK(source.lines.size() <= lines_max);
    }
}
