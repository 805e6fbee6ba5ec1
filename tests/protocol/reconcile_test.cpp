/// A journal and a target that don't agree, on PostgreSQL itself: units of every kind whose receipts go and come back.

#include "engine/reconcile.h"
#include "tests/protocol/place.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

Intent intent_for(const std::string& work, UnitId unit) {
  if (work == "convert") return intent_of(unit);
  if (work == "history") {
    journal::HistoryIntended intended;
    intended.name = "one";
    return {{journal::draft(intended, unit)}, [](UtcMicros at) { return journal::HistoryWritten{"one", at}; }};
  }
  journal::MigrationIntended intended;
  intended.name = "one";
  intended.revert = work == "revert";
  if (intended.revert) return {{journal::draft(intended, unit)}, [](UtcMicros at) { return journal::MigrationReverted{"one", at}; }};
  return {{journal::draft(intended, unit)}, [](UtcMicros at) { return journal::MigrationApplied{"one", at}; }};
}

class Disagreeing : public Place {
 public:
  void commit(const std::string& work) {
    run([&](auto& environment, auto& run) {
      UnitOfWork units(environment, run.right(), run.connection());
      REQUIRE(units.run(work == "convert" ? "convert" : "deploy", environment.limits.unit, [&](Unit& unit) { unit.intend(intent_for(work, unit.id)); }) == UnitEnd::committed);
    });
    request.reconciles = true;
  }
  void take_receipts() {
    database.sql("CREATE TABLE kept AS SELECT * FROM tidemark.receipt");
    database.sql("DELETE FROM tidemark.receipt");
  }
  void give_them_back() { database.sql("INSERT INTO tidemark.receipt SELECT * FROM kept"); }
  /// @param schema  what is there of schema units
  std::vector<Finding> reconciled(Effect schema, std::optional<Effect> mixed = {}, const std::function<void()>& before = [] {}) {
    std::vector<Finding> findings;
    run([&](auto& environment, auto& run) {
      findings = find_disagreements(run.reader(), run.connection().session(), "target", [&](const journal::Event&) { return schema; });
      before();
      left = reconcile(environment, run, findings, mixed).size();
    });
    return findings;
  }
  std::size_t left = 0;
};

}  // namespace

TEST_CASE("a unit of any kind that is lost with its receipt is voided, and counts again when its receipt comes back") {
  const auto work = GENERATE(as<std::string>(), "apply", "revert", "history", "convert");
  CAPTURE(work);
  Disagreeing place;
  place.commit(work);
  place.take_receipts();
  auto findings = place.reconciled(Effect::gone);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].unit.work == work);
  CHECK(findings[0].effect == Effect::gone);
  CHECK(place.units(journal::UnitState::voided) == 1);
  place.give_them_back();
  findings = place.reconciled(Effect::there);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].receipt);
  CHECK(findings[0].effect == Effect::there);  // of the one without rows by its receipt alone
  CHECK(place.units(journal::UnitState::committed) == 1);
  CHECK(place.reconciled(Effect::there).empty());
}

TEST_CASE("whoever lost the lease witnesses nothing anew and dismisses no receipt") {
  Disagreeing place;
  place.commit("apply");
  place.take_receipts();
  const auto steal = [&] { place.database.sql("UPDATE tidemark.lease SET token = gen_random_uuid()"); };
  SECTION("witnessing") {
    const auto failure = failure_of([&] { place.reconciled(Effect::there, {}, steal); });
    CHECK(failure.code == ExitCode::leased);
    CHECK_THAT(failure.doing, Catch::Contains("witnessing unit"));
    CHECK(place.database.sql("SELECT count(*) FROM tidemark.receipt") == "0");
  }
  SECTION("dismissing") {
    place.reconciled(Effect::gone);
    place.give_them_back();
    place.reconciled(Effect::gone);
    CHECK(place.left == 1);  // nothing of it is there, but its receipt: for a person
    const auto failure = failure_of([&] { place.reconciled(Effect::gone, Effect::gone, steal); });
    CHECK(failure.code == ExitCode::leased);
    CHECK_THAT(failure.doing, Catch::Contains("dismissing the receipt"));
    CHECK(place.database.sql("SELECT state FROM tidemark.receipt") == "committed");
    place.reconciled(Effect::gone, Effect::gone);
    CHECK(place.database.sql("SELECT state FROM tidemark.receipt") == "void");
  }
}

TEST_CASE("rows of a table that is gone, or has lost a column of theirs, are gone") {
  Disagreeing place;
  place.database.sql("CREATE TABLE public.items (id text PRIMARY KEY, note text)");
  place.run([&](auto& environment, auto& run) {
    run.journal().append(journal::TableDescribed{{1, "public", "items", {{"id", "text"}, {"note", "text"}}, {0}}});
    UnitOfWork units(environment, run.right(), run.connection());
    REQUIRE(units.run("convert", environment.limits.unit, [&](Unit& unit) {
      unit.session.query("INSERT INTO public.items VALUES ('1', 'a'), ('2', 'b')");
      journal::SubjectConverted converted;
      for (const auto& row : {Row{"1", "a"}, Row{"2", "b"}}) converted.changes.list.push_back({1, journal::Op::insert, {}, row});
      journal::ChunkIntended chunk;
      chunk.conversion = "social_links";
      chunk.events = 1;
      unit.intend({{journal::draft(converted, unit.id, "p"), journal::draft(chunk, unit.id)}, [](UtcMicros at) { return journal::ChunkCommitted{at}; }});
    }) == UnitEnd::committed);
  });
  place.request.reconciles = true;
  place.take_receipts();
  const auto [change, effect, there, gone] = GENERATE(table<std::string, Effect, std::uint64_t, std::uint64_t>({
      {"ALTER TABLE public.items ADD later text", Effect::there, 2, 0},
      {"ALTER TABLE public.items DROP note", Effect::gone, 0, 2},
      {"DROP TABLE public.items", Effect::gone, 0, 2},
  }));
  CAPTURE(change);
  place.database.sql(change);
  const auto findings = place.reconciled(Effect::unproven);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].effect == effect);
  CHECK(findings[0].there == there);
  CHECK(findings[0].gone == gone);
  CHECK(place.units(effect == Effect::there ? journal::UnitState::committed : journal::UnitState::voided) == 1);
}
