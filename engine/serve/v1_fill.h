#pragma once
// What saved replies and macros leave open: {{customer.name}}, {{customer.first_name}}, {{customer.email}}, {{agent.name}} and
// {{agent.first_name}}.

#include "serve/v1.h"

namespace shopbell::v1 {

/// What is not known stays as it is written, so that it is seen. On the API's own thread. Errors: the store's, "not_found".
Result<std::string> filled(V1Parts& parts, V1Ask& ask, const ConversationRow& row, std::string_view text);
/// The first that is still open: "{{order.name}}"; empty: there is none.
std::string not_filled(std::string_view text);

}  // namespace shopbell::v1
