#include <catch2/catch.hpp>

#include "engine/runbook/sample_plan.h"

using namespace tidemark::engine::runbook;
using Share = SampleShare::How;

namespace {

SampleTable sampled_table(const std::string& name, std::uint64_t rows, const std::string& key = "") { return {name, "ONLY " + name, key, rows, false}; }
SampleReference refers(const std::string& child, const std::string& column, const std::string& parent) { return {child, parent, {{column, "id"}}}; }
bool mentions(const SampleShare& share, const std::string& text) { return share.where.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("a sample of subjects takes what belongs to them along") {
  const std::vector<SampleTable> tables{sampled_table("profiles", 100000, "id"), sampled_table("users", 100000), sampled_table("links", 300000), sampled_table("posts", 5000), sampled_table("countries", 200),
                                        sampled_table("prices", 900000)};
  const auto shares = plan_sample(tables, {refers("profiles", "user_id", "users"), refers("links", "profile_id", "profiles"), refers("posts", "author", "users"), refers("users", "country", "countries")}, 12.5);
  CHECK(shares[0].how == Share::hashed);
  CHECK(mentions(shares[0], "t.id::pg_catalog.text"));
  CHECK(mentions(shares[0], "% 1000000 < 125000"));
  CHECK(shares[1].how == Share::referred_to);
  CHECK(mentions(shares[1], "(t.id) IN (SELECT r0.user_id FROM ONLY profiles AS r0 WHERE (pg_catalog.hashtextextended(r0.id"));
  CHECK(shares[2].how == Share::follows);
  CHECK(mentions(shares[2], "(t.profile_id IS NULL OR (t.profile_id) IN (SELECT r0.id FROM ONLY profiles"));
  CHECK(shares[3].how == Share::follows);  // by its author, who is there only if a profile needs him
  CHECK(mentions(shares[3], "SELECT r1.id FROM ONLY users"));
  CHECK(shares[4].how == Share::whole);  // a small dictionary
  CHECK(shares[5].how == Share::whole);  // no key leads there
  CHECK(shares[5].where.empty());
}

TEST_CASE("subjects that refer to other subjects follow them") {
  const auto shares = plan_sample({sampled_table("orders", 100, "id"), sampled_table("items", 500, "id")}, {refers("items", "order_id", "orders")}, 10);
  CHECK(shares[0].how == Share::hashed);
  CHECK(shares[1].how == Share::follows);
  CHECK_FALSE(mentions(shares[1], "r1.id::"));  // a tenth, not a hundredth
}

TEST_CASE("subjects of two others follow both; two that refer to each other are both sampled") {
  const auto both = plan_sample({sampled_table("a", 100, "id"), sampled_table("b", 100, "id"), sampled_table("c", 500, "id")}, {refers("c", "a_id", "a"), refers("c", "b_id", "b")}, 10);
  CHECK((both[0].how == Share::hashed && both[1].how == Share::hashed && both[2].how == Share::follows));
  CHECK(mentions(both[2], ") AND (t.b_id IS NULL OR "));
  const auto each_other = plan_sample({sampled_table("a", 100, "id"), sampled_table("b", 100, "id")}, {refers("a", "b_id", "b"), refers("b", "a_id", "a")}, 10);
  CHECK((each_other[0].how == Share::hashed && each_other[1].how == Share::hashed));
}

TEST_CASE("of what is referred to from several places, all that is needed is taken; a dictionary takes along what it refers to, whole") {
  const std::vector<SampleTable> tables{sampled_table("profiles", 100000, "id"), sampled_table("places", 5000), sampled_table("countries", 200), sampled_table("continents", 5000)};
  const auto shares = plan_sample(tables, {refers("profiles", "home", "places"), refers("profiles", "work", "places"), refers("profiles", "country", "countries"), refers("countries", "continent", "continents"),
                                           refers("profiles", "gone", "elsewhere"), refers("elsewhere", "profile", "profiles")}, 10);
  CHECK(shares[1].how == Share::referred_to);
  CHECK(mentions(shares[1], "(SELECT r0.home FROM"));
  CHECK(mentions(shares[1], " OR (t.id) IN (SELECT r0.work FROM"));
  CHECK(shares[2].how == Share::whole);
  CHECK(shares[3].how == Share::whole);  // no foreign key of the copy may lead to nothing
  CHECK_FALSE(mentions(shares[0], "gone"));
  // Referred to, and round in a circle above the subjects.
  const auto circle = plan_sample({sampled_table("people", 5000, "id"), sampled_table("teams", 5000), sampled_table("leagues", 5000)},
                                  {refers("people", "team", "teams"), refers("teams", "league", "leagues"), refers("leagues", "winner", "teams")}, 10);
  CHECK(circle[0].how == Share::hashed);
  CHECK(circle[1].how == Share::referred_to);
  CHECK(circle[2].how == Share::referred_to);
  CHECK(std::string(word(circle[0].how)) + ", " + word(circle[2].how) + ", " + word(shares[2].how) == "sampled, referred to, whole");
}

TEST_CASE("a key of several columns is one key, and NULL in it is none") {
  const SampleReference both{"lines", "orders", {{"shop", "shop"}, {"no", "no"}}};
  const auto shares = plan_sample({sampled_table("orders", 100, "no"), sampled_table("lines", 500)}, {both}, 10);
  CHECK(mentions(shares[1], "t.shop IS NULL OR t.no IS NULL OR (t.shop, t.no) IN (SELECT r0.shop, r0.no FROM"));
}

TEST_CASE("tables that refer to each other or themselves end") {
  const auto circle = plan_sample({sampled_table("teams", 5000), sampled_table("people", 5000, "id")}, {refers("people", "team", "teams"), refers("teams", "head", "people"), refers("people", "mother", "people")}, 10);
  CHECK(circle[1].how == Share::hashed);
  CHECK(circle[0].how == Share::referred_to);
  // A ladder in which each refers to all before it: the conditions would double with each rung.
  std::vector<SampleTable> tables{sampled_table("t0", 5000, "id")};
  std::vector<SampleReference> references;
  for (int n = 1; n < 40; ++n) {
    tables.push_back(sampled_table("t" + std::to_string(n), 5000));
    for (int m = 0; m < n; ++m) references.push_back(refers("t" + std::to_string(n), "r" + std::to_string(m), "t" + std::to_string(m)));
  }
  tables.push_back(sampled_table("leaf", 5000));
  references.push_back(refers("leaf", "r", "t39"));
  const auto ladder = plan_sample(tables, references, 10);
  CHECK(ladder[39].how == Share::whole);
  CHECK(ladder[40].how == Share::whole);  // what only refers to whole tables is whole, too
  CHECK(ladder[1].how == Share::follows);
  for (const auto& share : ladder) CHECK(share.where.size() <= 64 << 10);
}
