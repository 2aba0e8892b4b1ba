#pragma once
// An HTTP exchange as an action sees it.

#include <shopbell/time.h>

#include <string>
#include <utility>
#include <vector>

namespace shopbell {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  HttpHeaders headers;
  std::string body;
  Millis timeout{10'000};
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;  // cut at the client's limit; then `cut` is true
  bool cut = false;
};

}  // namespace shopbell
