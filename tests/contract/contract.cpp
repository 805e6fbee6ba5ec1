#include "tests/contract/contract.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/recorded_rows.h"

namespace tidemark::tests {
namespace {

using namespace engine;

const Uuid kJournal = journal::random_uuid();
const std::vector<std::string> kColumns{"id", "person", "label", "note"};

std::string refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const TargetError& error) {
    switch (error.kind) {
      case TargetError::Kind::connection: return "connection";
      case TargetError::Kind::lock: return "lock";
      case TargetError::Kind::data: return "data " + error.context.substr(0, error.context.find_last_not_of(": ") + 1);
      default: return std::string("other ") + error.what();
    }
  }
  return "nothing";
}

Lease take(Session& session) {
  auto lease = session.lock_lease(5000);
  ++lease.epoch;
  lease.token = journal::random_uuid();
  lease.journal = kJournal;
  lease.held = true;
  REQUIRE(session.grant_lease(lease) == CommitAnswer::committed);
  return lease;
}

Digest chain(std::uint8_t first) {
  Digest digest{};
  digest[0] = 0xF0;
  digest[1] = first;
  return digest;
}

SourceShape people() { return {"public", "people", "id", "text", "words", "text", {"owner"}, 1 << 20, SourceShape::Parent{"public", "users", "id", "text", 0}}; }
std::string item_id(int n) { return "00000000-0000-7000-8000-00000000000" + std::to_string(n); }

/// A target with the schema tidemark, our lease and a described table of items.
struct Ready {
  explicit Ready(const std::function<std::unique_ptr<ContractPlace>()>& make) : place(make()), one(place->connect()), two(place->connect()) {
    one->install(journal::random_uuid());
    lease = take(*one);
    items = one->describe(*one->schema_of("items"), "items")->shape;
  }
  ReceiptAnswer begin(Session& session, UnitId unit) {
    session.begin_unit(Pins{200, 0, 0});
    UtcMicros at;
    return session.write_receipt(unit, lease, "convert", at);
  }
  void insert(Session& session, int n) { session.insert_rows(items, kColumns, Rows{{item_id(n), "p1", "ash", std::nullopt}}); }
  std::unique_ptr<ContractPlace> place;
  std::unique_ptr<Session> one, two;
  Lease lease;
  TableShape items;
};

const UnitId kUnit(1, 1), kNext(1, 2);

}  // namespace

void hold_to_contract(const std::function<std::unique_ptr<ContractPlace>()>& make) {
  SECTION("the schema tidemark is made once") {
    const auto place = make();
    const auto session = place->connect();
    CHECK_FALSE(session->identity().tidemark);
    CHECK_FALSE(session->installed());
    const auto id = journal::random_uuid();
    session->install(id);
    CHECK(session->identity().tidemark == id);
    session->install(journal::random_uuid());
    CHECK(session->identity().tidemark == id);
  }
  SECTION("the lease: taken, anchored, given back; a sign of life only of its own epoch") {
    Ready ready(make);
    CHECK(ready.lease.epoch == 1);
    CHECK(ready.two->read_lease().token == ready.lease.token);
    CHECK(ready.two->read_lease().held);
    CHECK_FALSE(ready.one->beat(1));
    CHECK(ready.two->ask_to_stop());
    CHECK(ready.one->beat(1));
    CHECK(ready.two->anchor_lease(ready.lease, 7, chain(1), false));
    CHECK(ready.one->read_lease().head_seq == 7);
    CHECK(ready.one->read_lease().head_chain == chain(1));
    auto other = ready.lease;
    other.token = journal::random_uuid();
    CHECK_FALSE(ready.one->anchor_lease(other, 8, chain(2), true));
    CHECK(ready.one->anchor_lease(ready.lease, 9, chain(3), true));
    CHECK_FALSE(ready.one->read_lease().held);
    CHECK(take(*ready.two).epoch == 2);
  }
  SECTION("a unit is seen by others when it has committed, and its receipt with it") {
    Ready ready(make);
    REQUIRE(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    ready.insert(*ready.one, 1);
    ready.one->witness(kUnit, 12, chain(4));
    CHECK(ready.place->items() == 0);
    CHECK_FALSE(ready.two->receipt(kUnit));
    CHECK(ready.one->commit() == CommitAnswer::committed);
    CHECK(ready.place->items() == 1);
    const auto receipt = ready.two->receipt(kUnit);
    REQUIRE(receipt);
    CHECK(receipt->committed);
    CHECK(receipt->seq == 12);
    CHECK(receipt->chain == chain(4));
    CHECK(receipt->work == "convert");
    const auto total = ready.two->receipts(kJournal);
    CHECK(total.count == 1);
    CHECK(total.digest == 0x0004000000000000);  // the first 8 bytes of the chain value without the top 4 bits
    std::size_t seen = 0;
    ready.two->for_each_receipt(kJournal, [&](const Receipt&) { ++seen; });
    CHECK(seen == 1);
    CHECK(ready.begin(*ready.two, kUnit) == ReceiptAnswer::settled_already);
    ready.two->rollback();
  }
  SECTION("what is rolled back leaves nothing, not even its number") {
    Ready ready(make);
    REQUIRE(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    ready.insert(*ready.one, 1);
    ready.one->rollback();
    CHECK(ready.place->items() == 0);
    CHECK(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    ready.one->rollback();
  }
  SECTION("a lease that was taken over begins no unit") {
    Ready ready(make);
    take(*ready.two);
    CHECK(ready.begin(*ready.one, kUnit) == ReceiptAnswer::lease_over);
    ready.one->rollback();
    CHECK_FALSE(ready.one->testify(ready.lease, kUnit, "convert", 1, chain(1), UtcMicros{1}));
    CHECK_FALSE(ready.one->dismiss(ready.lease, kUnit));
    CHECK_FALSE(ready.one->resolve(kUnit, ready.lease, 200));
  }
  SECTION("the lease is not granted while a unit is in flight") {
    Ready ready(make);
    REQUIRE(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    CHECK(refused([&] { ready.two->lock_lease(100); }) == "lock");
    ready.two->rollback();
    CHECK(ready.two->blockers({"tidemark.lease"}).size() == 1);
    ready.one->rollback();
    CHECK(ready.two->lock_lease(5000).epoch == 1);
    ready.two->rollback();
  }
  SECTION("in doubt: not while it is in flight, then for ever") {
    Ready ready(make);
    REQUIRE(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    CHECK(refused([&] { ready.two->resolve(kUnit, ready.lease, 100); }) == "lock");
    ready.one->rollback();
    const auto given_up = ready.two->resolve(kUnit, ready.lease, 5000);
    REQUIRE(given_up);
    CHECK_FALSE(given_up->committed);
    CHECK(ready.begin(*ready.one, kUnit) == ReceiptAnswer::settled_already);
    ready.one->rollback();
    REQUIRE(ready.begin(*ready.one, kNext) == ReceiptAnswer::inserted);
    ready.one->witness(kNext, 13, chain(5));
    REQUIRE(ready.one->commit() == CommitAnswer::committed);
    CHECK(ready.two->resolve(kNext, ready.lease, 5000)->committed);
    CHECK(ready.two->receipts(kJournal).count == 1);
  }
  SECTION("a backend that is in the way can be ended; its unit did not happen") {
    Ready ready(make);
    REQUIRE(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    ready.insert(*ready.one, 1);
    CHECK(ready.two->terminate(ready.one->backend_pid()));
    CHECK_FALSE(ready.two->resolve(kUnit, ready.lease, 5000)->committed);
    CHECK(ready.place->items() == 0);
  }
  SECTION("a connection that was cut answers nothing, and a COMMIT on it is in doubt") {
    Ready ready(make);
    REQUIRE(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    ready.one->witness(kUnit, 1, chain(1));
    ready.one->cut();
    CHECK(ready.one->commit() == CommitAnswer::in_doubt);
    CHECK(refused([&] { ready.one->read_lease(); }) == "connection");
    CHECK_FALSE(ready.two->resolve(kUnit, ready.lease, 5000)->committed);
  }
  SECTION("what others hold is left out, not waited for") {
    Ready ready(make);
    for (const char* user : {"u1", "u2"}) ready.place->put("users", {user});
    ready.place->put("people", {"p1", "u1", "ash"});
    ready.place->put("people", {"p2", "u2", "oak"});
    REQUIRE(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    REQUIRE(ready.begin(*ready.two, kNext) == ReceiptAnswer::inserted);
    const auto locked = ready.one->lock_subjects(people(), {"p1", "p9"});
    REQUIRE(locked.size() == 1);
    CHECK(locked[0].value == "ash");
    CHECK(locked[0].columns == Row{"u1"});
    CHECK(ready.two->lock_subjects(people(), {"p1", "p2"}).size() == 1);
    CHECK(ready.two->present(people(), {"p1", "p9"}) == Keys{"p1"});
    CHECK(ready.one->lock_parents(people(), {"u1"}) == Keys{"u1"});
    CHECK(ready.two->lock_parents(people(), {"u1"}) == Keys{"u1"});
    ready.one->rollback();
    CHECK(ready.two->lock_subjects(people(), {"p1"}).size() == 1);
    ready.two->rollback();
  }
  SECTION("rows: written, found, changed and removed within their unit; the line of a refused one") {
    Ready ready(make);
    REQUIRE(ready.begin(*ready.one, kUnit) == ReceiptAnswer::inserted);
    for (const int n : {1, 2}) ready.insert(*ready.one, n);
    CHECK(ready.one->rows_at(ready.items, {{item_id(1)}, {item_id(9)}}).size() == 1);
    CHECK(ready.one->rows_where(ready.items, {"label"}, "person", {"p1"}) == Rows{{"ash"}, {"ash"}});
    CHECK(ready.one->lock_rows(ready.items, {{item_id(2)}}).size() == 1);
    CHECK(ready.one->update_rows(ready.items, {3}, {{item_id(1)}, {item_id(9)}}, {{"new"}, {"new"}}) == 1);
    CHECK(ready.one->rows_at(ready.items, {{item_id(1)}}).at(0).at(3) == "new");
    CHECK(ready.one->remove_rows(ready.items, {{item_id(2)}, {item_id(9)}}) == 1);
    for (const int n : {3, 4, 5}) ready.insert(*ready.one, n);
    const auto there = ready.one->rows_at(ready.items, {{item_id(3)}, {item_id(4)}});
    REQUIRE(there.size() == 2);
    auto edited = there[1], gone = there[1], unset = ready.one->rows_at(ready.items, {{item_id(5)}}).at(0);
    edited.at(2) = "another";
    gone.at(0) = item_id(9);
    unset.at(3) = unset.at(3) ? Value() : Value("set");
    CHECK(ready.one->remove_unchanged(ready.items, {}).empty());
    const RecordedRows given({edited, there[0], gone, unset, there[0]});
    CHECK(ready.one->remove_unchanged(ready.items, given.all()) == std::vector<std::size_t>{0, 2, 3, 4});
    ready.one->witness(kUnit, 1, chain(1));
    REQUIRE(ready.one->commit() == CommitAnswer::committed);
    CHECK(ready.place->items() == 1);
    REQUIRE(ready.begin(*ready.one, kNext) == ReceiptAnswer::inserted);
    const auto wrong = refused([&] { ready.one->insert_rows(ready.items, kColumns, Rows{{item_id(3), "p1", "fir", std::nullopt}, {item_id(4), "p1", "!fir", std::nullopt}}); });
    INFO(wrong);
    CHECK(wrong.starts_with("data"));
    CHECK(wrong.find("COPY items, line 2") != std::string::npos);
    ready.one->rollback();
    CHECK(ready.place->items() == 1);
  }
  SECTION("keys come in the server's order, each once, within their bounds") {
    Ready ready(make);
    std::set<std::string> all;
    for (const char* key : {"b", "A", "a1", "Z", "ab", "0"}) {
      ready.place->put("people", {key, std::nullopt, "x"});
      all.insert(key);
    }
    Keys read;
    std::optional<std::string> above;
    while (true) {
      const auto page = ready.one->keys(people(), above, std::nullopt, 2);
      if (page.empty()) break;
      read.insert(read.end(), page.begin(), page.end());
      above = page.back();
    }
    CHECK(std::set(read.begin(), read.end()) == all);
    CHECK(read.size() == all.size());
    CHECK(ready.one->in_server_order(people(), Keys(all.begin(), all.end())) == read);
    CHECK(ready.one->keys(people(), read[0], read[2], 10) == Keys{read[1], read[2]});
    const auto digests = ready.one->digests(people(), read[3], 10);
    REQUIRE(digests.size() == 2);
    CHECK(digests[0].key == read[4]);
    CHECK(digests[0].digest == digests[1].digest);
    CHECK(ready.one->read(people(), {read[0]}).at(0).digest == digests[0].digest);
  }
  SECTION("since a moment: whatever was written after it is among the changed") {
    Ready ready(make);
    for (const char* key : {"p1", "p2", "p3"}) ready.place->put("people", {key, std::nullopt, "x"});
    const auto since = ready.one->horizon(people());
    REQUIRE(since);
    ready.place->edit_person("p2", "y");
    ready.place->put("people", {"p4", std::nullopt, "x"});
    std::set<std::string> changed;
    std::optional<std::string> above;
    for (bool end = false; !end;) {
      const auto page = ready.one->changed_since(people(), above, 2, *since);
      for (const auto& one : page.changed) changed.insert(one.key);
      if (page.last) above = page.last;
      end = page.end;
    }
    CHECK(changed.contains("p2"));
    CHECK(changed.contains("p4"));
    auto another = *since;
    another.server = "another";
    CHECK(ready.one->changed_since(people(), std::nullopt, 10, another).changed.size() == 4);
  }
}

}  // namespace tidemark::tests
