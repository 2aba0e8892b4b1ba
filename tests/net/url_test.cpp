#include "base/json.h"
#include "net/client.h"
#include "net/url.h"
#include "support/catch.h"

#include <cstdlib>
#include <fstream>
#include <future>

using namespace shopbell;

TEST_CASE("an address is public or it is not") {
  for (const auto* address :
       {"8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "192.0.1.1", "223.255.255.255",
        "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"}) {
    INFO(address);
    CHECK(is_public_address(address));
  }
  for (const auto* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.192",
                              "192.0.2.1",
                              "192.168.0.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::127.0.0.1",
                              "::ffff:127.0.0.1",
                              "::ffff:a9fe:a9fe",
                              "64:ff9b::7f00:1",
                              "64:ff9b:1::1",
                              "2002:7f00:1::",
                              "2001::1",
                              "2001:db8::1",
                              "3fff::1",
                              "fc00::1",
                              "fd00:ec2::254",
                              "fe80::1",
                              "fe80::1%1",
                              "fec0::1",
                              "ff02::1",
                              "100::1",
                              "5f00::1",
                              "",
                              "localhost",
                              "127.1",
                              "0x7f.0.0.1",
                              "2130706433",
                              "1.2.3.4.5",
                              "8.8.8.8 ",
                              "[::1]"}) {
    INFO(address);
    CHECK_FALSE(is_public_address(address));
  }
}

TEST_CASE("a URL is read in one way") {
  struct Case {
    const char *text, *origin, *host_header, *target;
  };
  for (const auto& c : {
           Case{"http://shop.example", "http://shop.example:80", "shop.example", "/"},
           Case{"HTTPS://Shop.Example/a/b%20c?x=1&y[]=2#frag", "https://shop.example:443", "shop.example",
                "/a/b%20c?x=1&y%5B%5D=2"},
           Case{"https://shop.example:8443?x", "https://shop.example:8443", "shop.example:8443", "/?x"},
           Case{"https://shop.example:443/", "https://shop.example:443", "shop.example", "/"},
           Case{"http://shop.example:/", "http://shop.example:80", "shop.example", "/"},
           Case{"http://127.0.0.1:9000/x", "http://127.0.0.1:9000", "127.0.0.1:9000", "/x"},
           Case{"http://[2606:4700:0::1111]:81/", "http://[2606:4700::1111]:81", "[2606:4700::1111]:81", "/"},
           Case{"http://xn--bcher-kva.example/", "http://xn--bcher-kva.example:80", "xn--bcher-kva.example",
                "/"},
           Case{"http://0x7f.1/", "http://127.0.0.1:80", "127.0.0.1", "/"},
           Case{"http://2130706433/", "http://127.0.0.1:80", "127.0.0.1", "/"},
           Case{"http://0177.0.0.01/", "http://127.0.0.1:80", "127.0.0.1", "/"},
           Case{"http://134744072/", "http://8.8.8.8:80", "8.8.8.8", "/"},
       }) {
    INFO(c.text);
    const auto url = parse_url(c.text);
    REQUIRE(url);
    CHECK(url->origin() == c.origin);
    CHECK(url->host_header() == c.host_header);
    CHECK(url->target == c.target);
  }
}

TEST_CASE("what could be read in two ways is no URL here") {
  for (const std::string text : {"",
                                 "shop.example",
                                 "//shop.example/",
                                 "http:shop.example",
                                 "http:/shop.example",
                                 "http:///path",
                                 "http://",
                                 "ftp://shop.example/",
                                 "javascript:alert(1)",
                                 "http://user@shop.example/",
                                 "http://user:pass@shop.example/",
                                 "http://@shop.example/",
                                 "http://a@b@c/",
                                 "http://shop.example\\@evil.example/",
                                 "http://shop.example /",
                                 " http://shop.example/",
                                 "http://shop.example/a b",
                                 "http://shop.example/\r\nX: y",
                                 "http://shop.example/\xc3\xa9",
                                 "http://b\xc3\xbc"
                                 "cher.example/",
                                 "http://b%c3%bccher.example/",
                                 "http://%31%32%37.0.0.1/",
                                 "http://shop.example./",
                                 "http://a..b/",
                                 "http://-a.example/",
                                 "http://shop.example:0/",
                                 "http://shop.example:65536/",
                                 "http://shop.example:a/",
                                 "http://shop.example:80x/",
                                 "http://shop.example:80:81/",
                                 "http://256.1.1.1/",
                                 "http://1.2.3.4.5/",
                                 "http://a.0x100/",
                                 "http://1.2.3.0x100/",
                                 "http://4294967296/",
                                 "http://08.1.1.1/",
                                 "http://a.1/",
                                 "http://[fe80::1%25eth0]/",
                                 "http://[::1/",
                                 "http://[v1.a]/",
                                 "http://::1/"}) {
    INFO(text);
    const auto url = parse_url(text);
    if (url) UNSCOPED_INFO(url->origin());
    REQUIRE_FALSE(url);
    CHECK(url.error().code == "bad_url");
  }
  CHECK_FALSE(parse_url("http://shop.example/" + std::string(9000, 'a')));
  CHECK_FALSE(parse_url("http://" + std::string(64, 'a') + ".example/"));
}

namespace {

// The names of the cases as their authors' name servers answer; nothing is asked of the network.
Result<std::vector<std::string>> hostile_resolve(const std::string& host) {
  const auto ends = [&](std::string_view suffix) {
    return host == suffix || (host.size() > suffix.size() && host.ends_with(suffix));
  };
  if (ends("localhost") || host == "localh.st" || host == "company.127.0.0.1.nip.io")
    return std::vector<std::string>{"127.0.0.1"};
  if (host == "ip6-loopback") return std::vector<std::string>{"::1"};
  if (ends("metadata.google.internal") || host == "metadata" || ends("169.254.169.254.nip.io"))
    return std::vector<std::string>{"169.254.169.254"};
  return fail("resolve", "no such name");
}

}  // namespace

TEST_CASE("no URL that is made to reach inside is connected to") {
  const char* const folder = std::getenv("SHOPBELL_CONFORMANCE");
  std::ifstream file(folder == nullptr ? std::string() : std::string(folder) + "/hostile/ssrf_urls.jsonl");
  if (!file) {
    WARN("skipped: SHOPBELL_CONFORMANCE names no folder with hostile/ssrf_urls.jsonl");
    return;
  }
  ClientConfig config;
  config.resolve = hostile_resolve;
  const auto client = Client::make(config);
  std::string line;
  int refused = 0;
  while (std::getline(file, line)) {
    const auto read = parse_json_document(line);
    REQUIRE(read);
    const std::string url((*read)->at_path("url").text()), expect((*read)->at_path("expect").text());
    if (!expect.starts_with("refuse:")) continue;
    INFO(url);
    std::promise<Result<HttpResponse>> said;
    HttpRequest request;
    request.url = url;
    client->send(std::move(request), [&](Result<HttpResponse> result) { said.set_value(std::move(result)); });
    const auto result = said.get_future().get();
    REQUIRE_FALSE(result);
    const auto& code = result.error().code;
    // A redirecting name is a public one; here it does not resolve, and redirects are not followed anyway.
    CHECK((code == "bad_url" || code == "refused_address" ||
           (expect == "refuse:redirect" && code == "resolve")));
    ++refused;
  }
  CHECK(refused > 0);
}
