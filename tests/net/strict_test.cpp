// What a server refuses before it reads: every case over a real socket.

#include "base/json.h"
#include "net/server.h"
#include "net/strict.h"
#include "support/catch.h"
#include "support/raw_client.h"

#include <atomic>

using namespace shopbell;
using namespace std::string_literals;

namespace {

struct Case {
  const char* name;
  std::string bytes;
  int status;
  const char* code;
};

// A request whose only flaw is this header line (or these).
std::string with(const std::string& lines, const std::string& body = "") {
  return "POST /hooks/shop HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n" + body;
}

std::string chunked(const std::string& body) { return with("Transfer-Encoding: chunked", body); }

std::vector<Case> cases() {
  const std::string host = "Host: a\r\n\r\n";
  return {
      // The request line.
      {"no request line but bytes", "\x16\x03\x01\x02\x00\x01"s, 400, "bad_request_line"},
      {"an empty line first", "\r\nGET / HTTP/1.1\r\n" + host, 400, "bad_request_line"},
      {"no version", "GET /\r\n" + host, 400, "bad_request_line"},
      {"a space before the method", " GET / HTTP/1.1\r\n" + host, 400, "bad_request_line"},
      {"two spaces", "GET  / HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"a tab for a space", "GET\t/ HTTP/1.1\r\n" + host, 400, "bad_request_line"},
      {"a space in the target", "GET /a b HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"a space behind the version", "GET / HTTP/1.1 \r\n" + host, 400, "bad_request_line"},
      {"a method that is no token", "GE(T / HTTP/1.1\r\n" + host, 400, "bad_method"},
      {"a method with a NUL", "GE\0T / HTTP/1.1\r\n"s + host, 400, "bad_method"},
      {"a version in small letters", "GET / http/1.1\r\n" + host, 400, "bad_request_line"},
      {"a version of one digit", "GET / HTTP/1\r\n" + host, 400, "bad_request_line"},
      {"a version with a sign", "GET / HTTP/1.+1\r\n" + host, 400, "bad_request_line"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\n" + host, 505, "unsupported_version"},
      {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"},
      {"HTTP/0.9", "GET / HTTP/0.9\r\n" + host, 505, "unsupported_version"},
      {"an absolute target", "GET http://a/ HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"an authority for a target", "CONNECT a:443 HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"an asterisk, but not of OPTIONS", "GET * HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"a target without a slash", "GET a HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"a fragment", "GET /a#b HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"a control character in the target", "GET /\x01 HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"a lone CR in the target", "GET /\r HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"bytes above ASCII in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"a backslash in the target", "GET /\\a HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"half an escape", "GET /%4 HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"an escape that is none", "GET /%u000a HTTP/1.1\r\n" + host, 400, "bad_target"},
      {"a long target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + host, 414, "target_too_long"},
      {"a target without an end", "GET /" + std::string(70000, 'a'), 414, "target_too_long"},
      // Line ends and fields.
      {"LF for CR LF", "GET / HTTP/1.1\nHost: a\n\n", 400, "bad_line_end"},
      {"LF behind one field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400, "bad_line_end"},
      {"LF for the last empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400, "bad_line_end"},
      {"CR in a value", with("X: a\rb"), 400, "bad_header"},
      {"CR CR LF", with("X: a\r"), 400, "bad_header"},
      {"NUL in a value", with("X: a\0b"s), 400, "bad_header"},
      {"DEL in a value", with("X: a\x7f"), 400, "bad_header"},
      {"an escape sequence in a value", with("X: \x1b[31m"), 400, "bad_header"},
      {"a folded line", with("X: a\r\n b"), 400, "folded_header"},
      {"a first field that is folded", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded_header"},
      {"a field folded by a tab", with("X: a\r\n\tb"), 400, "folded_header"},
      {"a space before the colon", with("X : a"), 400, "bad_header"},
      {"a tab before the colon of Content-Length", with("Content-Length\t: 5", "hello"), 400, "bad_header"},
      {"no colon", with("X"), 400, "bad_header"},
      {"no name", with(": a"), 400, "bad_header"},
      {"a name that is no token", with("X(a): b"), 400, "bad_header"},
      {"a name above ASCII", with("X\xe9: b"), 400, "bad_header"},
      {"a name with a NUL", with("X\0: b"s), 400, "bad_header"},
      {"more fields than the limit", with([] {
         std::string all;
         for (int i = 0; i < 120; ++i) all += "X: a\r\n";
         return all + "Y: b";
       }()),
       431, "too_many_headers"},
      {"headers larger than their limit", with("X: " + std::string(70000, 'a')), 431, "headers_too_large"},
      // Host.
      {"no Host", "GET / HTTP/1.1\r\nX: a\r\n\r\n", 400, "bad_host"},
      {"two Hosts", with("Host: b"), 400, "bad_host"},
      {"two equal Hosts", with("host: a"), 400, "bad_host"},
      {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "bad_host"},
      {"a Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400, "bad_host"},
      {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad_host"},
      {"a Host with a bad port", "GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400, "bad_host"},
      {"a list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, "bad_host"},
      {"a Host with an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "bad_host"},
      // Where the body ends.
      {"two lengths", with("Content-Length: 5\r\nContent-Length: 6", "hello!"), 400, "bad_content_length"},
      {"two equal lengths", with("Content-Length: 5\r\nContent-Length: 5", "hello"), 400,
       "bad_content_length"},
      {"a list of lengths", with("Content-Length: 5, 5", "hello"), 400, "bad_content_length"},
      {"a length with a plus", with("Content-Length: +5", "hello"), 400, "bad_content_length"},
      {"a length below zero", with("Content-Length: -5", "hello"), 400, "bad_content_length"},
      {"a length in hex", with("Content-Length: 0x5", "hello"), 400, "bad_content_length"},
      {"a length with a space inside", with("Content-Length: 1 0", "hello"), 400, "bad_content_length"},
      {"an empty length", with("Content-Length:", "hello"), 400, "bad_content_length"},
      {"a length beyond 64 bits", with("Content-Length: 18446744073709551621", "hello"), 400,
       "bad_content_length"},
      {"a body above the limit", with("Content-Length: 5000", std::string(5000, 'b')), 413, "body_too_large"},
      {"a length above the limit and no body", with("Content-Length: 999999999999"), 413, "body_too_large"},
      {"both framings", with("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400,
       "bad_transfer_encoding"},
      {"both framings, the other way round",
       with("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"), 400, "bad_transfer_encoding"},
      {"two codings in two fields",
       with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400,
       "bad_transfer_encoding"},
      {"chunked twice", with("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"), 400,
       "bad_transfer_encoding"},
      {"a coding that is not chunked", with("Transfer-Encoding: xchunked", "0\r\n\r\n"), 400,
       "bad_transfer_encoding"},
      {"chunked, but not last", with("Transfer-Encoding: chunked, identity", "0\r\n\r\n"), 400,
       "bad_transfer_encoding"},
      {"chunked in quotes", with("Transfer-Encoding: \"chunked\"", "0\r\n\r\n"), 400,
       "bad_transfer_encoding"},
      {"chunked behind a vertical tab",
       with("Transfer-Encoding: \x0b"
            "chunked",
            "0\r\n\r\n"),
       400, "bad_header"},
      {"an empty coding", with("Transfer-Encoding:", "0\r\n\r\n"), 400, "bad_transfer_encoding"},
      {"a coding that is unknown", with("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 501,
       "unknown_transfer_coding"},
      {"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400, "bad_transfer_encoding"},
      // Chunks.
      {"a chunk without a size", chunked("\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"a chunk's size that is no hex", chunked("g\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"a chunk's size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"a chunk's size below zero", chunked("-5\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"a chunk's size beyond 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"a chunk longer than its size", chunked("3\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"a chunk's size ended by LF", chunked("5\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"a chunk ended by LF", chunked("5\r\nhello\n0\r\n\r\n"), 400, "bad_chunk"},
      {"an extension without a name", chunked("5;\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"an extension with LF in quotes", chunked("5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"), 400, "bad_chunk"},
      {"an extension without an end", chunked("5;a=" + std::string(70000, 'a')), 400, "bad_chunk"},
      {"trailers without an end", chunked("0\r\nX: " + std::string(70000, 'a')), 400, "bad_chunk"},
      {"chunks above the limit",
       chunked("800\r\n" + std::string(0x800, 'a') + "\r\n801\r\n" + std::string(0x801, 'a')), 413,
       "body_too_large"},
      // The rest.
      {"an expectation that is unknown", with("Expect: 200-ok"), 417, "expectation_failed"},
      {"a Connection that is no list", with("Connection: a b"), 400, "bad_request"},
  };
}

struct Refusing {
  std::atomic<int> handled{0};
  std::unique_ptr<Server> server;
  Refusing() {
    ServerConfig config;
    config.limits.body_bytes_max = 4096;
    server = *Server::open(config, [this](const ServerRequest&, std::unique_ptr<Responder> responder) {
      ++handled;
      responder->answer({});
    });
    server->start();
  }
};

}  // namespace

TEST_CASE("a request with two readings, or none, is refused with its reason and the connection closed") {
  Refusing refusing;
  std::uint64_t refused = 0;
  for (const auto& c : cases()) {
    INFO(c.name);
    RawClient client(refusing.server->port());
    REQUIRE(client.connected());
    client.send(c.bytes);
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == c.status);
    CHECK(response->says("Connection: close\r\n"));
    CHECK(response->says("Content-Type: application/json\r\n"));
    const auto body = parse_json_document(response->body);
    REQUIRE(body);
    CHECK(std::string((*body)->at_path("error.code").text()) == c.code);
    CHECK(!(*body)->at_path("error.message").text().empty());
    CHECK(response->body.find('\n') == response->body.size() - 1);
    client.end_of_writing();
    CHECK(client.ends());
    ++refused;
  }
  CHECK(refusing.handled == 0);
  CHECK(refusing.server->counters().refused == refused);
}

TEST_CASE("a request that ends in its middle is refused, wherever that is") {
  Refusing refusing;
  const std::string whole = with("Content-Length: 5", "hello");
  for (std::size_t length = 1; length < whole.size(); length += 7) {
    INFO(length);
    RawClient client(refusing.server->port());
    client.send(whole.substr(0, length));
    client.end_of_writing();
    const auto response = client.response();
    REQUIRE(response);
    CHECK(response->status == 400);
    CHECK(response->body.find("truncated") != std::string::npos);
    CHECK(client.ends());
  }
  CHECK(refusing.handled == 0);
}

TEST_CASE("what is well-formed passes the gate") {
  for (const std::string head :
       {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
        "GET /a/b%20c?filter[a]=1&b=%C3%A9 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n",
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0005\r\n\r\n",
        "POST / HTTP/1.1\r\nHost:\ta \r\nTransfer-Encoding: CHUNKED\r\nExpect: 100-Continue\r\n\r\n",
        "M-SEARCH / HTTP/1.1\r\nHost: 127.0.0.1\r\nX:\r\nY: a\tb \xc3\xa9\r\n\r\n"}) {
    INFO(head);
    CHECK(scan_head(head, 0).length == head.size());
    CHECK_FALSE(check_head(head));
  }
}

TEST_CASE("the end of a head is found however its bytes come") {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n";
  for (std::size_t first = 0; first < head.size(); ++first) {
    const auto begun = scan_head(std::string_view(head).substr(0, first), 0);
    CHECK_FALSE(begun.refusal);
    CHECK(begun.length == 0);
    CHECK(scan_head(head + "more", first).length == head.size());
  }
}
