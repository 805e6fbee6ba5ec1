#include "engine/schema/catalog_snapshot.h"
#include "engine/schema/scratch.h"
#include "tests/schema/site.h"

namespace tidemark::tests {
namespace {

/// Of the last migration that was intended.
std::string proof(Site& site) {
  std::string found;
  site.reader()->for_each({}, [&](const journal::Record& record) {
    const auto event = journal::decode(record);
    if (const auto* intended = std::get_if<journal::MigrationIntended>(&event)) found = intended->source + ", " + intended->proof;
    return true;
  });
  return found;
}

/// Every table that has a row counts as large.
DeployReport deploy_large(Site& site, const std::string& folder, bool with_scratch = true, const std::string& scratch_user = {}) {
  DeployReport report;
  site.run([&](Environment& environment, WritingRun& run) {
    auto limits = quick();
    limits.prove_in_place_max = 0;
    const auto scratch = scratch_of(environment, site.database, scratch_user);
    if (with_scratch) limits.scratch = &scratch;
    report = schema::deploy(environment, run, read_migrations(site.directory.path() + "/" + folder), limits);
  });
  return report;
}

std::string databases(Site& site, const std::string& like) { return site.database.sql("SELECT count(*) FROM pg_database WHERE datname ~ '" + like + "'"); }

}  // namespace

TEST_CASE("a scratch database has the target's schema, none of its rows, and goes with its user", "[scratch]") {
  Site site("uuid");
  site.deploy(shipped());
  site.database.sql("CREATE SCHEMA \"Odd \"\"name\"");
  site.database.sql("CREATE TYPE \"Odd \"\"name\".mood AS ENUM ('a', 'b''c')");
  site.database.sql("CREATE TABLE \"Odd \"\"name\".parts (id int GENERATED ALWAYS AS IDENTITY, \"Mood\" \"Odd \"\"name\".mood DEFAULT 'a', at date) PARTITION BY RANGE (at)");
  site.database.sql("CREATE TABLE p1 PARTITION OF \"Odd \"\"name\".parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')");
  site.database.sql("CREATE TABLE filled AS SELECT 1 AS one");
  site.database.sql("ALTER DATABASE " + site.database.name() + " SET search_path = \"Odd \"\"name\", public");
  std::string name;
  site.run([&](Environment& environment, WritingRun&) {
    const auto session = site.database.connect("look");
    const auto copy = scratch_of(environment, site.database).copy(environment, *session);
    name = copy->name();
    CHECK(databases(site, name) == "1");
    CHECK(fingerprint(CatalogSnapshot::take(copy->session())).schema == fingerprint(CatalogSnapshot::take(*session)).schema);
    CHECK(one(copy->session(), "SELECT count(*) FROM public.filled") == "0");
    CHECK(one(copy->session(), "SELECT to_regnamespace('tidemark') IS NULL") == "t");
    CHECK(one(copy->session(), "SELECT current_setting('search_path')") == one(*session, "SELECT current_setting('search_path')"));
    CHECK(one(copy->session(), "SELECT a.datcollate = b.datcollate AND a.encoding = b.encoding FROM pg_database a, pg_database b WHERE a.datname = current_database() AND b.datname = '" + site.database.name() + "'") == "t");
  });
  CHECK(databases(site, name) == "0");
}

TEST_CASE("what a killed run left is dropped by the next, what is in use is not", "[scratch]") {
  Site site("");
  const std::string old = "tidemark_proof_1700000000_1", mine = old + std::to_string(getpid());
  site.database.sql("CREATE DATABASE " + mine + "_0a");
  site.database.sql("CREATE DATABASE " + mine);
  site.database.sql("CREATE DATABASE " + mine + "_someone_elses");
  auto url = site.database.url();
  url.replace(url.find(site.database.name()), site.database.name().size(), mine);
  auto user = postgres::make_target({url, {}})->connect("use", false);
  site.run([&](Environment& environment, WritingRun&) { scratch_of(environment, site.database).empty(environment, *site.database.connect("look")); });
  CHECK(databases(site, "^" + mine + "_0a$") == "0");
  CHECK(databases(site, "^" + mine + "$") == "1");
  user.reset();
  site.database.await("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '" + mine + "')");
  site.run([&](Environment& environment, WritingRun&) { scratch_of(environment, site.database).empty(environment, *site.database.connect("look")); });
  CHECK(databases(site, "^" + mine) == "1");
  site.database.sql("DROP DATABASE " + mine + "_someone_elses");
}

TEST_CASE("a role that may not make databases is told what to do, and nothing stays", "[scratch]") {
  Site site("");
  const auto role = site.database.role();
  site.run([&](Environment& environment, WritingRun&) {
    const auto session = site.database.connect("look");
    const auto failure = failure_of([&] { scratch_of(environment, site.database, role).empty(environment, *session); });
    CHECK(failure.answer.find("permission denied") != std::string::npos);
    CHECK(failure.next.find("--scratch-url") != std::string::npos);
    auto scratch = scratch_of(environment, site.database);
    std::string name;
    scratch.copy_schema = [&](const std::string& into) {
      name = one(*postgres::make_target({into, {}})->connect("look", false), "SELECT current_database()");
      throw Failure(ExitCode::failed, "a", "b", "c", "d");
    };
    failure_of([&] { scratch.copy(environment, *session); });
    CHECK(databases(site, "^" + name + "$") == "0");
  });
}

TEST_CASE("an inverse on large tables is proven on a scratch database, values by reading", "[scratch]") {
  Site site("");
  auto& directory = site.directory.migration("m/0_base", "SELECT 1", "SELECT 1");
  deploy_large(site, "m");
  site.database.sql("CREATE TABLE t (id int PRIMARY KEY, a text, n int)");
  site.database.sql("INSERT INTO t SELECT i, 'row ' || i, i FROM generate_series(1, 100) i");
  const auto before = site.catalog();

  directory.migration("m/1_next", "ALTER TABLE t ADD COLUMN b text NOT NULL DEFAULT 'x'; ALTER TABLE t RENAME COLUMN a TO \"A b\"; ALTER TABLE t ALTER COLUMN n TYPE bigint; CREATE INDEX t_b ON t (b)");
  deploy_large(site, "m");
  CHECK(proof(site) == "derived, scratch");
  CHECK(site.said().find("schema proven on a scratch database") != std::string::npos);
  site.revert(site.directory.path() + "/m", "0_base");
  CHECK(site.catalog() == before);
  CHECK(site.database.sql("SELECT sum(n) || max(a) FROM t") == "5050row 99");

  directory.migration("m/1_next", "ALTER TABLE t ALTER COLUMN a TYPE varchar(4) USING left(a, 4)");
  CHECK(failure_of([&] { deploy_large(site, "m"); }).answer.find("column public.t.a changed its type and would not get its values back") != std::string::npos);
  CHECK(failure_of([&] { deploy_large(site, "m", false); }).answer.find("would not get its values back") != std::string::npos);
  directory.migration("m/1_next", "ALTER TABLE t ADD COLUMN b int", "ALTER TABLE t DROP COLUMN n");
  CHECK(failure_of([&] { deploy_large(site, "m"); }).answer.find("column public.t.b is still there") != std::string::npos);
  CHECK(site.catalog() == before);

  directory.migration("m/1_next", "ALTER TABLE t ADD COLUMN b int", "ALTER TABLE t DROP COLUMN b");
  const auto again = deploy_large(site, "m", false);
  CHECK(again.restored == 0);
  CHECK(again.conflicts == 100);  // what was in b was a text
  CHECK(site.said().find("not brought back: public.t {1}: invalid input syntax for type integer") != std::string::npos);
  CHECK(proof(site) == "down.sql, unproven: the tables concerned are larger than prove_in_place_max, and there is no scratch database");
  directory.migration("m/2_next", "ALTER TABLE t ADD COLUMN c int");
  deploy_large(site, "m", true, site.database.role());
  CHECK(proof(site).find("derived, unproven: the tables concerned are larger than prove_in_place_max, and making a scratch database: permission denied") == 0);
  CHECK(databases(site, "^tidemark_proof_") == "0");
}

}  // namespace tidemark::tests
