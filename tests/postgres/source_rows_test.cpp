// Reading and locking subjects.
#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

const char* const kUuid = "lpad(to_hex(n), 8, '0') || '-0000-4000-8000-000000000000'";

void fill(Database& database, int count, const std::string& id_type = "uuid") {
  const auto ids = std::string("(") + kUuid + ")::" + id_type;
  const auto numbers = " FROM generate_series(1, " + std::to_string(count) + ") n";
  database.sql("INSERT INTO users SELECT " + ids + numbers);
  database.sql("INSERT INTO profiles SELECT " + ids + ", " + ids + ", jsonb_build_object('n', n)" + numbers);
  database.sql("ANALYZE");
}

std::string id(int n) {
  char text[64];
  std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", static_cast<unsigned>(n));
  return text;
}

Keys keys_of(const std::vector<SourceRow>& rows) {
  Keys keys;
  for (const auto& row : rows) keys.push_back(row.key);
  return keys;
}

}  // namespace

TEST_CASE("keys come in key order, in ranges, by the index") {
  Database database;
  const std::string type = GENERATE("uuid", "text", "character varying(36)");
  INFO(type);
  make_valine(database, type);
  fill(database, 3000, type);
  const auto session = database.connect();
  const auto source = profiles_of(type);
  CHECK(session->keys(source, {}, {}, 2) == Keys{id(1), id(2)});
  CHECK(session->keys(source, id(2), {}, 2) == Keys{id(3), id(4)});
  CHECK(session->keys(source, id(2), id(4), 100) == Keys{id(3), id(4)});
  CHECK(session->keys(source, {}, id(1), 100) == Keys{id(1)});
  CHECK(session->keys(source, id(3000), {}, 100).empty());
  CHECK(session->digests(source, id(7), 1)[0].key == id(8));

  // ORDER BY the output column `id` would be text: a sort of the whole table for each chunk.
  session->begin_reading();
  const auto plan_of_last = [&] {
    auto statement = database.sql("SELECT query FROM pg_stat_activity WHERE pid = " + std::to_string(session->backend_pid()));
    for (auto at = statement.find("$1"); at != std::string::npos; at = statement.find("$1")) statement.replace(at, 2, "'" + id(5) + "'");
    std::string plan;
    for (const auto& line : session->query("EXPLAIN (COSTS OFF) " + statement)) plan += *line[0] + "\n";
    return plan;
  };
  session->keys(source, id(5), {}, 10);
  CHECK_THAT(plan_of_last(), Catch::Contains("Index Only Scan using profiles_pkey") && !Catch::Contains("Sort"));
  session->digests(source, id(5), 10);
  CHECK_THAT(plan_of_last(), Catch::Contains("Index Scan using profiles_pkey") && !Catch::Contains("Sort"));
}

TEST_CASE("order is the server's, whatever its collation") {
  Database database("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' ENCODING UTF8");
  make_valine(database, "text");
  const Keys sorted = {"_x", "a", "B", "c", "ä", "\xC3\xA9t\xC3\xA9"};
  for (const auto& key : sorted) {
    database.sql("INSERT INTO users VALUES ('" + key + "')");
    database.sql("INSERT INTO profiles VALUES ('" + key + "', '" + key + "', NULL)");
  }
  const auto session = database.connect();
  const auto source = profiles_of("text");
  const auto keys = session->keys(source, {}, {}, 100);
  CHECK(keys == Keys{"_x", "a", "ä", "B", "c", "\xC3\xA9t\xC3\xA9"});
  CHECK(session->in_server_order(source, {"c", "B", "gone", "a"}) == Keys{"a", "B", "c", "gone"});
  CHECK(session->keys(source, "a", "B", 100) == Keys{"ä", "B"});

  SECTION("also that of a column with its own") {
    database.sql("ALTER TABLE links DROP CONSTRAINT \"links_profileId_fkey\"");
    database.sql("ALTER TABLE profiles ALTER COLUMN id TYPE text COLLATE \"C\"");
    CHECK(session->keys(source, {}, {}, 2) == Keys{"B", "_x"});
    CHECK(session->in_server_order(source, {"a", "B"}) == Keys{"B", "a"});
  }
}

TEST_CASE("text keys may hold what breaks array literals and identifiers may be odd") {
  Database database;
  database.sql("CREATE SCHEMA \"Od\"\"d\"");
  database.sql("CREATE TABLE \"Od\"\"d\".\"Pro files\" (\"I\"\"d\" text PRIMARY KEY, \"se'lf\" text, \"V\\al\" text)");
  const Keys odd = {"", " ", "\"", "\\", "\\\\\"", "{}", "a,b", "NULL", "null", "'", "$1", "\t\n", "ключ", "a b"};
  SourceShape source;
  source.schema = "Od\"d";
  source.table = "Pro files";
  source.key = "I\"d";
  source.key_type = "text";
  source.value = "V\\al";
  source.columns = {"se'lf"};
  const auto session = database.connect();
  for (const auto& key : odd) session->query("INSERT INTO \"Od\"\"d\".\"Pro files\" VALUES ($1, $1, $1)", {key});
  auto sorted = session->keys(source, {}, {}, 100);
  CHECK(sorted.size() == odd.size());
  CHECK(session->present(source, odd) == sorted);
  CHECK(session->in_server_order(source, odd) == sorted);
  const auto rows = session->read(source, odd);
  CHECK(keys_of(rows) == sorted);
  for (const auto& row : rows) {
    CHECK(row.value == row.key);
    CHECK(row.columns == Row{row.key});
  }
  CHECK(session->present(source, {"NULL", "no such"}) == Keys{"NULL"});
  CHECK(session->present(source, {}).empty());
}

TEST_CASE("a value is read with its size and digest, the same on either side") {
  Database database;
  make_valine(database, "uuid");
  fill(database, 6);
  database.sql("UPDATE profiles SET \"socialLinks\" = NULL WHERE id = '" + id(2) + "'");
  database.sql("UPDATE profiles SET \"socialLinks\" = '{\"имя\": \"\\u00e9\\n 😀\"}' WHERE id = '" + id(3) + "'");
  database.sql("UPDATE profiles SET \"socialLinks\" = to_jsonb(repeat('ä', 3000)) WHERE id = '" + id(4) + "'");
  database.sql("UPDATE profiles SET \"socialLinks\" = 'null' WHERE id = '" + id(5) + "'");
  const auto session = database.connect();
  auto source = profiles_of("uuid");
  source.max_value_bytes = 6002;
  const auto keys = session->keys(source, {}, {}, 100);
  const auto digests = session->digests(source, {}, 100);
  const auto rows = session->read(source, keys);
  REQUIRE(rows.size() == 6);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].key == digests[i].key);
    CHECK(rows[i].digest == digests[i].digest);
    CHECK(rows[i].columns == Row{rows[i].key});
  }
  CHECK(rows[0].value == "{\"n\": 1}");
  CHECK(rows[0].bytes == 8);
  CHECK(journal::hex(rows[0].digest.data(), 16) == database.sql("SELECT left(encode(sha256('{\"n\": 1}'), 'hex'), 32)"));
  CHECK_FALSE(rows[1].value);
  CHECK(rows[1].bytes == 0);
  CHECK(journal::hex(rows[1].digest.data(), 16) == "e3b0c44298fc1c149afbf4c8996fb924");
  CHECK(rows[3].value->size() == 6002);
  CHECK(rows[4].value == "null");

  SECTION("what is too long stays on the server, but its digest does not") {
    source.max_value_bytes = 6001;
    session->begin_unit(Pins{});
    const auto locked = session->lock_subjects(source, keys);
    CHECK_FALSE(locked[3].value);
    CHECK(locked[3].bytes == 6002);
    CHECK(locked[3].digest == digests[3].digest);
    CHECK(locked[0].value == rows[0].value);
  }

  SECTION("what is too much at once stays on the server, and so does all after it; too long and NULL are what they are") {
    source.max_value_bytes = source.max_bytes_at_once = 6001;
    auto part = session->read(source, keys);
    for (const auto& row : part) CHECK_FALSE(row.withheld);
    source.max_value_bytes = 6002;
    source.max_bytes_at_once = 6002 + rows[0].bytes;
    part = session->read(source, keys);
    CHECK(part[0].value == rows[0].value);
    CHECK_FALSE(part[1].withheld);
    for (const auto i : {3u, 4u, 5u}) {
      INFO(i);
      CHECK(part[i].withheld);
      CHECK_FALSE(part[i].value);
      CHECK(part[i].bytes == rows[i].bytes);
      CHECK(part[i].digest == digests[i].digest);
    }
  }
}

TEST_CASE("who is locked by another is left out, not waited for") {
  Database database;
  make_valine(database, "uuid");
  fill(database, 5);
  const auto session = database.connect(), other = database.connect();
  const auto source = profiles_of("uuid");
  const Keys all = {id(5), id(1), id(2), id(3), id(4)};
  other->begin_unit(Pins{});
  session->begin_unit(Pins{500, 0, 0});

  SECTION("subjects") {
    other->query("SELECT 1 FROM public.profiles WHERE id = $1 FOR KEY SHARE", {id(2)});
    CHECK(keys_of(session->lock_subjects(source, all)) == Keys{id(1), id(3), id(4), id(5)});
  }
  SECTION("parents, when they are being deleted or get another key") {
    other->query("SELECT 1 FROM public.users WHERE id = $1 FOR UPDATE", {id(3)});
    CHECK(session->lock_parents(source, all) == Keys{id(1), id(2), id(4), id(5)});
  }
  SECTION("parents that were updated and then locked: the old version would let us pass, to wait at the new one") {
    other->query("UPDATE public.users SET id = id WHERE id = $1", {id(3)});
    other->query("SELECT 1 FROM public.users WHERE id = $1 FOR UPDATE", {id(3)});
    CHECK(session->lock_parents(source, all) == Keys{id(1), id(2), id(4), id(5)});
  }
  SECTION("but not parents that are only referred to") {
    other->query("SELECT 1 FROM public.users WHERE id = $1 FOR KEY SHARE", {id(3)});
    CHECK(session->lock_parents(source, all).size() == 5);
  }
  SECTION("rows of ours") {
    const auto links = links_of("uuid");
    for (int n = 1; n <= 3; ++n) database.sql("INSERT INTO links VALUES ('" + id(n) + "', '" + id(n) + "', '" + id(n) + "', 'x')");
    other->query("SELECT 1 FROM public.links WHERE id = $1 FOR UPDATE", {id(2)});
    const auto rows = session->lock_rows(links, Rows{Row{id(3)}, Row{id(2)}, Row{id(1)}});
    CHECK(rows == Rows{{id(1), id(1), id(1), "x"}, {id(3), id(3), id(3), "x"}});
  }
}

TEST_CASE("a range is locked in one walk: the same rows, without those that came in since or that others hold") {
  Database database;
  const auto type = GENERATE(as<std::string>{}, "uuid", "text");
  make_valine(database, type);
  fill(database, 300);
  const auto session = database.connect(), other = database.connect();
  const auto source = profiles_of(type);
  Keys keys;
  for (int n = 2; n <= 200; n += 2) keys.push_back(id(n));  // what stands between came in since
  const int wanted = GENERATE(60, 100);
  keys.resize(static_cast<std::size_t>(wanted));
  other->begin_unit(Pins{});
  session->begin_unit(Pins{500, 0, 0});
  SECTION("all") {
    const auto rows = session->lock_range(source, keys);
    CHECK(keys_of(rows) == keys);
    CHECK(rows[7].value == session->read(source, {keys[7]})[0].value);
    CHECK(refusal([&] { other->query("SELECT 1 FROM public.profiles WHERE id = $1 FOR KEY SHARE NOWAIT", {keys[7]}); }) == "lock 55P03");
    CHECK(one(*session, "SELECT current_setting('plan_cache_mode')") == "auto");  // a conversion's own statement is planned as ever
  }
  SECTION("one is held") {
    other->query("SELECT 1 FROM public.profiles WHERE id = $1 FOR KEY SHARE", {keys[30]});
    auto left = keys;
    left.erase(left.begin() + 30);
    CHECK(keys_of(session->lock_range(source, keys)) == left);
  }
  SECTION("so many came in that not all are reached: those are like held ones, and present") {
    Keys few;
    for (int n = 1; n <= 60; ++n) few.push_back(id(5 * n));
    const auto rows = session->lock_range(source, few);
    CHECK(keys_of(rows) == Keys(few.begin(), few.begin() + 24));  // of the first 120
    CHECK(session->present(source, few).size() == 60);
  }
}

TEST_CASE("while a subject is locked nobody can add a link to it") {
  Database database;
  make_valine(database, "uuid");
  fill(database, 2);
  const auto session = database.connect(), application = database.connect();
  session->begin_unit(Pins{});
  REQUIRE(session->lock_subjects(profiles_of("uuid"), {id(1)}).size() == 1);
  auto inserted = in_background([&] { application->query("INSERT INTO public.links VALUES ($1, $1, $1, 'x')", {id(1)}); });
  database.await_lock_wait(application->backend_pid());
  CHECK(database.sql("SELECT count(*) FROM links") == "0");
  CHECK(session->commit() == CommitAnswer::committed);
  inserted.get();
  CHECK(database.sql("SELECT count(*) FROM links") == "1");

  SECTION("but one whose parent alone is locked goes on") {
    session->begin_unit(Pins{});
    session->lock_parents(profiles_of("uuid"), {id(2)});
    CHECK(database.sql("INSERT INTO links VALUES ('" + id(2) + "', '" + id(2) + "', '" + id(2) + "', 'x') RETURNING 1") == "1");
  }
}

TEST_CASE("a subject that changed after the statement began is read as it is when locked") {
  Database database;
  make_valine(database, "uuid");
  fill(database, 1);
  const auto session = database.connect();
  session->begin_unit(Pins{});
  database.sql("UPDATE profiles SET \"socialLinks\" = '\"new\"'");
  CHECK(session->lock_subjects(profiles_of("uuid"), {id(1)})[0].value == "\"new\"");
}

TEST_CASE("whatever a first pass may not have seen is changed since the horizon") {
  Database database;
  const std::string type = GENERATE("uuid", "text");
  make_valine(database, type);
  fill(database, 40, type);
  const auto session = database.connect(), open = database.connect();
  const auto source = profiles_of(type);
  const auto ours = [](int n) { return std::string("UPDATE public.profiles SET \"socialLinks\" = '{\"edited\": 1}' WHERE id = '") + id(n) + "'"; };
  // Two transactions are under way at the horizon: one has a number and writes later, one only begins to write afterwards.
  open->query("BEGIN");
  open->query("SELECT txid_current()");
  const auto late = database.connect();
  late->query("BEGIN");
  late->query("SELECT 1");
  database.sql("VACUUM (FREEZE) profiles");
  const auto since = session->horizon(source);
  REQUIRE(since);
  const auto changed = [&](std::size_t window, const Horizon& horizon) {
    Keys keys;
    std::optional<std::string> above;
    for (bool end = false; !end;) {
      const auto page = session->changed_since(source, above, window, horizon);
      for (const auto& subject : page.changed) {
        keys.push_back(subject.key);
        CHECK(subject.digest == session->read(source, {subject.key}).at(0).digest);
      }
      end = page.end;
      if (page.last) above = page.last;
    }
    return keys;
  };
  CHECK(changed(7, *since).empty());
  open->query(ours(3));
  open->query("SAVEPOINT s");
  open->query(ours(17));
  open->query("RELEASE s");
  late->query(ours(21));
  database.sql(ours(29));
  database.sql("INSERT INTO users VALUES ('" + id(41) + "')");
  database.sql("INSERT INTO profiles VALUES ('" + id(41) + "', '" + id(41) + "', NULL)");
  database.sql("DELETE FROM profiles WHERE id = '" + id(35) + "'");
  database.sql("UPDATE profiles SET id = '" + id(50) + "' WHERE id = '" + id(36) + "'");
  CHECK(changed(7, *since) == Keys{id(29), id(41), id(50)});
  open->query("COMMIT");
  late->query("COMMIT");
  for (const std::size_t window : {1, 7, 39, 40, 1000}) CHECK(changed(window, *since) == Keys{id(3), id(17), id(21), id(29), id(41), id(50)});
  CHECK(changed(7, *session->horizon(source)).empty());
  // Another server process, or a counter that has gone too far: everything.
  CHECK(changed(7, Horizon{since->xid, "another"}).size() == 40);
  session->begin_reading();
  const auto next = std::stoull(*session->query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")[0][0]);
  session->rollback();
  CHECK(changed(7, Horizon{next - (1u << 30) - 1, since->server}).size() == 40);
}

TEST_CASE("a table whose rows don't tell who wrote them has no horizon") {
  Database database;
  make_valine(database, "uuid");
  const auto session = database.connect();
  auto source = profiles_of("uuid");
  CHECK(session->horizon(source));
  database.sql("CREATE VIEW shown AS SELECT * FROM profiles");
  source.table = "shown";
  CHECK_FALSE(session->horizon(source));
  database.sql("CREATE TABLE parted (LIKE profiles) PARTITION BY HASH (id)");
  source.table = "parted";
  CHECK_FALSE(session->horizon(source));
  database.sql("CREATE TABLE heir () INHERITS (profiles)");
  source.table = "profiles";
  CHECK_FALSE(session->horizon(source));
}
