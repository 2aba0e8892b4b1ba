#include "support/program.h"

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace shopbell {
namespace {

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read = ends[0];
    write = ends[1];
  }
  ~Pipe() {
    close_write();
    ::close(read);
  }
  void close_write() {
    if (write >= 0) ::close(std::exchange(write, -1));
  }
};

int spawn(const std::string& binary, const std::vector<std::string>& arguments, int out, const std::string& log) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  if (log.empty()) posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
  else posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  std::vector<char*> argv{const_cast<char*>(binary.c_str())};
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  int pid = -1;
  const int error = ::posix_spawn(&pid, binary.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + binary);
  return pid;
}

std::string read_line(int from) {
  std::string line;
  for (char c; ::read(from, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

}  // namespace

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "shopbell-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void TempFolder::write(const std::string& name, std::string_view text) const {
  std::filesystem::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << text;
}

RunningServer::RunningServer(const std::string& binary, const std::filesystem::path& folder) {
  Pipe pipe;
  pid_ = spawn(binary, {"serve", folder, "--listen", "127.0.0.1:0", "--data", folder / "data"}, pipe.write, folder / "server.log");
  pipe.close_write();
  const std::string line = read_line(pipe.read);
  const std::size_t colon = line.rfind(':');
  if (line.starts_with("listening on ")) std::from_chars(line.data() + colon + 1, line.data() + line.size(), port_);
}

RunningServer::~RunningServer() {
  if (pid_ > 0) kill();
}

int RunningServer::wait_for_end() {
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void RunningServer::kill() {
  ::kill(pid_, SIGKILL);
  wait_for_end();
}

int RunningServer::terminate() {
  ::kill(pid_, SIGTERM);
  return wait_for_end();
}

Ran run_program(const std::string& binary, const std::vector<std::string>& arguments) {
  Pipe pipe;
  const int pid = spawn(binary, arguments, pipe.write, {});
  pipe.close_write();
  Ran ran;
  std::array<char, 4096> buffer{};
  for (ssize_t n; (n = ::read(pipe.read, buffer.data(), buffer.size())) > 0;) ran.out.append(buffer.data(), static_cast<std::size_t>(n));
  int status = 0;
  ::waitpid(pid, &status, 0);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return ran;
}

std::optional<RawClient::Response> get(std::uint16_t port, std::string_view target, std::string_view token) {
  RawClient client(port);
  client.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + std::string(token) + "\r\nConnection: close\r\n\r\n");
  return client.response();
}

std::string post_event(std::string_view json, std::string_view token) {
  return "POST /events HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer " + std::string(token) +
         "\r\nContent-Type: application/cloudevents+json\r\nContent-Length: " + std::to_string(json.size()) + "\r\n\r\n" + std::string(json);
}

}  // namespace shopbell
