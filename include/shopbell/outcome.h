#pragma once
// How a running action ends, in a word each; and what an HTTP exchange means to it.

#include <shopbell/action.h>
#include <shopbell/http.h>

#include <optional>
#include <string>
#include <string_view>

namespace shopbell {

Outcome call_done(Document output = {});
/// For good: the same attempt would fail again.
Outcome call_failed(std::string code, std::string message, std::string hint = {});
Outcome call_retry(Error error, std::optional<Millis> after = {});

/// The value of the header of that name (any case), or an empty text.
std::string_view find_header(const HttpHeaders& headers, std::string_view name);

/// Retry-After (RFC 9110, 10.2.3): seconds, or an HTTP-date, counted from the answer's own Date where it
/// has one, else from `now`. Never negative; nothing when it is absent or makes no sense.
std::optional<Millis> retry_after(const HttpResponse& response, Time now);

/// No answer, or a gateway that had none: the request may have been taken all the same.
bool maybe_done(const Result<HttpResponse>& response);

/// What to do about an exchange that was not what the action wanted: no answer, 408, 429 and 5xx are tried
/// again; another status, a refused address or a bad URL will not get better.
Outcome not_wanted(const Result<HttpResponse>& response, Time now);

}  // namespace shopbell
