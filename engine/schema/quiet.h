#pragma once
/// Until it is ended, people's own triggers on a table don't fire. Inside a unit: a ROLLBACK ends it as well.

#include <string>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

class Quiet {
 public:
  Quiet(Session& session, std::string table) : session_(session), table_(std::move(table)) {
    for (auto& row : session_.query("SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal AND tgenabled = 'O' ORDER BY tgname", {table_})) {
      names_.push_back(row[0].value_or(""));
      session_.query("ALTER TABLE " + table_ + " DISABLE TRIGGER " + names_.back());
    }
  }
  void end() {
    for (const auto& name : names_) session_.query("ALTER TABLE " + table_ + " ENABLE TRIGGER " + name);
  }

 private:
  Session& session_;
  std::string table_;
  std::vector<std::string> names_;
};

}  // namespace tidemark::engine::schema
