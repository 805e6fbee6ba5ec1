#include "engine/rollback/conflict.h"

#include <catch2/catch.hpp>

#include "engine/rollback/inverse_plan.h"

using namespace tidemark::engine::rollback;

TEST_CASE("every conflict is explained in a sentence of its own") {
  for (const auto found : {Found::edited, Found::moved, Found::deleted, Found::taken, Found::schema_changed, Found::locked}) CHECK_FALSE(explain(to_string(found)).empty());
  for (const auto* kind : {"re-created", "profile_deleted", "restricted", "cascades", "superseded", "altered", "exists", "duplicate", "refused"}) CHECK_FALSE(explain(kind).empty());
  CHECK(explain("same").empty());
  CHECK(explain("nonsense").empty());
}

TEST_CASE("what a row's conflict is called") {
  CHECK(kind_of({}) == "same");
  RowPlan row;
  row.found = Found::edited;
  CHECK(kind_of(row) == "edited");
  row.recreated = true;
  CHECK(kind_of(row) == "re-created");
  RowPlan gone;
  gone.found = Found::deleted;
  CHECK(kind_of(gone) == "deleted");
  gone.profile_gone = true;
  CHECK(kind_of(gone) == "profile_deleted");
}
