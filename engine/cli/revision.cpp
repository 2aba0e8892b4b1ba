#include "cli/revision.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace shopbell::cli {
namespace {

/// Starts a program with these ends of pipes (-1: its own); the child's id, or -1.
pid_t start(const std::vector<std::string>& words, int in, int out) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (in >= 0) ::dup2(in, STDIN_FILENO);
  if (out >= 0) ::dup2(out, STDOUT_FILENO);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

/// How it ended: its exit code; 127: there is no such program.
int wait_for(pid_t child) {
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) < 0) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}

}  // namespace

Result<std::unique_ptr<Revision>> Revision::check_out(const std::string& folder, const std::string& revision) {
  if (revision.empty() || revision.front() == '-') return fail("no_such_revision", "\"" + revision + "\" is no revision");
  std::string path = (std::filesystem::temp_directory_path() / "shopbell-revision-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) return fail("io", "no temporary folder can be made");
  std::unique_ptr<Revision> made(new Revision(path));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("io", "no pipe can be made");
  // In a folder below the repository's, git archives that folder alone.
  const pid_t git = start({"git", "-C", folder, "archive", "--format=tar", revision}, -1, ends[1]);
  const pid_t tar = start({"tar", "-x", "-C", path}, ends[0], -1);
  ::close(ends[0]);
  ::close(ends[1]);
  const int archived = wait_for(git), unpacked = wait_for(tar);
  if (archived == 127 || unpacked == 127) return fail("no_git", "git and tar are needed to read a revision", "name a folder instead");
  if (archived != 0 || unpacked != 0)
    return fail("no_such_revision", "there is neither a folder " + revision + " nor a revision of that name in the repository of " + folder);
  return made;
}

Revision::~Revision() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace shopbell::cli
