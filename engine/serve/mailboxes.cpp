#include "serve/mailboxes.h"

#include "base/crash_point.h"
#include "base/json.h"
#include "net/imap.h"
#include "serve/clock.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <sstream>

namespace shopbell {
namespace {

constexpr std::size_t mails_per_look_max = 200;
constexpr Millis answer_max{60'000};   // for an event to be durable
constexpr Millis look_back{48 * 3'600'000};  // of a mailbox whose UIDs are others now: days are the server's
constexpr Millis pause_max{15 * 60'000};     // after failures

struct Place {
  std::uint32_t validity = 0, uid = 0;
  Time at{};  // of the last look
  bool known = false;
};

Place read_place(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  const auto read = parse_json_document(text.str());
  if (!read || !read->root().is(Kind::map)) return {};
  const Value v = read->root();
  return {static_cast<std::uint32_t>(v["validity"].integer_or(0)), static_cast<std::uint32_t>(v["uid"].integer_or(0)), from_ms(v["at"].integer_or(0)), true};
}

bool write_place(const std::filesystem::path& file, const Place& place) {
  const std::string text = R"({"validity":)" + std::to_string(place.validity) + R"(,"uid":)" + std::to_string(place.uid) + R"(,"at":)" + std::to_string(to_ms(place.at)) + "}\n";
  const std::string fresh = file.string() + ".new";
  const int to = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (to < 0) return false;
  const bool written = ::write(to, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(to) == 0;
  ::close(to);
  return written && ::rename(fresh.c_str(), file.c_str()) == 0;
}

}  // namespace

class Mailboxes::Box {
 public:
  Box(const SourceConfig& source, const std::string& data, const Take& take)
      : source_(source), file_(std::filesystem::path(data) / "mailboxes" / (source.name + ".json")), take_(take) {
    std::error_code none;
    std::filesystem::create_directories(file_.parent_path(), none);
    place_ = read_place(file_);
  }
  ~Box() { stop(); }

  void start() { thread_ = std::thread([this] { run(); }); }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    Millis pause = source_.every;
    while (!stopping_) {
      if (const auto good = look(); good) pause = source_.every;
      else if (!stopping_) {
        spdlog::warn("the mailbox of the source {}: {}", source_.name, good.error().message);
        pause = std::min(pause * 2, std::max(pause_max, source_.every));
      }
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause, [this] { return stopping_.load(); });
    }
  }

  Result<void> look() {
    Imap imap({source_.imap, source_.user, source_.password, source_.ca_file}, stopping_);
    const Time now = wall_clock();
    auto uids = imap.above(place_.known ? place_.uid : 0);
    if (!uids) return tl::unexpected(uids.error());
    if (!place_.known) {
      place_ = {imap.validity(), uids->empty() ? 0 : uids->back(), now, true};
      spdlog::info("the mailbox of the source {}: mails are taken from now on; {} were there", source_.name, uids->size());
      return keep();
    }
    if (place_.validity != imap.validity()) {
      if (auto good = find_place(imap); !good) return good;
      uids = imap.above(place_.uid);
      if (!uids) return tl::unexpected(uids.error());
    }
    if (uids->size() > mails_per_look_max) uids->resize(mails_per_look_max);
    for (const std::uint32_t uid : *uids)
      if (auto good = take(imap, uid); !good) return good;
    place_.at = now;
    return keep();
  }

  /// The mailbox counts anew: behind what came before the last days, by the server's own dates.
  Result<void> find_place(Imap& imap) {
    spdlog::warn("the mailbox of the source {} counts anew: the mails of the last days are looked at again", source_.name);
    const auto all = imap.above(0), recent = imap.since(place_.at - look_back);
    if (!all) return tl::unexpected(all.error());
    if (!recent) return tl::unexpected(recent.error());
    place_.validity = imap.validity();
    place_.uid = !recent->empty() ? recent->front() - 1 : all->empty() ? 0 : all->back();
    return keep();
  }

  Result<void> take(Imap& imap, std::uint32_t uid) {
    const auto raw = imap.fetch(uid);
    if (!raw && raw.error().code != "gone" && raw.error().code != "too_large") return tl::unexpected(raw.error());
    if (!raw) spdlog::warn("the mailbox of the source {}: mail {} is left out: {}", source_.name, uid, raw.error().message);
    else if (auto good = give(uid, *raw); !good) return good;
    crash_point("mailboxes.mail_taken");
    place_.uid = uid;
    return keep();
  }

  Result<void> give(std::uint32_t uid, const std::string& raw) {
    const auto answered = std::make_shared<std::promise<std::pair<int, std::string>>>();
    auto answer = answered->get_future();
    take_(source_.name, raw, std::make_unique<Fetched>([answered](int status, std::string body) { answered->set_value({status, std::move(body)}); }));
    if (answer.wait_for(answer_max) != std::future_status::ready) return fail("busy", "the engine did not take a mail in time");
    const auto [status, body] = answer.get();
    if (status >= 500) return fail("busy", "the engine cannot take a mail at the moment");
    if (status >= 400) spdlog::warn("the mailbox of the source {}: mail {} is left out: {}", source_.name, uid, body);
    return {};
  }

  Result<void> keep() {
    if (!write_place(file_, place_)) return fail("disk", "where it was read to cannot be written to " + file_.string());
    return {};
  }

  const SourceConfig source_;
  const std::filesystem::path file_;
  const Take take_;
  Place place_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Mailboxes::Mailboxes(const std::vector<SourceConfig>& sources, std::string data, Take take) {
  for (const SourceConfig& source : sources)
    if (!source.imap.empty()) boxes_.push_back(std::make_unique<Box>(source, data, take));
}

Mailboxes::~Mailboxes() = default;

void Mailboxes::start() {
  for (const auto& box : boxes_) box->start();
}

void Mailboxes::stop() {
  for (const auto& box : boxes_) box->stop();
}

}  // namespace shopbell
