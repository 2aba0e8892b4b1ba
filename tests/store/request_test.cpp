// What customers ask for by law: afterwards no file of the store has a word of them, whatever was written when, and
// whenever it was interrupted; everybody else is untouched.

#include "base/json.h"
#include "store/person.h"
#include "store/support.h"

#include <algorithm>
#include <fstream>

using namespace shopbell;
using namespace shopbell::testing;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> words_of_ann{"ann.quinta@mail.example", "Quintanilla", "Calle Zurbano 99",
                                            "+34611222333"};
const Person ann{{"customer:7", "order:1001"}, {"ann.quinta@mail.example", "+34611222333"}, {}};

std::string person_json(bool is_ann) {
  return is_ann ? R"({"email":"Ann.Quinta@mail.example","name":"Ann Quintanilla","street":"Calle Zurbano 99","phone":"+34611222333"})"
                : R"({"email":"bob@mail.example","name":"Bob Builder","street":"Elm Street 5"})";
}

InputRow told(const std::string& id, const std::string& subject, bool is_ann, const std::string& source = "shopify/s") {
  static std::vector<std::unique_ptr<std::string>> lines;
  lines.push_back(std::make_unique<std::string>(R"({"specversion":"1.0","id":")" + id + R"(","source":")" + source +
                                                R"(","type":"order.placed","subject":")" + subject +
                                                R"(","time":"2026-11-21T00:00:00Z","received":"2026-11-21T00:00:00Z","data":{"customer":)" +
                                                person_json(is_ann) + "}}"));
  InputRow row = event(id, subject);
  row.source = source;
  row.digest = event_digest(source, id);
  row.line = *lines.back();
  row.notes = R"({"code":"condition_false","text":"customer.name == 'x' -> )" +
              std::string(is_ann ? "Ann Quintanilla" : "Bob Builder") + "\"}";
  return row;
}

/// One order of a customer with all that may come of it; some runs end later, so that their states are freed.
void shop(Store& store, int number, bool is_ann) {
  const std::string n = std::to_string(number), subject = is_ann ? "customer:7" : "customer:" + std::to_string(100 + number % 5);
  Batch batch = next(store, {told("e" + n, subject, is_ann), told("f" + n, "order:5" + n, is_ann)}, at(number));
  const std::uint64_t seq = batch.inputs[0].seq;
  batch.subjects = {{subject, R"({"profile":)" + person_json(is_ann) + "}"}};
  batch.runs = {open_run("r" + n, subject, seq, at(number + 100)), open_run("s" + n, "shop", seq)};
  for (RunRow& run : batch.runs) run.state = R"({"pad":")" + std::string(5000, 'p') + R"(","event":)" + person_json(is_ann) + "}";
  batch.calls = {{"c" + n, batch.runs[0].id, "welcome", "v1" + n, "email", "1", person_json(is_ann), 1, 1000, at(number), {}, {}, false}};
  batch.calls[0].subject = subject;
  batch.tickets = {{"t" + n, batch.runs[0].id, "welcome", subject, "care", "normal", "call back", "on " + std::string(is_ann ? "+34611222333" : "1"), person_json(is_ann), at(number)}};
  batch.messages = {{"m" + n, subject, "email", "in", is_ann ? "Ann Quintanilla <ann.quinta@mail.example>" : "bob@mail.example", "shop@x", is_ann ? "I live in Calle Zurbano 99" : "hello", "", at(number)}};
  REQUIRE(store.commit(batch) == Committed::done);
  if (number % 2 == 0) return;
  Batch second = next(store, {}, at(number));
  second.runs = {ended_run("r" + n, subject, 0)};
  REQUIRE(store.commit(second) == Committed::done);
}

void fill(const std::string& folder, Store& store) {
  for (int i = 1; i <= 60; ++i) shop(store, i, i % 3 == 0);
  for (const char* part : {"new", "cur"}) fs::create_directories(folder + "/outbox/" + part);
  std::ofstream(folder + "/outbox/new/1.shopbell") << "To: Ann Quintanilla <ann.quinta@mail.example>\n\nCalle Zurbano 99\n";
  std::ofstream(folder + "/outbox/cur/2.shopbell:2,S") << "To: bob@mail.example\n\nhello\n";
}

void ask(Store& store, const std::string& kind, const Person& person) {
  Batch batch = next(store, {told("ask-" + kind, "customer:7", true)}, at(1000));
  batch.requests = {{"request-" + kind, kind, encode_person(person), at(1000)}};
  REQUIRE(store.commit(batch) == Committed::done);
}

void serve_all(Store& store) {
  for (int i = 0; i < 1000; ++i) {
    const Upkeep left = store.serve_request();
    if (left == Upkeep::none) return;
    REQUIRE(left == Upkeep::more);
  }
  FAIL("it does not end");
}

/// Files of the folder in which one of the words stands.
std::vector<std::string> files_with(const std::string& folder, const std::vector<std::string>& words) {
  std::vector<std::string> found;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    std::string text = read_file(file.path().string());
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (std::string word : words) {
      std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (text.find(word) != std::string::npos) found.push_back(file.path().filename().string() + ": " + word);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("after an erasure no file has a word of the person, and everybody else is there") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  fill(folder.path(), *store);
  const auto reader = reader_or_throw(folder.path());
  REQUIRE(files_with(folder.path(), words_of_ann).size() >= 3);
  const auto size = fs::file_size(folder / "log/2026-11-21.jsonl");
  const auto before = value_of(reader->counts());
  ask(*store, "erase", ann);
  serve_all(*store);

  CHECK(files_with(folder.path(), words_of_ann) == std::vector<std::string>{});
  CHECK(files_with(folder.path(), {"Builder"}).size() >= 2);
  CHECK(fs::exists(folder / "outbox/cur/2.shopbell:2,S"));
  CHECK_FALSE(fs::exists(folder / "outbox/new/1.shopbell"));
  const auto after = value_of(reader->counts());
  CHECK(after.events == before.events + 1);
  CHECK(after.tickets == before.tickets);
  CHECK(value_of(reader->messages({}, {0, 500})).size() == 60);
  CHECK(fs::file_size(folder / "log/2026-11-21.jsonl") == size + told("ask-erase", "customer:7", true).line.size() + 1);
  CHECK(value_of(store->load({"customer:7"}, {})).subjects[0].state.empty());
  CHECK(value_of(store->load({"customer:7"}, {event_digest("shopify/s", "e3")})).seen[0] != 0);
  CHECK(value_of(reader->calls({}, {0, 500})).size() == 60);
  const auto requests = value_of(reader->requests({}));
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].done);
  CHECK(requests[0].rows > 100);
}

TEST_CASE("what was loaded of a person before the erasure is not loaded after it") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  fill(folder.path(), *store);
  REQUIRE(value_of(store->load({"customer:7"}, {})).subjects[0].runs.size() == 10);
  ask(*store, "erase", ann);
  serve_all(*store);
  const auto after = value_of(store->load({"customer:7"}, {})).subjects[0];
  CHECK(after.state.empty());
  CHECK(after.runs.empty());
}

TEST_CASE("lines that were erased are events still, of the same length, and say what and when") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  fill(folder.path(), *store);
  ask(*store, "erase", ann);
  serve_all(*store);
  const auto reader = reader_or_throw(folder.path());
  std::size_t erased = 0;
  for (std::uint64_t seq = 1; seq <= store->fence().seq; ++seq) {
    Arena arena;
    const std::string line = value_of(reader->line(seq));
    const auto read = parse_json(line, arena);
    REQUIRE(read);
    CHECK((*read)["type"].text_or({}) == "order.placed");
    erased += (*read)["subject"].text_or({}) == "erased";
  }
  CHECK(erased == 41);
}

TEST_CASE("open runs and calls of the person are over, and counted so") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  fill(folder.path(), *store);
  const auto reader = reader_or_throw(folder.path());
  const auto before = value_of(reader->counts());
  ask(*store, "erase", ann);
  serve_all(*store);
  const auto counts = value_of(reader->counts());
  CHECK(counts.open_runs == before.open_runs - 30);  // ten of her own, twenty of the shop that were about her
  std::size_t open = 0;
  for (const RunView& run : value_of(reader->runs({}, {0, 500}))) open += !run.row.ended;
  CHECK(counts.open_runs == open);
  CHECK(counts.open_calls == 40);
  CHECK(all_due_calls(*store, at(100'000)).size() == 40);
  for (const DueSubject& due : value_of(store->due(at(100'000), 1000))) CHECK(due.id != "customer:7");
}

TEST_CASE("an erasure that is interrupted, wherever, goes on when the store is opened") {
  const Folder folder, copies;
  int crashes = 0;
  {
    auto store = open_or_throw(folder / "live");
    fill(folder / "live", *store);
    ask(*store, "erase", ann);
    copy_as_crashed(folder / "live", copies / std::to_string(crashes++));
    while (store->serve_request() == Upkeep::more) copy_as_crashed(folder / "live", copies / std::to_string(crashes++));
  }
  CHECK(crashes > 7);
  for (int i = 0; i < crashes; ++i) {
    INFO("crashed after " << i << " slices");
    const std::string at_crash = copies / std::to_string(i);
    auto store = open_or_throw(at_crash);
    serve_all(*store);
    store.reset();
    CHECK(files_with(at_crash, words_of_ann) == std::vector<std::string>{});
    CHECK(files_with(at_crash, {"Builder"}).size() >= 2);
  }
}

TEST_CASE("a reader that is in the way puts the end of an erasure off, and does not lose it") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  fill(folder.path(), *store);
  ask(*store, "erase", ann);
  auto other = value_of(sqlite::Database::open(folder / "shopbell.db", SQLITE_OPEN_READONLY, nullptr));
  REQUIRE(other.execute("BEGIN; SELECT count(*) FROM run") == SQLITE_OK);
  Upkeep left = Upkeep::more;
  while (left == Upkeep::more) left = store->serve_request();
  CHECK(left == Upkeep::later);
  REQUIRE(other.execute("COMMIT") == SQLITE_OK);
  serve_all(*store);
  CHECK(files_with(folder.path(), words_of_ann) == std::vector<std::string>{});
}

TEST_CASE("a shop that leaves takes with it all that its source told, and nothing else") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  fill(folder.path(), *store);
  Batch other = next(*store, {told("w1", "customer:900", false, "woocommerce/w")}, at(500));
  other.subjects = {{"customer:900", R"({"profile":{"name":"Wilma Woo"}})"}};
  REQUIRE(store->commit(other) == Committed::done);
  ask(*store, "erase", {{}, {}, "shopify/s"});
  serve_all(*store);
  CHECK(files_with(folder.path(), words_of_ann) == std::vector<std::string>{});
  CHECK(value_of(store->load({"customer:900"}, {})).subjects[0].state == R"({"profile":{"name":"Wilma Woo"}})");
  CHECK(value_of(store->load({"customer:101"}, {})).subjects[0].state.empty());
  CHECK(value_of(reader_or_throw(folder.path())->counts()).open_runs == 0);
}

TEST_CASE("what is kept about a person is exported as one JSON document, for its owner's eyes") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  fill(folder.path(), *store);
  ask(*store, "export", ann);
  serve_all(*store);
  const std::string path = folder / "exports/request-export.json", text = read_file(path);
  Arena arena;
  const auto read = parse_json(text, arena);
  REQUIRE(read);
  CHECK((*read)["events"].size() == 41);
  CHECK((*read)["runs"].size() == 40);
  CHECK((*read)["calls"].size() == 20);
  CHECK((*read)["tickets"].size() == 20);
  CHECK((*read)["messages"].size() == 20);
  CHECK((*read)["subjects"].size() == 1);
  CHECK((*read)["events"].items()[0]["event"]["data"]["customer"]["name"].text_or({}) == "Ann Quintanilla");
  CHECK(text.find("Builder") == std::string::npos);
  CHECK((fs::status(path).permissions() & fs::perms::others_all) == fs::perms::none);
  ask(*store, "erase", ann);
  serve_all(*store);
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a name is found where it is a name, and not within another") {
  struct Case {
    const char* text;
    bool found;
  };
  const auto c = GENERATE(values<Case>({{R"("to":"Ann.Quinta@Mail.example")", true},
                                        {R"(line\nann.quinta@mail.example)", true},
                                        {"write to ann.quinta@mail.example.", true},
                                        {"joann.quinta@mail.example", false},
                                        {"jo.ann.quinta@mail.example", false},
                                        {"ann.quinta@mail.example.org", false},
                                        {"tel:+34611222333", true},
                                        {"+346112223334", false}}));
  INFO(c.text);
  CHECK(names_person(ann, c.text) == c.found);
}

TEST_CASE("what is older than the shop keeps it goes, with the log's segments; totals stay") {
  const Folder folder;
  auto store = open_or_throw(folder.path());
  constexpr int day = 24 * 3600;
  for (int n = 0; n < 5; ++n) {
    Batch batch = next(*store, {event("d" + std::to_string(n))}, at(n * day));
    for (InputRow& row : batch.inputs) row.at = at(n * day);
    batch.inputs[0].body_digest = event_digest("body", std::to_string(n));
    batch.runs = {open_run("r" + std::to_string(n), "customer:7", batch.inputs[0].seq)};
    if (n % 2 == 0) batch.runs[0] = ended_run("r" + std::to_string(n), "customer:7", batch.inputs[0].seq);
    batch.messages = {{"m" + std::to_string(n), "customer:7", "email", "in", "a", "b", "c", "", at(n * day)}};
    REQUIRE(store->commit(batch) == Committed::done);
  }
  const Millis kept{2 * day * 1000};
  while (store->retain({kept, kept, kept, Millis{0}}, at(4 * day + 10)) == Upkeep::more) {}
  const auto reader = reader_or_throw(folder.path());
  CHECK(value_of(reader->events({}, {})).size() == 2);
  CHECK(value_of(reader->messages({}, {})).size() == 2);
  CHECK(value_of(reader->runs({}, {})).size() == 2);  // those that are open stay, however old
  CHECK_FALSE(fs::exists(folder / "log/2026-11-21.jsonl"));
  CHECK(fs::exists(folder / "log/2026-11-25.jsonl"));
  CHECK(value_of(reader->counts()).events == 5);
  CHECK(value_of(store->load({}, {event_digest("shop", "d4"), event_digest("body", "4")})).seen == std::vector<std::uint64_t>{5, 5});
}

TEST_CASE("how a source behaves is there after the store was closed and opened") {
  const Folder folder;
  {
    auto store = open_or_throw(folder.path());
    Batch batch = next(*store, {});
    batch.sources = {{"shopify/s", at(5), 1000, 3000, 7, 2, at(4), "the signature does not match", true}};
    REQUIRE(store->commit(batch) == Committed::done);
  }
  auto store = open_or_throw(folder.path());
  const auto rows = value_of(reader_or_throw(folder.path())->sources());
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].name == "shopify/s");
  CHECK(rows[0].last == at(5));
  CHECK(rows[0].rejected == 2);
  CHECK(rows[0].reason == "the signature does not match");
  CHECK(rows[0].silent);
}
