#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("the schema is installed once, and left alone after") {
  Database database;
  const auto session = database.connect();
  CHECK_FALSE(session->installed());
  CHECK_FALSE(session->identity().tidemark);
  const auto id = journal::random_uuid();
  session->install(id);
  CHECK(session->installed());
  CHECK(session->identity().tidemark == id);
  take(*session);
  session->install(journal::random_uuid());
  CHECK(session->identity().tidemark == id);
  CHECK(session->read_lease().epoch == 1);

  SECTION("a newer one is refused by name, and so is an older") {
    const int version = GENERATE(0, 2);
    database.sql("UPDATE tidemark.meta SET version = " + std::to_string(version));
    const auto error = error_of([&] { session->install(id); });
    CHECK(error.kind == TargetError::Kind::other);
    CHECK(std::string(error.what()).starts_with("the schema tidemark here has version " + std::to_string(version) + ", this program knows version 1"));
    session->query("SELECT 1");
  }
}

TEST_CASE("somebody else's schema of that name is not taken over") {
  Database database;
  database.sql("CREATE SCHEMA tidemark");
  const auto session = database.connect();
  CHECK_FALSE(session->installed());
  CHECK_FALSE(session->identity().tidemark);
  CHECK(refusal([&] { session->install(journal::random_uuid()); }) == "other 42P06");
}

TEST_CASE("two that install at once agree") {
  Database database;
  const auto first = database.connect(), second = database.connect();
  const auto id = journal::random_uuid();
  database.sql("SELECT pg_advisory_lock(1953064037)");  // both begin, then both go
  auto one_done = in_background([&] { first->install(id); });
  auto two_done = in_background([&] { second->install(id); });
  database.await_lock_wait(first->backend_pid());
  database.await_lock_wait(second->backend_pid());
  database.sql("SELECT pg_advisory_unlock(1953064037)");
  CHECK_NOTHROW(one_done.get());
  CHECK_NOTHROW(two_done.get());
  CHECK(database.sql("SELECT count(*) FROM tidemark.lease") == "1");
  CHECK(first->identity().tidemark == id);
}

TEST_CASE("nobody but the owner may touch it, also where defaults are generous") {
  Database database;
  database.sql("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC");
  database.sql("ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC");
  const auto role = database.role();
  const auto session = database.connect();
  session->install(journal::random_uuid());
  CHECK(database.sql("SELECT has_schema_privilege('" + role + "', 'tidemark', 'USAGE')") == "f");
  CHECK(database.sql("SELECT bool_or(has_table_privilege('" + role + "', c.oid, 'SELECT, INSERT, UPDATE, DELETE')) FROM pg_class c"
                     " WHERE c.relnamespace = 'tidemark'::regnamespace AND c.relkind = 'r'") == "f");
}

TEST_CASE("a role that may only read elsewhere can still ask who this is") {
  Database database;
  const auto role = database.role();
  CHECK_FALSE(database.connect("status", true, role)->identity().tidemark);
  const auto id = journal::random_uuid();
  database.connect()->install(id);
  const auto session = database.connect("status", true, role);
  session->begin_reading();
  const auto identity = session->identity();
  CHECK(identity.user == role);
  CHECK(identity.database == database.name());
  CHECK(identity.version_number >= 130000);
  CHECK_FALSE(identity.standby);
  CHECK_FALSE(identity.system.empty());
  REQUIRE(identity.tidemark);
  CHECK(identity.tidemark->is_nil());  // there is one, and it may not be read
  CHECK(session->installed());
  CHECK(refusal([&] { session->read_lease(); }) == "privilege 42501");
  session->rollback();

  SECTION("with USAGE and SELECT it may") {
    database.sql("GRANT USAGE ON SCHEMA tidemark TO " + role);
    database.sql("GRANT SELECT ON ALL TABLES IN SCHEMA tidemark TO " + role);
    CHECK(session->identity().tidemark == id);
    CHECK(session->read_lease().epoch == 0);
    CHECK(session->receipts(id).count == 0);
    CHECK(refusal([&] { session->ask_to_stop(); }) == "other 25006");
  }
  SECTION("also where it may not ask for the server's own name") {
    database.sql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
    CHECK(session->identity().system.empty());
  }
}

TEST_CASE("what ddl prints is what a DBA can run, and its grants are what a runner needs") {
  Database database;
  const auto runner = database.role(), reader = database.role();
  auto sql = postgres::ddl(true);
  for (const auto& [placeholder, role] : {std::pair{std::string("tidemark_runner"), runner}, {std::string("tidemark_reader"), reader}}) {
    for (auto at = sql.find(placeholder); at != std::string::npos; at = sql.find(placeholder, at + role.size())) sql.replace(at, placeholder.size(), role);
  }
  database.sql(sql);
  CHECK(postgres::ddl(false).find("GRANT") == std::string::npos);
  const auto session = database.connect("7/1", false, runner);
  session->install(journal::random_uuid());
  const Lease lease = take(*session);
  UtcMicros at;
  session->begin_unit(Pins{});
  REQUIRE(session->write_receipt(UnitId(1, 1), lease, "convert", at) == ReceiptAnswer::inserted);
  session->witness(UnitId(1, 1), 1, chain_of(1));
  REQUIRE(session->commit() == CommitAnswer::committed);
  CHECK(session->resolve(UnitId(1, 2), lease, 1000)->committed == false);
  CHECK_FALSE(session->beat(1));
  CHECK(session->anchor_lease(lease, 1, chain_of(1), true));
  CHECK(database.connect("status", true, reader)->receipts(*lease.journal).count == 1);
}
