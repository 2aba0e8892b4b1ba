#pragma once
// ${env:NAME} and ${file:PATH}: how secrets come into shopbell.yaml.

#include <shopbell/error.h>

#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t secret_bytes_max = 64 * 1024;

/// The text with every ${env:NAME} and ${file:PATH} replaced; a relative PATH is relative to `folder`; line breaks at
/// the end of a file are no part of the secret. No error ever holds a secret; its place is that of the ${...}.
/// Errors: "no_such_variable", "no_such_file", "bad_reference", "too_large".
Result<std::string> resolve_secrets(std::string_view text, const std::string& folder);
bool has_reference(std::string_view text);

}  // namespace shopbell
