#include "base/hash.h"
#include "net/mail.h"
#include "net/mail_queue.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace shopbell {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t synced_together_max = 64;  // mails whose directory entries are synced at once

tl::unexpected<Error> failed(const std::string& what, const fs::path& path) {
  return fail("outbox", "cannot " + what + " " + path.string() + ": " + std::strerror(errno));
}

class File {
 public:
  File(const fs::path& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool is_open() const { return descriptor_ >= 0; }
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  bool sync() const { return ::fsync(descriptor_) == 0; }

 private:
  int descriptor_;
};

class Maildir final : public Mailer {
 public:
  explicit Maildir(fs::path folder)
      : folder_(std::move(folder)),
        queue_(1, synced_together_max, [this](auto items) { put(std::move(items)); }) {}

  void send(Mail mail, std::function<void(Result<std::string>)> done, std::function<void()> giving) override {
    queue_.add({std::move(mail), std::move(done), std::move(giving)});
  }
  void stop() override { queue_.stop(); }

 private:
  // A mail is said to be there when its bytes and its name are on the disk.
  void put(std::vector<MailQueue::Item> items) {
    std::vector<Result<std::string>> results;
    for (const auto& item : items) {
      if (item.giving) item.giving();
      results.push_back(put_one(item.mail));
    }
    const File folder(folder_ / "new", O_RDONLY | O_DIRECTORY);
    const bool is_synced = folder.is_open() && folder.sync();
    for (std::size_t i = 0; i < items.size(); ++i)
      items[i].done(is_synced || !results[i] ? std::move(results[i]) : failed("sync", folder_ / "new"));
  }

  Result<std::string> put_one(const Mail& mail) const {
    const auto message = compose(mail);
    if (!message) return tl::unexpected(message.error());
    const std::string name = id_of({"mail", mail.message_id}) + ".shopbell";
    if (was_read(name)) return "already there: " + name;
    const auto draft = folder_ / "tmp" / name;
    {
      const File file(draft, O_WRONLY | O_CREAT | O_TRUNC);
      if (!file.is_open()) return failed("create", draft);
      if (!file.write(*message) || !file.sync()) return failed("write", draft);
    }
    if (::rename(draft.c_str(), (folder_ / "new" / name).c_str()) != 0) return failed("move", draft);
    return "put into " + (folder_ / "new" / name).string();
  }

  // A mail reader moves what it has shown to cur/, with its flags behind a colon.
  bool was_read(const std::string& name) const {
    std::error_code ignored;
    for (const auto* flags : {"", ":2,", ":2,S", ":2,RS", ":2,FS"})
      if (fs::exists(folder_ / "cur" / (name + flags), ignored)) return true;
    return false;
  }

  const fs::path folder_;
  MailQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Mailer>> Mailer::maildir(const std::string& folder) {
  for (const auto* part : {"tmp", "new", "cur"}) {
    std::error_code error;
    fs::create_directories(fs::path(folder) / part, error);
    if (error)
      return fail("outbox",
                  "cannot make the folder " + (fs::path(folder) / part).string() + ": " + error.message());
  }
  return std::make_unique<Maildir>(folder);
}

}  // namespace shopbell
