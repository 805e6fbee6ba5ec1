#include "engine/rollback/selection.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "journal/journal.h"

using namespace tidemark;
using namespace tidemark::engine::rollback;

namespace {

/// A journal in a directory of its own; each step is a run with one committed unit.
class Story {
 public:
  Story() {
    std::string name = (std::filesystem::temp_directory_path() / "selection.XXXXXX").string();
    directory_ = mkdtemp(name.data());
    journal::Writer::Options options{directory_ + "/a.journal", "test", [this] { return journal::UtcMicros{++clock_}; }};
    writer_ = journal::Writer::create(options, journal::JournalOpened{journal::random_uuid(), journal::random_uuid(), "1", "db", "test"});
    writer_->append(journal::TableDescribed{{1, "public", "links", {{"id", "text"}}, {0}}});
  }
  ~Story() {
    writer_.reset();
    std::filesystem::remove_all(directory_);
  }
  /// Each letter a profile with one row of the same name. @return the run
  Run does(journal::WorkKind work, const std::string& subjects, bool commit = true, std::uint32_t left = 0, std::size_t bytes = 1) {
    const Run run = writer_->start_run({});
    const journal::UnitId unit(1, ++units_);
    std::vector<journal::Draft> drafts;
    for (const char c : subjects) {
      const std::string name(1, c);
      const journal::Row row{std::string(bytes, c)};
      if (work == journal::WorkKind::rollback) {
        drafts.push_back(journal::draft(journal::SubjectReverted{0, {{{1, journal::Op::remove, row, {}}}}, left}, unit, name));
      } else {
        drafts.push_back(journal::draft(journal::SubjectConverted{0, {}, {{{1, journal::Op::insert, {}, row}}}, {}, false}, unit, name));
      }
    }
    journal::ChunkIntended chunk;
    chunk.conversion = "links";
    chunk.work = work;
    chunk.events = drafts.size();
    drafts.push_back(journal::draft(chunk, unit));
    writer_->append(drafts);
    if (commit) writer_->append(journal::ChunkCommitted{{1000}}, unit);
    writer_->flush();
    return run;
  }
  /// All that a selection by chunks of two gives, the chunks apart by |.
  std::string select(const Scope& scope, Direction direction) const {
    const journal::Reader reader(directory_ + "/a.journal");
    Selection selection(reader, "links", scope, direction, 2);
    std::string text;
    for (auto keys = selection.next(); !keys.empty(); keys = selection.next()) {
      if (!text.empty()) text += "|";
      for (const auto& key : keys) text += key;
    }
    return text;
  }

 private:
  std::string directory_;
  std::int64_t clock_ = 0;
  std::uint32_t units_ = 0;
  std::unique_ptr<journal::Writer> writer_;
};

Scope in_run(Run run) { return {{}, run, {}, {}, {}}; }
using enum journal::WorkKind;

}  // namespace

TEST_CASE("chunk by chunk, each subject once, at its last record") {
  Story story;
  const Run first = story.does(convert, "abcde");
  CHECK(story.select({}, Direction::undo) == "ab|cd|e");
  CHECK(story.select({}, Direction::redo).empty());
  const Run undone = story.does(rollback, "bcde");
  CHECK(story.select({}, Direction::undo) == "a");
  CHECK(story.select({}, Direction::redo) == "bc|de");
  const Run redone = story.does(redo, "ce");
  CHECK(story.select({}, Direction::undo) == "ac|e");
  CHECK(story.select({}, Direction::redo) == "b|d");
  story.does(rollback, "ce");
  CHECK(story.select({}, Direction::redo) == "b|d|ce");  // at the last of its rollbacks, in pages of two records
  CHECK(story.select(in_run(first), Direction::redo) == "b|d|ce");
  CHECK(story.select(in_run(undone), Direction::redo) == "b|d");  // c and e came back since, and went with another run
  CHECK(story.select(in_run(redone), Direction::redo) == "ce");
  const Run again = story.does(convert, "bx");
  CHECK(story.select({}, Direction::redo) == "d|ce");
  CHECK(story.select(in_run(again), Direction::undo) == "bx");
  CHECK(story.select(in_run(first), Direction::undo) == "a");  // b's rows are of another run now
}

TEST_CASE("a page ends where its records would take too much memory") {
  Story story;
  const std::size_t bytes = journal::Reader::kMostBytesAtOnce * GENERATE(2, 5) / 3;
  story.does(convert, "abc", true, 0, bytes);
  Scope scope;
  scope.subjects = {"a", "b", "c"};
  CHECK(story.select(scope, Direction::undo) == "a|b|c");
  CHECK(story.select({}, Direction::undo) == "a|b|c");
  story.does(rollback, "abc", true, 0, bytes);
  CHECK(story.select({}, Direction::redo) == "a|b|c");
}

TEST_CASE("from an event that is still to come on there is nothing") {
  Story story;
  story.does(convert, "a");
  story.does(rollback, "a");
  story.does(convert, "b");
  Scope scope;
  scope.since.event = 1000;
  CHECK(story.select(scope, Direction::undo).empty());
  CHECK(story.select(scope, Direction::redo).empty());
}

TEST_CASE("what is in doubt has not happened") {
  Story story;
  story.does(convert, "ab");
  story.does(rollback, "a", false);
  CHECK(story.select({}, Direction::undo) == "ab");
  CHECK(story.select({}, Direction::redo).empty());
}

TEST_CASE("named subjects are narrowed by their history; without one they are taken as they are") {
  Story story;
  story.does(convert, "abc");
  const Run run = story.does(convert, "bd");
  Scope scope;
  scope.subjects = {"d", "x", "a", "b"};
  CHECK(story.select(scope, Direction::undo) == "dx|ab");
  scope.run = run;
  CHECK(story.select(scope, Direction::undo) == "db");
  scope.subjects = engine::Keys{};
  CHECK(story.select(scope, Direction::undo).empty());  // nobody: not all
}
