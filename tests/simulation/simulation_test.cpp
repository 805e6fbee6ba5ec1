/// Thousands of lives of a program in a simulated world (world.h), a dozen lives to a world. TIDEMARK_LIVES, TIDEMARK_SEED; a finding names its seed,
/// with which it happens again.

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "tests/simulation/world.h"

using namespace tidemark::tests;

namespace {

constexpr std::uint64_t kLivesOfAWorld = 12;

std::uint64_t number(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string directory() {
  const std::string base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path().string();
  std::string name = base + "/tidemark-simulation.XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("no directory in " + base);
  return name;
}

}  // namespace

TEST_CASE("whatever happens to program, disk, connections, server and rows: the laws hold") {
  const auto lives = number("TIDEMARK_LIVES", 2000), first = number("TIDEMARK_SEED", 1);
  std::map<std::string, std::uint64_t> probes;
  for (std::uint64_t seed = first, lived = 0; lived < lives; ++seed) {
    World world(seed, directory());
    for (std::uint64_t i = 0; i < kLivesOfAWorld && lived < lives; ++i, ++lived) {
      std::string wrong;
      try {
        wrong = world.life();
      } catch (const std::exception& error) {
        wrong = error.what();
      }
      if (!wrong.empty()) std::cout << world.story();
      INFO("TIDEMARK_SEED=" << seed << ", life " << i + 1);
      REQUIRE(wrong == "");
    }
    for (const auto& [what, count] : world.probes()) probes[what] += count;
  }
  for (const auto& [what, count] : probes) std::cout << count << "\t" << what << "\n";
  // What is rare has to be reached, or the lives prove little.
  if (lives < 2000) return;
  for (const char* rare : {"a COMMIT came late", "a COMMIT didn't arrive", "a COMMIT's answer was lost", "COMMIT was answered by ROLLBACK", "in doubt: it had committed",
                           "in doubt: a tombstone", "a unit in doubt was still in flight", "a backend was ended", "waited for a backend that gave up",
                           "waited for a backend that committed", "a row was held by others", "a statement took too long", "the server was restarted",
                           "the lease was stolen", "killed", "power lost", "the journal's disk failed", "the target was put back", "killed while reconciling", "an older journal", "a value was withheld",
                           "convert: 6", "convert: 75", "rollback: 4", "redo: 137"}) {
    INFO(rare);
    CHECK(probes[rare] > 0);
  }
}

TEST_CASE("a seed goes the same way again") {
  const auto way = [](std::uint64_t seed) {
    World world(seed, directory());
    for (std::uint64_t i = 0; i < kLivesOfAWorld; ++i) REQUIRE(world.life() == "");
    return world.trace();
  };
  for (const std::uint64_t seed : {7, 8, 9}) CHECK(way(seed) == way(seed));
  CHECK(way(7) != way(8));
}
