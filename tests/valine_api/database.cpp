#include "tests/valine_api/database.h"

namespace valine {

Rows Database::query(const std::string& sql, const std::vector<Value>& parameters) {
  const std::lock_guard lock(mutex_);
  if (connection_ == nullptr || PQstatus(connection_) != CONNECTION_OK) {
    PQfinish(connection_);
    connection_ = PQconnectdb(url_.c_str());
  }
  std::vector<const char*> values;
  for (const auto& value : parameters) values.push_back(value ? value->c_str() : nullptr);
  PGresult* result = PQexecParams(connection_, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0);
  Rows out;
  const auto status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    out.sqlstate = state ? state : "08006";
  }
  for (int r = 0; r < PQntuples(result); ++r) {
    auto& row = out.rows.emplace_back();
    for (int c = 0; c < PQnfields(result); ++c) row.push_back(PQgetisnull(result, r, c) ? Value() : Value(PQgetvalue(result, r, c)));
  }
  if (const char* changed = PQcmdTuples(result); *changed) out.changed = std::stoul(changed);
  PQclear(result);
  return out;
}

}  // namespace valine
