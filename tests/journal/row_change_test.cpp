#include "journal/row_change.h"

#include <catch2/catch.hpp>

#include "journal/errors.h"
#include "samples.h"

using namespace tidemark::journal;
using namespace tidemark::journal::test;

TEST_CASE("the inverse of the inverse is the change") {
  Random random(11);
  for (int i = 0; i < 200; ++i) {
    const auto changes = random_changes(random).list;
    CHECK(inverse(inverse(changes)) == changes);
  }
}

TEST_CASE("an inverse swaps the sides and what was done; a list is undone last first") {
  const RowChange insert{1, Op::insert, {}, {"a"}}, update{1, Op::update, {"a"}, {"b"}},
      remove{2, Op::remove, {"c"}, {}};
  CHECK(inverse(insert) == RowChange{1, Op::remove, {"a"}, {}});
  CHECK(inverse(update) == RowChange{1, Op::update, {"b"}, {"a"}});
  CHECK(inverse(remove) == RowChange{2, Op::insert, {}, {"c"}});
  CHECK(inverse(std::vector{insert, update, remove}) == std::vector{inverse(remove), inverse(update), inverse(insert)});
}

TEST_CASE("the key is of the row that is there") {
  const TableShape table{1, "public", "t", {{"a", "text"}, {"b", "text"}, {"c", "text"}}, {2, 0}};
  CHECK(key_of({1, Op::update, {"1", "2", "3"}, {"4", "5", "6"}}, table) == Row{"6", "4"});
  CHECK(key_of({1, Op::remove, {"1", "2", "3"}, {}}, table) == Row{"3", "1"});
  CHECK_THROWS_AS(key_of({1, Op::insert, {}, {"1"}}, table), JournalError);
}
