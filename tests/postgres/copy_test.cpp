// COPY: every byte arrives, and an error names its line.
#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

TableShape shape_of(const std::string& name, const std::vector<journal::Column>& columns) {
  TableShape shape;
  shape.schema = "public";
  shape.name = name;
  shape.columns = columns;
  shape.key = {0};
  return shape;
}

}  // namespace

TEST_CASE("every character arrives as it was sent") {
  Database database;
  database.sql("CREATE TABLE \"Te\"\"xts\" (no int PRIMARY KEY, \"Bo dy\" text)");
  Rows rows;
  const auto add = [&](Value text) { rows.push_back({std::to_string(rows.size()), std::move(text)}); };
  std::string all;
  for (char c = 1; c < 0x7F; ++c) {
    add(std::string(1, c));
    add(std::string("a") + c + "b");
    add(std::string("\\") + c);
    all += c;
  }
  add("\x7F");
  add(all);
  add(all + all);
  add(std::nullopt);
  for (const auto* text : {"", "\\N", "\\\\N", "\\.", "\\.\n", "NULL", "\\x41", "\\101", "a\\", "\r\n", "ключ é 😀 \xE2\x80\xAE"}) add(text);
  const auto session = database.connect();
  session->begin_unit(Pins{});
  session->insert_rows(shape_of("Te\"xts", {{"no", "integer"}, {"Bo dy", "text"}}), {}, rows);
  CHECK(session->query("SELECT no, \"Bo dy\" FROM public.\"Te\"\"xts\" ORDER BY no") == rows);
}

TEST_CASE("columns may be named, and large data go through") {
  Database database;
  database.sql("CREATE TABLE wide (id int PRIMARY KEY, body text, made int DEFAULT 7)");
  const auto shape = shape_of("wide", {{"id", "integer"}, {"body", "text"}, {"made", "integer"}});
  Rows rows;
  for (int i = 0; i < 300; ++i) rows.push_back({std::string(20000, static_cast<char>('a' + i % 26)), std::to_string(i)});
  const auto session = database.connect();
  session->begin_unit(Pins{});
  session->insert_rows(shape, {"body", "id"}, rows);
  session->insert_rows(shape, {}, Rows{});
  CHECK(one(*session, "SELECT count(*) || ' ' || sum(length(body)) || ' ' || sum(made) FROM public.wide") == "300 6000000 2100");
  CHECK_THROWS_AS(session->insert_rows(shape, {"id"}, Rows{{"1", "2"}}), std::logic_error);
}

TEST_CASE("an error names the line, and leaves a session that can go on") {
  Database database;
  database.sql("CREATE TYPE kind AS ENUM ('a', 'b')");
  database.sql("CREATE TABLE owners (id int PRIMARY KEY)");
  database.sql("INSERT INTO owners VALUES (1)");
  database.sql("CREATE TABLE strict (id int PRIMARY KEY, label varchar(3) NOT NULL CHECK (label <> 'no'), kind kind, owner int REFERENCES owners)");
  database.sql(R"sql(CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.label = 'bad' THEN RAISE EXCEPTION 'a trigger says no'; END IF; RETURN NEW; END $$)sql");
  database.sql("CREATE TRIGGER guard BEFORE INSERT ON strict FOR EACH ROW EXECUTE FUNCTION guard()");
  const auto shape = shape_of("strict", {{"id", "integer"}, {"label", "text"}, {"kind", "text"}, {"owner", "integer"}});
  struct Case {
    Row row;
    const char *sqlstate, *context;
  };
  const auto bad = GENERATE(values<Case>({
      {{"3", "long!", "a", "1"}, "22001", "COPY strict, line 3, column label"},
      {{"3", std::nullopt, "a", "1"}, "23502", "COPY strict, line 3"},
      {{"3", "ok", "c", "1"}, "22P02", "COPY strict, line 3, column kind"},
      {{"3", "no", "a", "1"}, "23514", "COPY strict, line 3"},
      {{"1", "ok", "a", "1"}, "23505", "COPY strict, line 3"},
      {{"x", "ok", "a", "1"}, "22P02", "COPY strict, line 3, column id"},
      {{"3", "bad", "a", "1"}, "P0001", "COPY strict, line 3"},
      {{"3", "ok", "a", "9"}, "23503", "Key (owner)=(9) is not present"},
  }));
  Rows rows = {{"1", "ok", "a", "1"}, {"2", "ok", "b", "1"}, bad.row};
  const bool more = GENERATE(false, true);  // the server refuses while we are still sending
  for (int i = 10; more && i < 100000; ++i) rows.push_back({std::to_string(i), "ok", "a", "1"});
  const auto session = database.connect();
  session->begin_unit(Pins{});
  const auto error = error_of([&] { session->insert_rows(shape, {}, rows); });
  CHECK(error.kind == TargetError::Kind::data);
  CHECK(error.sqlstate == bad.sqlstate);
  CHECK_THAT(error.context, Catch::Contains(bad.context));
  CHECK(session->commit() == CommitAnswer::rolled_back);
  CHECK(one(*session, "SELECT count(*) FROM public.strict") == "0");
}

TEST_CASE("a connection lost during COPY is that") {
  Database database;
  database.sql("CREATE TABLE waits (id int PRIMARY KEY)");
  database.sql("CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$");
  database.sql("CREATE TRIGGER wait BEFORE INSERT ON waits FOR EACH ROW EXECUTE FUNCTION wait()");
  database.sql("SELECT pg_advisory_lock(1)");
  const auto session = database.connect();
  session->begin_unit(Pins{0, 0, 0});
  auto copied = in_background([&] { return refusal([&] { session->insert_rows(shape_of("waits", {{"id", "integer"}}), {}, Rows{{"1"}}); }); });
  database.await_lock_wait(session->backend_pid());
  SECTION("cut") { session->cut(); }
  SECTION("terminated") { database.sql("SELECT pg_terminate_backend(" + std::to_string(session->backend_pid()) + ")"); }
  CHECK(copied.get().starts_with("connection"));
  database.sql("SELECT pg_advisory_unlock(1)");
}
