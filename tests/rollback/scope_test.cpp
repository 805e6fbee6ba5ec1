#include "engine/rollback/scope.h"

#include <catch2/catch.hpp>

using namespace tidemark;
using namespace tidemark::engine::rollback;

namespace {

/// Converted in run 10 at event 15 and in run 20 at event 25; times are a thousand times the event.
Past converted() {
  Past past;
  past.made = {{15, 10, {15'000}}, {25, 20, {25'000}}};
  past.rejected = {{"x", "invalid_url"}, {"", "empty_url"}};
  return past;
}
/// The same, rolled back in run 30 at event 35.
Past rolled_back() {
  Past past;
  past.parked = {{15, 10, {15'000}}, {25, 20, {25'000}}};
  past.undone = {{35, 30, {35'000}}};
  past.open = true;
  return past;
}
Bound event(Seq seq) { return {seq, {}}; }
Bound time(std::int64_t us) { return {0, journal::UtcMicros{us}}; }
bool undo(const Scope& scope, const Past& past = converted()) { return matches(past, scope, Direction::undo); }
bool redo(const Scope& scope, const Past& past = rolled_back()) { return matches(past, scope, Direction::redo); }
Scope run(Run run) { return {{}, run, {}, {}, {}}; }
Scope window(Bound since, Bound until, Run of = 0) { return {{}, of, since, until, {}}; }

}  // namespace

TEST_CASE("an undo's scope is about conversions") {
  CHECK(undo({}));
  CHECK((undo(run(10)) && undo(run(20)) && !undo(run(30))));
  CHECK((undo(window(event(25), {})) && !undo(window(event(26), {}))));
  CHECK((undo(window({}, event(15))) && !undo(window({}, event(14)))));
  CHECK((undo(window(time(25'000), {})) && !undo(window(time(25'001), {}))));
  CHECK((undo(window({}, time(15'000))) && !undo(window({}, time(14'999)))));
  CHECK_FALSE(undo(window(event(16), event(24))));               // neither of the two is within
  CHECK_FALSE(undo(window(event(20), {}, 10)));                  // one and the same must be in the run and the window
  CHECK(undo(window(event(20), time(30'000), 20)));              // events and times mix
  CHECK((undo({{}, 0, {}, {}, "empty_url"}) && !undo({{}, 0, {}, {}, "duplicate"}) && !undo({{}, 30, {}, {}, "empty_url"})));
  CHECK_FALSE(undo(run(10), rolled_back()));                     // it is not converted any more
}

TEST_CASE("a redo's scope is about rollbacks; a run may also be the one that converted") {
  CHECK(redo({}));
  CHECK((redo(run(30)) && redo(run(10)) && redo(run(20)) && !redo(run(40))));
  CHECK((redo(window(event(35), event(35))) && !redo(window(event(36), {})) && !redo(window({}, event(25)))));
  CHECK((redo(window(time(30'000), {})) && !redo(window({}, time(30'000)))));
  CHECK_FALSE(redo({}, converted()));  // nothing of it is rolled back
  Past in_part = converted();  // some of its rows are, and it is still converted by what made it
  in_part.undone = {{35, 30, {35'000}}};
  in_part.open = true;
  CHECK((redo(run(10), in_part) && redo(run(30), in_part) && !redo(run(40), in_part)));
}

TEST_CASE("scopes narrow each other, in the order of the first") {
  CHECK(narrowed({"c", "a", "b"}, {"a", "c", "d"}) == engine::Keys{"c", "a"});
  CHECK(narrowed({"a"}, {}).empty());
  CHECK(narrowed({}, {"a"}).empty());
}
