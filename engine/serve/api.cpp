#include "serve/api.h"

#include "base/json.h"
#include "base/time.h"
#include "serve/assist_passages.h"
#include "serve/clock.h"
#include "serve/conversations.h"
#include "serve/customers.h"
#include "serve/queues.h"
#include "serve/report.h"
#include "serve/resolve.h"
#include "serve/views.h"
#include "teach/corrections.h"

#include <boost/url/parse_query.hpp>
#include <boost/url/params_view.hpp>
#include <boost/url/pct_string_view.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace shopbell {
namespace {

struct Asked {
  Filter filter;
  Page page;
  std::string after;  // of members, which are paged by name
  std::uint64_t days = report_days_otherwise;  // of the report
};

bool read_number(std::string_view text, std::uint64_t& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc{} && end == text.data() + text.size();
}

Result<Asked> read_query(std::string_view text) {
  const auto params = boost::urls::parse_query(boost::core::string_view(text.data(), text.size()));
  if (!params) return fail("bad_query", "the query is not well-formed");
  Asked q;
  const std::map<std::string_view, std::string*> texts{{"subject", &q.filter.subject}, {"type", &q.filter.type},   {"status", &q.filter.status},
                                                       {"workflow", &q.filter.workflow}, {"queue", &q.filter.queue}, {"run", &q.filter.run}, {"owner", &q.filter.owner}, {"after", &q.after}, {"step", &q.filter.step}};
  for (const auto& param : boost::urls::params_view(*params)) {
    const std::string key(param.key), value(param.value);
    std::uint64_t number = 0;
    if (const auto at = texts.find(key); at != texts.end()) *at->second = value;
    else if (const auto since = key == "since" ? parse_time(value) : std::nullopt; since) q.filter.since = *since;
    else if (key == "before" && read_number(value, number)) q.page.before = number;
    else if (key == "days" && read_number(value, number) && number >= 1 && number <= report_days_max) q.days = number;
    else if (key == "limit" && read_number(value, number) && number >= 1 && number <= api_page_max) q.page.max = number;
    else return fail("bad_query", "the parameter " + key + " is not known here, or its value is not allowed",
                     "subject, type, status, workflow, queue, owner, run, step, since, before, after, limit (1 to 500), days (1 to 366)");
  }
  return q;
}

ServerResponse json_answer(const Value& v) { return {200, "application/json", to_json(v) + "\n", {}}; }

Result<std::string> decoded(std::string_view part) {
  const auto text = boost::urls::make_pct_string_view(boost::core::string_view(part.data(), part.size()));
  if (!text) return fail("bad_body", "the path is not well-formed");
  return text->decode();
}

ServerResponse refusal(const Error& error) {
  const int status = error.code == "not_found" ? 404 : error.code == "bad_body" || error.code == "ambiguous" ? 400 : 500;
  return json_error(status, error.code, error.message);
}

template <class Row>
ServerResponse list(std::string_view name, const Result<std::vector<Row>>& rows, std::size_t asked) {
  if (!rows) return json_error(500, rows.error().code, rows.error().message);
  Arena arena;
  ListBuilder items(arena);
  for (const Row& row : *rows) items.add(view(row, arena));
  const Value next = rows->size() == asked ? Value(static_cast<std::int64_t>(rows->back().key)) : Value();
  return json_answer(make_map(arena, {{name, items.build()}, {"next", next}}));
}

template <class Row>
ServerResponse one(const Result<std::optional<Row>>& row) {
  if (!row) return json_error(500, row.error().code, row.error().message);
  if (!*row) return json_error(404, "not_found", "there is no such entry");
  Arena arena;
  return json_answer(view(**row, arena));
}

ServerResponse all_sources(Reader& reader) {
  const auto rows = reader.sources();
  if (!rows) return json_error(500, rows.error().code, rows.error().message);
  Arena arena;
  ListBuilder items(arena);
  for (const SourceRow& row : *rows) items.add(view(row, arena));
  return json_answer(make_map(arena, {{"sources", items.build()}}));
}

ServerResponse one_event(Reader& reader, std::string_view id) {
  std::uint64_t seq = 0;
  if (read_number(id, seq)) return one(reader.event(seq));
  const auto found = reader.events_by_id(id);
  if (!found) return json_error(500, found.error().code, found.error().message);
  return one(Result<std::optional<EventView>>(found->empty() ? std::nullopt : std::optional(found->front())));
}

ServerResponse one_customer(Reader& reader, std::string_view asked, std::size_t max) {
  Arena arena;
  const auto name = boost::urls::make_pct_string_view(boost::core::string_view(asked.data(), asked.size()));
  if (!name) return json_error(400, "bad_path", "the path is not well-formed");
  const auto found = find_customer(reader, name->decode(), arena);
  if (!found) return json_error(500, found.error().code, found.error().message);
  if (!*found) return json_error(404, "not_found", "nobody is called so");
  const auto shown = view(reader, **found, max, arena);
  return shown ? json_answer(*shown) : json_error(500, shown.error().code, shown.error().message);
}

ServerResponse tickets(Reader& reader, const Filter& filter, const Page& page) {
  const auto rows = reader.tickets(filter, page);
  if (!rows) return json_error(500, rows.error().code, rows.error().message);
  Arena arena;
  ListBuilder items(arena);
  for (const TicketView& row : *rows) {
    const auto shown = with_status(reader, view(row, arena), arena);
    if (!shown) return json_error(500, shown.error().code, shown.error().message);
    items.add(*shown);
  }
  const Value next = rows->size() == page.max ? Value(static_cast<std::int64_t>(rows->back().key)) : Value();
  return json_answer(make_map(arena, {{"tickets", items.build()}, {"next", next}}));
}

ServerResponse report(Reader& reader, Time now, std::uint64_t days) {
  const auto facts = read_facts(reader, now - Millis{static_cast<std::int64_t>(days) * 24 * 3'600'000}, now);
  if (!facts) return json_error(500, facts.error().code, facts.error().message);
  Arena arena;
  return json_answer(desk::report(*facts, arena));
}

ServerResponse queues(Reader& reader, const desk::Rules& rules, Time now) {
  const auto desk = read_desk(reader);
  if (!desk) return json_error(500, desk.error().code, desk.error().message);
  Arena arena;
  return json_answer(view(*desk, rules, now, arena));
}

ServerResponse one_conversation(Reader& reader, std::string_view asked, const std::string& subject) {
  Arena arena;
  const auto id = decoded(asked);
  if (!id) return refusal(id.error());
  const auto row = find_conversation_row(reader, *id, subject);
  if (!row) return refusal(row.error());
  const auto shown = conversation_view(reader, *row, arena);
  return shown ? json_answer(*shown) : refusal(shown.error());
}

ServerResponse segments(Reader& reader) {
  const auto counts = reader.segments();
  if (!counts) return json_error(500, counts.error().code, counts.error().message);
  Arena arena;
  ListBuilder list(arena);
  for (const SegmentCount& c : *counts)
    list.add(make_map(arena, {{"name", c.segment}, {"count", static_cast<std::int64_t>(c.count)}}));
  return json_answer(make_map(arena, {{"segments", list.build()}}));
}

ServerResponse members(Reader& reader, std::string_view segment, const Asked& asked) {
  const auto found = reader.members(segment, asked.after, asked.page.max);
  if (!found) return json_error(500, found.error().code, found.error().message);
  Arena arena;
  ListBuilder list(arena);
  for (const std::string& member : *found) list.add(Value(member));
  const Value next = found->size() == asked.page.max ? Value(found->back()) : Value();
  return json_answer(make_map(arena, {{"segment", segment}, {"customers", list.build()}, {"next", next}}));
}

}  // namespace

ServerResponse json_error(int status, std::string_view code, std::string_view message) {
  Arena arena;
  const Value error = make_map(arena, {{"code", code}, {"message", message}});
  ServerResponse response{status, "application/json", to_json(make_map(arena, {{"error", error}})) + "\n", {}};
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

ServerResponse answer_query(Reader& reader, const desk::Rules& rules, Time now, std::string_view path, std::string_view query) {
  const auto question = read_query(query);
  if (!question) return json_error(400, question.error().code, question.error().message);
  const Page& page = question->page;
  const auto known = known_as(reader, question->filter);
  if (!known) return json_error(500, known.error().code, known.error().message);
  const Filter& filter = *known;
  if (path == "/events") return list("events", reader.events(filter, page), page.max);
  if (path == "/runs") return list("runs", reader.runs(filter, page), page.max);
  if (path == "/calls") return list("calls", reader.calls(filter, page), page.max);
  if (path == "/attention") return list("runs", reader.attention(filter, page), page.max);
  if (path == "/tickets") return tickets(reader, filter, page);
  if (path == "/report") return report(reader, now, question->days);
  if (path == "/queues") return queues(reader, rules, now);
  if (path == "/messages") return list("messages", reader.messages(filter, page), page.max);
  if (path == "/conversations") return list("conversations", reader.conversations(filter, page), page.max);
  if (path.starts_with("/conversations/")) return one_conversation(reader, path.substr(15), filter.subject);
  if (path == "/requests") return list("requests", reader.requests(page), page.max);
  if (path == "/sources") return all_sources(reader);
  if (path.starts_with("/events/")) return one_event(reader, path.substr(8));
  if (path.starts_with("/runs/")) return one(reader.run(path.substr(6)));
  if (path.starts_with("/customers/")) return one_customer(reader, path.substr(11), page.max);
  if (path == "/segments") return segments(reader);
  if (path.starts_with("/segments/")) return members(reader, path.substr(10), *question);
  return json_error(404, "no_such_route",
                    "there is no such route; see /api/events, /api/runs, /api/attention, /api/calls, /api/tickets, /api/queues, /api/report, /api/messages, /api/conversations, /api/customers/ID, /api/segments, /api/sources, /api/requests");
}

Api::Api(std::unique_ptr<Reader> reader, std::function<bool(Job&)> offer, std::shared_ptr<const desk::Rules> rules, std::string folder)
    : reader_(std::move(reader)), offer_(std::move(offer)), folder_(std::move(folder)),
      rules_(rules ? std::move(rules) : std::make_shared<const desk::Rules>()), thread_([this] { run(); }) {}

Api::~Api() { stop(); }

void Api::ask(std::string_view path, std::string_view query, std::unique_ptr<Responder> responder) {
  add({std::string(path), std::string(query), std::move(responder)});
}

void Api::tell(std::string_view path, std::string_view body, std::unique_ptr<Responder> responder) {
  add({std::string(path), {}, std::move(responder), std::string(body)});
}

void Api::add(Question question) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && questions_.size() < api_queue_max) {
      questions_.push_back(std::move(question));
      wake_.notify_one();
      return;
    }
  }
  question.responder->answer(json_error(503, "busy", "too many queries are waiting; ask again"));
}

void Api::draft(const std::string& id, bool is_summary, Question question) {
  const auto row = find_conversation_row(*reader_, id, {});
  if (!row && drafts_.assist != nullptr) return question.responder->answer(refusal(row.error()));
  const std::shared_ptr<Responder> responder = std::move(question.responder);
  ask_for_draft(*reader_, row.value_or(ConversationRow{}), is_summary ? AssistAsk::What::summary : AssistAsk::What::reply, drafts_, [responder](const Result<Drafted>& drafted) {
    Arena arena;
    if (drafted) return responder->answer(json_answer(to_value(*drafted, arena)));
    responder->answer(json_error(draft_status(drafted.error().code), drafted.error().code, drafted.error().message));
  });
}

void Api::command(Question question) {
  const std::string_view path = std::string_view(question.path).substr(std::string_view("/conversations/").size());
  const std::size_t slash = path.rfind('/');
  const auto id = decoded(path.substr(0, slash));
  if (slash == std::string_view::npos || !id) return question.responder->answer(json_error(404, "no_such_route", "POST goes to /api/conversations/ID/takeover and the like"));
  const std::string_view verb = path.substr(slash + 1);
  if (verb == "draft" || verb == "summary") return draft(*id, verb == "summary", std::move(question));
  auto job = command_job(*reader_, *id, verb, *question.body);
  if (!job) return question.responder->answer(refusal(job.error()));
  job->responder = std::move(question.responder);
  if (!offer_(*job)) job->responder->answer(json_error(503, "busy", "the engine cannot take more at the moment; send this again"));
}

void Api::resolve(Question question) {
  if (question.path.starts_with("/conversations/")) return command(std::move(question));
  constexpr std::string_view folder = "/attention/";
  const std::string_view path = question.path;
  const auto remedy = path.starts_with(folder) ? remedy_of(path.substr(folder.size())) : std::nullopt;
  if (!remedy) return question.responder->answer(json_error(404, "no_such_route", "POST goes to /api/attention/retry, skip or cancel"));
  auto made = resolution_of(*reader_, *remedy, *question.body);
  if (!made) {
    const std::string& code = made.error().code;
    const int status = code == "not_found" ? 404 : code == "bad_body" || code == "ambiguous" ? 400 : 500;
    return question.responder->answer(json_error(status, code, made.error().message));
  }
  Arena arena;
  ServerResponse success = json_answer(make_map(
      arena, {{"given", static_cast<std::int64_t>(made->entries.size())},
              {"next", made->next > 0 ? Value(static_cast<std::int64_t>(made->next)) : Value()}}));
  if (made->entries.empty()) return question.responder->answer(std::move(success));
  Job job;
  job.entries = std::move(made->entries);
  job.responder = std::move(question.responder);
  job.arrived = std::chrono::steady_clock::now();
  job.success = std::move(success);
  if (!offer_(job)) job.responder->answer(json_error(503, "busy", "the engine cannot take more at the moment; send this again"));
}

// Answered when it is on the disk.
void Api::correct(Question question) {
  Arena arena;
  const auto said = parse_json(*question.body, arena);
  if (!said || !said->is(Kind::map))
    return question.responder->answer(json_error(400, "bad_body", "the body is {\"text\": ..., \"intent\": ..., \"mood\": ..., \"by\": ...}"));
  const auto kept = add_correction(folder_, correction_of(*said, std::string((*said)["by"].text_or({})), wall_clock()));
  if (kept) return question.responder->answer({200, "application/json", "{\"kept\":true}\n", {}});
  question.responder->answer(json_error(kept.error().code == "io" ? 500 : 400, kept.error().code, kept.error().message));
}

void Api::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
    if (stopping_) return;
    Question question = std::move(questions_.front());
    questions_.pop_front();
    lock.unlock();
    if (question.body && question.path == "/corrections") correct(std::move(question));
    else if (question.body) resolve(std::move(question));
    else question.responder->answer(answer_query(*reader_, *rules_, wall_clock(), question.path, question.query));
  }
}

void Api::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    questions_.clear();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace shopbell
