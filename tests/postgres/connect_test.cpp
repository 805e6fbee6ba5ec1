#include <cstdlib>

#include "database.h"
#include "engine/postgres/conninfo.h"

using namespace tidemark;
using namespace tidemark::tests;

TEST_CASE("what is missing in a connection string is added, what is there is kept") {
  using postgres::complete;
  const auto writing = complete("postgresql://bob:p%27w%5C@db1,db2:6000/app", "tidemark/7/1", false, true);
  CHECK_THAT(writing.text, Catch::Contains("target_session_attrs='read-write'") && Catch::Contains("connect_timeout='10'") &&
                               Catch::Contains("tcp_user_timeout='60000'") && Catch::Contains("keepalives_idle='30'") &&
                               Catch::Contains("client_encoding='UTF8'") && Catch::Contains("application_name='tidemark/7/1'") &&
                               Catch::Contains("password='p\\'w\\\\'") && Catch::Contains("-c default_transaction_read_only=off"));
  CHECK(writing.name == "db1:5432,db2:6000/app");
  const auto reading = complete("host=/run/pg dbname=app connect_timeout=3 application_name=psql target_session_attrs=any options='-c x.y=1'", "tidemark/status", true, true);
  CHECK_THAT(reading.text, Catch::Contains("connect_timeout='3'") && Catch::Contains("application_name='tidemark/status'") &&
                               Catch::Contains("target_session_attrs='any'") && Catch::Contains("options='-c x.y=1 -c default_transaction_read_only=on'"));
  CHECK(complete("", "a", true, false).text.find("target_session_attrs") == std::string::npos);
  CHECK(complete("", "a", true, false).text.find("options") == std::string::npos);
  CHECK_THAT(complete("postgresql://db1,db2/app?target_session_attrs=read-write", "a", true, true).text, Catch::Contains("target_session_attrs='primary'"));
}

// libpq takes a session for read-only that is so by our own wish, and refused each server.
TEST_CASE("whoever asks for a server that may be written reads from it too") {
  Database database;
  const auto named = postgres::make_target({database.url() + "target_session_attrs=read-write", {}});
  CHECK_FALSE(named->connect("status", true)->identity().standby);
  CHECK_FALSE(named->connect("7/1", false)->identity().standby);
}

TEST_CASE("no password is in any message") {
  const std::string given = GENERATE(as<std::string>(), "postgresql://bob:hunter2hunter2@127.0.0.1:1/app", "password=hunter2hunter2 host=127.0.0.1 port=1",
                                     "postgresql://bob:hunter2hunter2@[::1/app", "postgresql://bob:hunter2hunter2@h:port:port/app",
                                     "password=x hunter2hunter2 host=h", "postgresql://b:hunter2hunter2@h/app?nonsense=1",
                                     "password='hunter2hunter2", "host=127.0.0.1 port=x password=hunter2hunter2",
                                     "postgresql://b:hunter2%zzhunter2@h/app", "postgres ql://bob:hunter2hunter2@h/app");
  INFO(given);
  const auto error = error_of([&] { postgres::make_target({given, {}})->connect("7/1", false); });
  CHECK(error.kind == TargetError::Kind::connection);
  CHECK(error.sqlstate.empty());
  CHECK_THAT(error.what(), !Catch::Contains("hunter2"));
  CHECK_THAT(error.context, !Catch::Contains("hunter2"));
  CHECK(std::string(error.what()).size() > 20);
}

TEST_CASE("a target has a name without user and password") {
  CHECK(postgres::make_target({"postgresql://bob:secret@db:6000/app", {}})->name() == "db:6000/app");
  CHECK(postgres::make_target({"postgresql://bob:secret@db/app?sslmode=disable", {}})->name() == "db:5432/app");
}

TEST_CASE("a session says who it is, and reads or writes") {
  Database database;
  const auto writing = database.connect("7/1"), reading = database.connect("status", true);
  CHECK(one(*writing, "SELECT current_setting('application_name')") == "tidemark/7/1");
  CHECK(one(*writing, "SELECT pg_backend_pid()") == std::to_string(writing->backend_pid()));
  CHECK(one(*reading, "SELECT current_setting('client_encoding')") == "UTF8");
  CHECK(refusal([&] { reading->query("CREATE TABLE t (id int)"); }) == "other 25006");
  CHECK(refusal([&] { writing->query("CREATE TABLE t (id int)"); }) == "nothing");
  CHECK(reading->identity().system == database.sql("SELECT system_identifier FROM pg_control_system()"));
}

TEST_CASE("a lost connection is told as that, whoever ended it") {
  Database database;
  const auto session = database.connect();
  const int idle_ms = GENERATE(0, 1);  // with 1 ms the server itself ends the idle transaction, perhaps before we have its first answer
  const auto begun = refusal([&] { session->begin_unit(Pins{0, 0, idle_ms}); });
  CHECK((begun == "nothing" || (idle_ms == 1 && begun.starts_with("connection"))));
  database.sql("SELECT pg_terminate_backend(" + std::to_string(session->backend_pid()) + ")");
  database.await("SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = " + std::to_string(session->backend_pid()) + ")");
  const auto error = error_of([&] { session->query("SELECT 1"); });
  CHECK(error.kind == TargetError::Kind::connection);
  // Of a server that ended the transaction by itself the words may be lost: it was gone before we wrote.
  if (idle_ms == 0) CHECK_THAT(error.what(), Catch::StartsWith("terminating connection due to "));
  CHECK(error_of([&] { session->begin_unit(Pins{}); }).kind == TargetError::Kind::connection);
  session->rollback();
}

TEST_CASE("an unreachable database is named by the server's words") {
  Database database;
  auto url = database.url();
  url.replace(url.find(database.name()), database.name().size(), "no_such_database");
  const auto error = error_of([&] { postgres::make_target({url, {}})->connect("7/1", false); });
  CHECK(error.kind == TargetError::Kind::connection);
  CHECK_THAT(error.what(), Catch::Contains("database \"no_such_database\" does not exist"));
}
