// Redo of a conversion whose rows have an owner: users that are gone or held, and what users made meanwhile. And whom a scope means.

#include <set>

#include "engine/conversion/binding.h"
#include "tests/rollback/drill.h"
#include "tests/support/failure_of.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

/// Two rows of one owner with the same `v` are duplicates.
class Owned final : public Second {
 public:
  Owned() : Second("owned") {
    tables_.parent = "owners";
    tables_.parent_key = "id";
    tables_.source_columns = {"owner"};
    tables_.target_columns = {"id", "owner", "v"};
    tables_.match = {{"owner", 0}};
  }
  std::string identity(const Row& row) const override { return row.at(1).value_or("") + ":" + row.at(2).value_or(""); }
};

class Owners : public Drill {
 public:
  Owners() {
    database.sql("CREATE TABLE owners (id text PRIMARY KEY)");
    database.sql("INSERT INTO owners VALUES ('one'), ('two')");
    database.sql("ALTER TABLE people ADD owner text");
    database.sql("ALTER TABLE pairs ADD owner text");
    database.sql("CREATE INDEX ON pairs (owner)");
  }
  void owner(const std::string& person_id, const std::string& owner, const std::string& ops) {
    person(person_id, ops);
    database.sql("UPDATE people SET owner = '" + owner + "' WHERE id = '" + person_id + "'");
  }
  rollback::BackPlan back(Session& session, const std::string& subject, bool lock) {
    const journal::Reader reader(journal());
    rollback::LiveTables tables(session, owned, rollback::live_table(session, owned));
    return rollback::plan_back(session, reader, owned, conversion::bind_source(session, owned).source, tables, {subject}, lock).at(0);
  }
  Owned owned;
};

}  // namespace

TEST_CASE("a redo brings back no row of a user who is gone, nor one that its owner has by now; a row without an owner waits for nobody") {
  Owners drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'old')");
  drill.owner("p", "one", "[" + pair("upsert", "n1", R"("v": "x", "owner": "one")") + "," + pair("upsert", "n2", R"("v": "y", "owner": "one")") + "," + pair("update", "a", R"("v": "new")") + "," +
                              insert_wide("p", "1", "") + "]");
  drill.owner("q", "two", "[" + pair("upsert", "n3", R"("v": "x", "owner": "two")") + "," + pair("delete", "none", "") + "]");
  drill.owner("r", "one", "[" + pair("upsert", "n4", R"("v": "free")") + "," + pair("upsert", "n5", R"("v": "z", "owner": "one")") + "]");
  drill.convert(drill.owned);
  CHECK(kinds(drill.rollback(drill.owned)) == "");
  drill.database.sql("DELETE FROM owners WHERE id = 'two'");
  drill.database.sql("INSERT INTO pairs (id, v, owner) VALUES ('mine', 'x', 'one')");
  const auto done = drill.redo(drill.owned);
  std::set<std::string> told;
  for (const auto& conflict : done.conflicts) told.insert(conflict.subject + " " + conflict.key + " " + conflict.kind);
  CHECK(told == std::set<std::string>{"p n1 duplicate", "q n3 profile_deleted"});
  CHECK(drill.database.sql("SELECT string_agg(id || v, ' ' ORDER BY id) FROM pairs") == "aNEW mineX n2Y n4FREE n5Z");
  CHECK(drill.database.sql("SELECT count(*) FROM wide") == "1");
}

TEST_CASE("what others hold a redo leaves for later: the user, the profile, a row; who only looks doesn't ask") {
  Owners drill;
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'old')");
  drill.owner("p", "one", "[" + pair("upsert", "n", R"("v": "x", "owner": "one")") + "," + pair("update", "a", R"("v": "new")") + "]");
  drill.convert(drill.owned);
  drill.rollback(drill.owned);
  const auto other = drill.database.connect("9/9"), session = drill.session(false);
  for (const std::string held : {"owners WHERE id = 'one'", "owners WHERE id = 'two'", "people", "pairs WHERE id = 'a'"}) {
    CAPTURE(held);
    other->begin_unit(Pins{});
    other->query("SELECT 1 FROM public." + held + " FOR UPDATE");
    CHECK_FALSE(drill.back(*session, "p", false).locked);
    session->query("BEGIN");
    CHECK(drill.back(*session, "p", true).locked == (held != "owners WHERE id = 'two'"));
    session->rollback();
    other->rollback();
  }
}

TEST_CASE("profiles of users can be asked for where the conversion knows users") {
  Owners drill;
  drill.owner("p", "one", "[" + pair("upsert", "n", "") + "]");
  drill.owner("q", "two", "[]");
  drill.convert(drill.owned);
  const auto session = drill.session();
  const journal::Reader journal(drill.journal());
  rollback::ScopeRequest request;
  request.users = {"two"};
  CHECK(rollback::resolve(*session, journal, drill.owned, request) == Keys{"q"});
  request.subjects = Keys{"p"};
  CHECK(rollback::resolve(*session, journal, drill.owned, request) == Keys{});
  const auto failure = failure_of([&] { (void)rollback::resolve(*session, journal, drill.second, request); });
  CHECK(failure.code == ExitCode::usage);
  CHECK_THAT(failure.answer, Catch::Contains("knows of no users"));
}

TEST_CASE("a condition means the profiles on record, and a connection that is lost over it is no mistake in it") {
  Drill drill;
  drill.person("p", "[" + pair("upsert", "n", "") + "]");
  drill.convert();
  drill.person("later", "[]");
  const auto session = drill.session();
  const journal::Reader journal(drill.journal());
  rollback::ScopeRequest request;
  request.statement_timeout_ms = 0;
  request.where = "true";
  CHECK(rollback::resolve(*session, journal, drill.second, request) == Keys{"p"});
  request.where = "t.id = 'later'";
  CHECK(rollback::resolve(*session, journal, drill.second, request) == Keys{});
  request.where = "pg_terminate_backend(pg_backend_pid())";
  CHECK(refusal([&] { (void)rollback::resolve(*session, journal, drill.second, request); }).starts_with("connection"));
}
