#include "engine/conversion/held_keys.h"

#include <catch2/catch.hpp>

using namespace tidemark::engine;
using namespace tidemark::engine::conversion;

namespace {

/// profile_links(id, "userId", "profileId", label) of profiles, whose parent is users.
Binding links() {
  Binding binding;
  binding.source.schema = "public";
  binding.source.table = "profiles";
  binding.source.key = "id";
  binding.source.columns = {"name", "userId"};
  binding.source.parent = SourceShape::Parent{"public", "users", "id", "uuid", 1};
  binding.target.shape.name = "profile_links";
  binding.target.shape.columns = {{"id", "uuid"}, {"userId", "uuid"}, {"profileId", "uuid"}, {"label", "text"}};
  return binding;
}

const HeldKeys kHeld{{{"a", "userId", "public", "users", "id"}, {"b", "profileId", "public", "profiles", "id"}}, {{1, true}, {2, false}}};

}  // namespace

TEST_CASE("a chunk's locks prove a row that refers to the locked subject and to its parent, and no other") {
  const Binding binding = links();
  SourceRow locked;
  locked.key = "p1";
  locked.columns = {"Ada", "u1"};
  const auto proven = [&](const Row& row) { return proves(kHeld, binding, locked, row); };
  CHECK(proven({"1", "u1", "p1", "x"}));
  CHECK(proven({"1", std::nullopt, "p1", "x"}));  // NULL refers to nothing
  CHECK(proven({"1", "u1", std::nullopt, "x"}));
  CHECK_FALSE(proven({"1", "u2", "p1", "x"}));
  CHECK_FALSE(proven({"1", "u1", "p2", "x"}));
  CHECK_FALSE(proven({"1", "p1", "u1", "x"}));
  locked.columns[1] = std::nullopt;  // it has no parent, and none was locked
  CHECK_FALSE(proven({"1", "u1", "p1", "x"}));
  CHECK(proven({"1", std::nullopt, "p1", "x"}));
}

TEST_CASE("what is proven is said by name") { CHECK(to_string(kHeld, links()) == "profile_links.userId by users, profile_links.profileId by profiles"); }
