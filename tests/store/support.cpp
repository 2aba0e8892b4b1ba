#include "store/support.h"

#include "base/hash.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace shopbell::testing {
namespace fs = std::filesystem;

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "shopbell-store-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + name);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::unique_ptr<Store> open_or_throw(const std::string& folder, const Ground& ground) {
  auto store = open_store(folder, ground);
  if (!store) throw std::runtime_error(store.error().code + ": " + store.error().message);
  return std::move(*store);
}

std::unique_ptr<Reader> reader_or_throw(const std::string& folder) {
  auto reader = Store::reader(folder);
  if (!reader) throw std::runtime_error(reader.error().code + ": " + reader.error().message);
  return std::move(*reader);
}

std::vector<CallRow> all_due_calls(Store& store, Time upto) {
  std::vector<CallRow> all;
  const auto waiting = store.waiting_calls();
  if (!waiting) throw std::runtime_error(waiting.error().message);
  for (const WaitingCalls& of : *waiting) {
    auto calls = store.due_calls(of, upto, 1'000'000);
    if (!calls) throw std::runtime_error(calls.error().message);
    all.insert(all.end(), calls->begin(), calls->end());
  }
  std::stable_sort(all.begin(), all.end(), [](const CallRow& a, const CallRow& b) { return a.due < b.due; });
  return all;
}

Time at(std::int64_t seconds) {
  constexpr std::int64_t start_ms = 1'795'219'200'000;
  return from_ms(start_ms + seconds * 1000);
}

InputRow event(const std::string& id, const std::string& subject) {
  // The lines live as long as the program: an InputRow only views its line.
  static std::vector<std::unique_ptr<std::string>> lines;
  lines.push_back(std::make_unique<std::string>(R"({"specversion":"1.0","id":")" + id +
                                                R"(","source":"shop","type":"order.placed"})"));
  InputRow input;
  input.at = at(0);
  input.kind = "event";
  input.subject = subject;
  input.event_id = id;
  input.source = "shop";
  input.type = "order.placed";
  input.digest = event_digest("shop", id);
  input.line = *lines.back();
  return input;
}

RunRow open_run(const std::string& id, const std::string& subject, std::uint64_t event_seq,
                std::optional<Time> due) {
  RunRow run;
  run.id = id_of({id});
  run.subject = subject;
  run.workflow = "welcome";
  run.version = "v1";
  run.status = "waiting";
  run.step = "2";
  run.event_seq = event_seq;
  run.started = at(0);
  run.due = due;
  run.state = R"({"run":")" + id + R"("})";
  return run;
}

RunRow ended_run(const std::string& id, const std::string& subject, std::uint64_t event_seq) {
  RunRow run = open_run(id, subject, event_seq);
  run.status = "done";
  run.ended = at(1);
  run.state.clear();
  return run;
}

Batch next(const Store& store, std::vector<InputRow> inputs, Time clock) {
  Batch batch;
  batch.fence = store.fence();
  batch.clock = clock;
  batch.inputs = std::move(inputs);
  std::uint64_t seq = batch.fence.seq;
  for (auto& input : batch.inputs) input.seq = ++seq;
  return batch;
}

void copy_as_crashed(const std::string& from, const std::string& to) {
  fs::create_directories(to);
  for (const auto& file : fs::recursive_directory_iterator(from)) {
    const auto target = fs::path(to) / fs::relative(file.path(), from);
    if (file.is_directory()) {
      fs::create_directories(target);
    } else if (!file.path().string().ends_with("-shm")) {  // shared memory does not outlive a machine
      fs::copy_file(file.path(), target, fs::copy_options::overwrite_existing);
    }
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace shopbell::testing
