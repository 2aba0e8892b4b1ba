// What a start knows of the attempts that the process before had under way.

#include "serve/sent_marks.h"
#include "support/catch.h"
#include "support/temp_dir.h"

using namespace shopbell;

namespace {

SentMarks::Key key(int number) { return SentMarks::key_of("call " + std::to_string(number), 1); }

SentMarks opened(const test::TempDir& folder, const std::string& boot) {
  auto marks = SentMarks::open(folder.path() + "/sent", boot);
  REQUIRE(marks);
  return std::move(*marks);
}

using InDoubt = std::vector<bool>;

}  // namespace

TEST_CASE("of the attempts that were under way, those are in doubt that had been sent") {
  test::TempDir folder;
  {
    SentMarks marks = opened(folder, "first");
    CHECK(marks.take_over({}).empty());
    marks.mark(key(1));
    marks.mark(key(2));
    marks.mark(key(2));
    marks.mark(key(3));
    marks.forget(key(2));
  }
  CHECK(opened(folder, "first").take_over({key(1), key(2), key(4)}) == InDoubt{true, false, false});
  // What is in doubt stays so until it is settled, and what nobody asked for is gone.
  CHECK(opened(folder, "first").take_over({key(1), key(3)}) == InDoubt{true, false});
}

TEST_CASE("another attempt of the same call is another matter") {
  test::TempDir folder;
  {
    SentMarks marks = opened(folder, "first");
    marks.take_over({});
    marks.mark(SentMarks::key_of("call", 1));
  }
  CHECK(opened(folder, "first").take_over({SentMarks::key_of("call", 2)}) == InDoubt{false});
}

TEST_CASE("after the machine was down, and where it has no name for that, all are in doubt, also at the start after") {
  const std::string boot = GENERATE("second", "");
  test::TempDir folder;
  opened(folder, "first").take_over({});
  CHECK(opened(folder, boot).take_over({key(1)}) == InDoubt{true});
  CHECK(opened(folder, boot).take_over({key(1)}) == InDoubt{true});
}

TEST_CASE("more marks than there is room for put all in doubt") {
  test::TempDir folder;
  {
    SentMarks marks = opened(folder, "first");
    marks.take_over({});
    for (int i = 0; i <= static_cast<int>(sent_marks_max); ++i) marks.mark(key(i));
  }
  CHECK(opened(folder, "first").take_over({key(-1)}) == InDoubt{true});
}

TEST_CASE("without a file nothing is known") {
  SentMarks marks;
  marks.mark(key(1));
  CHECK(marks.take_over({key(1), key(2)}) == InDoubt{true, true});
}
