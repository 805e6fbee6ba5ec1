#include "engine/rollback/past.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace tidemark;
using namespace tidemark::engine::rollback;
using journal::Op;

namespace {

const std::map<std::uint32_t, journal::TableShape> kTables{{1, {1, "public", "links", {{"id", "uuid"}, {"url", "text"}}, {0}}}};

/// A life told in steps; each record is one higher, each in a run of its own.
struct Life {
  Past past;
  Seq seq = 0;
  Mark mark() {
    ++seq;
    return {seq, 10 * seq, {static_cast<std::int64_t>(1000 * seq)}};
  }
  static journal::RowChanges rows(Op op, const std::string& ids) {
    journal::RowChanges changes;
    for (const char id : ids) {
      const journal::Row row{std::string(1, id), "url"};
      changes.list.push_back(op == Op::insert ? journal::RowChange{1, op, {}, row} : journal::RowChange{1, op, row, {}});
    }
    return changes;
  }
  Life& converted(const std::string& ids, const std::string& work = "convert", const std::vector<journal::Rejection>& rejected = {}) {
    journal::SubjectConverted event;
    event.previous = past.last;
    event.source = {static_cast<std::uint8_t>(seq + 1)};
    event.changes = rows(Op::insert, ids);
    event.rejected = rejected;
    fold(past, event, work, mark(), kTables);
    return *this;
  }
  Life& rolled_back(const std::string& ids, std::uint32_t left = 0) {
    fold(past, journal::SubjectReverted{past.last, rows(Op::remove, ids), left}, "rollback", mark(), kTables);
    return *this;
  }
  Life& partly_back(const std::string& ids) {
    fold(past, journal::SubjectReverted{past.last, rows(Op::insert, ids), 1}, "redo", mark(), kTables);
    return *this;
  }
  Life& skipped() {
    fold(past, journal::SubjectSkipped{past.last, {}, "empty", {{"x", "invalid_url"}}}, "convert", mark(), kTables);
    return *this;
  }
  Life& refused() {
    fold(past, journal::SubjectRefused{past.last, {}, "target", "", ""}, "convert", mark(), kTables);
    return *this;
  }
};

std::string ids(const engine::conversion::Effects& effects) {
  std::string text;
  for (const auto& [name, row] : effects.rows()) text += *name.second.front();
  return text;
}
std::string ids(const std::vector<engine::conversion::Effect>& away) {
  std::string text;
  for (const auto& effect : away) text += *effect.before->row.front();
  std::sort(text.begin(), text.end());
  return text;
}
std::vector<Seq> seqs(const std::vector<Mark>& marks) {
  std::vector<Seq> list;
  for (const auto& mark : marks) list.push_back(mark.seq);
  return list;
}

}  // namespace

TEST_CASE("what stands and what is away, through undo and redo") {
  Life life;
  life.converted("abc");
  CHECK(ids(life.past.standing) == "abc");
  CHECK_FALSE(life.past.open);
  life.rolled_back("abc");
  CHECK((ids(life.past.standing).empty() && ids(life.past.away) == "abc" && life.past.open));
  CHECK(life.past.tally == journal::Tally{{"reverted", 1}});
  life.converted("abc", "redo");
  CHECK((ids(life.past.standing) == "abc" && life.past.away.empty() && !life.past.open));
  CHECK(life.past.tally == journal::Tally{{"converted", 1}});
  life.rolled_back("abc");
  CHECK(ids(life.past.away) == "abc");
  CHECK(life.past.last == 4);
}

TEST_CASE("several rollbacks in part add up; a redo in part leaves the rest away") {
  Life life;
  life.converted("abc").rolled_back("a", 2).rolled_back("bc");
  CHECK(ids(life.past.away) == "abc");
  CHECK(seqs(life.past.undone) == std::vector<Seq>{2, 3});
  life.partly_back("ac");
  CHECK((ids(life.past.standing) == "ac" && ids(life.past.away) == "b" && life.past.open));
  CHECK(seqs(life.past.undone) == std::vector<Seq>{2, 3});  // a redo is no rollback
  CHECK(seqs(life.past.made) == std::vector<Seq>{1, 4});
  life.rolled_back("a", 1);
  CHECK(ids(life.past.away) == "ab");
  life.converted("ab", "redo");
  CHECK((ids(life.past.standing) == "abc" && !life.past.open));
}

TEST_CASE("a conversion anew supersedes what was rolled back; a refusal doesn't") {
  Life life;
  life.converted("abc").rolled_back("abc").refused();
  CHECK((life.past.open && ids(life.past.away) == "abc"));
  life.converted("def");
  CHECK((!life.past.open && life.past.away.empty()));
  life.rolled_back("def");
  CHECK(ids(life.past.away) == "def");
  life.skipped();
  CHECK((!life.past.open && life.past.away.empty()));
}

TEST_CASE("by which records a profile is converted: parked by a rollback, back by a redo, gone by a conversion anew") {
  Life life;
  life.converted("a").converted("b").rolled_back("a", 1);
  CHECK(seqs(life.past.made) == std::vector<Seq>{1, 2});  // in part: it is still converted
  life.rolled_back("b");
  CHECK(life.past.made.empty());
  CHECK(seqs(life.past.parked) == std::vector<Seq>{1, 2});
  life.converted("ab", "redo");
  CHECK(seqs(life.past.made) == std::vector<Seq>{1, 2, 5});
  life.rolled_back("ab").converted("c");
  CHECK(seqs(life.past.made) == std::vector<Seq>{7});
  CHECK(life.past.parked.empty());
}

TEST_CASE("source and rejections are the conversion's, also after a redo; rejections are the last record's") {
  Life life;
  life.converted("a", "convert", {{"x", "invalid_url"}});
  CHECK(life.past.rejected.size() == 1);
  life.rolled_back("a");
  CHECK(life.past.rejected.empty());
  CHECK(life.past.converted.rejected.size() == 1);
  CHECK(life.past.converted.source == journal::SourceDigest{1});
  CHECK(life.past.converted.changes.list.empty());
  life.converted("a", "redo", life.past.converted.rejected);
  CHECK(life.past.rejected.size() == 1);
  CHECK(life.past.converted.source == journal::SourceDigest{1});
}
