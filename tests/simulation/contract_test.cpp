#include <catch2/catch.hpp>

#include "tests/contract/contract.h"
#include "tests/simulation/server.h"

using namespace tidemark::tests;

namespace {

class SimulatedPlace final : public ContractPlace {
 public:
  SimulatedPlace() {
    schedule_.world = [] {};
  }
  std::unique_ptr<Session> connect() override { return target_->connect("7/1", false); }
  void put(const std::string& table, const Row& row) override {
    auto* transaction = server_.begin(1, "psql", false);
    transaction->changes[{table, row[0].value_or("")}] = row;
    server_.commit(transaction);
  }
  void edit_person(const std::string& id, const std::string& words) override {
    auto row = server_.rows("people").at(id).row;
    row[2] = words;
    put("people", row);
  }
  std::size_t items() override { return server_.rows("items").size(); }

 private:
  Schedule schedule_{1};
  Server server_{schedule_};
  std::unique_ptr<Target> target_ = target_of(server_);
};

}  // namespace

TEST_CASE("the simulated server keeps the contract of a target") {
  hold_to_contract([] { return std::make_unique<SimulatedPlace>(); });
}
