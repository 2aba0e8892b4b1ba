#include "intake/log_line.h"
#include "intake/log_reader.h"
#include "base/time.h"
#include "load/platform.h"
#include "support/catch.h"
#include "support/temp_dir.h"

#include <zlib.h>
#include <zstd.h>

#include <fstream>

using namespace shopbell;

namespace {

std::string zstd(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

std::string gzip(const std::string& text, const std::string& path) {
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string written(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

/// "NUMBER:TEXT" of each line; a line that ends it says why, if it was no end.
std::vector<std::string> lines_of(const std::string& path, std::size_t block_bytes = 64) {
  std::vector<std::string> lines;
  const auto reader = LogReader::open(path);
  REQUIRE(reader);
  LogBlock block;
  for (;;) {
    const auto more = (*reader)->read(block, block_bytes);
    if (!more) lines.push_back(more.error().code);
    if (!more || !*more) return lines;
    for_each_line(block, [&](std::string_view text, std::uint64_t number) {
      lines.push_back(std::to_string(number) + ":" + std::string(text.substr(0, 20)));
    });
  }
}

}  // namespace

TEST_CASE("a log's lines are the same, however it is packed and however large the pieces are") {
  const test::TempDir dir;
  const std::string text = "one\n\ntwo " + std::string(1000, 'x') + "\nthree";
  const std::vector<std::string> wanted{"1:one", "3:two xxxxxxxxxxxxxxxx", "4:three"};
  const std::string path = dir.path() + "/log";
  const std::string packed = gzip(text, dir.path() + "/packed");
  for (const std::string& bytes : {text, packed, zstd(text), gzip("one\n\n", path) + gzip(text.substr(5), path),
                                   zstd("one\n\n") + zstd(text.substr(5))})
    for (const std::size_t block_bytes : {std::size_t{1}, std::size_t{64}, std::size_t{1} << 20}) {
      INFO(block_bytes << " of " << bytes.size());
      CHECK(lines_of(written(path, bytes), block_bytes) == wanted);
    }
}

TEST_CASE("a packed log that ends too soon is told of, behind the lines that are whole") {
  const test::TempDir dir;
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i * 7919 % 100'003) + "\n";
  const std::string whole = gzip(text, dir.path() + "/packed");
  for (const std::string& bytes : {whole, zstd(text)}) {
    const auto lines = lines_of(written(dir.path() + "/log", bytes.substr(0, bytes.size() / 2)), 1 << 16);
    REQUIRE(lines.size() > 100);
    CHECK(lines[0] == "1:0");
    CHECK(lines.back() == "broken_log");
  }
  std::string broken = whole;  // its check sum tells
  for (std::size_t i = 2000; i < 2100; ++i) broken[i] = 'x';
  CHECK(lines_of(written(dir.path() + "/log", broken)).back() == "broken_log");
}

TEST_CASE("a line that is longer than log_line_bytes_max is left out, and its number told") {
  const test::TempDir dir;
  const std::string path = written(dir.path() + "/log", "one\n" + std::string(log_line_bytes_max + 100, 'x') + "\nthree\n");
  const auto reader = LogReader::open(path);
  REQUIRE(reader);
  LogBlock block;
  std::vector<std::string> lines;
  while ((*reader)->read(block, 1 << 16).value())
    for_each_line(block, [&](std::string_view text, std::uint64_t number) { lines.push_back(std::to_string(number) + ":" + std::string(text.substr(0, 20))); });
  CHECK(lines == std::vector<std::string>{"1:one", "3:three"});
  CHECK((*reader)->too_long() == std::vector<std::uint64_t>{2});
}

TEST_CASE("a folder's segments come in order of day and number") {
  const test::TempDir dir;
  for (const char* name : {"2026-11-21.10.jsonl", "2026-11-21.2.jsonl.gz", "2026-11-21.jsonl", "2026-11-20.jsonl.zst", "notes.txt"})
    written(dir.path() + "/" + name, "x");
  const auto files = log_files(dir.path());
  REQUIRE(files);
  std::string names;
  for (const std::string& file : *files) names += file.substr(dir.path().size() + 1) + " ";
  CHECK(names == "2026-11-20.jsonl.zst 2026-11-21.jsonl 2026-11-21.2.jsonl.gz 2026-11-21.10.jsonl ");
  CHECK(log_files(dir.path() + "/nowhere").error().code == "no_such_file");
}

TEST_CASE("a line is an event, or a recorded webhook of one of the shop's sources") {
  Arena arena;
  const Time before = from_ms(1'800'000'000'000);
  const auto event = read_log_line(
      R"({"specversion":"1.0","id":"1","source":"s","type":"order.placed","time":"2026-11-01T10:00:00Z","received":"2026-11-01T10:00:05Z","data":{"order":{"id":7,"total":3}}})",
      {}, before, arena);
  REQUIRE(event);
  REQUIRE(event->events.size() == 1);
  CHECK(event->events[0].event.subject == "order:7");
  CHECK(event->events[0].event.data.at_path("order.total").is(Kind::real));
  CHECK(format_rfc3339(event->events[0].received) == "2026-11-01T10:00:05Z");

  SourceConfig source;
  source.name = "erp";
  source.how = find_platform("custom");
  REQUIRE(source.how);
  const auto hook = read_log_line(R"({"hook":"erp","headers":{},"body":"{\"type\":\"order.placed\",\"id\":\"9\",\"data\":{\"order\":{\"id\":8}}}"})",
                                  std::span(&source, 1), before, arena);
  REQUIRE(hook);
  REQUIRE(hook->events.size() == 1);
  CHECK(hook->events[0].event.source == "custom/erp");
  CHECK(hook->events[0].event.subject == "order:8");
  CHECK(hook->events[0].received == before);

  const auto unknown = read_log_line(R"({"hook":"other","headers":{},"body":"{}"})", std::span(&source, 1), before, arena);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == "no_such_source");
  CHECK(read_log_line("nonsense", {}, before, arena).error().code == "bad_json");
}
