#include "serve/clock.h"
#include "serve/v1_handlers.h"

namespace shopbell::v1 {

V1Answer open_live(V1Parts& parts, V1Ask& ask) {
  if (!ask.who.session.empty() && !ask.is_same_origin()) return v1_problem(403, "other_origin", "a connection by cookie comes from a page of this server");
  const std::string cookie = ask.who.session.empty() ? std::string() : ask.cookie;
  const std::string bearer = ask.who.id.starts_with("token:") ? ask.authorization.substr(std::string_view("Bearer ").size()) : std::string();
  const auto still = [&parts, cookie, bearer] {
    const auto who = !cookie.empty() ? parts.people.by_cookie(cookie, wall_clock()) : parts.people.by_token(bearer, wall_clock());
    return (cookie.empty() && bearer.empty()) || !who || who->has_value();
  };
  ServerResponse response;
  response.web_socket = parts.live.listener(ask.who.may, ask.after(), still);
  if (!response.web_socket) return v1_problem(503, "busy", "too many listen already");
  return response;
}

}  // namespace shopbell::v1
