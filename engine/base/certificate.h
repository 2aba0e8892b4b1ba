#pragma once
// Whether a certificate may be trusted (RFC 5280). Any thread; reads the file of the authorities.

#include <shopbell/error.h>
#include <shopbell/time.h>

#include <string>
#include <string_view>

namespace shopbell {

constexpr std::size_t certificates_max = 8;  // of one chain

/// The first certificate of the PEM is of `host` or of a name below it, valid at `at`, and leads by the others of the PEM
/// to an authority: of `authorities_file`, or of the system when that is empty. Error: "bad_certificate".
Result<void> check_certificate(std::string_view pem, std::string_view host, Time at,
                               const std::string& authorities_file = {});

}  // namespace shopbell
