#include "engine/postgres/schema_sql.h"

#include "engine/postgres/adapter.h"

namespace tidemark::engine::postgres {
namespace {

constexpr const char* kTables = R"sql(CREATE SCHEMA tidemark;
COMMENT ON SCHEMA tidemark IS 'Tidemark''s witness of what it did here. Its rows belong to a journal: do not edit or delete them.';

-- Who this target is: one row.
CREATE TABLE tidemark.meta (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version integer NOT NULL,
  id uuid NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT clock_timestamp());

-- The right to write: one row. Every unit locks it FOR SHARE first; signs of life are in beat, never here.
CREATE TABLE tidemark.lease (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch bigint NOT NULL DEFAULT 0,
  token uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  journal uuid,
  host text NOT NULL DEFAULT '',
  username text NOT NULL DEFAULT '',
  pid bigint NOT NULL DEFAULT 0,
  path text NOT NULL DEFAULT '',
  run bigint NOT NULL DEFAULT 0,
  head_seq bigint NOT NULL DEFAULT 0,
  head_chain bytea CHECK (length(head_chain) = 32),
  held boolean NOT NULL DEFAULT false,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp());

-- The holder's last sign of life, and whether someone asked it to stop: one row.
CREATE TABLE tidemark.beat (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch bigint NOT NULL DEFAULT 0,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  stop boolean NOT NULL DEFAULT false);

-- One row for each unit that committed, in the same transaction (state void: one that never can).
CREATE TABLE tidemark.receipt (
  unit bigint PRIMARY KEY,
  journal uuid NOT NULL,
  epoch bigint NOT NULL,
  work text NOT NULL,
  state text NOT NULL CHECK (state IN ('committed', 'void')),
  seq bigint,
  chain bytea CHECK (length(chain) = 32),
  at timestamptz NOT NULL,
  pid integer NOT NULL) WITH (fillfactor = 50);

REVOKE ALL ON SCHEMA tidemark FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA tidemark FROM PUBLIC;
)sql";

constexpr const char* kGrants = R"sql(
-- A role that runs migrations needs these, one that only looks needs those of tidemark_reader. Put your roles' names in.
GRANT USAGE ON SCHEMA tidemark TO tidemark_runner, tidemark_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA tidemark TO tidemark_runner, tidemark_reader;
GRANT UPDATE ON tidemark.lease, tidemark.beat TO tidemark_runner;
GRANT INSERT, UPDATE ON tidemark.receipt TO tidemark_runner;
-- Not needed, a third faster (PostgreSQL 15 and later; of all sessions of the role, in all databases): the conversion's own locks then prove foreign keys.
-- GRANT SET ON PARAMETER session_replication_role TO tidemark_runner;
-- Not needed, of a million profiles a fifth faster, and a quarter of the WAL: a conversion then has pages in it compressed by lz4.
-- ONLY IF every standby, and whatever else replays the WAL, was built with lz4, as Debian's packages are.
-- GRANT SET ON PARAMETER wal_compression TO tidemark_runner;
)sql";

}  // namespace

std::string schema_sql(const std::string& id) {
  return std::string(kTables) + "\nINSERT INTO tidemark.meta (version, id) VALUES (" + std::to_string(kSchemaVersion) + ", " + id +
         ");\nINSERT INTO tidemark.lease DEFAULT VALUES;\nINSERT INTO tidemark.beat DEFAULT VALUES;\n";
}

std::string ddl(bool grants) { return schema_sql("gen_random_uuid()") + (grants ? kGrants : ""); }

}  // namespace tidemark::engine::postgres
