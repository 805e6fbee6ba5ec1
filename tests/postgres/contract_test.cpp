#include "tests/contract/contract.h"

#include "tests/postgres/database.h"

using namespace tidemark::tests;

namespace {

class PostgresPlace final : public ContractPlace {
 public:
  PostgresPlace() {
    database_.sql("CREATE TABLE users (id text PRIMARY KEY)");
    database_.sql("CREATE TABLE people (id text PRIMARY KEY, owner text REFERENCES users, words text)");
    database_.sql("CREATE TABLE items (id uuid PRIMARY KEY, person text, label text CHECK (label NOT LIKE '!%'), note text)");
  }
  std::unique_ptr<Session> connect() override { return database_.connect(); }
  void put(const std::string& table, const Row& row) override {
    std::string values;
    for (const auto& value : row) values += (values.empty() ? "" : ", ") + (value ? "'" + *value + "'" : "NULL");
    database_.sql("INSERT INTO " + table + " VALUES (" + values + ")");
  }
  void edit_person(const std::string& id, const std::string& words) override { database_.sql("UPDATE people SET words = '" + words + "' WHERE id = '" + id + "'"); }
  std::size_t items() override { return std::stoul(database_.sql("SELECT count(*) FROM items")); }

 private:
  Database database_;
};

}  // namespace

TEST_CASE("PostgreSQL keeps the contract of a target") {
  hold_to_contract([] { return std::make_unique<PostgresPlace>(); });
}
