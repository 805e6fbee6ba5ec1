/// Migrations that the inverse was not made for: each is undone exactly, or refused by name. Nothing in between.

#include "engine/schema/catalog_snapshot.h"
#include "engine/schema/checksum.h"
#include "tests/schema/site.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

constexpr const char* kGround = R"sql(
CREATE SCHEMA "Odd ""schema";
CREATE TYPE mood AS ENUM ('sad', 'o''k', 'HAPPY');
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TYPE pair AS (a int, b text);
CREATE TABLE "Odd ""schema"."select" ("Id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "ünï ""q" text DEFAULT 'a''b', mail email, m mood DEFAULT 'sad', ms mood[], tags text[], p pair, n numeric(10, 2), d date, j jsonb);
INSERT INTO "Odd ""schema"."select" ("ünï ""q", mail, m, ms, tags, p, n, d, j)
  SELECT 'row ' || i, i || '@x', (enum_range(NULL::mood))[1 + i % 3], ARRAY['sad', 'HAPPY']::mood[], ARRAY['t' || i], ROW(i, 'b')::pair, i / 7.0, date '2026-01-01' + i, jsonb_build_object('i', i) FROM generate_series(1, 200) i;
CREATE TABLE child (id int PRIMARY KEY, "parent Id" bigint REFERENCES "Odd ""schema"."select" ON DELETE CASCADE);
INSERT INTO child SELECT i, i FROM generate_series(1, 100) i;
CREATE VIEW v AS SELECT s."Id", s.m, c.id AS child FROM "Odd ""schema"."select" s LEFT JOIN child c ON c."parent Id" = s."Id";
CREATE MATERIALIZED VIEW mv AS SELECT m, count(*) AS n FROM "Odd ""schema"."select" GROUP BY m;
CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO parted VALUES (1, '2026-05-05');
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE UPDATE ON child FOR EACH ROW EXECUTE FUNCTION tf();
)sql";

struct Attack {
  const char* script;
  const char* refused;  ///< a part of the reason; nullptr: it must be undone
};
#define T "\"Odd \"\"schema\".\"select\""
constexpr Attack kAttacks[] = {
    {"CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')", "partition"},
    {"ALTER TABLE parted DETACH PARTITION parted_1", "partition"},
    {"CREATE TABLE p2 (id int) PARTITION BY HASH (id)", "partition"},
    {"CREATE TABLE heir (extra int) INHERITS (child)", "inherit"},
    {"CREATE POLICY p ON child USING (id > 0)", "policy"},
    {"CREATE RULE r AS ON INSERT TO child DO INSTEAD NOTHING", "rule"},
    {"CREATE EXTENSION pg_trgm", "extension"},
    {"CREATE CAST (pair AS text) WITH INOUT AS ASSIGNMENT", "pg_cast"},
    {"CREATE PUBLICATION pub FOR TABLE child", "pg_publication"},
    {"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC", "pg_default_acl"},
    {"ALTER DOMAIN email DROP CONSTRAINT email_check", "domain"},
    {"ALTER TYPE pair ADD ATTRIBUTE c int", "composite"},
    {"CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)", "pg_operator"},
    {"CREATE COLLATION col FROM \"C\"", "pg_collation"},
    {"CREATE FOREIGN DATA WRAPPER w", "foreign_data_wrapper"},
    {"CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION nothing()", ""},
    {"SELECT lo_create(77777)", "largeobject"},
    {"CREATE TEXT SEARCH CONFIGURATION cfg (COPY = simple)", "pg_ts_config"},
    {"ALTER TABLE " T " ALTER COLUMN n TYPE int USING round(n)", "values back"},
    {"ALTER TABLE " T " ALTER COLUMN \"ünï \"\"q\" TYPE varchar(5) USING left(\"ünï \"\"q\", 5)", "values back"},
    {"ALTER TABLE " T " ALTER COLUMN d TYPE text USING to_char(d, 'DD.MM.YY')", "out of range"},
    {"UPDATE child SET id = id + 1000", "rows of table"},
    {"TRUNCATE child", "TRUNCATE"},
    {"DELETE FROM child WHERE id > 50", "rows of table"},
    {"ALTER TABLE child SET UNLOGGED", "child"},
    {"DO $$ BEGIN EXECUTE 'UPDATE child SET id = id + 1000'; END $$", "rows of table"},
    {"ALTER TABLE " T " ALTER COLUMN n TYPE numeric(12, 2)", nullptr},
    {"ALTER TABLE " T " ALTER COLUMN d TYPE timestamp", nullptr},
    {"ALTER TABLE " T " ALTER COLUMN tags TYPE varchar(20)[]", nullptr},
    {"ALTER TYPE mood RENAME VALUE 'HAPPY' TO 'glad'", nullptr},
    {"ALTER TYPE mood ADD VALUE 'furious' BEFORE 'sad'", nullptr},
    {"ALTER TABLE " T " RENAME COLUMN \"ünï \"\"q\" TO \"GROUP BY\"; ALTER TABLE " T " RENAME TO \"order\"", nullptr},
    {"ALTER SCHEMA \"Odd \"\"schema\" RENAME TO plain", nullptr},
    {"ALTER TABLE child SET SCHEMA \"Odd \"\"schema\"", nullptr},
    {"DROP VIEW v; ALTER TABLE " T " DROP COLUMN m; DROP MATERIALIZED VIEW mv", ""},
    {"DROP TABLE " T " CASCADE", ""},
    {"ALTER TABLE " T " DROP COLUMN \"ünï \"\"q\", DROP COLUMN mail, DROP COLUMN ms, DROP COLUMN p, DROP COLUMN j", nullptr},
    {"ALTER TABLE child DROP CONSTRAINT \"child_parent Id_fkey\", ADD FOREIGN KEY (\"parent Id\") REFERENCES " T " ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED", nullptr},
    {"ALTER TABLE child DISABLE TRIGGER tr; ALTER TABLE child ENABLE ROW LEVEL SECURITY; ALTER TABLE child FORCE ROW LEVEL SECURITY", nullptr},
    {"DROP TRIGGER tr ON child; CREATE OR REPLACE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'", nullptr},
    {"CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT $1 * 2'", nullptr},
    {"DROP FUNCTION f(int); CREATE FUNCTION f(int) RETURNS text LANGUAGE sql AS 'SELECT $1::text'", nullptr},
    {"CREATE INDEX ON child (f(id)) WHERE id > 5; CREATE STATISTICS st ON id, \"parent Id\" FROM child", nullptr},
    {"ALTER TABLE " T " ALTER COLUMN \"Id\" SET GENERATED BY DEFAULT; ALTER TABLE " T " ALTER COLUMN \"Id\" SET INCREMENT 5", nullptr},
    {"ALTER TABLE " T " ALTER COLUMN \"Id\" DROP IDENTITY", nullptr},
    {"ALTER TABLE child REPLICA IDENTITY FULL; ALTER TABLE child SET (fillfactor = 70); ALTER TABLE child ALTER id SET STATISTICS 500", nullptr},
    {"ALTER TABLE child CLUSTER ON child_pkey", "constraint public.child.child_pkey isn't as it was"},
    {"CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED, EXCLUDE USING btree (a WITH =)); GRANT SELECT (a), UPDATE (b) ON g TO PUBLIC; COMMENT ON COLUMN g.b IS E'it''s\\n\\\\ odd'", nullptr},
    {"REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC; GRANT SELECT ON child TO PUBLIC; REVOKE USAGE ON TYPE mood FROM PUBLIC", nullptr},
    {"CREATE OR REPLACE VIEW v AS SELECT s.\"Id\", s.m, c.id AS child, s.d FROM " T " s LEFT JOIN child c ON c.\"parent Id\" = s.\"Id\"; ALTER VIEW v SET (security_barrier = true)", nullptr},
    {"CREATE TYPE span AS RANGE (subtype = numeric); CREATE DOMAIN short AS varchar(3) NOT NULL; CREATE TYPE trio AS (a mood, b email); CREATE TABLE uses (s span, d short, t trio)", nullptr},
};

}  // namespace

TEST_CASE("what the inverse was not made for is undone exactly or refused by name", "[.zoo]") {
  Site site("");
  site.directory.migration("m/0_base", "SELECT 1", "SELECT 1");
  site.deploy(site.directory.path() + "/m");
  const auto base = read_migrations(site.directory.path() + "/m");
  site.database.sql(kGround);
  const auto session = site.database.connect();
  const auto start = CatalogSnapshot::take(*session);
  const auto data = [&] {
    return one(*session, "SELECT md5(coalesce((SELECT string_agg(to_jsonb(t)::text, ',' ORDER BY to_jsonb(t)->>'Id') FROM " T " t), '')) || (SELECT md5(string_agg(to_jsonb(c)::text, ',' ORDER BY id)) FROM child c)");
  };
  const auto rows = data();
  site.run([&](auto& environment, auto& run) {
    int no = 0;
    for (const auto& attack : kAttacks) {
      INFO(attack.script);
      auto folders = base;
      MigrationFolder folder;
      folder.name = "1_attack_" + std::to_string(++no);
      folder.script = attack.script;
      folder.checksum = checksum(folder.script);
      folders.push_back(folder);
      std::string refused;
      try {
        schema::deploy(environment, run, folders, quick());
      } catch (const Failure& failure) {
        refused = failure.answer;
      }
      if (refused.empty()) {
        try {
          revert_to(environment, run, folders, "0_base", quick());
        } catch (const Failure& failure) {
          FAIL_CHECK("applied, and not undone: " << failure.answer);
        }
      }
      INFO("refused: " << refused);
      if (!attack.refused) CHECK(refused == "");
      else if (*attack.refused) CHECK(refused.find(attack.refused) != std::string::npos);
      std::string differs;
      const auto now = CatalogSnapshot::take(*session);
      for (const auto& difference : differences(start, now)) {
        if (part_of(difference.key) != Part::order) differs += describe(difference) + "\n";
      }
      CHECK(differs == "");
      if (differs.empty()) CHECK(data() == rows);
      if (!differs.empty()) break;
    }
  });
}
