// `shopbell test --watch` by the real program.

#include "support/catch.h"
#include "support/program.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

using namespace shopbell;

namespace {

/// A program that goes on until it is killed, and what it prints, line by line.
class Watching {
 public:
  explicit Watching(const std::vector<std::string>& words) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      std::vector<char*> arguments;
      for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      ::dup2(ends[1], STDOUT_FILENO);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
  }
  ~Watching() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    std::fclose(out_);
  }
  /// The next line with that in it; empty: the program has ended.
  std::string line_with(const std::string& text) {
    std::string line;
    for (int c = std::fgetc(out_); c != EOF; c = std::fgetc(out_)) {
      if (c != '\n') line += static_cast<char>(c);
      else if (line.find(text) != std::string::npos) return line;
      else line.clear();
    }
    return {};
  }

 private:
  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
};

std::string workflow(const std::string& said) {
  return "on: order.placed\nsteps:\n  - log: " + said + "\ntests:\n  - name: says hello\n    given:\n      - order.placed: { order: { id: 1 } }\n    expect:\n      - log: hello\n";
}

}  // namespace

TEST_CASE("with --watch tests run again when a file is changed, and go on where one is broken meanwhile") {
  const TempFolder folder;
  folder.write("shopbell.yaml", "shop: test\nname: Test\ncurrency: EUR\n");
  folder.write("workflows/hello.yaml", workflow("hello"));
  Watching tests({SHOPBELL_BINARY, "test", "--watch", folder.path().string()});
  CHECK(tests.line_with(" passed, ").find("1 passed, 0 failed") != std::string::npos);
  folder.write("workflows/hello.yaml", workflow("goodbye"));
  CHECK(tests.line_with(" passed, ").find("0 passed, 1 failed") != std::string::npos);
  folder.write("workflows/hello.yaml", "on: [\n");
  CHECK(tests.line_with(" passed, ").find("0 passed, 0 failed") != std::string::npos);
  folder.write("workflows/hello.yaml", workflow("hello"));
  CHECK(tests.line_with(" passed, ").find("1 passed, 0 failed") != std::string::npos);
}
