// The process is killed at each place that engine/ names as a crash point, in turn, under load: what was answered 2xx
// is done, everything has reached the far sides, and those that dedupe have each thing once.

#include "base/json.h"
#include "net/server.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/smtp_sink.h"

#include <atomic>
#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sys/wait.h>
#include <thread>

using namespace shopbell;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t points_min = 55;
constexpr int senders = 3;
constexpr int patience_ms = 8'000;  // for a point to be reached; only one that is not reached meets it

/// The names in engine/, those first that only a new data folder passes.
std::vector<std::string> all_points() {
  std::set<std::string> names;
  for (const auto& file : fs::recursive_directory_iterator(fs::path(SHOPBELL_SOURCE_DIR) / "engine")) {
    if (file.path().extension() != ".cpp") continue;
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);)
      if (const auto at = line.find("crash_point(\""); at != line.npos) {
        const auto begin = at + std::string_view("crash_point(\"").size();
        names.insert(line.substr(begin, line.find('"', begin) - begin));
      }
  }
  std::erase_if(names, [](const std::string& name) { return name.starts_with("mailboxes."); });  // mailbox_test has a mailbox
  std::vector<std::string> ordered(names.begin(), names.end());
  std::stable_partition(ordered.begin(), ordered.end(), [](const std::string& name) { return name.starts_with("log.segment"); });
  return ordered;
}

// A connection is kept: there may be but one.
bool is_passed_often(const std::string& point) {
  for (const char* once : {"start.", "stop.", "store.", "reload.", "log.segment", "log.tail_cut", "client.connected", "shard.calls_recovered"})
    if (point.starts_with(once)) return false;
  return true;
}

/// Where the calls arrive: which key each order came under, and how often.
class Sink {
 public:
  Sink() {
    auto server = Server::open({}, [this](const ServerRequest& request, std::unique_ptr<Responder> responder) {
      {
        const std::lock_guard lock(mutex_);
        ++times_[std::string(request.body)][std::string(request.header("Idempotency-Key"))];
      }
      responder->answer({200, "application/json", "{}", {}});
    });
    REQUIRE(server);
    server_ = std::move(*server);
    server_->start();
  }
  ~Sink() { server_->stop(Millis{1000}); }
  std::uint16_t port() const { return server_->port(); }
  std::map<std::string, std::map<std::string, int>> times() const {
    const std::lock_guard lock(mutex_);
    return times_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, int>> times_;
  std::unique_ptr<Server> server_;
};

/// `pinned` has a run that waits on a version that the file no longer has.
void write_pinned(const TempFolder& folder, int edition) {
  folder.write("workflows/pinned.yaml", "workflow: pinned\non: cart.updated\nsteps:\n  - wait: 30d\n  - log: \"edition " + std::to_string(edition) + "\"\n");
}

void write_shop(const TempFolder& folder, std::uint16_t http, std::uint16_t smtp) {
  const std::string origin = "http://127.0.0.1:" + std::to_string(http);
  folder.write("shopbell.yaml",
               "shop: killed\nname: Killed\nurl: https://killed.example\ncurrency: EUR\napi_tokens: [test-token]\nhttp:\n  allow: [\"" + origin +
                   "\"]\nchannels: { email: { from: \"Killed <hello@killed.example>\", smtp: \"smtp+plain://127.0.0.1:" + std::to_string(smtp) + "\" } }\n");
  folder.write("workflows/tell.yaml",
               "workflow: tell\non: order.placed\nsteps:\n"
               "  - http: { url: \"" + origin + "/orders\", body: { order: \"{{ order.id }}\" } }\n"
               "    retry: { attempts: 40, backoff: 20ms, max_backoff: 100ms }\n"
               "  - wait: 100ms\n"
               "  - email: { subject: \"{{ order.id }}\", text: \"Thank you.\" }\n"
               "    retry: { attempts: 40, backoff: 20ms, max_backoff: 100ms }\n");
  write_pinned(folder, 1);
}

std::string event_of(const std::string& id, const std::string& type, const std::string& data) {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"test","type":")" + type + R"(","data":{)" + data + R"(,"customer":{"id":"c1","email":"c1@example.com"}}})";
}

/// Orders one after the other until the server is gone; those that were answered 2xx are noted.
struct Load {
  std::mutex mutex;
  std::set<std::string> acknowledged;
  std::atomic<bool> enough{false};

  void send(std::uint16_t port, const std::string& prefix) {
    RawClient client(port);
    client.send(post_event(event_of(prefix + "-cart", "cart.updated", R"("cart":{"id":"k1","items":[]})")));
    if (!client.response()) return;
    for (int i = 0; client.connected() && !enough; ++i) {
      const std::string id = prefix + "-" + std::to_string(i);
      if (!client.send(post_event(event_of(id, "order.placed", R"("order":{"id":")" + id + R"(","total":80,"currency":"EUR"})")))) return;
      const auto response = client.response();
      if (!response) return;
      if (response->status / 100 == 2) {
        const std::lock_guard lock(mutex);
        acknowledged.insert(id);
      }
      ::usleep(10'000);  // a load, not a flood: each order is a request and a mail to follow
    }
  }
};

bool ended(int pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/// One life of the server, with the point armed. True: it was killed there.
bool die_at(const std::string& point, int pass, int round, const TempFolder& folder, Load& load) {
  ::setenv("SHOPBELL_CRASH_AT", (point + ":" + std::to_string(pass)).c_str(), 1);
  RunningServer server(SHOPBELL_BINARY, folder.path());
  ::unsetenv("SHOPBELL_CRASH_AT");
  load.enough = false;
  std::vector<std::thread> threads;
  if (server.listens()) {
    for (int s = 0; s < senders; ++s)
      threads.emplace_back([&, s] { load.send(server.port(), "o" + std::to_string(round) + "-" + std::to_string(s)); });
    if (point.starts_with("reload.")) write_pinned(folder, round + 2);
    if (point.starts_with("stop.") || point == "store.closing") {
      ::usleep(150'000);
      ::kill(server.pid(), SIGTERM);
    }
  }
  for (int waited = 0; waited < patience_ms && !ended(server.pid()); waited += 5) ::usleep(5'000);
  const bool died = ended(server.pid());
  load.enough = true;
  if (!died) server.kill();
  for (std::thread& t : threads) t.join();
  return died && server.wait() == -SIGKILL;
}

bool is_quiet(std::uint16_t port) {
  const auto response = get(port, "/api/calls?status=open&limit=1");
  const auto runs = get(port, "/api/runs?workflow=tell&status=waiting&limit=1");
  return response && runs && response->body.find("\"calls\":[]") != std::string::npos && runs->body.find("\"runs\":[]") != std::string::npos;
}

// A mail that was in doubt once is sent again once; in doubt a second time, its run waits for somebody to decide. Those are few:
// what had not been given away when the process died is in no doubt.
std::set<std::string> held_for_a_person(const TempFolder& folder) {
  std::set<std::string> held;
  const auto reader = Store::reader(folder.path() / "data");
  REQUIRE(reader);
  const auto runs = (*reader)->attention({}, {0, 1000});
  REQUIRE(runs);
  for (const RunView& run : *runs) held.insert(run.event_id);
  return held;
}

}  // namespace

TEST_CASE("an input is marked before it is taken: one that the process dies of five times is set aside, and its neighbours are done") {
  TempFolder folder;
  folder.write("shopbell.yaml", "shop: killed\nname: Killed\nurl: https://killed.example\ncurrency: EUR\napi_tokens: [test-token]\n");
  folder.write("workflows/note.yaml", "workflow: note\non: order.placed\nsteps:\n  - note: taken\n");
  const auto order = [](const std::string& id) { return post_event(event_of(id, "order.placed", R"("order":{"id":"1"})")); };
  for (int life = 0; life < 5; ++life) {
    ::setenv("SHOPBELL_CRASH_AT", "batch.input_marked", 1);
    RunningServer server(SHOPBELL_BINARY, folder.path());
    ::unsetenv("SHOPBELL_CRASH_AT");
    REQUIRE(server.listens());
    RawClient client(server.port());
    client.send(order("poison"));
    CHECK_FALSE(client.response());
    CHECK(server.wait() == -SIGKILL);
  }
  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  RawClient client(server.port());
  for (const std::string id : {"poison", "other"}) {
    client.send(order(id));
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == 202);
  }
  const auto counted = [&](const std::string& line) {  // a moment after the answer
    const auto metrics = get(server.port(), "/metrics");
    return metrics && metrics->body.find("\n" + line + "\n") != std::string::npos;
  };
  CHECK(eventually([&] { return counted("shopbell_inputs_quarantined_total 1"); }));
  CHECK(eventually([&] { return counted("shopbell_runs_done_total 1"); }));
  CHECK(server.terminate() == 0);
}

TEST_CASE("killed at each named point in turn, it has lost nothing, and nothing is there twice under another key") {
  TempFolder folder;
  Sink sink;
  SmtpSink mail;
  write_shop(folder, sink.port(), mail.port());
  const std::vector<std::string> points = all_points();
  REQUIRE(points.size() >= points_min);
  Load load;
  int round = 0;
  for (const std::string& point : points) {
    INFO(point);
    CHECK(die_at(point, is_passed_often(point) ? 1 + round % 3 : 1, round, folder, load));
    ++round;
  }

  RunningServer server(SHOPBELL_BINARY, folder.path());
  REQUIRE(server.listens());
  CHECK(eventually([&] { return is_quiet(server.port()); }, 30));
  CHECK(server.terminate() == 0);

  REQUIRE(load.acknowledged.size() > points.size());
  const auto requests = sink.times();
  for (const std::string& id : load.acknowledged) {
    INFO(id);
    const auto came = requests.find("{\"order\":\"" + id + "\"}");
    REQUIRE(came != requests.end());
    CHECK(came->second.size() == 1);
  }
  std::map<std::string, std::string> mail_of;
  std::size_t again = 0;
  for (const auto& [message_id, subjects] : mail.mails())
    for (const std::string& subject : subjects) {
      CHECK(mail_of.try_emplace(subject, message_id).first->second == message_id);
      again += &subject != &subjects.front();
    }
  const std::set<std::string> held = held_for_a_person(folder);
  for (const std::string& id : load.acknowledged) {
    INFO(id);
    CHECK((mail_of.contains(id) || held.contains(id)));
  }
  WARN(points.size() << " points, " << load.acknowledged.size() << " orders, " << again << " mails came again, " << held.size()
                     << " were in doubt twice and are held for a person");
}
