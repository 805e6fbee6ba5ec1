/// Law 5: a migration and its inverse bring the schema back, and the data with it; applied again, all is as it was applied.

#include "engine/schema/catalog_snapshot.h"
#include "engine/schema/checksum.h"
#include "tests/schema/site.h"
#include "tests/schema/zoo.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

struct Look {
  CatalogSnapshot schema;
  std::string data;  ///< every row of every table, its columns in no order
};

Look look(Session& session) {
  Look now{CatalogSnapshot::take(session), {}};
  for (const auto& table : session.query("SELECT format('%I.%I', schemaname, tablename) FROM pg_catalog.pg_tables WHERE schemaname !~ '^pg_' AND schemaname NOT IN ('information_schema', 'tidemark') "
                                         "AND tablename <> '_prisma_migrations' ORDER BY 1")) {
    now.data += *table[0] + " " + one(session, "SELECT count(*) || ' ' || coalesce(md5(string_agg(j, ',' ORDER BY j COLLATE \"C\")), '') FROM (SELECT to_jsonb(t)::text AS j FROM " + *table[0] + " t) x") + "\n";
  }
  return now;
}

/// What differs in the schema itself.
std::string schema_difference(const CatalogSnapshot& before, const CatalogSnapshot& after) {
  std::string out;
  for (const auto& difference : differences(before, after)) {
    if (part_of(difference.key) != Part::schema) continue;
    out += describe(difference) + "\n";
    if (difference.before && difference.after) out += "   " + *difference.before + "\n   " + *difference.after + "\n";
  }
  return out;
}

std::string surroundings_difference(const CatalogSnapshot& before, const CatalogSnapshot& after) {
  std::string out;
  for (const auto& difference : differences(before, after)) {
    if (part_of(difference.key) == Part::surroundings) out += describe(difference) + "\n";
  }
  return out;
}

MigrationFolder folder_of(const std::string& name, const ZooMigration& migration) {
  MigrationFolder folder;
  folder.name = name;
  folder.script = migration.script;
  folder.checksum = checksum(folder.script);
  if (migration.down) folder.down = migration.down;
  return folder;
}

}  // namespace

TEST_CASE("every migration of the zoo is undone by its inverse, with the data, and comes back", "[.zoo]") {
  Site site("");
  site.directory.migration("m/0_base", "SELECT 1", "SELECT 1");
  site.deploy(site.directory.path() + "/m");
  const auto base = read_migrations(site.directory.path() + "/m");
  site.database.sql(kZooSchema);
  site.run([&](auto& environment, auto& run) {
    const auto session = site.database.connect();
    const auto start = look(*session);
    for (const auto& migration : kZoo) {
      INFO("migration: " << migration.name);
      auto folders = base;
      folders.push_back(folder_of("1_" + std::string(migration.name), migration));
      try {
        schema::deploy(environment, run, folders, quick());
        const auto after = look(*session);
        revert_to(environment, run, folders, "0_base", quick());
        const auto undone = look(*session);
        CHECK(schema_difference(start.schema, undone.schema) == "");
        CHECK(surroundings_difference(start.schema, undone.schema) == "");
        CHECK(start.data == undone.data);
        schema::deploy(environment, run, folders, quick());
        const auto again = look(*session);
        CHECK(schema_difference(after.schema, again.schema) == "");
        CHECK(after.data == again.data);
        revert_to(environment, run, folders, "0_base", quick());
      } catch (const Failure& failure) {
        FAIL_CHECK(failure.doing << ", " << failure.object << ": " << failure.answer);
        for (const auto& row : session->query("SELECT 1 FROM _prisma_migrations WHERE rolled_back_at IS NULL AND migration_name <> '0_base'")) {
          FAIL("it stays applied: what comes after it can't be tried " << row.size());
        }
      }
    }
    const auto end = look(*session);
    CHECK(start.data == end.data);
    CHECK(fingerprint(end.schema).schema == fingerprint(start.schema).schema);
  });
  CHECK(kZoo.size() >= 60);
}

TEST_CASE("ten folders as Prisma writes them, down step by step and up again") {
  Site site("");
  site.run([&](auto& environment, auto& run) {
    const auto session = site.database.connect();
    std::vector<MigrationFolder> folders;
    std::vector<Look> looks = {look(*session)};
    for (const auto& migration : kPrismaFolders) {
      INFO(migration.name);
      folders.push_back(folder_of(migration.name, migration));
      schema::deploy(environment, run, folders, quick());
      looks.push_back(look(*session));
    }
    for (std::size_t keep = folders.size() - 1; keep > 0; --keep) {
      INFO("back to " << folders[keep - 1].name);
      revert_to(environment, run, folders, folders[keep - 1].name, quick());
      const auto now = look(*session);
      CHECK(schema_difference(looks[keep].schema, now.schema) == "");
      CHECK(looks[keep].data == now.data);
    }
    schema::deploy(environment, run, folders, quick());
    const auto now = look(*session);
    CHECK(schema_difference(looks.back().schema, now.schema) == "");
    CHECK(looks.back().data == now.data);
  });
}

TEST_CASE("what has no inverse is refused by name, or applied for good if asked") {
  Site site("");
  site.directory.migration("m/0_base", "SELECT 1", "SELECT 1");
  site.deploy(site.directory.path() + "/m");
  const auto base = read_migrations(site.directory.path() + "/m");
  site.database.sql(kZooSchema);
  const auto session = site.database.connect();
  const auto before = look(*session);
  site.run([&](auto& environment, auto& run) {
    for (const auto& migration : kRefused) {
      INFO(migration.script);
      auto folders = base;
      folders.push_back(folder_of("1_x", migration));
      const auto failure = failure_of([&] { schema::deploy(environment, run, folders, quick()); });
      CHECK(failure.code == ExitCode::failed);
      CHECK_THAT(failure.answer, Catch::Contains(migration.name));
      CHECK_THAT(failure.next, Catch::Contains("1_x/down.sql") && Catch::Contains("--irreversible"));
      const auto now = look(*session);
      CHECK(now.schema == before.schema);
      CHECK(now.data == before.data);
    }
  });
  auto limits = quick();
  limits.irreversible = true;
  auto folders = base;
  folders.push_back(folder_of("1_x", kRefused[0]));
  site.run([&](auto& environment, auto& run) { schema::deploy(environment, run, folders, limits); });
  const auto migrations = site.reader()->migrations();
  const auto intended = std::get<journal::MigrationIntended>(journal::decode(*site.reader()->event(migrations.back().intent)));
  CHECK(intended.proof == "irreversible: policy public.\"User\".own was made");
  CHECK(intended.inverse.empty());
  CHECK(failure_of([&] { site.run([&](auto& environment, auto& run) { revert_to(environment, run, folders, "0_base", quick()); }); }).object == "migration 1_x");
}
