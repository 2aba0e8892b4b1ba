#pragma once
// YAML to Workflow and shop configuration. Strict; all mistakes of all files at once, each with its
// place. Pure but for reading files; any thread.

#include "base/diagnostic.h"
#include "core/workflow.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shopbell {

constexpr std::size_t yaml_bytes_max = 1024 * 1024;
constexpr std::size_t yaml_nodes_max = 50'000;   // aliases counted each time they are used
constexpr std::size_t yaml_depth_max = 40;

struct Platform;

struct SourceConfig {
  std::string name, platform, secret, previous_secret;
  std::string url;           // as the platform calls it, where it signs that
  std::string webhook_id;    // the platform's, where it signs that
  std::string verify_token;  // what a GET with a challenge must bear
  std::string imap, user, password, ca_file;  // a mailbox that is looked into
  Millis every{60'000};
  Millis silent_after{0};    // quiet for longer, it has fallen silent; 0: by its habits
  std::shared_ptr<const Platform> how;
};

/// A language model that drafts for people: an endpoint as OpenAI's (`assist` in shopbell.yaml). Off without `url`.
struct AssistConfig {
  std::string url;    // https://api.example/v1; /chat/completions is asked below it
  std::string key, model;
  Millis timeout{20'000};
  std::int64_t per_conversation = 20, per_day = 500;  // questions
  bool classifies = false, answers = false;           // asked where the shop's own model, or its FAQ, is not sure
};

/// shopbell.yaml, with ${env:} and ${file:} filled in. Secrets are only here: never log it whole.
struct ShopConfig {
  ShopFacts facts;
  std::string folder;
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string data = "data";                    // as written; relative to the folder
  std::string certificate_file, key_file;       // tls: {certificate, key}
  std::vector<std::string> api_tokens;
  std::vector<std::string> trusted_proxies;     // addresses and blocks whose X-Forwarded-For is believed
  std::vector<SourceConfig> sources;
  std::vector<std::string> http_allow;
  Document channels;                            // name -> settings
  AssistConfig assist;
  std::map<std::string, std::int64_t> limits;   // body_bytes_max, queue_max, ...
  std::map<std::string, Millis> retention;      // by kind: events, runs, messages, tickets
};

struct Shop {
  ShopConfig config;
  std::vector<std::shared_ptr<const Workflow>> workflows;
};

template <class T>
struct Read {
  std::optional<T> value;                       // absent when there was an error
  std::vector<Diagnostic> diagnostics;          // errors and warnings, in order of place
};

/// Everything under a shop's folder (language.md says how it is laid out).
Read<Shop> load_shop(const std::string& folder);
/// shopbell.yaml and locales/ alone: whether its workflows are right does not matter.
Read<ShopConfig> load_config(const std::string& folder);
/// The folder with shopbell.yaml that a file stands in, at whatever depth; empty: there is none.
std::string shop_folder_of(const std::string& file);
/// One workflow file's text; templates are looked up by name in `templates`.
Read<std::shared_ptr<const Workflow>> load_workflow(const WorkflowSource& source);
/// Any mix of shop folders, workflow files and folders of them; for `shopbell check`.
std::vector<Diagnostic> check_paths(const std::vector<std::string>& paths);

/// A version's source as it is stored beside open runs, and back.
std::string encode_source(const WorkflowSource& source);
Result<WorkflowSource> decode_source(std::string_view bundle);

}  // namespace shopbell
