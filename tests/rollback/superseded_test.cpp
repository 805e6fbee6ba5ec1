// Rows that other records of ours changed since: which record is named, and what a cascade does with it.

#include <algorithm>

#include "tests/rollback/drill.h"

using namespace tidemark;
using namespace tidemark::tests;

namespace {

/// What is told of each conflict of a subject, sorted.
std::vector<std::string> by_whom(const rollback::RollbackResult& result, const std::string& subject) {
  std::vector<std::string> all;
  for (const auto& conflict : result.conflicts) {
    if (conflict.subject == subject) all.push_back(conflict.kind + " " + conflict.answer);
  }
  std::sort(all.begin(), all.end());
  return all;
}
std::string told(const std::string& subject, const std::string& conversion, const Drill& drill) {
  const auto last = journal::Reader(drill.journal()).subject_state(conversion, subject).last;
  return "superseded by profile " + subject + " of " + conversion + ", event #" + std::to_string(last);
}

}  // namespace

TEST_CASE("the newest record that stands is named, not one that was undone or never committed") {
  Drill drill;
  const Second later("later", "more_people");
  drill.database.sql("INSERT INTO pairs VALUES ('a', 'one'), ('b', 'two'), ('c', 'three'), ('d', 'four'), ('g', 'seven')");
  const auto before = drill.rows();
  drill.person("p", "[" + pair("update", "a", R"("v": "p")") + "," + pair("delete", "c", "") + "," + pair("update", "d", R"("v": "p")") + "]");
  drill.convert();
  drill.person("r", "[" + pair("update", "b", R"("v": "r")") + "]");
  drill.convert();
  drill.person("s", "[" + pair("update", "b", R"("v": "s")") + "]");
  drill.convert();
  const auto of_s = told("s", "second", drill);
  drill.rollback(Keys{"s"}, "rollback.durable:1:kill");
  drill.person("undone", "[" + pair("update", "d", R"("v": "undone")") + "]", "more_people");
  drill.convert(later);
  drill.rollback(later);
  drill.database.sql("UPDATE pairs SET v = 'MINE' WHERE id = 'd'");
  for (const auto* q : {"q1", "q2"}) {
    drill.person(q, "[" + pair("update", "a", R"("v": ")" + std::string(q) + "\"") + "]", "more_people");
    drill.convert(later);
  }
  drill.person("t", "[" + pair("delete", "g", "") + "," + pair("upsert", "c", R"("v": "t")") + "]", "more_people");
  drill.convert(later);
  const auto all = drill.rows();
  const std::vector<std::string> of_p{"edited ", told("q2", "later", drill), told("t", "later", drill)};
  CHECK(by_whom(drill.preview(), "p") == of_p);
  CHECK(by_whom(drill.preview(), "r") == std::vector{of_s});

  // Killed in an undo by force, which touched these rows after the others did: it never took place.
  drill.on_conflict = "force";
  drill.rollback(Keys{"p"}, "rollback.durable:1:kill");
  drill.on_conflict = "skip";
  CHECK(by_whom(drill.rollback(Keys{"p"}), "p") == of_p);
  CHECK(drill.rows() == all);

  drill.cascade = true;
  CHECK(by_whom(drill.rollback(Keys{"p"}), "p") == of_p);  // of a conversion that isn't among those that a cascade may undo
  CHECK(drill.rows() == all);
  drill.others = {&later};
  CHECK(drill.preview().first.size() == 3);  // q2, t and s
  drill.database.sql("UPDATE pairs SET v = 'P' WHERE id = 'd'");
  drill.rollback();                           // q2 goes, then q1 is in the way
  CHECK(kinds(drill.rollback()) == "");
  CHECK(drill.rows() == before);
}
