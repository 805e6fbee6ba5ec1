// Events as sentences, and the rows in them: what stands there only sometimes, and what it depends on.
#include "engine/audit/story.h"

#include <catch2/catch.hpp>

using namespace tidemark::journal;
using namespace tidemark::engine::audit;

TEST_CASE("an event's sentence says what it has, and leaves out what it hasn't") {
  Digest digest{};
  digest[0] = 0xab;
  const auto intended = [&](bool revert, const char* source, const char* proof) {
    MigrationIntended e{"m1", revert, digest, "", "", ""};
    e.source = source;
    e.proof = proof;
    return e;
  };
  const auto chunk = [](WorkKind work, std::uint64_t rows, std::optional<KeyRange> closes, std::vector<std::string> deferred) {
    return ChunkIntended{"links", work, 0, 1, rows, std::move(closes), std::move(deferred), {}};
  };
  const auto history = [](const char* why) { return HistoryIntended{"b", "resolve", {"a", "b"}, {"1", "2"}, {"applied", "rolled_back"}, {}, why, {}, "", ""}; };
  const RowChange insert{1, Op::insert, {}, {"7"}}, remove{1, Op::remove, {"7"}, {}};
  const auto [event, sentence] = GENERATE_COPY(table<Event, std::string>({
      {intended(false, "", ""), "m1, checksum ab0000000000"},
      {intended(false, "derived", "in place"), "m1, checksum ab0000000000, inverse derived, in place"},
      {intended(false, "", "irreversible: no key"), "m1, checksum ab0000000000, inverse irreversible: no key"},
      {intended(true, "", ""), "undo of m1, checksum ab0000000000"},
      {MigrationRefused{"m1", "42P07", "it is there"}, "m1 (42P07): it is there"},
      {MigrationRefused{"m1", "", "two statements"}, "m1: two statements"},
      {chunk(WorkKind::convert, 1, KeyRange{"a", "k"}, {}), "convert links: 1 profile, 1 row, keys up to k"},
      {chunk(WorkKind::convert, 2, {}, {"x", "y"}), "convert links: 1 profile, 2 rows, 2 deferred (locked by others)"},
      {chunk(WorkKind::rollback, 0, {}, {}), "rollback links: 1 profile, 0 rows"},
      {chunk(WorkKind::redo, 0, {}, {}), "redo links: 1 profile, 0 rows"},
      {ProcedureStarted{"", {}, "ada", "web", "tidemark 1", {}}, "the runbook, by ada@web, tidemark 1"},
      {ProcedureStarted{"staging", {}, "ada", "web", "tidemark 1", {}}, "the runbook, staging, by ada@web, tidemark 1"},
      {PassStarted{"links", "first_pass", 100, false, 7, ""}, "links first_pass: 7 of 100 on record"},
      {PassStarted{"links", "first_pass", 100, true, 7, "22:00-06:00"}, "links first_pass: 7 of about 100 on record, works 22:00-06:00"},
      {RowsRestored{"m1", {}, 3, 0}, "3 rows of m1 brought back"},
      {RowsRestored{"m1", {}, 1, 2}, "1 row of m1 brought back, 2 conflicts"},
      {history(""), "resolve: a applied, b rolled_back"},
      {history("its effect is there"), "resolve: a applied, b rolled_back; its effect is there"},
      {StepEnded{"m1", "done", "index public.i is valid", "", ""}, "m1 done: index public.i is valid"},
      {StepEnded{"m1", "failed", "", "23505", "a duplicate"}, "m1 failed: a duplicate (SQLSTATE 23505)"},
      {StepEnded{"m1", "lost", "", "", "connection reset"}, "m1 lost: connection reset"},
      {StepEnded{"m1", "cleared", "", "", ""}, "m1 cleared"},
      {DriftFound{{}, {}, {"+ index public.i"}, {}, {}}, "the schema was changed by others: + index public.i"},
      {DriftFound{{}, {}, {"+ index public.i", "~ table public.t"}, {"~ table public.t"}, {}}, "the schema was changed by others: + index public.i; ~ table public.t (1 object of these stopped us)"},
      {SubjectReverted{0, {{insert}}, 2}, "1 row brought back, 2 of ours stand"},
      {SubjectReverted{0, {{remove, remove}}, 0}, "2 rows undone"},
      {SubjectReverted{0, {{remove}}, 1}, "1 row undone, 1 left (conflicts)"},
      {RevertConflict{1, "edited", {"7"}, {"8"}, true}, "edited, undone all the same (forced)"},
      {RevertConflict{1, "edited", {"7"}, {"8"}, false}, "edited, kept"},
  }));
  CHECK(summary(event) == sentence);
}

TEST_CASE("the rows of an event, each with the names of its columns") {
  const std::map<std::uint32_t, TableShape> tables{{1, {1, "public", "links", {{"id", "text"}, {"url", "text"}}, {0}}}};
  using Lines = std::vector<std::string>;
  const RowChange insert{1, Op::insert, {}, {"7", std::nullopt}}, update{1, Op::update, {"7", "a"}, {"7", "b"}}, remove{1, Op::remove, {"7", "b"}, {}}, other{2, Op::insert, {}, {"8", "x"}};
  CHECK(row_lines(SubjectConverted{0, {}, {{insert, other, update}}, {}, false}, tables) == Lines{"+ links id=7 url=NULL", "- links id=7 url=a", "+ links id=7 url=b"});
  CHECK(row_lines(SubjectReverted{0, {{remove}}, 0}, tables) == Lines{"- links id=7 url=b"});
  // A row with more values than the table has columns, which only a journal made by hand has, is shown as far as they go.
  CHECK(row_lines(SubjectReverted{0, {{{1, Op::remove, {"7", "b", "c"}, {}}}}, 0}, tables) == Lines{"- links id=7 url=b"});
  CHECK(row_lines(RevertConflict{1, "edited", {"7", "a"}, {"7", "b"}, false}, tables) == Lines{"expected links id=7 url=a", "found    links id=7 url=b"});
  CHECK(row_lines(RevertConflict{1, "deleted", {"7", "a"}, {}, false}, tables) == Lines{"expected links id=7 url=a", "found    nothing"});
  CHECK(row_lines(RevertConflict{2, "edited", {"7", "a"}, {"7", "b"}, false}, tables).empty());
  CHECK(row_lines(Note{"x"}, tables).empty());
}

TEST_CASE("an event is of a reason: its own, its SQLSTATE, its conflict, or an entry's") {
  const auto [event, reasons] = GENERATE(table<Event, std::vector<std::string>>({
      {SubjectSkipped{0, {}, "empty", {{"web", "empty_url"}}}, {"empty", "empty_url"}},
      {SubjectRefused{0, {}, "target", "23505", "a duplicate"}, {"target", "23505"}},
      {RevertConflict{1, "edited", {"7"}, {"8"}, false}, {"edited"}},
      {SubjectConverted{0, {}, {}, {{"", "duplicate"}, {"b", "empty_url"}}, false}, {"duplicate", "empty_url"}},
      {Note{"edited"}, {}},
  }));
  for (const auto* const reason : {"empty", "empty_url", "target", "23505", "edited", "duplicate", "none"}) {
    CAPTURE(summary(event), reason);
    CHECK(has_reason(event, reason) == (std::find(reasons.begin(), reasons.end(), reason) != reasons.end()));
  }
  CHECK(rejections(SubjectConverted{0, {}, {}, {{"", "duplicate"}, {"b", "empty_url"}}, false}) == "\"\" (duplicate), b (empty_url)");
  CHECK(rejections(Note{"x"}).empty());
}
