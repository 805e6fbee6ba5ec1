#include <catch2/catch.hpp>

#include "engine/conversion/declared_sql.h"

using namespace tidemark::engine::conversion;

TEST_CASE("rows.sql: parameters are told from strings, comments and casts", "[declared]") {
  const RowsParameters with{"K", "T", "M"};
  const auto [sql, expected] = GENERATE(table<std::string, std::string>({
      {"= ANY (:keys)", "= ANY ((K))"},
      {"':keys' -- :keys\n/* :now */ \":uuid7\"", "':keys' -- :keys\n/* :now */ \":uuid7\""},
      {"a::keys", "a::keys"},
      {"$$ :keys $$ || :now", "$$ :keys $$ || 'T'::pg_catalog.text"},
      {":uuid7, :uuid7('tag')", "'M'::pg_catalog.text, pg_catalog.concat('M', 'tag')"},
      {":keyset :nothing", ":keyset :nothing"},
      {": keys", ": keys"},
  }));
  CHECK(with_parameters(sql, with) == expected);
}

TEST_CASE("rows.sql: a mark is a literal whatever is in it", "[declared]") {
  CHECK(with_parameters(":now", {"", "it's", ""}) == "'it''s'::pg_catalog.text");
}

TEST_CASE("rows.sql: what is forbidden", "[declared]") {
  CHECK(forbidden_word("SELECT :now, 'now', \"now\" -- now()\n").empty());
  CHECK(forbidden_word("SELECT NOW()") == "now");
  CHECK(forbidden_word("SELECT Current_Timestamp") == "current_timestamp");
  CHECK(forbidden_word("SELECT ';' /* ; */") == "");
  CHECK(forbidden_word("SELECT 1; DROP TABLE x") == ";");
  CHECK(names_keys("= ANY (:keys)"));
  CHECK_FALSE(names_keys("= ANY (':keys')"));
  CHECK(called("SELECT f(1), g.H (2), \"Odd\"(3), 'no(4)'") == std::set<std::string>{"f", "h", "Odd"});
}
