#include "intake/form.h"

#include "base/json.h"
#include "support/catch.h"

using namespace shopbell;

namespace {

std::string read(std::string_view text) {
  Arena arena;
  const auto fields = read_form(text);
  if (!fields) return fields.error().code;
  const auto value = form_value(*fields, arena);
  return value ? to_json(*value) : value.error().code;
}

std::string read_parts(std::string_view body,
                       std::string_view type = "multipart/form-data; boundary=\"x y\"") {
  Arena arena;
  const auto value = read_multipart(type, body, arena);
  return value ? to_json(*value) : value.error().code;
}

}  // namespace

TEST_CASE("a form is its names and values") {
  const auto [text, value] = GENERATE(table<std::string, std::string>({
      {"", "{}"},
      {"a=1&b=2", R"({"a":"1","b":"2"})"},
      {"a=x+y%20z%2B", R"({"a":"x y z+"})"},
      {"a=%C3%A9&%61=2", R"({"a":"2"})"},
      {"a&b=&=c&&", R"({"a":"","b":"","":"c"})"},
      {"a=1=2", R"({"a":"1=2"})"},
      {"a=100%&b=%zz%4", R"({"a":"100%","b":"%zz%4"})"},
      {"a=%FF", "bad_form"},
  }));
  INFO(text);
  CHECK(read(text) == value);
}

TEST_CASE("a form has a limit of fields") {
  std::string text;
  for (std::size_t i = 0; i < form_fields_max; ++i) text += "a=1&";
  CHECK(read(text) == R"({"a":"1"})");
  CHECK(read(text + "b=1") == "too_many_fields");
}

TEST_CASE("a form with parts is its fields, and of a file what it is") {
  const std::string field =
      "--x y\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\nAnn <ann@example.com>\r\n";
  const std::string file =
      "--x y\r\ncontent-type: image/png\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a "
      "\\\"b\\\";.png\"\r\n\r\n\xff\r\n";
  CHECK(read_parts(field + "--x y--\r\n") == R"({"from":"Ann <ann@example.com>"})");
  CHECK(read_parts(field + file + "--x y--") ==
        R"({"from":"Ann <ann@example.com>","f":{"filename":"a \"b\";.png","type":"image/png","size":1}})");
  CHECK(read_parts("--x y--") == "{}");
}

TEST_CASE("a form whose parts do not hold together is refused") {
  const std::string head = "--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
  for (const std::string& body :
       {std::string(), std::string("a=1"), head + "1", head + "1\r\n", head + "1\r\n--x y",
        std::string("--x y\r\n\r\n1\r\n--x y--"),
        std::string("--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n--x y--"),
        head + "\xff\r\n--x y--"}) {
    INFO(body);
    CHECK(read_parts(body) == "bad_form");
  }
  CHECK(read_parts("--x y--", "multipart/form-data") == "bad_form");
}

TEST_CASE("a media type is told without its parameters and its case") {
  CHECK(media_type("Application/JSON; charset=utf-8") == "application/json");
  CHECK(media_type("") == "");
}
