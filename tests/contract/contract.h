#pragma once
/// What the engine relies on of a target, whoever answers: PostgreSQL (tests/postgres) and the simulation (tests/simulation) pass the same suite.

#include <functional>
#include <memory>
#include <string>

#include "engine/target.h"

namespace tidemark::tests {

/// An empty target with tables users (id), people (id, owner, words) and items (id uuid, person, label, note), whose labels may not begin with `!`.
class ContractPlace {
 public:
  virtual ~ContractPlace() = default;
  virtual std::unique_ptr<engine::Session> connect() = 0;
  /// By somebody else, committed.
  virtual void put(const std::string& table, const engine::Row& row) = 0;
  virtual void edit_person(const std::string& id, const std::string& words) = 0;
  virtual std::size_t items() = 0;
};

/// To be called in a TEST_CASE: sections, each with a place of its own.
void hold_to_contract(const std::function<std::unique_ptr<ContractPlace>()>& make);

}  // namespace tidemark::tests
