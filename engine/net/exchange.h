#pragma once
// One request of the client on its way to its response.

#include "net/asio.h"
#include "net/client.h"
#include "net/url.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace shopbell {

class ClientConnection;

struct Exchange {
  Url url;
  std::string bytes;        // the request as it is sent
  bool head_only = false;   // HEAD: the response has no body
  bool repeatable = false;  // may be sent again when nobody can know whether it was received
  bool repeated = false;
  bool finished = false;
  std::function<void(Result<HttpResponse>)> done;
  ClientConnection* connection = nullptr;                                 // on which it runs now
  std::multimap<Deadline, std::shared_ptr<Exchange>>::iterator deadline;  // among those of the client
};

/// Checks a request and puts it into bytes. Errors "bad_url", "bad_request".
Result<std::shared_ptr<Exchange>> make_exchange(const HttpRequest& request);

}  // namespace shopbell
