#include <unistd.h>

#include <cstdlib>

#include "engine/runbook/schema_copy.h"
#include "engine/schema/catalog_snapshot.h"
#include "engine/schema/scratch.h"
#include "tests/schema/site.h"

namespace tidemark::tests {
namespace {

Scratch scratch_of(Environment& environment, Database& database, const std::string& user = {}) {
  Scratch scratch{database.url(user), {}, {}};
  const char* bin = std::getenv("TIDEMARK_TEST_BIN");
  const runbook::SchemaCopy copy{database.url(user), bin ? bin : ""};
  scratch.copy_schema = [&environment, copy](const std::string& into) { runbook::copy_schema(environment, copy, into); };
  return scratch;
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

}  // namespace tidemark::tests
