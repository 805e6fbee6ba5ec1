#include "database.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

std::string id(int n) {
  char text[64];
  std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", static_cast<unsigned>(n));
  return text;
}

}  // namespace

TEST_CASE("existing rows are found by the index, also on a table the planner knows nothing of") {
  Database database;
  make_valine(database, "uuid");
  const auto session = database.connect();
  const auto links = links_of("uuid");
  for (int n = 1; n <= 3; ++n) {
    database.sql("INSERT INTO users VALUES ('" + id(n) + "')");
    database.sql("INSERT INTO profiles VALUES ('" + id(n) + "', '" + id(n) + "')");
    database.sql("INSERT INTO links VALUES ('" + id(n) + "', '" + id(n) + "', '" + id(n) + "', 'it''s \\ " + std::to_string(n) + "')");
  }
  session->begin_unit(Pins{});
  const char* const scans = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'links'";
  CHECK(session->rows_where(links, {"label", "id"}, "userId", {id(2), id(9)}) == Rows{{"it's \\ 2", id(2)}});
  CHECK(one(*session, scans) == "0");
  CHECK(one(*session, "SELECT current_setting('enable_seqscan')") == "on");
  session->rollback();
  CHECK(session->rows_where(links, {"id"}, "label", {"it's \\ 1", "it's \\ 3"}).size() == 2);
  CHECK(session->count("public", "links") == 3);
}

TEST_CASE("rows are changed and removed by their key") {
  Database database;
  database.sql("CREATE TABLE \"T\" (\"Id\" int PRIMARY KEY, label varchar(5), at timestamp(3), twice text GENERATED ALWAYS AS (label || label) STORED)");
  database.sql("INSERT INTO \"T\" VALUES (1, 'a', '2026-01-01'), (2, 'b', NULL), (3, 'c', NULL)");
  const auto session = database.connect();
  const auto shape = session->describe("public", "T")->shape;
  session->begin_unit(Pins{});
  const auto rows = session->lock_rows(shape, {"2", "1"});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == Row{"1", "a", "2026-01-01 00:00:00", "aa"});
  auto changed = rows[0];
  changed[1] = "new";
  changed[2] = std::nullopt;
  CHECK(session->update_row(shape, rows[0], changed) == 1);
  CHECK(session->update_row(shape, changed, changed) == 0);
  CHECK(session->lock_rows(shape, {"1"})[0] == Row{"1", "new", std::nullopt, "newnew"});
  CHECK(session->update_row(shape, Row{"9", "a", {}, {}}, Row{"9", "b", {}, {}}) == 0);
  CHECK(session->remove_rows(shape, {"3", "4"}) == 1);
  CHECK(session->remove_rows(shape, {}) == 0);
  SECTION("a text that is too long is refused, not cut") {
    auto longer = changed;
    longer[1] = "too long";
    CHECK(refusal([&] { session->update_row(shape, changed, longer); }) == "data 22001");
  }
}

TEST_CASE("a key of several columns is updated, and otherwise refused by name") {
  Database database;
  database.sql("CREATE TABLE pairs (a int, b text, c text, PRIMARY KEY (b, a))");
  database.sql("INSERT INTO pairs VALUES (1, 'x', 'old'), (2, 'x', 'old')");
  const auto session = database.connect();
  const auto shape = session->describe("public", "pairs")->shape;
  CHECK(shape.key == std::vector<std::uint32_t>{1, 0});
  session->begin_unit(Pins{});
  CHECK(session->update_row(shape, {"1", "x", "old"}, {"1", "x", "new"}) == 1);
  CHECK(one(*session, "SELECT string_agg(c, ' ' ORDER BY a) FROM public.pairs") == "new old");
  CHECK(error_of([&] { session->remove_rows(shape, {"1"}); }).what() == std::string("table public.pairs has no key of one column; this is not supported yet"));
  CHECK(refusal([&] { session->lock_rows(shape, {"1"}); }) == "other");
}

TEST_CASE("a query's parameters and answers are texts or NULL") {
  Database database;
  const auto session = database.connect();
  const auto rows = session->query("SELECT $1::text, $2::int, $1 IS NULL, 'a''b', E'\\\\'", {std::nullopt, "7"});
  CHECK(rows == Rows{{std::nullopt, "7", "t", "a'b", "\\"}});
  CHECK(session->query("SELECT 1 WHERE false").empty());
  CHECK(session->query("CREATE TABLE made (id int)").empty());
  const auto error = error_of([&] { session->query("SELECT nope\nFROM made"); });
  CHECK(error.kind == TargetError::Kind::other);
  CHECK(error.sqlstate == "42703");
  CHECK(std::string(error.what()) == "column \"nope\" does not exist");
}
