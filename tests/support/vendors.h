#pragma once
// Servers that speak the vendors' documented protocols, and refuse what the vendors refuse, with their words and codes. The pages
// are named in actions/channels/.

#include "net/server.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace shopbell {

class Vendor {
 public:
  struct Got {
    std::string path, login, body;
    bool taken = false;
  };
  using Protocol = std::function<ServerResponse(const Got& got, std::size_t number)>;

  explicit Vendor(Protocol protocol);
  ~Vendor();
  std::string origin() const;
  std::vector<Got> got() const;
  /// The bodies that were taken.
  std::vector<std::string> taken() const;
  /// The next request is answered so instead.
  void answer_once(ServerResponse response);

 private:
  Protocol protocol_;
  mutable std::mutex mutex_;
  std::vector<Got> got_;
  std::vector<ServerResponse> once_;
  std::unique_ptr<Server> server_;
};

// Message ids: tg N, wamid.N, m_N, SMN, 1800000000.N with N counted from 1.
ServerResponse speak_telegram(const Vendor::Got& got, std::size_t number);   // token 123:abc
ServerResponse speak_whatsapp(const Vendor::Got& got, std::size_t number);   // token wa-token, phone_number_id 1065
ServerResponse speak_messenger(const Vendor::Got& got, std::size_t number);  // token page-token
ServerResponse speak_twilio(const Vendor::Got& got, std::size_t number);     // account AC1, token tw-token
ServerResponse speak_slack(const Vendor::Got& got, std::size_t number);      // token xoxb-1; the app is in C1

}  // namespace shopbell
