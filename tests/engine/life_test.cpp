#include "engine/conversion/life.h"

#include <catch2/catch.hpp>

#include "engine/conversion/decide.h"

using namespace tidemark;
using namespace tidemark::engine::conversion;

namespace {
const journal::TableShape kOld{1, "public", "links", {{"id", "uuid"}, {"url", "text"}}, {0}};
const journal::TableShape kNew{2, "public", "links", {{"id", "uuid"}, {"url", "text"}, {"note", "text"}}, {0}};
const std::map<std::uint32_t, journal::TableShape> kTables{{1, kOld}, {2, kNew}};
}  // namespace

TEST_CASE("rows of a subject are the fold of its changes, also across a table described anew") {
  Effects effects;
  effects.change({1, journal::Op::insert, {}, {"a", "x"}}, kTables);
  effects.change({1, journal::Op::insert, {}, {"b", "y"}}, kTables);
  CHECK(effects.rows().size() == 2);
  effects.change({1, journal::Op::update, {"b", "y"}, {"b", "z"}}, kTables);
  CHECK(effects.rows().at({"public.links", {"b"}}).row == journal::Row{"b", "z"});
  effects.change({2, journal::Op::remove, {"a", "x", std::nullopt}, {}}, kTables);
  CHECK(effects.rows().size() == 1);
  effects.change({1, journal::Op::update, {"b", "z"}, {"c", "z"}}, kTables);  // the key itself
  CHECK(effects.rows().size() == 1);
  CHECK(effects.rows().contains({"public.links", {"c"}}));
}

TEST_CASE("a row that an undo gave back is not ours any more") {
  Effects effects;
  effects.change({1, journal::Op::update, {"u", "theirs"}, {"u", "ours"}}, kTables);
  effects.change({1, journal::Op::remove, {"d", "theirs"}, {}}, kTables);
  effects.take_back({1, journal::Op::update, {"u", "ours"}, {"u", "theirs"}}, kTables);
  effects.take_back({1, journal::Op::insert, {}, {"d", "theirs"}}, kTables);
  CHECK(effects.rows().empty());
  CHECK(effects.empty());
}

TEST_CASE("counters: what the last record adds is taken back when the next one comes") {
  journal::SubjectSkipped skipped;
  skipped.reason = "no_valid_links";
  skipped.rejected = {{"a", "invalid_url"}, {"b", "invalid_url"}};
  journal::SubjectConverted converted;
  converted.rejected = {{"b", "invalid_url"}};
  journal::Tally total;
  add(total, tally_of(skipped), +1);
  CHECK(total == journal::Tally{{"skipped", 1}, {"skipped.no_valid_links", 1}, {"rejected.invalid_url", 2}});
  add(total, tally_of(skipped), -1);
  add(total, tally_of(converted), +1);
  CHECK(total == journal::Tally{{"converted", 1}, {"rejected.invalid_url", 1}});
}

TEST_CASE("which subjects need work") {
  using S = journal::SubjectStatus;
  const journal::SourceDigest same{1}, other{2};
  const auto state = [&](S status) { return journal::SubjectState{status, 7, same}; };
  CHECK(needs_work(state(S::none), same, {}));
  for (const auto status : {S::converted, S::skipped, S::refused}) {
    CHECK_FALSE(needs_work(state(status), same, {}));
    CHECK(needs_work(state(status), other, {}));
  }
  CHECK(needs_work(state(S::refused), same, {.again = false, .retry_refused = true}));
  for (const auto status : {S::reverted, S::partly_reverted}) {
    CHECK_FALSE(needs_work(state(status), other, {}));  // what was put back stays put back
    CHECK(needs_work(state(status), same, {.again = true, .retry_refused = false}));
  }
}
