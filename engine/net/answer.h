#pragma once
// A response as bytes, in one text, ready for one write.

#include "net/server.h"
#include "net/strict.h"

#include <string>
#include <string_view>

namespace shopbell {

/// How the response ends the exchange, besides what the handler said.
struct Framed {
  std::string_view date;  // IMF-fixdate
  bool keep_alive = true;
  bool http_1_0 = false;   // says "keep-alive" aloud
  bool head_only = false;  // the answer to HEAD
};

/// False for a status outside 200-599 or a header that would break the framing (a name that is no token, a
/// line break in a value): the handler's bug, which must not reach the wire.
bool may_be_sent(const ServerResponse& response);

/// Replaces `to`. Content-Length, Transfer-Encoding, Connection and Date are the server's own and left out
/// of the handler's headers.
void format_response(std::string& to, const ServerResponse& response, const Framed& framed);

/// {"error":{"code":"…","message":"…"}}
ServerResponse refusal_response(const Refusal& refusal);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
std::string http_date(Time at);

}  // namespace shopbell
