#pragma once
// What people do about a conversation, as events that the shard takes; answered when they are durable. On the API's own thread.

#include "serve/v1_handlers.h"

#include <functional>
#include <string>
#include <string_view>

namespace shopbell::v1 {

/// The conversation of the path, of the customer that the query or the body names.
Result<ConversationRow> row_of(V1Parts& parts, V1Ask& ask);
Result<ConversationRow> row_of(V1Parts& parts, V1Ask& ask, std::string_view id);

/// The shard takes it; `then` makes the answer when it is durable.
V1Answer offer(V1Parts& parts, V1Ask& ask, Job job, std::function<V1Answer(const ServerResponse&)> then);

/// One CloudEvent, as JSON, as an input of the engine. Errors: those of a CloudEvent.
Result<Job> event_job(std::string_view event, Time now);

/// How a command is answered.
struct Commanded {
  int status = 200;
  bool replies = false;                                          // a reply is ordered by it
  std::string shown = {};                                        // the conversation that is shown then; empty: that of the path
  std::function<Result<void>(const ConversationRow&)> then = {};  // when it was done, with the one that is shown
};

/// 409 with `conversation` as it is now, when it was decided on another epoch; `messages`, when there are some that were not seen.
V1Answer command(V1Parts& parts, V1Ask& ask, std::string_view verb, const Value& what, Commanded how);
/// With the body's fields.
V1Answer command(V1Parts& parts, V1Ask& ask, std::string_view verb, Commanded how = {});

}  // namespace shopbell::v1
