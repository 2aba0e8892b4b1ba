#pragma once
// string.format(list): %s %d %f %e %b %o %x %X and %%, with a precision for %f and %e.

#include "cel/call.h"

namespace shopbell::cel {

/// args: the format and the list. Errors: "bad_format".
Value format_text(Call& call, const Value* args);

}  // namespace shopbell::cel
