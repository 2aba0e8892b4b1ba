#include "net/mail.h"
#include "base/crash_point.h"
#include "net/mail_address.h"
#include "net/mail_queue.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <mutex>

namespace shopbell {
namespace {

struct Transfer {
  std::string_view left;   // of the message
  bool all_taken = false;  // libcurl has all of it, and says the final dot
  std::string last_word;   // of the server
  const std::atomic<bool>* stopping;
  const std::function<void()>* giving;  // the last part
};

std::size_t give_message(char* to, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const auto part = transfer.left.substr(0, size * count);
  std::memcpy(to, part.data(), part.size());
  transfer.left.remove_prefix(part.size());
  if (transfer.left.empty() && !transfer.all_taken && *transfer.giving) (*transfer.giving)();
  transfer.all_taken = transfer.left.empty();
  crash_point("mail.body_given");
  return part.size();
}

std::size_t hear(char* line, std::size_t size, std::size_t count, void* context) {
  std::string_view word(line, size * count);
  while (!word.empty() && (word.back() == '\r' || word.back() == '\n')) word.remove_suffix(1);
  static_cast<Transfer*>(context)->last_word = word.substr(0, 512);
  crash_point("mail.server_spoke");
  return size * count;
}

int is_stopping(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<Transfer*>(context)->stopping ? 1 : 0;
}

// RFC 5321, 4.2.1: the first digit says it all. Without an answer it matters how far the message had come.
tl::unexpected<Error> error_of(CURLcode code, long reply, const Transfer& transfer, const char* detail) {
  const std::string said = transfer.last_word.empty() ? std::string(detail) : transfer.last_word;
  if (reply >= 400 && reply < 500) return fail("smtp_temporary", "the mail server said: " + said);
  if (reply >= 500 && reply < 600) return fail("smtp_permanent", "the mail server said: " + said);
  if (code == CURLE_LOGIN_DENIED)
    return fail("smtp_permanent", "the mail server refused the user or the password");
  if (transfer.all_taken)
    return fail("in_doubt", std::string("the connection broke before the mail server confirmed: ") + detail);
  switch (code) {
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return fail("tls", std::string("no safe connection to the mail server: ") + detail);
    case CURLE_ABORTED_BY_CALLBACK: return fail("stopped", "the mailer has stopped");
    default: return fail("connect", std::string("the mail server cannot be talked to: ") + detail);
  }
}

struct Recipients {
  curl_slist* list = nullptr;
  ~Recipients() { curl_slist_free_all(list); }
};

class Smtp final : public Mailer {
 public:
  Smtp(SmtpConfig config, int threads)
      : config_(std::move(config)),
        queue_(threads, 1, [this](auto items) { send_now(std::move(items.front())); }) {}
  ~Smtp() override { stop(); }

  void send(Mail mail, std::function<void(Result<std::string>)> done, std::function<void()> giving) override {
    queue_.add({std::move(mail), std::move(done), std::move(giving)});
  }
  void stop() override {
    stopping_ = true;
    queue_.stop();
  }

 private:
  // Each thread keeps its handle, and with it its connection to the server.
  struct Handle {
    CURL* curl = curl_easy_init();
    // libcurl says QUIT and waits two minutes for the answer: nobody needs it.
    ~Handle() {
      curl_socket_t socket = CURL_SOCKET_BAD;
      if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK && socket != CURL_SOCKET_BAD)
        ::shutdown(socket, SHUT_RD);
      curl_easy_cleanup(curl);
    }
  };

  void send_now(MailQueue::Item item) { item.done(deliver(item.mail, item.giving)); }

  Result<std::string> deliver(const Mail& mail, const std::function<void()>& giving) {
    const auto message = compose(mail);
    if (!message) return tl::unexpected(message.error());
    crash_point("mail.composed");
    const auto from = parse_mailboxes(mail.from), to = parse_mailboxes(mail.to);
    if (!from || !to) return tl::unexpected((from ? to : from).error());
    thread_local Handle handle;
    if (handle.curl == nullptr) return fail("connect", "libcurl is out of memory");
    Recipients recipients;
    for (const auto& mailbox : *to)
      recipients.list = curl_slist_append(recipients.list, ("<" + mailbox.address + ">").c_str());
    Transfer transfer{*message, false, {}, &stopping_, &giving};
    char detail[CURL_ERROR_SIZE] = "";
    set_up(handle.curl, transfer, recipients.list, "<" + from->front().address + ">", detail);
    crash_point("mail.transfer_begun");
    const CURLcode code = curl_easy_perform(handle.curl);
    crash_point("mail.transferred");
    long reply = 0;
    curl_easy_getinfo(handle.curl, CURLINFO_RESPONSE_CODE, &reply);
    curl_easy_reset(handle.curl);  // the connection stays, what points into this function does not
    if (code == CURLE_OK) return transfer.last_word;
    return error_of(code, reply, transfer, *detail != '\0' ? detail : curl_easy_strerror(code));
  }

  void set_up(CURL* curl, Transfer& transfer, curl_slist* recipients, const std::string& from,
              char* detail) const {
    constexpr std::string_view plain = "smtp+plain://";
    const bool is_plain = config_.url.starts_with(plain);
    const std::string url = is_plain ? "smtp://" + config_.url.substr(plain.size()) : config_.url;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    // Never "try": a server in the middle could talk the connection out of TLS.
    curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(is_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!config_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, config_.ca_file.c_str());
    if (!config_.user.empty()) curl_easy_setopt(curl, CURLOPT_USERNAME, config_.user.c_str());
    if (!config_.password.empty()) curl_easy_setopt(curl, CURLOPT_PASSWORD, config_.password.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_message);
    curl_easy_setopt(curl, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(transfer.left.size()));
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stopping);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(config_.timeout.count()));
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(config_.timeout.count()));
    const auto whole_seconds = std::max<long>(
        1, static_cast<long>(std::chrono::ceil<std::chrono::seconds>(config_.timeout).count()));
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                     whole_seconds);  // bounds QUIT too, which the timeout does not
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  }

  const SmtpConfig config_;
  std::atomic<bool> stopping_{false};
  MailQueue queue_;
};

}  // namespace

std::unique_ptr<Mailer> Mailer::smtp(const SmtpConfig& config, int threads) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::make_unique<Smtp>(config, threads);
}

}  // namespace shopbell
