#pragma once
// Whether a machine wrote a mail: an answer to it might be answered again, for ever.

#include <functional>
#include <string>

namespace shopbell {

/// RFC 3834, 5, and what was in use before it. `header`: the value of the header of that name, in whatever case; empty: none.
bool is_automatic_mail(const std::function<std::string(const char* name)>& header);

}  // namespace shopbell
