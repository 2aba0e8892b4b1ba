#include "net/parser.h"

#include "net/strict.h"

#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace shopbell {
namespace {

constexpr std::uint32_t response_head_bytes_max = 64 * 1024;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

RequestParser::RequestParser(FieldViews& fields, std::string& body, std::size_t header_bytes_max,
                             std::size_t body_bytes_max)
    : fields_(fields), body_(body) {
  fields_.clear();
  body_.clear();
  header_limit(static_cast<std::uint32_t>(header_bytes_max));
  body_limit(body_bytes_max);
  eager(true);
}

void RequestParser::on_request_impl(beast::http::verb, Text method, Text target, int, Status&) {
  method_ = view(method);
  target_ = view(target);
}

// Trailers are dropped: a field that comes behind the body must not pass for one that was checked.
void RequestParser::on_field_impl(beast::http::field, Text name, Text value, Status&) {
  if (!in_trailer_) fields_.emplace_back(view(name), view(value));
}

std::size_t RequestParser::on_body_impl(Text part, Status&) {
  body_.append(part.data(), part.size());
  return part.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text extensions, Status& status) {
  // Beast takes a line feed inside a quoted value; a proxy may end the line there.
  if (!chunk_extension_ok(view(extensions))) status = beast::http::error::bad_chunk_extension;
}

ResponseParser::ResponseParser(HttpResponse& response, std::size_t body_bytes_max)
    : response_(response), body_bytes_max_(body_bytes_max) {
  header_limit(response_head_bytes_max);
  body_limit(boost::none);
  eager(true);
}

void ResponseParser::on_field_impl(beast::http::field, Text name, Text value, Status&) {
  if (!in_trailer_) response_.headers.emplace_back(view(name), view(value));
}

std::size_t ResponseParser::on_body_impl(Text part, Status&) {
  const std::size_t room = body_bytes_max_ - std::min(body_bytes_max_, response_.body.size());
  response_.body.append(part.data(), std::min(room, part.size()));
  response_.cut = response_.cut || part.size() > room;
  return part.size();
}

}  // namespace shopbell
