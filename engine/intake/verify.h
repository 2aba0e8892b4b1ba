#pragma once
// Whether a webhook comes from who it says. On the raw bytes, before anything is parsed. Any thread.

#include "load/platform.h"

#include <shopbell/error.h>

#include <string_view>

namespace shopbell {

/// Two secrets live while one is being changed.
struct Secrets {
  std::string_view current, previous;
};

/// `signature` is the value of platform.signature_header; an empty secret never verifies.
/// Errors: "bad_signature".
Result<void> verify(const Platform& platform, const Secrets& secrets, std::string_view signature,
                    std::string_view body);

}  // namespace shopbell
