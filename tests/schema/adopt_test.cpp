/// baseline and resolve: the history is brought to what the schema proves.

#include "engine/schema/adopt.h"
#include "engine/schema/settle.h"
#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

using Effect = Verdict::Effect;

const std::string kFirst = "CREATE TYPE mood AS ENUM ('ok', 'odd'); CREATE TABLE \"People\" (id serial PRIMARY KEY, mood mood NOT NULL DEFAULT 'ok');";
const std::string kSecond = "ALTER TABLE \"People\" ADD COLUMN name varchar(40), ADD CHECK (name IN ('a', 'b'));";
const std::string kThird = "CREATE INDEX CONCURRENTLY \"People_name\" ON \"People\" (name);";

std::string folders(Site& site) {
  site.directory.migration("m/1_first", kFirst).migration("m/2_second", kSecond).migration("m/3_third", kThird);
  return site.directory.path() + "/m";
}

schema::Baseline plan(Site& site, const std::string& m, const std::string& up_to = {}, const std::string& role = {}) {
  schema::Baseline result;
  site.run([&](Environment& env, WritingRun&) {
    const auto session = site.database.connect("baseline");
    result = plan_baseline(env, *session, read_migrations(m), scratch_of(env, site.database, role), up_to);
  });
  return result;
}
bool write(Site& site, const std::string& m, const schema::Baseline& baseline, const std::string& faults = {}) {
  bool written = false;
  site.run([&](Environment& env, WritingRun& run) { written = write_baseline(env, run, read_migrations(m), baseline, quick()); }, faults);
  return written;
}
Verdict judge(Site& site, const std::string& m, const std::string& name, bool with_scratch = true) {
  Verdict verdict;
  site.run([&](Environment& env, WritingRun& run) {
    run.journal().flush();
    const auto session = site.database.connect("resolve");
    verdict = judge_effect(env, *session, &run.reader(), read_migrations(m), name, with_scratch ? scratch_of(env, site.database) : Scratch{});
  });
  return verdict;
}
bool settle(Site& site, const std::string& m, const std::string& name, bool applied, const std::string& faults = {}) {
  bool written = false;
  site.run([&](Environment& env, WritingRun& run) { written = write_settled(env, run, read_migrations(m), name, applied, "a test's word", quick()); }, faults);
  return written;
}
/// As a crash of Prisma leaves it.
void unfinished_row(Site& site, const std::string& name) {
  site.database.sql("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (gen_random_uuid()::text, repeat('a', 64), '" + name + "')");
}
/// 1_first applied by us, 2_second as `done` says; its row unfinished.
std::string crashed(Site& site, const std::string& done) {
  const auto m = folders(site);
  std::filesystem::rename(m + "/2_second", site.directory.path() + "/2_second");
  std::filesystem::rename(m + "/3_third", site.directory.path() + "/3_third");
  site.deploy(m);
  std::filesystem::rename(site.directory.path() + "/2_second", m + "/2_second");
  std::filesystem::rename(site.directory.path() + "/3_third", m + "/3_third");
  if (!done.empty()) site.database.sql(done);
  unfinished_row(site, "2_second");
  return m;
}
bool has(const Names& names, const std::string& text) {
  return std::any_of(names.begin(), names.end(), [&](const auto& name) { return name.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("a schema without a history gets the one that its fingerprint proves, and deploy goes on from there") {
  Site site("");
  const auto m = folders(site);
  site.database.sql(kFirst + kSecond);
  const auto baseline = plan(site, m);
  CHECK(baseline.proven == Names{"1_first", "2_second"});
  CHECK(baseline.pending == Names{"3_third"});
  CHECK(baseline.differences.empty());
  CHECK(baseline.ambiguous.empty());
  CHECK(site.database.sql("SELECT to_regclass('_prisma_migrations') IS NULL") == "t");
  CHECK(site.database.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'tidemark\\_proof\\_%'") == "0");
  CHECK(write(site, m, baseline));
  CHECK(site.history() == Names{"1_first 0 applied", "2_second 0 applied"});
  CHECK(site.database.sql("SELECT bool_and(finished_at = started_at AND logs = '' AND length(checksum) = 64) FROM _prisma_migrations") == "t");
  CHECK(site.status(m).changed.empty());
  CHECK(failure_of([&] { plan(site, m); }).code == ExitCode::failed);  // once
  CHECK(site.deploy(m, "", [] { auto limits = quick(); limits.accept_drift = false; return limits; }()).applied == Names{"3_third"});
  CHECK(plan(site, m).nothing);
}

TEST_CASE("baseline ended at any point is resumed to the same end") {
  const std::string point = GENERATE("begun", "received", "intended", "durable", "committed", "recorded");
  const std::string action = GENERATE("throw", "drop");
  if (!every_point() && action == "drop" && point != "durable" && point != "committed") return;
  CAPTURE(point, action);
  Site site("");
  const auto m = folders(site);
  site.database.sql(kFirst);
  const auto baseline = plan(site, m);
  CHECK(ends_early([&] { write(site, m, baseline, "history." + point + ":" + action); }) == (action == "throw"));
  if (site.database.sql("SELECT to_regclass('_prisma_migrations') IS NULL") == "t") CHECK(write(site, m, baseline));
  CHECK(site.history() == Names{"1_first 0 applied"});
  site.run([](Environment&, WritingRun&) {});
  CHECK(site.reader()->units(journal::UnitState::in_doubt).empty());
  CHECK(site.deploy(m).applied == Names{"2_second", "3_third"});
}

TEST_CASE("a schema that isn't what the folders make is shown, and nothing is written") {
  Site site("");
  const auto m = folders(site);
  site.database.sql(kFirst + kSecond + "ALTER TABLE \"People\" ADD COLUMN more text; ALTER TABLE \"People\" ALTER COLUMN name TYPE varchar(41)");
  const auto baseline = plan(site, m);
  CHECK(baseline.proven.empty());
  CHECK(baseline.nearest == "2_second");
  CHECK(has(baseline.differences, "+ column public.\"People\".more"));
  CHECK(has(baseline.differences, "~ column public.\"People\".name: type character varying(40) -> character varying(41)"));
}

TEST_CASE("a folder that changes nothing in the schema can't be proven: a person says") {
  Site site("");
  const auto m = folders(site);
  site.directory.migration("m/2_t_data", "INSERT INTO \"People\" (name) VALUES ('a')");
  site.database.sql(kFirst + kSecond);
  auto baseline = plan(site, m);
  CHECK(baseline.proven == Names{"1_first", "2_second"});
  CHECK(baseline.ambiguous == Names{"2_t_data"});
  baseline = plan(site, m, "2_t_data");
  CHECK(baseline.proven == Names{"1_first", "2_second", "2_t_data"});
  CHECK(baseline.ambiguous.empty());
  CHECK(plan(site, m, "2_second").proven == Names{"1_first", "2_second"});
  CHECK(plan(site, m, "1_first").nearest == "1_first");  // not what is there
  CHECK(failure_of([&] { plan(site, m, "4_nowhere"); }).code == ExitCode::usage);
}

TEST_CASE("baseline: a history, a role without CREATEDB, a folder that doesn't run, an empty schema") {
  Site site("");
  const auto m = folders(site);
  CHECK(plan(site, m).proven.empty());
  site.database.sql(kFirst);
  const auto role = "narrow_" + site.database.name();
  site.database.sql("CREATE ROLE \"" + role + "\" LOGIN");
  CHECK_THAT(failure_of([&] { plan(site, m, "", role); }).next, Catch::Contains("--scratch-url"));
  site.database.sql("DROP ROLE \"" + role + "\"");
  site.directory.migration("m/2_second", "ALTER TABLE nowhere ADD COLUMN a int");
  const auto baseline = plan(site, m);
  CHECK(baseline.proven == Names{"1_first"});
  CHECK(baseline.refused == "2_second");
  CHECK_THAT(baseline.answer, Catch::Contains("42P01"));

  // Between look and write.
  site.database.sql("ALTER TABLE \"People\" ADD COLUMN more text");
  CHECK(failure_of([&] { write(site, m, baseline); }).code == ExitCode::inconclusive);
  CHECK(site.database.sql("SELECT to_regclass('_prisma_migrations') IS NULL") == "t");
  site.database.sql("ALTER TABLE \"People\" DROP COLUMN more");
  CHECK(write(site, m, baseline));
  CHECK_THAT(failure_of([&] { plan(site, m); }).answer, Catch::Contains("it has a history already"));
}

TEST_CASE("a migration that a crash left unfinished is settled by what the schema shows") {
  const auto [done, effect, after] = GENERATE(table<std::string, Effect, Names>({
      {kSecond, Effect::there, {"1_first 1 applied", "2_second 0 rolled_back", "2_second 0 applied"}},
      {"", Effect::gone, {"1_first 1 applied", "2_second 0 rolled_back"}},
  }));
  CAPTURE(done);
  Site site("");
  const auto m = crashed(site, done);
  const auto failure = failure_of([&] { site.deploy(m); });
  CHECK(failure.code == ExitCode::inconclusive);
  CHECK_THAT(failure.next, Catch::Contains("tidemark resolve 2_second"));
  const auto verdict = judge(site, m, "2_second");
  CHECK(verdict.effect == effect);
  CHECK_THAT(verdict.why, Catch::Contains("objects that it changes are as"));
  CHECK(settle(site, m, "2_second", effect == Effect::there));
  auto history = site.history();
  std::sort(history.begin(), history.end());
  auto expected = after;
  std::sort(expected.begin(), expected.end());
  CHECK(history == expected);
  CHECK(site.deploy(m).applied == (effect == Effect::there ? Names{"3_third"} : Names{"2_second", "3_third"}));
  CHECK(site.database.sql("SELECT count(*) FROM pg_attribute WHERE attrelid = '\"People\"'::regclass AND attname = 'name'") == "1");
}

TEST_CASE("resolve: half of it is there, or nothing shows: unknown, and why") {
  Site site("");
  const auto m = crashed(site, "ALTER TABLE \"People\" ADD COLUMN name varchar(40)");
  auto verdict = judge(site, m, "2_second");
  CHECK(verdict.effect == Effect::unknown);
  CHECK(has(verdict.objects, "= column public.\"People\".name"));
  CHECK(has(verdict.objects, "- constraint"));
  CHECK(judge(site, m, "2_second", false).effect == Effect::unknown);
  unfinished_row(site, "0_without_a_folder");
  verdict = judge(site, m, "0_without_a_folder");
  CHECK(verdict.effect == Effect::unknown);
  CHECK_THAT(verdict.why, Catch::Contains("has no folder"));
  CHECK(settle(site, m, "0_without_a_folder", false));
  CHECK(failure_of([&] { judge(site, m, "1_first"); }).code == ExitCode::failed);
  CHECK(failure_of([&] { judge(site, m, "nobody"); }).code == ExitCode::failed);

  site.directory.migration("m/2_t_data", "INSERT INTO \"People\" (name) VALUES ('a')");
  site.database.sql("ALTER TABLE \"People\" ADD CHECK (name IN ('a', 'b'))");
  CHECK(judge(site, m, "2_second").effect == Effect::there);
  CHECK(settle(site, m, "2_second", true));
  CHECK_THAT(judge(site, m, "2_t_data").why, Catch::Contains("changes nothing of the schema"));
}

TEST_CASE("a pending migration whose effect is there already, made by hand, is settled as applied") {
  Site site;  // with rows whose folders aren't there: looked at on a copy
  site.directory.migration("m/20260101000000_nick", "ALTER TABLE users ADD COLUMN nick text", "ALTER TABLE users DROP COLUMN nick");
  const auto m = site.directory.path() + "/m", name = std::string("20260101000000_nick");
  CHECK(judge(site, m, name).effect == Effect::gone);
  site.database.sql("ALTER TABLE users ADD COLUMN nick text");
  CHECK_THAT(failure_of([&] { site.deploy(m); }).next, Catch::StartsWith("tidemark resolve " + name));
  CHECK(judge(site, m, name).effect == Effect::there);
  CHECK(settle(site, m, name, true));
  CHECK(site.status(m).applied == Names{name});
  CHECK(site.deploy(m).applied.empty());
  CHECK(settle(site, m, name, true));  // twice is once

  site.directory.migration("m/20260102000000_bare", "ALTER TABLE users ADD COLUMN bare text");
  site.database.sql("ALTER TABLE users ADD COLUMN bare text");
  const auto verdict = judge(site, m, "20260102000000_bare");
  CHECK(verdict.effect == Effect::unknown);  // without a down.sql nobody knows the schema before it
  CHECK_THAT(verdict.why, Catch::Contains("already exists"));
}

TEST_CASE("a step of ours that is under way is deploy's to finish") {
  Site site("");
  const auto m = folders(site);
  CHECK(ends_early([&] { site.deploy(m, "step.opened:throw"); }));
  const auto verdict = judge(site, m, "3_third");
  CHECK(verdict.step_of_ours);
  CHECK_THAT(verdict.why, Catch::Contains("tidemark deploy"));
  CHECK(site.deploy(m).applied == Names{"3_third"});
}

TEST_CASE("resolve ended at any point is resumed to the same end") {
  const std::string point = GENERATE("begun", "received", "intended", "durable", "committed", "recorded");
  CAPTURE(point);
  Site site("");
  const auto m = crashed(site, kSecond);
  CHECK(ends_early([&] { settle(site, m, "2_second", true, "history." + point + ":throw"); }));
  settle(site, m, "2_second", true);
  CHECK(site.history().size() == 3);
  CHECK(site.status(m).failed.empty());
  CHECK(site.deploy(m).applied == Names{"3_third"});
  CHECK(site.reader()->units(journal::UnitState::in_doubt).empty());
}
