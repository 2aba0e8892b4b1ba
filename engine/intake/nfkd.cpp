#include "intake/nfkd.h"

#include <shopbell/text.h>

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

namespace shopbell {

std::optional<std::string> nfkd(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* form = icu::Normalizer2::getNFKDInstance(status);
  if (U_FAILURE(status) || !utf8_valid(text)) return std::nullopt;
  const icu::UnicodeString whole = form->normalize(
      icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())}), status);
  if (U_FAILURE(status)) return std::nullopt;
  std::string made;
  return whole.toUTF8String(made);
}

}  // namespace shopbell
