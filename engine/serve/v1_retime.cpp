// When runs that wait go on.

#include "access/audit.h"
#include "base/json.h"
#include "serve/retime.h"
#include "serve/v1_handlers.h"

#include <spdlog/spdlog.h>

namespace shopbell::v1 {
namespace {

V1Answer busy() { return v1_problem(503, "busy", "the engine cannot take more at the moment; send this again"); }

V1Answer retime(V1Parts& parts, V1Ask& ask, const Value& asked, const std::string& about) {
  auto made = retiming_of(*parts.reader, asked, ask.who.name, ask.key, ask.now);
  if (!made) return tl::unexpected(made.error());
  const Value done = make_map(ask.arena, {{"given", static_cast<std::int64_t>(made->job.entries.size())}, {"next", made->next > 0 ? Value(static_cast<std::int64_t>(made->next)) : Value()}});
  if (made->job.entries.empty()) return v1_json(done);
  const AuditRow row{0, ask.now, ask.who.shown(), "run.retimed", about, to_json(MapBuilder(ask.arena, asked).add("given", done["given"]).build())};
  Job job = std::move(made->job);
  const auto held = ask.shared_from_this();
  job.then = [&parts, held, done, row](const ServerResponse& response) {
    if (response.status == 503) return held->answer(*busy());
    const bool posted = parts.own.post([&parts, held, done, row] {
      if (auto kept = parts.file.change([&](DeskFile& f) { return add_audit(f, row); }); !kept) spdlog::error("the audit trail: {}", kept.error().message);
      held->answer(v1_json(done));
    });
    if (!posted) held->answer(v1_json(done));
  };
  return parts.offer(job) ? V1Answer(v1_later()) : busy();
}

}  // namespace

V1Answer retime_run(V1Parts& parts, V1Ask& ask) {
  const Value runs = make_list(ask.arena, std::vector<Value>{Value(ask.args[0])});
  return retime(parts, ask, make_map(ask.arena, {{"runs", runs}, {"due", ask.body["due"]}}), ask.args[0]);
}

V1Answer retime_many(V1Parts& parts, V1Ask& ask) { return retime(parts, ask, ask.body, std::string(ask.text("workflow"))); }

}  // namespace shopbell::v1
