// A command on its way: to the shard, and back as an answer of this API.

#include "serve/v1_command.h"

#include "base/hash.h"
#include "base/json.h"
#include "core/person_reply.h"
#include "intake/cloudevent.h"
#include "serve/conversations.h"
#include "serve/v1_conversation.h"

namespace shopbell::v1 {

Result<ConversationRow> row_of(V1Parts& parts, V1Ask& ask) { return row_of(parts, ask, ask.args[0]); }

Result<ConversationRow> row_of(V1Parts& parts, V1Ask& ask, std::string_view id) {
  const std::string given = ask.param("subject");
  return find_conversation_row(*parts.reader, id, given.empty() ? std::string(ask.text("subject")) : given);
}

namespace {

/// What the shard has answered about a command, as this API says it. On the API's own thread.
V1Answer told(V1Parts& parts, V1Ask& ask, const ServerResponse& response, const std::string& run, const Commanded& how) {
  const auto said = parse_json(response.body, ask.arena);
  const Value error = said ? (*said)["error"] : Value();
  if (response.status == 503) return v1_problem(503, error["code"].text_or("busy"), error["message"].text_or("send this again"));
  if (response.status == 400 || response.status == 404) return v1_problem(response.status, error["code"].text_or({}), error["message"].text_or({}));
  const bool good = response.status != 409;
  const auto row = row_of(parts, ask, good && !how.shown.empty() ? how.shown : ask.args[0]);
  if (!row) return tl::unexpected(row.error());
  if (good && how.then)
    if (auto done = how.then(*row); !done) return tl::unexpected(done.error());
  ConversationViews views(parts, ask);
  const auto shown = views.whole(*row);
  if (!shown) return tl::unexpected(shown.error());
  if (good) {
    const bool repeated = said && (*said)["repeated"].integer_or(0) > 0;
    const auto there = repeated && !run.empty() ? parts.reader->run(run) : Result<std::optional<RunView>>();
    if (repeated && !run.empty() && (!there || !*there)) return v1_problem(409, "conflict", "this was refused before; look, and send it under a new key", make_map(ask.arena, {{"conversation", *shown}}));
    return v1_json(*shown, how.status);
  }
  ListBuilder messages(ask.arena);
  const Value fresh = said->at_path("conversation.new_messages"), all = (*shown)["messages"];
  for (const Value& m : fresh.is(Kind::list) ? fresh.items() : std::span<const Value>{})
    for (const Value& known : all.items())
      if (known["id"].text_or({}) == m["id"].text_or({})) messages.add(known);
  return v1_problem(409, error["code"].text_or("conflict"), error["message"].text_or({}), make_map(ask.arena, {{"conversation", *shown}, {"messages", messages.build()}}));
}

}  // namespace

V1Answer offer(V1Parts& parts, V1Ask& ask, Job job, std::function<V1Answer(const ServerResponse&)> then) {
  const auto held = ask.shared_from_this();
  job.then = [&parts, held, then = std::move(then)](ServerResponse response) {
    const auto answer = [held, then, response = std::move(response)] {
      V1Answer made = v1_problem(500, "broken", "");
      try {
        made = then(response);
      } catch (const std::exception& e) {
        made = fail("broken", e.what());
      }
      held->answer(made ? std::move(*made) : v1_problem(made.error()));
    };
    if (!parts.own.post(answer)) held->answer(v1_problem(503, "busy", "it was done, or not: look, and perhaps send it again"));
  };
  if (!parts.offer(job)) return v1_problem(503, "busy", "the engine cannot take more at the moment; send this again");
  return v1_later();
}

Result<Job> event_job(std::string_view event, Time now) {
  Job job;
  job.arena = std::make_unique<Arena>();
  auto taken = read_batch(job.arena->copy(event), now, *job.arena);
  if (!taken) return tl::unexpected(taken.error());
  auto& first = taken->front();
  job.lines.push_back(std::move(first.line));
  job.entries.push_back({std::string(first.event.subject), {{}, Received{first.event, 0, {}, {}}}, std::move(first.digest), job.lines.back()});
  job.bytes = job.lines.back().size();
  job.arrived = std::chrono::steady_clock::now();
  return job;
}

V1Answer command(V1Parts& parts, V1Ask& ask, std::string_view verb, const Value& what, Commanded how) {
  const auto row = row_of(parts, ask);
  if (!row) return tl::unexpected(row.error());
  const Value asked = MapBuilder(ask.arena, what).add("by", ask.arena.copy(ask.who.agent)).build();
  const std::string key = ask.key.empty() ? std::string() : ask.who.id + " " + ask.key;
  Job job = command_job(*row, verb, asked, key);
  const Event& event = std::get<Received>(job.entries[0].input.what).event;
  const std::string run = how.replies ? id_of({"run", event.source, event.id, person_reply, row->subject}) : std::string();
  return offer(parts, ask, std::move(job), [&parts, &ask, run, how = std::move(how)](const ServerResponse& response) { return told(parts, ask, response, run, how); });
}

V1Answer command(V1Parts& parts, V1Ask& ask, std::string_view verb, Commanded how) {
  MapBuilder map(ask.arena);
  for (const Member& m : ask.body.members())
    if (m.key.text_or({}) != "subject") map.add(m.key, m.value);
  return command(parts, ask, verb, map.build(), std::move(how));
}

}  // namespace shopbell::v1
