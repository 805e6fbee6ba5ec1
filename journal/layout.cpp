#include "journal/layout.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include "journal/codec.h"

namespace tidemark::journal {

namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE kind (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind INTEGER NOT NULL, version INTEGER NOT NULL, at_us INTEGER NOT NULL,
  unit INTEGER NOT NULL, subject ANY, payload BLOB NOT NULL, chain BLOB NOT NULL) STRICT;
CREATE INDEX event_subject ON event (subject) WHERE subject IS NOT NULL;

CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER event_no_replace BEFORE INSERT ON event WHEN new.seq <= (SELECT max(seq) FROM event)
BEGIN SELECT raise(ABORT, 'the journal is append-only'); END;
)sql";

constexpr const char* kIndexes = R"sql(
CREATE INDEX unit_in_doubt ON unit (unit) WHERE state = 0;
CREATE INDEX unit_schema ON unit (outcome_seq) WHERE work IN ('apply', 'revert');
CREATE INDEX open_subject_open ON open_subject (conversion, subject) WHERE closed_by = 0;
)sql";

// For people with `sqlite3`: nothing of ours reads them.
constexpr const char* kViews = R"sql(
CREATE VIEW v_runs AS
SELECT run, verb, strftime('%Y-%m-%dT%H:%M:%fZ', started_us / 1e6, 'unixepoch') AS started, state, exit_code,
  iif(ended_us = 0, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', ended_us / 1e6, 'unixepoch')) AS ended
FROM run ORDER BY run;

CREATE VIEW v_units AS
SELECT printf('%d.%d', unit >> 32, unit & 4294967295) AS unit, run, name, work,
  CASE state WHEN 0 THEN 'in doubt' WHEN 1 THEN 'committed' ELSE 'voided' END AS state, first_seq, intent_seq, outcome_seq,
  iif(committed_us = 0, NULL, strftime('%Y-%m-%dT%H:%M:%fZ', committed_us / 1e6, 'unixepoch')) AS committed
FROM unit ORDER BY intent_seq;

CREATE VIEW v_subject_history AS
SELECT iif(typeof(e.subject) = 'blob', lower(printf('%s-%s-%s-%s-%s', substr(hex(e.subject), 1, 8), substr(hex(e.subject), 9, 4),
    substr(hex(e.subject), 13, 4), substr(hex(e.subject), 17, 4), substr(hex(e.subject), 21))), e.subject) AS subject,
  e.seq, k.name AS kind, strftime('%Y-%m-%dT%H:%M:%fZ', e.at_us / 1e6, 'unixepoch') AS at,
  printf('%d.%d', e.unit >> 32, e.unit & 4294967295) AS unit, u.name AS conversion,
  CASE u.state WHEN 0 THEN 'in doubt' WHEN 1 THEN 'committed' WHEN 2 THEN 'voided' END AS state
FROM event e LEFT JOIN kind k ON k.code = e.kind LEFT JOIN unit u ON u.unit = e.unit
WHERE e.subject IS NOT NULL ORDER BY e.seq;
)sql";

constexpr const char* kEmptyHead = "INSERT INTO head VALUES (1, 0, zeroblob(32), 0, 0, 0)";

}  // namespace

const std::vector<Projected>& projected_tables() {
  static const std::vector<Projected> tables = {
      {"head",
       "(one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, chain BLOB NOT NULL, epoch INTEGER NOT NULL,"
       " receipts INTEGER NOT NULL, receipts_digest INTEGER NOT NULL) STRICT"},
      {"run",
       "(run INTEGER PRIMARY KEY, verb TEXT NOT NULL, started_us INTEGER NOT NULL, state TEXT NOT NULL, exit_code "
       "INTEGER,"
       " ended_us INTEGER NOT NULL) STRICT"},
      {"unit",
       "(unit INTEGER PRIMARY KEY, run INTEGER NOT NULL, name TEXT NOT NULL, work TEXT NOT NULL, first_seq INTEGER NOT "
       "NULL,"
       " intent_seq INTEGER NOT NULL, outcome_seq INTEGER NOT NULL, state INTEGER NOT NULL, committed_us INTEGER NOT "
       "NULL) STRICT"},
      {"closed_range", "(unit INTEGER PRIMARY KEY, conversion TEXT NOT NULL, lo ANY, hi ANY NOT NULL) STRICT"},
      {"open_subject",
       "(conversion TEXT NOT NULL, subject ANY NOT NULL, unit INTEGER NOT NULL, seq INTEGER NOT NULL,"
       " closed_by INTEGER NOT NULL, PRIMARY KEY (conversion, subject, unit)) STRICT, WITHOUT ROWID"},
      {"counter",
       "(conversion TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (conversion, name))"
       " STRICT, WITHOUT ROWID"},
      {"phase",
       "(conversion TEXT NOT NULL, phase TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (conversion, phase))"
       " STRICT, WITHOUT ROWID"},
      {"table_shape", "(no INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT"}};
  return tables;
}

void make_layout(SQLite::Database& db) {
  db.exec("PRAGMA journal_mode = WAL");
  SQLite::Transaction whole(db);
  db.exec("PRAGMA application_id = " + std::to_string(kApplicationId) +
          "; PRAGMA user_version = " + std::to_string(kFormat));
  db.exec(kTables);
  db.exec(kNoUpdate);
  db.exec(kIndexOfKinds);
  for (const Projected& table : projected_tables())
    db.exec(std::string("CREATE TABLE ") + table.name + " " + table.body);
  db.exec(kIndexes);
  db.exec(kViews);
  db.exec(kEmptyHead);
  SQLite::Statement kind(db, "INSERT INTO kind VALUES (?, ?)");
  for_each_kind([&](std::uint16_t code, std::string_view name) {
    kind.bind(1, int{code});
    kind.bind(2, std::string(name));
    kind.exec();
    kind.reset();
  });
  whole.commit();
}

void make_temporary_projections(SQLite::Database& db) {
  db.exec("PRAGMA temp_store = MEMORY");
  for (const Projected& table : projected_tables())
    db.exec(std::string("CREATE TEMP TABLE ") + table.name + " " + table.body);
  db.exec(kEmptyHead);
  db.exec("CREATE INDEX temp.open_subject_open ON open_subject (conversion, subject) WHERE closed_by = 0");
}

std::vector<std::string> schema_of(SQLite::Database& db) {
  std::vector<std::string> lines;
  SQLite::Statement each(db, "SELECT type, name, tbl_name, coalesce(sql, '') FROM main.sqlite_schema ORDER BY 1, 2");
  while (each.executeStep())
    lines.push_back(each.getColumn(0).getString() + " " + each.getColumn(1).getString() + " on " +
                    each.getColumn(2).getString() + ": " + each.getColumn(3).getString());
  return lines;
}

const std::vector<std::string>& expected_schema() {
  static const std::vector<std::string> schema = [] {
    SQLite::Database db(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    make_layout(db);
    return schema_of(db);
  }();
  return schema;
}

}  // namespace tidemark::journal
