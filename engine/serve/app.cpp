#include "serve/app.h"

#include "base/crash_point.h"
#include "serve/api.h"
#include "serve/chat.h"
#include "serve/dispatch.h"
#include "serve/hearing.h"
#include "serve/mailboxes.h"
#include "serve/reload.h"
#include "serve/routes.h"
#include "serve/shard.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <pthread.h>
#include <unistd.h>

namespace shopbell {
namespace {

constexpr Millis stop_grace{10'000};
constexpr long reload_pause_ms = 500;

int refuse_to_start(const Error& error) {
  fmt::print(stderr, "shopbell: {}{}\n", error.message, error.hint.empty() ? "" : "\n  hint: " + error.hint);
  return 1;
}

std::optional<Shop> read_shop(const ServeOptions& options) {
  auto read = load_shop(options.folder);
  for (const Diagnostic& d : read.diagnostics) fmt::print(stderr, "{}", to_text(d));
  return std::move(read.value);
}

Result<void> apply_listen(const std::string& listen, ShopConfig& config) {
  if (listen.empty()) return {};
  const std::size_t colon = listen.rfind(':');
  unsigned port = 0;
  const char* end = listen.data() + listen.size();
  if (colon == std::string::npos || std::from_chars(listen.data() + colon + 1, end, port).ptr != end || colon + 1 == listen.size() || port > 65535)
    return fail("bad_listen", fmt::format("--listen {} is not HOST:PORT", listen), "for example 127.0.0.1:8080");
  config.host = listen.substr(0, colon);
  if (config.host.starts_with('[') && config.host.ends_with(']')) config.host = config.host.substr(1, config.host.size() - 2);
  config.port = static_cast<std::uint16_t>(port);
  return {};
}

std::string data_folder(const ServeOptions& options, const ShopConfig& config) {
  if (!options.data.empty()) return options.data;
  const std::filesystem::path data(config.data);
  return data.is_absolute() ? data.string() : (std::filesystem::path(options.folder) / data).string();
}

ServerConfig server_config(const ServeOptions& options, const ShopConfig& config) {
  ServerConfig server;
  server.host = config.host;
  server.port = config.port;
  server.threads = options.threads > 0 ? options.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
  server.certificate_file = config.certificate_file;
  server.key_file = config.key_file;
  const auto limit = [&config](const char* name, auto& to) {
    if (const auto at = config.limits.find(name); at != config.limits.end()) to = static_cast<std::remove_reference_t<decltype(to)>>(at->second);
  };
  limit("body_bytes_max", server.limits.body_bytes_max);
  limit("header_bytes_max", server.limits.header_bytes_max);
  limit("connections_max", server.limits.connections_max);
  return server;
}

ShardLimits shard_limits(const ShopConfig& config) {
  ShardLimits limits;
  if (const auto at = config.limits.find("queue_events_max"); at != config.limits.end()) limits.queue_events_max = static_cast<std::size_t>(at->second);
  if (const auto at = config.limits.find("waits_per_second_max"); at != config.limits.end()) limits.waits_per_second = static_cast<double>(at->second);
  const auto sends_once = [](const SourceConfig& source) { return !source.how->retries; };
  if (std::any_of(config.sources.begin(), config.sources.end(), sends_once)) limits.kept_events = limits.queue_events_max / 8;
  const auto kept = [&config](const char* kind) {
    const auto at = config.retention.find(kind);
    return at == config.retention.end() ? Millis{0} : at->second;
  };
  limits.retention = {kept("events"), kept("runs"), kept("messages"), kept("tickets")};
  return limits;
}

Result<std::unique_ptr<Mailer>> make_mailer(const ShopConfig& config, const std::string& data) {
  const Value email = config.channels.root()["email"];
  const std::string_view smtp = email["smtp"].text_or("");
  if (smtp.empty()) return Mailer::maildir(data + "/outbox");
  SmtpConfig to;
  to.url = smtp;
  to.user = email["user"].text_or("");
  to.password = email["password"].text_or("");
  to.ca_file = email["ca_file"].text_or("");
  return Mailer::smtp(to);
}

/// Everything that lives as long as the server. Destroyed in the reverse order.
struct App {
  std::shared_ptr<const ShopConfig> config;
  std::string data;
  Metrics metrics;
  std::unique_ptr<Sources> sources;
  std::unique_ptr<Client> certificates_client;
  std::unique_ptr<Certificates> certificates;
  std::unique_ptr<Reload> reload;
  std::unique_ptr<Dispatch> dispatch;
  std::unique_ptr<Shard> shard;
  std::shared_ptr<const Hearing> hearing;
  std::mutex hearing_mutex;
  std::unique_ptr<Assist> assist;  // null: none is configured
  std::unique_ptr<Api> api;
  std::unique_ptr<DeskFile> desk_file;
  std::unique_ptr<Rejected> rejected;
  std::unique_ptr<V1> v1;
  std::unique_ptr<Chat> chat;
  std::unique_ptr<Routes> routes;
  std::unique_ptr<Server> server;
  std::unique_ptr<Mailboxes> mailboxes;
  std::string heard;  // fingerprint of what the present Hearing was read from
  std::atomic<bool> dead{false};
};

Shard::Outside outside_of(App& app) {
  return {
      .answer = [&app](Responder::Many answers) { app.server->answer_all(std::move(answers)); },
      .reserve = [&app](const CallRow& row, bool waited) { return app.dispatch->reserve(row, waited); },
      .release = [&app](const CallRow& row) { app.dispatch->release(row); },
      .room = [&app](const std::vector<WaitingCalls>& waiting) { return app.dispatch->room(waiting); },
      .freed = [&app] { return app.dispatch->freed(); },
      .start = [&app](std::vector<CallRow> calls) { app.dispatch->start(std::move(calls)); },
      .repeatable = [&app](const std::vector<CallRow>& begun) { return app.dispatch->repeatable(begun); },
      .settled = [&app](const std::string& call, std::uint32_t attempt) { app.dispatch->settled(call, attempt); },
      .kept = [&app](const Batch& rows, std::uint64_t last_message) {
        if (app.chat) app.chat->room().kept(rows, last_message);
        app.v1->committed(rows);
      },
      .dead =
          [&app] {
            app.dead = true;
            ::kill(::getpid(), SIGTERM);
          },
      .sources = app.sources.get(),
  };
}

// Models and FAQ, at the start and when they have changed.
void look_after_hearing(App& app) {
  const std::filesystem::path folder = app.config->folder;
  std::string now = fingerprint_of({folder / "models", folder / "faq"});
  if (app.heard == now && !now.empty()) return;
  if (app.heard == "none" && now.empty()) return;
  auto hearing = Hearing::load(folder.string());
  app.dispatch->hear_with(hearing);
  {
    const std::lock_guard lock(app.hearing_mutex);
    app.hearing = std::move(hearing);
  }
  app.heard = now.empty() ? "none" : std::move(now);
}

void build_assist(App& app) {
  if (app.config->assist.url.empty()) return;
  app.assist = std::make_unique<Assist>(app.config->assist, app.config->http_allow);
  app.dispatch->assist_with(app.assist.get());
}

Drafts drafts_of(App& app) {
  return {app.assist.get(), app.config->facts.name, app.config->facts.locale, [&app]() -> std::shared_ptr<const Hearer> {
            const std::lock_guard lock(app.hearing_mutex);
            return app.hearing;
          }};
}

Result<void> build_v1(App& app) {
  auto file = DeskFile::open(app.data);
  if (!file) return tl::unexpected(file.error());
  app.desk_file = std::move(*file);
  auto reader = Store::reader(app.data);
  if (!reader) return tl::unexpected(reader.error());
  auto rejected = Rejected::open(app.data);
  if (!rejected) return tl::unexpected(rejected.error());
  app.rejected = std::move(*rejected);
  auto console = ConsoleReader::open(app.data);
  if (!console) return tl::unexpected(console.error());
  app.v1 = std::make_unique<V1>(std::unique_ptr<V1Parts>(new V1Parts{.config = app.config,
                                                                     .data = app.data,
                                                                     .reader = std::move(*reader),
                                                                     .console = std::move(*console),
                                                                     .file = *app.desk_file,
                                                                     .offer = [&app](Job& job) { return app.shard->offer(job); },
                                                                     .workflows = [&app] { return app.shard->workflows(); },
                                                                     .types = [&app](const std::string& conversation, const std::string& name) {
                                                                       if (app.chat) app.chat->room().tell_typing(conversation, name);
                                                                     },
                                                                     .draft = [drafts = drafts_of(app)](Reader& on, const ConversationRow& row, AssistAsk::What what, std::function<void(Result<Drafted>)> done) {
                                                                       ask_for_draft(on, row, what, drafts, std::move(done));
                                                                     },
                                                                     .rejected = app.rejected.get(),
                                                                     .resend = [&app](RejectedRequest request, std::unique_ptr<Responder> responder) { app.routes->resend(std::move(request), std::move(responder)); }}));
  return {};
}

/// Until somebody is an owner, each start prints a new link, and the one before is void.
void print_first_link(App& app, const std::string& address) {
  People& people = app.v1->parts().people;
  const auto needed = people.needs_owner();
  const auto token = needed && *needed ? people.setup_token("the server", {}, wall_clock()) : Result<std::string>();
  if (!token) spdlog::error("no link for the first owner: {}", token.error().message);
  else if (!token->empty()) fmt::print("nobody can sign in yet: set the owner's password at {}/console/#/setup/{}\n", address, *token);
}

Result<void> build_chat(App& app) {
  auto reader = Store::reader(app.data);
  if (!reader) return tl::unexpected(reader.error());
  auto chat = Chat::make(*app.config, std::move(*reader), [&app](Job& job) { return app.shard->offer(job); });
  if (!chat) return tl::unexpected(chat.error());
  app.chat = std::move(*chat);
  if (app.chat)
    app.chat->room().on_typing = [&app](const std::string& conversation, const std::string& name, bool types) {
      Arena arena;
      const Value person = make_map(arena, {{"id", "customer"}, {"kind", "customer"}, {"name", name.empty() ? "The customer" : std::string_view(name)}});
      app.v1->parts().live.tell("presence", conversation, make_map(arena, {{"conversation", conversation}, {"person", person}, {"looking", types}, {"typing", types}}));
    };
  return {};
}

Result<void> build(App& app, const ServeOptions& options, Shop shop) {
  app.config = std::make_shared<const ShopConfig>(std::move(shop.config));
  app.data = data_folder(options, *app.config);
  crash_point("start.configured");
  auto store = Store::open(app.data);
  if (!store) return tl::unexpected(store.error());
  crash_point("start.store_opened");
  app.reload = std::make_unique<Reload>(options.folder);
  shop.config.facts = app.config->facts;
  auto workflows = app.reload->first(shop, **store);
  if (!workflows) return tl::unexpected(workflows.error());
  crash_point("start.workflows_ready");
  app.metrics.workflows = static_cast<std::int64_t>((*workflows)->all().size());
  auto mailer = make_mailer(*app.config, app.data);
  if (!mailer) return tl::unexpected(mailer.error());
  ClientConfig client;
  client.allow = app.config->http_allow;
  auto marks = SentMarks::open(app.data + "/sent");
  if (!marks) return tl::unexpected(marks.error());
  app.dispatch = std::make_unique<Dispatch>(app.config, Client::make(client), std::move(*mailer), app.metrics,
                                            [&app](Entry entry) { app.shard->push(std::move(entry)); }, Clock{}, std::move(*marks));
  look_after_hearing(app);
  auto claims = InputClaims::open(app.data + "/claims");
  if (!claims) return tl::unexpected(claims.error());
  auto reader = Store::reader(app.data);
  if (!reader) return tl::unexpected(reader.error());
  auto habits = (*reader)->sources();
  if (!habits) return tl::unexpected(habits.error());
  app.sources = std::make_unique<Sources>(app.config->sources, std::move(*habits));
  app.certificates_client = Client::make(ClientConfig{});
  app.certificates = std::make_unique<Certificates>([&app](HttpRequest request, std::function<void(Result<HttpResponse>)> done) {
    app.certificates_client->send(std::move(request), std::move(done));
  });
  app.shard = std::make_unique<Shard>(std::move(*store), *workflows, shard_limits(*app.config), app.metrics, outside_of(app), Clock{}, std::move(*claims));
  app.api = std::make_unique<Api>(std::move(*reader), [&app](Job& job) { return app.shard->offer(job); }, app.config->facts.desk, app.config->folder);
  build_assist(app);
  app.api->draft_with(drafts_of(app));
  if (auto good = build_v1(app); !good) return good;
  if (auto good = build_chat(app); !good) return good;
  app.routes = std::make_unique<Routes>(*app.config, *app.shard, *app.api, *app.v1, app.metrics, *app.sources, *app.certificates, *app.rejected);
  auto server = Server::open(server_config(options, *app.config), [&app](const ServerRequest& request, std::unique_ptr<Responder> responder) {
    if (app.chat && Chat::is_for(request)) return app.chat->handle(request, std::move(responder));
    app.routes->handle(request, std::move(responder));
  });
  if (!server) return tl::unexpected(server.error());
  app.server = std::move(*server);
  app.mailboxes = std::make_unique<Mailboxes>(app.config->sources, app.data, [&app](const std::string& source, const std::string& raw, std::unique_ptr<Responder> responder) {
    app.routes->take_mail(source, raw, std::move(responder));
  });
  return {};
}

void log_to_stderr() {
  auto logger = spdlog::stderr_color_mt("shopbell");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

// The main thread has nothing else to do: it waits for a signal and looks after changed files.
void wait_for_signal(App& app, const sigset_t& signals) {
  const timespec pause{0, reload_pause_ms * 1'000'000};
  while (sigtimedwait(&signals, nullptr, &pause) < 0) {
    if (auto workflows = app.reload->changed()) {
      app.metrics.workflows = static_cast<std::int64_t>(workflows->all().size());
      app.shard->use(std::move(workflows));
      crash_point("reload.taken_up");
      ++app.metrics.reloads;
    }
    look_after_hearing(app);
    app.metrics.reloads_refused += app.reload->refused();
  }
}

void stop(App& app) {
  spdlog::info("stopping: what was received is finished first");
  app.mailboxes->stop();
  app.server->stop(stop_grace);
  crash_point("stop.server_stopped");
  app.certificates_client->stop();
  if (app.assist) app.assist->stop();
  app.dispatch->stop(stop_grace);
  crash_point("stop.calls_stopped");
  app.api->stop();
  app.v1->stop();
  app.rejected->stop();
  if (app.chat) app.chat->stop();
  app.shard->stop();
  crash_point("stop.shard_stopped");
}

}  // namespace

int serve(const ServeOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  log_to_stderr();

  auto shop = read_shop(options);
  if (!shop) return 1;
  if (auto good = apply_listen(options.listen, shop->config); !good) return refuse_to_start(good.error());
  App app;
  if (auto good = build(app, options, std::move(*shop)); !good) return refuse_to_start(good.error());
  crash_point("start.built");
  app.shard->start();
  if (app.chat) app.chat->start();
  crash_point("start.shard_started");
  app.server->start();
  crash_point("start.server_started");
  app.mailboxes->start();
  const bool ipv6 = app.config->host.find(':') != std::string::npos;
  const std::string address = fmt::format("{}://{}{}{}:{}", app.config->certificate_file.empty() ? "http" : "https", ipv6 ? "[" : "", app.config->host, ipv6 ? "]" : "", app.server->port());
  fmt::print("listening on {}\n", address);
  print_first_link(app, address);
  std::fflush(stdout);

  wait_for_signal(app, signals);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // a second signal ends the process at once
  stop(app);
  return app.dead ? 1 : 0;
}

}  // namespace shopbell
