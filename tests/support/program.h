#pragma once
// The real program, as a platform and an operator meet it: started, spoken to over a socket, killed.

#include "support/raw_client.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace shopbell {

/// A folder that is gone when the test is over.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

/// `shopbell serve FOLDER --listen 127.0.0.1:0 --data FOLDER/data`, its log in FOLDER/server.log.
class RunningServer {
 public:
  RunningServer(const std::string& binary, const std::filesystem::path& folder);
  ~RunningServer();  // kills what still runs
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  bool listens() const { return port_ != 0; }
  std::uint16_t port() const { return port_; }
  int pid() const { return pid_; }
  void kill();       // SIGKILL, and waits for its end
  int terminate();   // SIGTERM, and waits; the exit code, or -signal
  int wait() { return wait_for_end(); }  // the same without a signal

 private:
  int wait_for_end();
  int pid_ = -1;
  std::uint16_t port_ = 0;
};

/// What a finished program printed and its exit code.
struct Ran {
  int code = 0;
  std::string out;
};
Ran run_program(const std::string& binary, const std::vector<std::string>& arguments);

/// Whether it becomes true within so many seconds: what another process does has no clock that a test could turn.
template <class Holds>
bool eventually(const Holds& holds, int seconds_max = 20) {
  for (int tries = 0; tries < seconds_max * 50; ++tries) {
    if (holds()) return true;
    ::usleep(20'000);
  }
  return false;
}

/// One request on a connection of its own.
std::optional<RawClient::Response> get(std::uint16_t port, std::string_view target, std::string_view token = "test-token");
std::string post_event(std::string_view json, std::string_view token = "test-token");

}  // namespace shopbell
