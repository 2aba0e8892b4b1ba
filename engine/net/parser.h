#pragma once
// Beast's parser with what it finds kept as views and texts instead of Beast's own containers: one
// allocation for all fields of a connection instead of several for each field.

#include "net/asio.h"

#include <boost/beast/http/basic_parser.hpp>

#include <shopbell/http.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shopbell {

namespace beast = boost::beast;
using FieldViews = std::vector<std::pair<std::string_view, std::string_view>>;

/// Reads one request. Its views point into the head that was put; head and body are put apart, the head
/// whole and after check_head() took it.
class RequestParser final : public beast::http::basic_parser<true> {
 public:
  RequestParser(FieldViews& fields, std::string& body, std::size_t header_bytes_max,
                std::size_t body_bytes_max);
  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }

 private:
  using Text = beast::string_view;
  using Status = boost::system::error_code;
  void on_request_impl(beast::http::verb, Text method, Text target, int, Status&) override;
  void on_response_impl(int, Text, int, Status&) override {}
  void on_field_impl(beast::http::field, Text name, Text value, Status&) override;
  void on_header_impl(Status&) override { in_trailer_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Status&) override {}
  std::size_t on_body_impl(Text part, Status&) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, Status&) override;
  std::size_t on_chunk_body_impl(std::uint64_t, Text part, Status& status) override {
    return on_body_impl(part, status);
  }
  void on_finish_impl(Status&) override {}

  FieldViews& fields_;
  std::string& body_;
  std::string_view method_, target_;
  bool in_trailer_ = false;
};

/// Reads one response into an HttpResponse. A body above the limit is cut and its rest is passed over.
class ResponseParser final : public beast::http::basic_parser<false> {
 public:
  ResponseParser(HttpResponse& response, std::size_t body_bytes_max);

 private:
  using Text = beast::string_view;
  using Status = boost::system::error_code;
  void on_request_impl(beast::http::verb, Text, Text, int, Status&) override {}
  void on_response_impl(int status, Text, int, Status&) override { response_.status = status; }
  void on_field_impl(beast::http::field, Text name, Text value, Status&) override;
  void on_header_impl(Status&) override { in_trailer_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Status&) override {}
  std::size_t on_body_impl(Text part, Status&) override;
  void on_chunk_header_impl(std::uint64_t, Text, Status&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text part, Status& status) override {
    return on_body_impl(part, status);
  }
  void on_finish_impl(Status&) override {}

  HttpResponse& response_;
  std::size_t body_bytes_max_;
  bool in_trailer_ = false;
};

}  // namespace shopbell
