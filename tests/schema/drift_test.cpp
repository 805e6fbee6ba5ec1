/// What others did to the schema since it was last recorded: named, told apart from Prisma's work, and stopped at where it is touched.

#include "engine/schema/drift.h"
#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

SchemaLimits strict() {
  auto limits = quick();
  limits.accept_drift = false;
  limits.needed = {"profiles", "profile_links", {"id", "socialLinks"}};
  return limits;
}

Drift drift(Site& site, const std::string& migrations = shipped()) {
  const auto session = site.database.connect("status", true);
  return find_drift(*session, *site.reader(), read_history(*session), read_migrations(migrations), strict().needed);
}

/// As `prisma migrate deploy` leaves it.
void by_prisma(Site& site, const std::string& name, const std::string& script) {
  site.database.sql(script);
  site.database.sql("INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES (gen_random_uuid()::text, repeat('0', 64), '" + name + "', now(), 1)");
}

/// The shipped ones, and folders of a test's own behind them.
std::string with(Site& site, const std::string& name, const std::string& script) {
  site.directory.migration("m/" + name, script);
  for (const auto& one : kShipped) {
    std::filesystem::copy(shipped() + "/" + one, site.directory.path() + "/m/" + one, std::filesystem::copy_options::recursive);
  }
  return site.directory.path() + "/m";
}

}  // namespace

TEST_CASE("without a recorded state there is no drift; as recorded, none either") {
  Site site;
  site.run([&](Environment&, WritingRun&) {});
  CHECK_FALSE(drift(site).known);
  site.deploy(shipped());
  const auto found = drift(site);
  CHECK(found.known);
  CHECK(found.objects.empty());
  CHECK(found.recorded == found.live);
}

TEST_CASE("what others changed is named, and is a warning where nobody needs it") {
  Site site;
  site.deploy(shipped());
  site.database.sql("ALTER TABLE users ADD COLUMN nick text");
  site.database.sql("COMMENT ON COLUMN users.email IS 'by hand'");
  site.database.sql("DROP INDEX \"profile_links_userId_idx\"");
  site.database.sql("CREATE TABLE other (id int)");
  const auto found = drift(site);
  CHECK(found.objects == Names{"+ column public.other.id", "~ column public.users.email: comment none -> by hand", "+ column public.users.nick", "- index public.\"profile_links_userId_idx\"", "+ table public.other"});
  CHECK(found.touched.empty());

  const auto m = with(site, "20260101000000_next", "CREATE TABLE next (id int)");
  CHECK(site.deploy(m, "", strict()).applied == Names{"20260101000000_next"});
  CHECK_THAT(site.said(), Catch::Contains("! the schema was changed by others since it was last recorded: + column public.users.nick"));
  journal::Filter recorded;
  recorded.kind = journal::DriftFound::kCode;
  std::vector<Names> events;
  site.reader()->for_each(recorded, [&](const journal::Record& record) {
    events.push_back(std::get<journal::DriftFound>(journal::decode(record)).objects);
    return true;
  });
  CHECK(events == std::vector<Names>{found.objects});
  CHECK(drift(site, m).objects.empty());  // recorded with that migration
}

TEST_CASE("drift in what a pending migration touches stops the deploy, unless it is accepted") {
  Site site;
  site.deploy(shipped());
  site.database.sql("ALTER TABLE users ADD COLUMN nick text");
  const auto m = with(site, "20260101000000_nick", "ALTER TABLE \"users\" ADD COLUMN \"nick\" text");
  CHECK(drift(site, m).touched == Names{"+ column public.users.nick"});
  auto failure = failure_of([&] { site.deploy(m, "", strict()); });
  CHECK(failure.code == ExitCode::check);
  CHECK_THAT(failure.answer, Catch::Contains("+ column public.users.nick"));
  CHECK_THAT(failure.next, Catch::Contains("--accept-drift") && Catch::Contains("tidemark resolve"));
  CHECK(site.status(m).pending == Names{"20260101000000_nick"});
  CHECK(site.reader()->units(journal::UnitState::in_doubt).empty());

  auto accepting = strict();
  accepting.accept_drift = true;
  failure = failure_of([&] { site.deploy(m, "", accepting); });  // accepted, it collides
  CHECK(failure.code == ExitCode::failed);
  CHECK_THAT(failure.answer, Catch::Contains("column \"nick\" of relation \"users\" already exists"));
  CHECK_THAT(failure.next, Catch::StartsWith("tidemark resolve 20260101000000_nick"));
}

TEST_CASE("drift in what the conversion needs stops the deploy") {
  Site site;
  site.deploy(shipped());
  const auto m = with(site, "20260101000000_next", "CREATE TABLE next (id int)");
  const std::pair<std::string, std::string> changes[] = {  // and how it is taken back
      {"ALTER TABLE profile_links ALTER COLUMN label TYPE varchar(10)", "ALTER TABLE profile_links ALTER COLUMN label TYPE varchar(40)"},
      {"CREATE UNIQUE INDEX aside ON profile_links (url)", "DROP INDEX aside"},
      {"ALTER TABLE profile_links ADD CONSTRAINT aside CHECK (url LIKE 'https:%')", "ALTER TABLE profile_links DROP CONSTRAINT aside"},
      {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER t BEFORE INSERT ON profile_links FOR EACH ROW EXECUTE FUNCTION f()", "DROP FUNCTION f CASCADE"},
      {"ALTER TABLE profiles RENAME \"socialLinks\" TO \"theirLinks\"", "ALTER TABLE profiles RENAME \"theirLinks\" TO \"socialLinks\""},
      {"DROP TABLE profile_links", ""}};
  for (const auto& [change, back] : changes) {
    CAPTURE(change);
    CHECK(drift(site).objects.empty());
    site.database.sql(change);
    CHECK_FALSE(drift(site).touched.empty());
    if (!back.empty()) site.database.sql(back);
  }
  CHECK(failure_of([&] { site.deploy(m, "", strict()); }).code == ExitCode::check);
  CHECK(site.status(m).pending == Names{"20260101000000_next"});
}

TEST_CASE("what Prisma applied or undid is no drift; what stands beside it is") {
  Site site;
  site.deploy(shipped());
  const std::string script = "CREATE TABLE \"theirs\" (\"id\" SERIAL PRIMARY KEY, \"n\" int); CREATE INDEX ON \"theirs\" (\"n\")";
  const auto m = with(site, "20260101000000_theirs", script);
  by_prisma(site, "20260101000000_theirs", script);
  auto found = drift(site, m);
  CHECK(found.by == Names{"20260101000000_theirs"});
  CHECK(found.objects.empty());
  site.database.sql("ALTER TABLE users ADD COLUMN nick text");
  CHECK(drift(site, m).objects == Names{"+ column public.users.nick"});

  SECTION("a migration without a folder may have done anything") {
    by_prisma(site, "20260102000000_elsewhere", "ALTER TABLE users ADD COLUMN more text");
    found = drift(site, m);
    CHECK(found.by == Names{"20260101000000_theirs", "20260102000000_elsewhere"});
    CHECK(found.objects.empty());
  }
  SECTION("one of ours, undone by others") {
    site.database.sql("ALTER TABLE users DROP COLUMN nick; ALTER TABLE users DROP COLUMN theme");
    site.database.sql("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '" + kShipped[0] + "'");
    found = drift(site, m);
    CHECK(found.by == Names{kShipped[0], "20260101000000_theirs"});
    CHECK(found.objects.empty());
  }
}
