// What the gate lets pass, Beast must read, and read alike: the same framing, with no field that it would
// have to guess about.

#include "net/parser.h"
#include "net/strict.h"
#include "net/url.h"

#include <boost/beast/http/error.hpp>

#include <cstdlib>
#include <string>

using namespace shopbell;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_request(const std::string& bytes) {
  const HeadScan scan = scan_head(bytes, 0);
  for (const std::size_t seen : {bytes.size() / 3, bytes.size() / 2})
    if (scan.length > seen) require(scan_head(bytes, seen).length == scan.length);
  if (scan.length == 0 || scan.refusal) return;
  require(scan.length <= bytes.size());
  const std::string head = bytes.substr(0, scan.length);
  if (check_head(head)) return;
  FieldViews fields;
  std::string body;
  RequestParser parser(fields, body, head.size() + 1, 4096);
  error_code error;
  const auto used = parser.put(asio::buffer(head), error);
  // Beast may refuse more (a Connection that is no list, a body above the limit), but never read less.
  if (error) return;
  require(used == head.size());
  require(!(parser.chunked() && parser.content_length()));
  std::string rest = bytes.substr(scan.length);
  while (!error && !parser.is_done() && !rest.empty()) rest.erase(0, parser.put(asio::buffer(rest), error));
  require(body.size() <= 4096);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read_request(bytes);
  if (const auto url = parse_url(bytes)) {
    // A URL that was taken is taken again as it is written, and means the same.
    const auto again = parse_url(url->origin() + url->target);
    require(again && again->origin() == url->origin() && again->target == url->target);
  }
  return 0;
}
