#include "journal/projection.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "journal/verify.h"
#include "support.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

namespace {

using Names = std::vector<std::string>;

Names ranges(const Reader& reader) {
  Names out;
  for (const KeyRange& r : reader.closed_ranges("links")) out.push_back((r.lo ? *r.lo : "") + ".." + r.hi);
  std::sort(out.begin(), out.end());
  return out;
}

Names migrations(const Reader& reader) {
  Names out;
  for (const auto& m : reader.migrations()) out.push_back(m.name + (m.applied ? " applied" : " reverted"));
  return out;
}

struct Journal {
  TempDir dir;
  std::unique_ptr<Writer> writer = make_journal(dir.path());
  Reader after(const std::string& script) {
    play(*writer, script);
    writer->flush();
    const VerifyReport report = verify(dir.path());  // whatever the fold did, the whole fold does again
    INFO(report.kind << ": " << report.detail);
    CHECK(report.ok);
    return Reader(dir.path());
  }
};

}  // namespace

TEST_CASE("an intent is in doubt, and nothing of it counts") {
  Journal j;
  const Reader r = j.after("run convert; lease 1; convert 1.1 links _a !_b .._c");
  const auto unit = r.unit(UnitId(1, 1));
  REQUIRE(unit);
  CHECK(unit->state == UnitState::in_doubt);
  CHECK(unit->name == "links");
  CHECK(unit->work == "convert");
  CHECK(unit->run == 2);
  CHECK(unit->first == 4);
  CHECK(unit->intent == 5);
  CHECK(unit->outcome == 0);
  CHECK(unit->intent_chain == r.event(5)->chain);
  CHECK(r.units(UnitState::in_doubt).size() == 1);
  CHECK(r.counters("links").empty());
  CHECK(r.closed_ranges("links").empty());
  CHECK(r.open_subjects("links").empty());
  CHECK(r.receipts() == ReceiptSum{});
  CHECK(r.last_epoch() == 1);
}

TEST_CASE("its outcome brings everything about") {
  Journal j;
  const auto outcome = GENERATE("commit 1.1", "settle 1.1");
  const Reader r = j.after("convert 1.1 links _a _x- !_b .._c;" + std::string(outcome));
  const auto unit = r.unit(UnitId(1, 1));
  CHECK(unit->state == UnitState::committed);
  CHECK(unit->outcome == r.head_seq());
  CHECK(unit->committed_at.value > 0);
  CHECK(r.units(UnitState::in_doubt).empty());
  CHECK(r.units(UnitState::committed).size() == 1);
  CHECK(r.counters("links") == Tally{{"converted", 1}, {"links", 2}, {"skipped", 1}});
  CHECK(r.counters("other").empty());
  CHECK(ranges(r) == Names{".._c"});
  CHECK(r.open_subjects("links") == Names{"_b"});
  CHECK(r.receipts() == ReceiptSum{1, receipt_digest(unit->intent_chain)});
}

TEST_CASE("the receipt's share is the chain's first bytes without the top four bits") {
  Digest chain{};
  for (std::size_t i = 0; i < chain.size(); ++i) chain[i] = static_cast<std::uint8_t>(0xf1 + i);
  CHECK(receipt_digest(chain) == 0x01f2f3f4f5f6f7f8u);
}

TEST_CASE("ranges join across units out of order, and a voided one opens again") {
  Journal j;
  CHECK(ranges(j.after("convert 1.1 links _a .._a; convert 1.2 links _b _a.._b; convert 1.3 links _c _b.._c; commit "
                       "1.3; commit 1.1")) == Names{".._a", "_b.._c"});
  CHECK(ranges(j.after("commit 1.2; phase links first_pass")) == Names{".._c"});
  CHECK(Reader(j.dir.path()).phase_done("links", "first_pass"));
  const Reader r = j.after("void 1.2");
  CHECK(ranges(r) == Names{".._a", "_b.._c"});
  CHECK_FALSE(r.phase_done("links", "first_pass"));  // a range of it is open again
  CHECK(r.counters("links") == Tally{{"converted", 2}, {"links", 4}});
  CHECK(r.receipts().count == 2);
  CHECK(ranges(j.after("convert 1.4 links _b _a.._b; commit 1.4")) == Names{".._c"});
}

TEST_CASE("what a voided unit did is as if it had never been") {
  Journal j;
  const Reader before = j.after("convert 1.1 links _a .._a; commit 1.1");
  const auto counters = before.counters("links");
  const auto sum = before.receipts();
  j.after("convert 1.2 links _b _c? !_d _a.._e; commit 1.2");
  const Reader after = j.after("void 1.2");
  CHECK(after.counters("links") == counters);
  CHECK(after.receipts() == sum);
  CHECK(after.open_subjects("links").empty());
  CHECK(after.unit(UnitId(1, 2))->state == UnitState::voided);
  CHECK(after.unit(UnitId(1, 2))->committed_at == UtcMicros{});
}

TEST_CASE("a unit that counts again is as if it had never been given up, and can be given up again") {
  Journal j;
  const auto given_up = GENERATE("commit 1.2; void 1.2", "void 1.2");
  j.after("convert 1.1 links _a !_b .._c; commit 1.1; apply 1.3 m1; applied 1.3 m1; convert 1.2 links _b !_d _c.._e");
  const Reader without = j.after("void 1.3;" + std::string(given_up));
  CHECK(without.open_subjects("links") == Names{"_b"});
  CHECK(migrations(without).empty());
  const auto counters = without.counters("links");
  const Reader again = j.after("reinstate 1.3; reinstate 1.2");
  CHECK(again.open_subjects("links") == Names{"_d"});
  CHECK(ranges(again) == Names{".._e"});
  CHECK(again.counters("links") == Tally{{"converted", 2}, {"links", 4}});
  CHECK(again.subject_state("links", "_b").status == SubjectStatus::converted);
  CHECK(migrations(again) == Names{"m1 applied"});
  CHECK(again.receipts().count == 3);
  CHECK(again.unit(UnitId(1, 2))->state == UnitState::committed);
  CHECK(again.unit(UnitId(1, 2))->committed_at.value > 0);
  const Reader twice = j.after("void 1.2");
  CHECK(twice.counters("links") == counters);
  CHECK(twice.open_subjects("links") == Names{"_b"});
  CHECK(twice.receipts().count == 2);
}

TEST_CASE("deferred subjects stay open until a committed unit records them") {
  Journal j;
  CHECK(j.after("convert 1.1 links _a !_b !_c .._d; commit 1.1; convert 1.2 links _b").open_subjects("links") ==
        Names{"_b", "_c"});
  CHECK(j.after("void 1.2").open_subjects("links") == Names{"_b", "_c"});
  CHECK(j.after("convert 1.3 links _b; commit 1.3").open_subjects("links") == Names{"_c"});
  CHECK(j.after("convert 1.4 links _b _c-; commit 1.4").open_subjects("links").empty());
  CHECK(j.after("void 1.3").open_subjects("links").empty());  // 1.4 recorded it too
  CHECK(j.after("void 1.4").open_subjects("links") == Names{"_b", "_c"});
  CHECK(j.after("convert 1.5 links !_b; commit 1.5; convert 1.6 links _b; commit 1.6").open_subjects("links") ==
        Names{"_c"});
  CHECK(j.after("convert 1.7 other _c; commit 1.7").open_subjects("links") == Names{"_c"});
}

TEST_CASE("migrations: the last committed change of each") {
  Journal j;
  CHECK(migrations(j.after("apply 1.1 m1; applied 1.1 m1; apply 1.2 m2; settle 1.2; apply 1.3 m3")) ==
        Names{"m1 applied", "m2 applied"});
  CHECK(migrations(j.after("void 1.3; revert 1.4 m1; reverted 1.4 m1")) == Names{"m2 applied", "m1 reverted"});
  CHECK(migrations(j.after("void 1.4")) == Names{"m1 applied", "m2 applied"});
  CHECK(j.after("void 1.1").receipts().count == 1);
}

TEST_CASE("runs") {
  Journal j;
  const Reader r = j.after("run deploy; end 0; run convert; pause; run rollback");
  REQUIRE(r.runs().size() == 3);
  CHECK(r.runs()[0].state == "done");
  CHECK(r.runs()[0].exit_code == 0u);
  CHECK(r.runs()[1].state == "paused");
  CHECK_FALSE(r.runs()[1].exit_code);
  CHECK(r.last_run()->state == "running");
  CHECK(r.last_run()->started.verb == "rollback");
  CHECK(r.run(4)->started.verb == "convert");
  CHECK_FALSE(r.run(3));
}

TEST_CASE("what must not stand where it stands is our own mistake, and stops the writer") {
  const auto [before, wrong] = GENERATE(table<std::string, std::string>({
      {"", "commit 1.1"},
      {"", "void 1.1"},
      {"", "settle 1.1"},
      {"convert 1.1 links _a; commit 1.1", "commit 1.1"},
      {"convert 1.1 links _a; commit 1.1", "settle 1.1"},
      {"convert 1.1 links _a; void 1.1", "commit 1.1"},
      {"convert 1.1 links _a; void 1.1", "void 1.1"},
      {"convert 1.1 links _a", "convert 1.1 links _b"},
      {"", "reinstate 1.1"},
      {"convert 1.1 links _a", "reinstate 1.1"},
      {"convert 1.1 links _a; commit 1.1", "reinstate 1.1"},
      {"convert 1.1 links _a; void 1.1; reinstate 1.1", "reinstate 1.1"},
      {"convert 1.1 links _a; void 1.1; reinstate 1.1", "commit 1.1"},
      {"convert 1.1 links", "apply 1.1 m1"},
      {"convert 1.1 links _a", "applied 1.1 links"},
      {"apply 1.1 m1", "commit 1.1"},
      {"apply 1.1 m1", "applied 1.1 m2"},
      {"apply 1.1 m1", "reverted 1.1 m1"},
      {"lease 2", "lease 2"},
      {"table 1", "table 1"},
      {"", "end 0"},
      {"run convert; end 0", "end 1"},
  }));
  CAPTURE(before, wrong);
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  play(*writer, before);
  writer->flush();
  const Seq good = writer->head().seq;
  play(*writer, wrong);
  CHECK_THROWS_AS(writer->flush(), std::logic_error);
  CHECK_THROWS(writer->append(Note{"more"}));
  const VerifyReport report = verify(dir.path());
  CHECK(report.ok);
  CHECK(report.events == good);
}

TEST_CASE("an outcome fits its intent, and an intent is whole") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  const auto [script, event, says] = GENERATE(table<std::string, Event, std::string>({
      {"apply 1.1 m", ChunkCommitted{}, "is no chunk"},
      {"revert 1.1 m", ChunkCommitted{}, "is no chunk"},
      {"history", ChunkCommitted{}, "is no chunk"},
      {"apply 1.1 m", MigrationReverted{"m", {}}, "was meant to apply m"},
      {"revert 1.1 m", MigrationReverted{"other", {}}, "was meant to revert m"},
      {"revert 1.1 m", MigrationApplied{"m", {}}, "was meant to revert m"},
      {"apply 1.1 m", MigrationApplied{"other", {}}, "was meant to apply m"},
      {"apply 1.1 m", HistoryWritten{"m", {}}, "was meant to apply m"},
      {"history", HistoryWritten{"other", {}}, "was meant to history m"},
      {"", HistoryIntended{"m", "baseline", {"m"}, {}, {"applied"}, {Digest{}}, {}, {}, {}, {}}, "lists of different lengths"},
      {"", HistoryIntended{"m", "baseline", {"m"}, {"id"}, {}, {Digest{}}, {}, {}, {}, {}}, "lists of different lengths"},
      {"", HistoryIntended{"m", "baseline", {"m"}, {"id"}, {"applied"}, {}, {}, {}, {}, {}}, "lists of different lengths"},
      {"", JournalOpened{}, "journal_opened is the first event"},
      {"", UnitVoided{}, "has no intent"},
  }));
  const UnitId unit(1, 1);
  if (script == "history") writer->append(HistoryIntended{"m", "baseline", {"m"}, {"id"}, {"applied"}, {Digest{}}, {}, {}, {}, {}}, unit);
  else if (!script.empty()) play(*writer, script);
  writer->flush();
  writer->append(event, unit);
  CAPTURE(script, says);
  try {
    writer->flush();
    FAIL("taken");
  } catch (const IllegalEvent& error) {
    CHECK_THAT(error.what(), Catch::Contains(says));
  }
}

TEST_CASE("an intent has a unit") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  MigrationIntended intent;
  intent.name = "m";
  writer->append(intent);
  CHECK_THROWS_AS(writer->flush(), IllegalEvent);
}

TEST_CASE("a chunk's records stand right before its intent, all of them") {
  const TempDir dir;
  const auto writer = make_journal(dir.path());
  const UnitId unit(1, 1);
  ChunkIntended intent;
  intent.conversion = "links";
  intent.events = 1;
  SECTION("one is missing") { writer->append(intent, unit); }
  SECTION("another stands between") {
    writer->append(SubjectSkipped{}, unit, "_a");
    writer->append(Note{});
    writer->append(intent, unit);
  }
  SECTION("one too many") {
    writer->append(SubjectSkipped{}, unit, "_a");
    writer->append(SubjectSkipped{}, unit, "_b");
    writer->append(intent, unit);
  }
  SECTION("behind it") {
    writer->append(SubjectSkipped{}, unit, "_a");
    writer->append(intent, unit);
    writer->append(SubjectSkipped{}, unit, "_b");
  }
  SECTION("without a unit") { writer->append(SubjectSkipped{}, UnitId(), "_a"); }
  SECTION("without a subject") { writer->append(SubjectSkipped{}, unit); }
  CHECK_THROWS_AS(writer->flush(), IllegalEvent);
}
