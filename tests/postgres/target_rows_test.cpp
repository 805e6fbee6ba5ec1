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
  const auto rows = session->lock_rows(shape, Rows{Row{"2"}, Row{"1"}, Row{"7"}});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0] == Row{"1", "a", "2026-01-01 00:00:00", "aa"});
  CHECK(session->update_rows(shape, {1, 2}, Rows{Row{"1"}, Row{"2"}}, Rows{Row{"new", std::nullopt}, Row{"q\"\\,{", "2026-02-03 04:05:06.789"}}) == 2);
  CHECK(session->rows_at(shape, Rows{Row{"1"}}) == Rows{{"1", "new", std::nullopt, "newnew"}});
  CHECK(session->rows_at(shape, Rows{Row{"2"}})[0][1] == "q\"\\,{");
  CHECK(session->update_rows(shape, {0}, Rows{Row{"1"}}, Rows{Row{"11"}}) == 1);  // the key itself
  CHECK(session->update_rows(shape, {1}, Rows{Row{"1"}}, Rows{Row{"b"}}) == 0);
  CHECK(session->remove_rows(shape, Rows{Row{"3"}, Row{"4"}}) == 1);
  CHECK(session->remove_rows(shape, {}) == 0);
  SECTION("a text that is too long is refused, not cut") {
    CHECK(refusal([&] { session->update_rows(shape, {1}, Rows{Row{"11"}}, Rows{Row{"too long"}}); }) == "data 22001");
  }
}

TEST_CASE("a key of several columns does as well; no key at all is refused by name") {
  Database database;
  database.sql("CREATE TABLE pairs (a int, b char(4), c text, PRIMARY KEY (b, a))");
  database.sql("INSERT INTO pairs VALUES (1, 'x', 'old'), (2, 'x', 'old'), (2, 'y', 'old')");
  database.sql("CREATE TABLE keyless (a int)");
  const auto session = database.connect();
  const auto shape = session->describe("public", "pairs")->shape;
  CHECK(shape.key == std::vector<std::uint32_t>{1, 0});
  const auto keyless = session->describe("public", "keyless")->shape;
  session->begin_unit(Pins{});
  CHECK(session->lock_rows(shape, Rows{Row{"y", "2"}, Row{"x", "1"}, Row{"y", "1"}}) == Rows{{"1", "x", "old"}, {"2", "y", "old"}});
  CHECK(session->update_rows(shape, {2}, Rows{Row{"x", "1"}}, Rows{Row{"new"}}) == 1);
  CHECK(one(*session, "SELECT string_agg(c, ' ' ORDER BY b, a) FROM public.pairs") == "new old old");
  CHECK(session->remove_rows(shape, Rows{Row{"x", "2"}}) == 1);
  CHECK(session->rows_at(shape, Rows{Row{"x", "2"}, Row{"y", "2"}}).size() == 1);
  CHECK(refusal([&] { session->lock_rows(keyless, Rows{Row{"1"}}); }) == "other");
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
