#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

std::string nth(int n) {
  char text[64];
  std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", static_cast<unsigned>(n));
  return text;
}

/// As many links of profile 1 as are asked for, from the n-th id on.
Rows links(int n, int count, const std::string& label = "Website") {
  Rows rows;
  for (int i = 0; i < count; ++i) rows.push_back({nth(n + i), nth(1), nth(1), label});
  return rows;
}

/// Profile 1 of user 1.
void make_one(Database& database, const std::string& type = "uuid") {
  make_valine(database, type);
  database.sql("INSERT INTO users VALUES ('" + nth(1) + "')");
  database.sql("INSERT INTO profiles VALUES ('" + nth(1) + "', '" + nth(1) + "')");
}

}  // namespace

TEST_CASE("foreign keys can be proven by locks where each is a look-up of one value and the role may leave the look-ups out") {
  Database database;
  const auto type = GENERATE(as<std::string>{}, "uuid", "text");
  make_one(database, type);
  const auto both = std::vector<ForeignKey>{{"links_userId_fkey", "userId", "public", "users", "id"}, {"links_profileId_fkey", "profileId", "public", "profiles", "id"}};
  SECTION("a superuser") { CHECK(database.connect()->provable_foreign_keys(links_of(type)) == both); }
  SECTION("a role that was granted the setting, and one that was not") {
    const auto role = database.role();
    const auto asked = [&] { return database.connect("7/1", false, role)->provable_foreign_keys(links_of(type)); };
    CHECK(asked() == std::nullopt);
    database.sql("GRANT SET ON PARAMETER session_replication_role TO \"" + role + "\"");
    CHECK(asked() == both);
    database.sql("REVOKE SET ON PARAMETER session_replication_role FROM \"" + role + "\"");
  }
}

TEST_CASE("whatever else fires on an INSERT, or refers to more than one value of a plain table, is left to the target") {
  Database database;
  make_one(database);
  const auto spoiler = GENERATE(as<std::string>{},
      "CREATE TRIGGER t AFTER INSERT ON links FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
      "CREATE TRIGGER t BEFORE UPDATE ON links FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); ALTER TABLE links ENABLE REPLICA TRIGGER t",
      "ALTER TABLE links ADD UNIQUE (label) DEFERRABLE",
      "ALTER TABLE links ADD EXCLUDE USING btree (label WITH =) DEFERRABLE INITIALLY DEFERRED",
      "ALTER TABLE profiles ADD UNIQUE (id, \"userId\"); ALTER TABLE links ADD FOREIGN KEY (\"profileId\", \"userId\") REFERENCES profiles (id, \"userId\")",
      "CREATE TABLE kinds (label text PRIMARY KEY); ALTER TABLE links ADD FOREIGN KEY (label) REFERENCES kinds",
      "CREATE TABLE parts (id uuid PRIMARY KEY) PARTITION BY HASH (id); CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
      " ALTER TABLE links ADD FOREIGN KEY (id) REFERENCES parts",
      "CREATE TABLE more_users () INHERITS (users)",
      "CREATE TABLE more_links () INHERITS (links)",
      "ALTER TABLE links DROP CONSTRAINT \"links_userId_fkey\", DROP CONSTRAINT \"links_profileId_fkey\"");  // nothing to prove
  REQUIRE(database.connect()->provable_foreign_keys(links_of("uuid")));
  database.sql(spoiler);
  CHECK(database.connect()->provable_foreign_keys(links_of("uuid")) == std::nullopt);
}

TEST_CASE("a role whose triggers are left out anyway is not one that proves") {
  Database database;
  make_one(database);
  const auto role = database.role("SUPERUSER");
  database.sql("ALTER ROLE \"" + role + "\" SET session_replication_role = local");
  CHECK(database.connect("7/1", false, role)->provable_foreign_keys(links_of("uuid")) == std::nullopt);
}

TEST_CASE("proven rows are not looked up; everything else is held, and the next statement is looked up again") {
  Database database;
  make_one(database);
  const auto session = database.connect();
  const auto shape = links_of("uuid");
  const auto count = GENERATE(2, 80);  // as text and in binary
  session->begin_unit(Pins{});
  SECTION("what the caller has not locked is not noticed: that is what the proof is for") {
    auto rows = links(10, count);
    rows.back()[1] = nth(99);
    session->insert_proven_rows(shape, {}, refs(rows));
    CHECK(one(*session, "SELECT current_setting('session_replication_role')") == "origin");
    CHECK(one(*session, "SELECT count(*) FROM public.links") == std::to_string(count));
    rows = links(500, count);
    rows.back()[1] = nth(99);
    CHECK(refusal([&] { session->insert_rows(shape, {}, rows); }) == "data 23503");
  }
  SECTION("unique") {
    auto rows = links(10, count);
    rows.back()[0] = rows.front()[0];
    CHECK(refusal([&] { session->insert_proven_rows(shape, {}, refs(rows)); }) == "data 23505");
  }
  SECTION("NOT NULL") {
    auto rows = links(10, count);
    rows.back()[3] = std::nullopt;
    CHECK(refusal([&] { session->insert_proven_rows(shape, {}, refs(rows)); }) == "data 23502");
  }
  SECTION("length") { CHECK(refusal([&] { session->insert_proven_rows(shape, {}, refs(links(10, count, std::string(41, 'x')))); }) == "data 22001"); }
  session->rollback();
  CHECK(one(*session, "SELECT current_setting('session_replication_role')") == "origin");
}

TEST_CASE("behind proven rows no trigger and no foreign key comes before the transaction's end") {
  Database database;
  make_one(database);
  const auto session = database.connect(), beside = database.connect();
  session->begin_unit(Pins{});
  session->insert_proven_rows(links_of("uuid"), {}, refs(links(10, 60)));
  const auto keys = session->provable_foreign_keys(links_of("uuid"));
  const auto change = GENERATE(as<std::string>{}, "CREATE TRIGGER t AFTER INSERT ON public.links FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                               "ALTER TABLE public.links ADD UNIQUE (label) DEFERRABLE", "ALTER TABLE public.links DROP CONSTRAINT \"links_userId_fkey\"");
  CHECK(refusal([&] { beside->query("SET lock_timeout = 50"); beside->query(change); }) == "lock 55P03");
  CHECK(session->provable_foreign_keys(links_of("uuid")) == keys);
  session->rollback();
}
