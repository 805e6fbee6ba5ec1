#!/usr/bin/env python3
"""Makes journals of an attacker's from a real one: legal SQLite, another content. usage: journals.py REAL DIRECTORY"""
import shutil
import sqlite3
import sys

ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
# Each: what is run on a copy. The append-only triggers are gone by then, and come back unless the attack is about them.
ATTACKS = {
    "head_is_a_view": "ALTER TABLE head RENAME TO h; CREATE VIEW head AS " + ENDLESS + "SELECT 1 AS one, max(n) AS seq, zeroblob(32) AS chain, 0 AS epoch, 0 AS receipts, 0 AS receipts_digest FROM r",
    "event_is_a_view": "DROP INDEX event_subject; ALTER TABLE event RENAME TO e; CREATE VIEW event AS SELECT e.* FROM e, (" + ENDLESS + "SELECT n FROM r) WHERE n < 0 UNION ALL SELECT * FROM e",
    "unit_is_a_view": "DROP INDEX unit_in_doubt; DROP INDEX unit_schema; ALTER TABLE unit RENAME TO u; CREATE VIEW unit AS SELECT u.* FROM u, (" + ENDLESS + "SELECT n FROM r)",
    "triggers": "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM head; UPDATE unit SET state = 1; END; CREATE TRIGGER t2 AFTER INSERT ON run BEGIN DELETE FROM event; END",
    "no_triggers": "DELETE FROM event WHERE seq > 2",
    "loose_types": "ALTER TABLE run RENAME TO r; CREATE TABLE run (run, verb, started_us, state, exit_code, ended_us); INSERT INTO run SELECT 'x' || char(27) || '[31m', zeroblob(9), 'y', NULL, 1.5, x'ff' FROM r",
    "escapes_in_verb": "UPDATE run SET verb = char(27) || '[31m%n%s' || char(8238), state = char(27) || ']0;x' || char(7)",
    "wide_numbers": "UPDATE head SET seq = 9223372036854775807; UPDATE unit SET first_seq = -9223372036854775808, unit = unit + 4611686018427387904",
    "huge_blob": "UPDATE event SET payload = zeroblob(200000000) WHERE seq = 3",
    "long_subject": "UPDATE event SET subject = CAST(zeroblob(1000000) AS TEXT) WHERE seq = 3",
    "kinds": "DELETE FROM kind; INSERT INTO kind VALUES (-1, char(27) || '[31m'), (9223372036854775807, '')",
    "ranges": "UPDATE closed_range SET lo = zeroblob(3), hi = 1.5e300; UPDATE counter SET value = -9223372036854775808",
    "generated": "ALTER TABLE run ADD COLUMN g TEXT AS (hex(zeroblob(400000000)))",
    "many_events": "INSERT INTO event SELECT s + 1000, run, kind, version, at_us, unit, subject, payload, chain FROM event, (" + ENDLESS + "SELECT n AS s FROM r LIMIT 100000) WHERE seq = 2",
    "sqlite_stat": "ANALYZE; UPDATE sqlite_stat1 SET stat = '9223372036854775807 1 noskipscan x' || char(27)",
}
real, directory = sys.argv[1:]
for name, sql in ATTACKS.items():
    path = f"{directory}/{name}.journal"
    shutil.copy(real, path)
    db = sqlite3.connect(path)
    db.execute("PRAGMA legacy_alter_table = ON")
    db.execute("PRAGMA journal_mode = DELETE")
    triggers = [row[0] for row in db.execute("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'event_no%'")]
    for (view,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
        if name.endswith("_view"):
            db.execute(f"DROP VIEW {view}")
    for (trigger,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {trigger}")
    db.executescript(sql)
    if name not in ("no_triggers", "event_is_a_view"):
        for trigger in triggers:
            db.execute(trigger)
    db.execute("PRAGMA journal_mode = WAL")
    db.commit()
    db.close()
    print(name)
