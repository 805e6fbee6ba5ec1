/// Restores that the simulation found to be misjudged. What is lost is told by rows, and rows of units that cancel out tell nothing by themselves.

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "journal/reader.h"
#include "tests/simulation/world.h"

using namespace tidemark::tests;
using tidemark::journal::SubjectStatus;

namespace {

std::string place() {
  std::string name = (std::filesystem::temp_directory_path() / "tidemark-restored.XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("no directory");
  return name;
}

SubjectStatus status(const World& world, const std::string& person) { return tidemark::journal::Reader(world.journal()).subject_state("words", person).status; }

}  // namespace

// The redone rows of `a` stand there, by the conversion: the redo passed for done, the rollback (whose rows of `b` are there) for lost.
TEST_CASE("a rollback of two and a redo of one of them, lost together, go together") {
  World world(1, place());
  world.add_person("a", "ash elm");
  world.add_person("b", "oak");
  REQUIRE(world.calmly("convert") != 1);
  const auto then = world.backup();
  REQUIRE(world.calmly("rollback", Keys{"a", "b"}) == 0);
  REQUIRE(world.calmly("redo", Keys{"a"}) == 0);
  world.restore(then);
  REQUIRE(world.calmly("convert") == 5);
  REQUIRE(world.calmly("reconcile") == 0);
  CHECK(world.laws("reconcile") == "");
  CHECK(status(world, "a") == SubjectStatus::converted);
  CHECK(status(world, "b") == SubjectStatus::converted);
}

// Of `new` nothing is there, as before its conversion and as after its second rollback: only the others' rows tell which.
TEST_CASE("a conversion, its rollback, redo and second rollback, lost together, leave nothing behind") {
  World world(1, place());
  world.add_person("a", "ash elm");
  REQUIRE(world.calmly("convert") != 1);
  const auto then = world.backup();
  world.add_person("new", "fir pine");
  REQUIRE(world.calmly("convert") != 1);
  for (const char* verb : {"rollback", "redo", "rollback"}) REQUIRE(world.calmly(verb) == 0);
  world.restore(then);
  world.add_person("new", "fir pine");
  REQUIRE(world.calmly("convert") == 5);
  REQUIRE(world.calmly("reconcile") == 0);
  CHECK(world.laws("reconcile") == "");
  CHECK(status(world, "a") == SubjectStatus::converted);
  CHECK(status(world, "new") == SubjectStatus::none);
  REQUIRE(world.calmly("convert") != 1);
  CHECK(world.laws("convert") == "");
}
