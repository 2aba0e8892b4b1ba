// http: a request to another service. All attempts of a call bear the same Idempotency-Key.

#include <shopbell/action.h>
#include <shopbell/json.h>
#include <shopbell/outcome.h>
#include <shopbell/text.h>

#include <algorithm>
#include <array>

namespace shopbell::actions {
namespace {

constexpr std::size_t output_bytes_max = 256 * 1024;  // of a body; what is longer would weigh on the run's record

constexpr std::string_view methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};

constexpr Param params[] = {
    {.name = "url",
     .doc = "Where to: a public address, or one that `http.allow` in shopbell.yaml names.",
     .required = true,
     .positional = true},
    {.name = "method", .type = ParamType::choice, .doc = "The method.", .otherwise = "POST", .choices = methods},
    {.name = "headers", .type = ParamType::value, .doc = "Further headers: a map of texts."},
    {.name = "body", .type = ParamType::value, .doc = "Sent as JSON; a text is sent as it is."},
    {.name = "form",
     .type = ParamType::value,
     .doc = "Sent as a form, instead of `body`: a map of texts, or of lists of them."},
    {.name = "ok",
     .type = ParamType::texts,
     .doc = "Statuses that are well: \"2xx\", \"404\". 408, 429 and 5xx are tried again, others fail the step.",
     .otherwise = "[2xx]"},
    {.name = "timeout", .type = ParamType::duration, .doc = "How long one attempt may take.", .otherwise = "10s"},
    {.name = "dedupes",
     .type = ParamType::flag,
     .doc = "Whether the far side takes two requests with one Idempotency-Key as one. false: a request without an "
            "answer is in doubt (see `in_doubt`), unless its method may be repeated: GET, HEAD, PUT, DELETE.",
     .otherwise = "true"},
};

bool is_token(std::string_view name) {  // RFC 9110, 5.6.2
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), good);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

/// What decides where a message ends, or whom it goes to, is the client's to say.
bool is_reserved(std::string_view name) {
  static constexpr std::array names{"Host", "Content-Length", "Transfer-Encoding", "Connection",
                                    "TE",   "Trailer",        "Upgrade",           "Expect"};
  const HttpHeaders one{{std::string(name), "x"}};
  return std::any_of(names.begin(), names.end(), [&](const char* n) { return !find_header(one, n).empty(); });
}

std::string plain_text(const Value& v) { return v.is(Kind::string) ? std::string(v.text()) : to_json(v); }

bool is_plain(const Value& v) { return v.is(Kind::string) || v.is_number() || v.is(Kind::boolean); }

Result<HttpHeaders> headers_of(const Value& given) {
  HttpHeaders headers;
  if (given.is_null()) return headers;
  if (!given.is(Kind::map)) return fail("bad_arguments", "`headers` is not a map of texts");
  for (const auto& [key, value] : given.members()) {
    const std::string_view name = key.text_or("");
    if (!is_token(name))
      return fail("bad_header", "a header's name has characters that none may have: " + to_json(key));
    if (is_reserved(name)) return fail("bad_header", "the header " + std::string(name) + " cannot be set");
    if (value.is_null()) continue;
    if (!is_plain(value)) return fail("bad_header", "the header " + std::string(name) + " is no text");
    const std::string text(trimmed(plain_text(value)));
    if (has_control(text))
      return fail("bad_header", "the header " + std::string(name) + " has a line break or control character in it");
    headers.emplace_back(name, text);
  }
  return headers;
}

Result<std::string> form_of(const Value& form) {
  std::string body;
  const auto add = [&](std::string_view name, const Value& value) {
    if (!body.empty()) body += '&';
    body += percent_encode(name) + '=' + percent_encode(plain_text(value));
  };
  if (!form.is(Kind::map)) return fail("bad_arguments", "`form` is not a map of texts");
  for (const auto& [key, value] : form.members()) {
    const std::string name = plain_text(key);
    if (value.is_null()) continue;
    const auto values = value.is(Kind::list) ? value.items() : std::span(&value, 1);
    for (const Value& one : values) {
      if (!is_plain(one)) return fail("bad_arguments", "the form's field " + name + " is no text");
      add(name, one);
    }
  }
  return body;
}

/// Sets the body, and its type where the merchant has not.
Result<void> write_body(const Value& args, HttpRequest& request) {
  const Value body = args["body"];
  const Value form = args["form"];
  if (!body.is_null() && !form.is_null()) return fail("bad_arguments", "`body` and `form` exclude each other");
  std::string_view type;
  if (!form.is_null()) {
    auto text = form_of(form);
    if (!text) return tl::unexpected(text.error());
    request.body = std::move(*text);
    type = "application/x-www-form-urlencoded";
  } else if (!body.is_null()) {
    request.body = plain_text(body);
    type = body.is(Kind::string) ? "text/plain; charset=utf-8" : "application/json";
  }
  if (!type.empty() && find_header(request.headers, "Content-Type").empty())
    request.headers.emplace_back("Content-Type", type);
  return {};
}

Result<HttpRequest> request_of(const Call& call) {
  HttpRequest request;
  request.method = call.args["method"].text_or("POST");
  request.url = trimmed(call.args["url"].text_or(""));
  if (request.url.empty() || request.url.find(' ') != std::string::npos || has_control(request.url))
    return fail("bad_url", "this is no URL: " + to_json(request.url));
  auto headers = headers_of(call.args["headers"]);
  if (!headers) return tl::unexpected(headers.error());
  request.headers = std::move(*headers);
  if (auto written = write_body(call.args, request); !written) return tl::unexpected(written.error());
  if (find_header(request.headers, "Idempotency-Key").empty())
    request.headers.emplace_back("Idempotency-Key", call.key);
  request.timeout = Millis(call.args["timeout"].integer_or(10'000));
  return request;
}

/// "2xx", "404": three characters, an x stands for any digit.
Result<bool> is_ok(const Value& policy, int status) {
  const std::string digits = std::to_string(status);
  bool ok = false;
  const Value otherwise[] = {"2xx"};
  for (const Value& item : policy.is(Kind::list) && policy.size() > 0 ? policy.items() : std::span(otherwise)) {
    const std::string_view pattern = trimmed(item.text_or(""));
    const auto good = [](char c) { return (c >= '0' && c <= '9') || c == 'x'; };
    if (pattern.size() != 3 || !std::all_of(pattern.begin(), pattern.end(), good))
      return fail("bad_arguments", "`ok` does not know the status " + to_json(item), "write \"2xx\" or \"404\"");
    ok |= digits.size() == 3 && std::equal(pattern.begin(), pattern.end(), digits.begin(),
                                           [](char p, char d) { return p == 'x' || p == d; });
  }
  return ok;
}

Value body_of(const HttpResponse& response, Arena& arena) {
  if (response.body.size() > output_bytes_max) return {};
  const bool json = find_header(response.headers, "Content-Type").find("json") != std::string_view::npos;
  if (json && !response.cut)
    if (auto parsed = parse_json_document(response.body)) return deep_copy(arena, parsed->root());
  const std::string_view text = arena.copy(response.body);
  return utf8_valid(text) ? Value(text) : Value::bytes(text);
}

Outcome answered(const HttpResponse& response) {
  auto arena = std::make_unique<Arena>();
  MapBuilder headers(*arena);
  for (const auto& [name, value] : response.headers) {
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    headers.add(arena->copy(lower), utf8_valid(value) ? Value(arena->copy(value)) : Value());
  }
  const bool cut = response.cut || response.body.size() > output_bytes_max;
  const Value output = make_map(*arena, {{"status", response.status}, {"headers", headers.build()},
                                         {"body", body_of(response, *arena)}, {"cut", cut}});
  return call_done(Document(std::move(arena), output));
}

/// "https://api.example.com:8443/orders" -> "https://api.example.com:8443".
std::string destination(const Value& args) {
  const std::string_view url = trimmed(args["url"].text_or(""));
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "http";
  return "http " + std::string(url.substr(0, url.find_first_of("/?#", scheme + 3)));
}

/// RFC 9110, 9.2.2: a request of these methods may be repeated.
bool dedupes(const Value& args, const Value&) {
  static constexpr std::array repeatable{"GET", "HEAD", "PUT", "DELETE"};
  const std::string_view method = args["method"].text_or("POST");
  return args["dedupes"].boolean_or(true) ||
         std::find(repeatable.begin(), repeatable.end(), method) != repeatable.end();
}

Task<Outcome> run(Call call, Services& services) {
  Result<HttpRequest> request = request_of(call);
  // The policy is checked before anything is sent: a mistake in it is not worth a request.
  const Result<bool> policy = is_ok(call.args["ok"], 0);
  if (!request || !policy) {
    const Error& error = request ? policy.error() : request.error();
    co_return call_failed(error.code, error.message, error.hint);
  }
  const Result<HttpResponse> response = co_await services.http(std::move(*request));
  if (response && is_ok(call.args["ok"], response->status).value_or(false)) co_return answered(*response);
  Outcome outcome = not_wanted(response, call.at);
  if (maybe_done(response) && !dedupes(call.args, {})) outcome.status = Outcome::Status::unknown;
  co_return outcome;
}

}  // namespace

extern const Action http{
    .name = "http",
    .summary = "Sends an HTTP request and keeps the answer.",
    .params = params,
    .output =
        "a map: status (a number), headers (names in lower case), body (parsed when it is JSON), cut (true: longer "
        "than is kept)",
    .run = run,
    .destination = destination,
    .dedupes = dedupes,
};

}  // namespace shopbell::actions
