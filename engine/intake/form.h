#pragma once
// Form bodies as platforms post them. Pure; any thread.

#include <shopbell/arena.h>
#include <shopbell/error.h>
#include <shopbell/value.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shopbell {

constexpr std::size_t form_fields_max = 1000;  // "too_many_fields"

using FormFields = std::vector<std::pair<std::string, std::string>>;

/// application/x-www-form-urlencoded, of a body or a query: '+' is a blank, %XX a byte; a '%' that begins no
/// such thing is itself. In the order sent. Errors: "too_many_fields".
Result<FormFields> read_form(std::string_view text);

/// multipart/form-data (RFC 7578) with the boundary that its content type names. Of a file only
/// {"filename": …, "type": …, "size": …} is told. Errors: "bad_form", "too_many_fields".
Result<Value> read_multipart(std::string_view content_type, std::string_view body, Arena& arena);

/// The fields as a map of texts; of a name sent twice the last. Errors: "bad_form": not UTF-8.
Result<Value> form_value(const FormFields& fields, Arena& arena);

/// "Application/JSON; charset=utf-8" is application/json.
std::string media_type(std::string_view content_type);

}  // namespace shopbell
