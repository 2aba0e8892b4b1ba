#include "net/imap.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace shopbell {

struct Imap::Session {
  ImapConfig config;
  const std::atomic<bool>& stopping;
  CURL* curl = nullptr;
  std::string url;
  std::uint32_t validity = 0;
  std::string body, last_word;
  bool too_large = false;
};

namespace {

constexpr std::string_view plain = "imap+plain://";

std::uint32_t number_in(std::string_view text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

const char* detail_of(CURLcode code, const std::string& said) { return said.empty() ? curl_easy_strerror(code) : said.c_str(); }

tl::unexpected<Error> error_of(CURLcode code, const std::string& said) {
  switch (code) {
    case CURLE_LOGIN_DENIED: return fail("login", "the mail server refused the user or the password");
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return fail("tls", std::string("no safe connection to the mail server: ") + curl_easy_strerror(code));
    case CURLE_QUOTE_ERROR:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_WEIRD_SERVER_REPLY: return fail("imap", std::string("the mail server said: ") + detail_of(code, said));
    case CURLE_REMOTE_FILE_NOT_FOUND: return fail("gone", "the mail is not there any more");
    default: return fail("connect", std::string("the mail server cannot be talked to: ") + curl_easy_strerror(code));
  }
}

}  // namespace

// What libcurl calls: plain functions with the session as their context.
static std::size_t take_body(char* part, std::size_t size, std::size_t count, void* context) {
  auto& [body, too_large] = *static_cast<std::pair<std::string*, bool*>*>(context);
  if (body->size() + size * count > fetched_mail_bytes_max) {
    *too_large = true;
    return 0;
  }
  body->append(part, size * count);
  return size * count;
}

static std::size_t take_line(char* line, std::size_t size, std::size_t count, void* context) {
  auto& [validity, last] = *static_cast<std::pair<std::uint32_t*, std::string*>*>(context);
  std::string_view text(line, size * count);
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  if (const std::size_t at = text.find("[UIDVALIDITY "); at != std::string_view::npos) *validity = number_in(text.substr(at + 13));
  if (!text.starts_with("*")) *last = text.substr(0, 300);
  return size * count;
}

static int is_stopping(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<const std::atomic<bool>*>(context) ? 1 : 0;
}

static CURLcode perform(CURL* curl, std::string& body, bool& too_large, std::uint32_t& validity, std::string& last) {
  std::pair<std::string*, bool*> to{&body, &too_large};
  std::pair<std::uint32_t*, std::string*> lines{&validity, &last};
  body.clear();
  too_large = false;
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &to);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &lines);
  return curl_easy_perform(curl);
}

Imap::Imap(ImapConfig config, const std::atomic<bool>& stopping)
    : session_(std::make_unique<Session>(Session{std::move(config), stopping, curl_easy_init(), {}, 0, {}, {}, false})) {
  Session& s = *session_;
  const bool bare = s.config.url.starts_with(plain);
  s.url = bare ? "imap://" + s.config.url.substr(plain.size()) : s.config.url;
  curl_easy_setopt(s.curl, CURLOPT_USERNAME, s.config.user.c_str());
  curl_easy_setopt(s.curl, CURLOPT_PASSWORD, s.config.password.c_str());
  curl_easy_setopt(s.curl, CURLOPT_USE_SSL, bare ? static_cast<long>(CURLUSESSL_NONE) : static_cast<long>(CURLUSESSL_ALL));
  curl_easy_setopt(s.curl, CURLOPT_PROTOCOLS_STR, "imap,imaps");
  curl_easy_setopt(s.curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(s.curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(s.config.timeout.count()));
  curl_easy_setopt(s.curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(s.curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::max<std::int64_t>(1, s.config.timeout.count() / 1000)));
  curl_easy_setopt(s.curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(std::max<std::int64_t>(1, s.config.timeout.count() / 1000)));
  curl_easy_setopt(s.curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(s.curl, CURLOPT_HEADERFUNCTION, take_line);
  curl_easy_setopt(s.curl, CURLOPT_XFERINFOFUNCTION, is_stopping);
  curl_easy_setopt(s.curl, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(&s.stopping));
  curl_easy_setopt(s.curl, CURLOPT_NOPROGRESS, 0L);
  if (!s.config.ca_file.empty()) curl_easy_setopt(s.curl, CURLOPT_CAINFO, s.config.ca_file.c_str());
}

Imap::~Imap() { curl_easy_cleanup(session_->curl); }

std::uint32_t Imap::validity() const { return session_->validity; }

Result<std::vector<std::uint32_t>> Imap::search(const std::string& what) {
  Session& s = *session_;
  curl_easy_setopt(s.curl, CURLOPT_URL, s.url.c_str());
  curl_easy_setopt(s.curl, CURLOPT_CUSTOMREQUEST, ("UID SEARCH " + what).c_str());
  const CURLcode code = perform(s.curl, s.body, s.too_large, s.validity, s.last_word);
  if (code != CURLE_OK) return error_of(code, s.last_word);
  std::vector<std::uint32_t> uids;
  std::string_view rest = s.body;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.starts_with("* SEARCH")) continue;
    line.remove_prefix(8);
    while (!line.empty()) {
      line.remove_prefix(std::min(line.find_first_not_of(" \r"), line.size()));
      if (const std::uint32_t uid = number_in(line); uid > 0) uids.push_back(uid);
      line.remove_prefix(std::min(line.find_first_of(" \r"), line.size()));
    }
  }
  std::sort(uids.begin(), uids.end());
  return uids;
}

Result<std::vector<std::uint32_t>> Imap::above(std::uint32_t after) {
  auto uids = search("UID " + std::to_string(after + 1) + ":*");
  if (uids) std::erase_if(*uids, [&](std::uint32_t uid) { return uid <= after; });  // "*" is the last one, be it below
  return uids;
}

Result<std::vector<std::uint32_t>> Imap::since(Time day) {
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(day));
  return search(fmt::format("SINCE {}-{}-{}", static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year())));
}

Result<std::string> Imap::fetch(std::uint32_t uid) {
  Session& s = *session_;
  curl_easy_setopt(s.curl, CURLOPT_URL, (s.url + "/;UID=" + std::to_string(uid)).c_str());
  curl_easy_setopt(s.curl, CURLOPT_CUSTOMREQUEST, nullptr);
  const CURLcode code = perform(s.curl, s.body, s.too_large, s.validity, s.last_word);
  if (s.too_large) return fail("too_large", fmt::format("the mail has more than {} MiB", fetched_mail_bytes_max >> 20));
  if (code != CURLE_OK) return error_of(code, s.last_word);
  if (s.body.empty()) return fail("gone", "the mail is not there any more");
  return std::move(s.body);
}

}  // namespace shopbell
