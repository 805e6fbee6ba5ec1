#include "engine/postgres/wire.h"

#include <libpq-fe.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <pqxx/connection>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>
#include <pqxx/result>

#include "engine/postgres/answers.h"

namespace tidemark::engine::postgres {
namespace {

class CapturingPolicy : public pqxx::connect_direct {
 public:
  using connect_direct::connect_direct;
  handle do_startconnect(handle original) override { return raw = connect_direct::do_startconnect(original); }
  handle raw = nullptr;
};

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using RawResult = std::unique_ptr<PGresult, ClearResult>;

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text ? text : "";
}

/// What an exception of libpqxx says of the SQLSTATE: these keep it only in their type.
std::string sqlstate_of(const pqxx::failure& error) {
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error)) return "42501";
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) return sql->sqlstate();
  if (dynamic_cast<const pqxx::serialization_failure*>(&error)) return "40001";
  if (dynamic_cast<const pqxx::deadlock_detected*>(&error)) return "40P01";
  if (dynamic_cast<const pqxx::statement_completion_unknown*>(&error)) return "40003";
  if (dynamic_cast<const pqxx::transaction_rollback*>(&error)) return "40000";
  if (dynamic_cast<const pqxx::too_many_connections*>(&error)) return "53300";
  return {};
}

}  // namespace

/// pqxx::connection is this with a policy that can't be reached.
class Wire::Connection : public pqxx::connection_base {
 public:
  explicit Connection(const std::string& conninfo) : connection_base(policy_), policy_(conninfo) {
    init();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    inhibit_reactivation(true);  // a silent new connection would have neither our transaction nor our locks
#pragma GCC diagnostic pop
  }
  ~Connection() { close(); }
  PGconn* raw() const { return policy_.raw; }

 private:
  CapturingPolicy policy_;  // connection_base only keeps its address
};

namespace {

[[noreturn]] void throw_from(PGconn* raw, const PGresult* result, const std::string& script = {}) {
  const std::string state = result ? field(result, PG_DIAG_SQLSTATE) : "";
  const bool gone = PQstatus(raw) == CONNECTION_BAD || state.empty();
  const auto kind = gone ? TargetError::Kind::connection : classify(state);
  if (state.empty()) throw from_text(kind, state, PQerrorMessage(raw));
  std::string context;
  const auto add = [&](const std::string& line) {
    if (!line.empty()) context += (context.empty() ? "" : "\n") + line;
  };
  add(field(result, PG_DIAG_MESSAGE_DETAIL));
  add(field(result, PG_DIAG_MESSAGE_HINT));
  if (script.empty()) {
    add(field(result, PG_DIAG_CONTEXT));
  } else if (const auto position = field(result, PG_DIAG_INTERNAL_POSITION);
             !position.empty() && field(result, PG_DIAG_INTERNAL_QUERY) == script) {
    add("line " + std::to_string(line_of(script, std::atoi(position.c_str()))) + " of the script");
  }
  throw TargetError(kind, state, field(result, PG_DIAG_MESSAGE_PRIMARY), context);
}

}  // namespace

Wire::Wire(const std::string& conninfo) {
  try {
    connection_ = std::make_unique<Connection>(conninfo);
    queries_ = std::make_unique<pqxx::nontransaction>(*connection_);
  } catch (const pqxx::pqxx_exception& error) {
    queries_.reset();
    throw from_text(TargetError::Kind::connection, "", error.base().what());
  }
}

Wire::~Wire() = default;

/// One statement, within bounds.
class Wire::Asking {
 public:
  explicit Asking(Wire& wire) : wire_(wire), waiting_(PQsocket(wire.connection_->raw()), wire.server_limit_) {}
  ~Asking() {
    if (!wire_.in_transaction()) wire_.server_limit_ = {};  // what was set for a transaction ended with it
  }
  void throw_if_cut() const {
    if (const auto why = waiting_.why(); !why.empty()) throw TargetError(TargetError::Kind::connection, "", why);
  }
  [[noreturn]] void refuse(const PGresult* result, const std::string& script = {}) const {
    throw_if_cut();
    throw_from(wire_.connection_->raw(), result, script);
  }

 private:
  Wire& wire_;
  Patience::Waiting waiting_;
};

template <class Call>
Result Wire::guarded(Call call) {
  const Asking asking(*this);
  try {
    return call();
  } catch (const pqxx::failure& error) {
    asking.throw_if_cut();
    const bool broken = dynamic_cast<const pqxx::broken_connection*>(&error) != nullptr, gone = lost() || broken;
    const std::string state = broken && !lost() ? "08P01" : sqlstate_of(error);  // libpqxx takes each answer of class 08 for a lost connection
    // libpqxx says only that it failed; libpq still has the server's last words.
    const char* last_words = gone && connection_ ? PQerrorMessage(connection_->raw()) : "";
    throw from_text(gone ? TargetError::Kind::connection : classify(state), state, *last_words ? last_words : error.what());
  } catch (const pqxx::pqxx_exception& error) {  // libpqxx was used wrongly, by us
    throw TargetError(lost() ? TargetError::Kind::connection : TargetError::Kind::other, "", error.base().what());
  }
}

Result Wire::exec(const std::string& sql) {
  return guarded([&] { return queries_->exec(sql); });
}

Result Wire::exec(const std::string& sql, const Row& parameters) {
  std::vector<const char*> pointers;
  pointers.reserve(parameters.size());
  for (const auto& parameter : parameters) pointers.push_back(parameter ? parameter->c_str() : nullptr);
  return guarded([&] { return queries_->exec_params(sql, pqxx::prepare::make_dynamic_params(pointers)); });
}

void Wire::exec_each(const std::string& sql, const Row& parameters, const std::function<void(const Fields&)>& each, bool binary, bool binary_rows) {
  std::vector<const char*> pointers;
  std::vector<int> lengths;
  for (const auto& parameter : parameters) {
    pointers.push_back(parameter ? parameter->c_str() : nullptr);
    lengths.push_back(parameter ? static_cast<int>(parameter->size()) : 0);
  }
  const std::vector<int> formats(parameters.size(), binary ? 1 : 0);
  PGconn* raw = connection_->raw();
  const Asking asking(*this);
  const RawResult result(PQexecParams(raw, sql.c_str(), static_cast<int>(pointers.size()), nullptr, pointers.data(), lengths.data(), formats.data(), binary_rows ? 1 : 0));
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) asking.refuse(result.get());
  for (int row = 0; row < PQntuples(result.get()); ++row) each(Fields(result.get(), row));
}

int Wire::Fields::size() const { return PQnfields(static_cast<const PGresult*>(result_)); }
bool Wire::Fields::null(int column) const { return PQgetisnull(static_cast<const PGresult*>(result_), row_, column) != 0; }
std::int64_t Wire::Fields::number(int column) const {
  std::int64_t result = 0;
  const auto digits = text(column);
  std::from_chars(digits.data(), digits.data() + digits.size(), result);
  return result;
}
std::string_view Wire::Fields::text(int column) const {
  const auto* result = static_cast<const PGresult*>(result_);
  return {PQgetvalue(result, row_, column), static_cast<std::size_t>(PQgetlength(result, row_, column))};
}

void Wire::exec_script(const std::string& sql, const std::string& script) {
  const Asking asking(*this);
  const RawResult result(PQexec(connection_->raw(), sql.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) asking.refuse(result.get(), script);
}

CommitAnswer Wire::commit() {
  PGconn* raw = connection_->raw();
  const Asking asking(*this);
  const RawResult result(PQexec(raw, "COMMIT"));
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
    const std::string_view tag = PQcmdStatus(result.get());
    if (tag == "COMMIT") return CommitAnswer::committed;
    if (tag == "ROLLBACK") return CommitAnswer::rolled_back;  // a failed transaction's answer; not an error
    return CommitAnswer::in_doubt;
  }
  const std::string state = result ? field(result.get(), PG_DIAG_SQLSTATE) : "";
  const bool unknown = state.empty() || lost() || state == "40003" || classify(state) == TargetError::Kind::connection;
  if (unknown) return CommitAnswer::in_doubt;
  throw_from(raw, result.get());
}

void Wire::copy_in(const std::string& sql, std::string_view data) {
  constexpr std::size_t kSlice = 256 << 10;  // libpq copies each slice: small enough to keep its buffer small
  PGconn* raw = connection_->raw();
  const Asking asking(*this);
  RawResult result(PQexec(raw, sql.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COPY_IN) asking.refuse(result.get());
  bool sent = true;
  while (sent && !data.empty()) {
    const auto slice = data.substr(0, kSlice);
    sent = PQputCopyData(raw, slice.data(), static_cast<int>(slice.size())) == 1;
    data.remove_prefix(slice.size());
  }
  // An error in mid-stream is told by the result; PQputCopyEnd then answers -1, and that is all right.
  PQputCopyEnd(raw, sent ? nullptr : "the client could not send its data");
  RawResult failed;
  while ((result = RawResult(PQgetResult(raw)))) {
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK && !failed) failed = std::move(result);
    if (lost() || PQresultStatus(failed.get()) == PGRES_COPY_IN) break;  // the end could not be sent
  }
  if (failed || lost()) asking.refuse(failed.get());
}

bool Wire::in_transaction() const {
  const auto status = PQtransactionStatus(connection_->raw());
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

bool Wire::failed() const { return PQtransactionStatus(connection_->raw()) == PQTRANS_INERROR; }

bool Wire::lost() const { return !connection_ || PQstatus(connection_->raw()) == CONNECTION_BAD; }
int Wire::backend_pid() const { return PQbackendPID(connection_->raw()); }
int Wire::server_version() const { return PQserverVersion(connection_->raw()); }
std::string Wire::database() const { return PQdb(connection_->raw()); }
std::string Wire::user() const { return PQuser(connection_->raw()); }

std::string Wire::parameter(const char* name) const {
  const char* found = PQparameterStatus(connection_->raw(), name);
  return found ? found : "";
}

void Wire::cut() noexcept {
  if (const int socket = PQsocket(connection_->raw()); socket >= 0) shutdown(socket, SHUT_RDWR);
}

std::string Wire::literal(const std::string& text) const {
  const std::unique_ptr<char, decltype(&PQfreemem)> escaped(PQescapeLiteral(connection_->raw(), text.data(), text.size()), &PQfreemem);
  if (!escaped) throw TargetError(TargetError::Kind::data, "22021", "the text is not valid UTF-8");
  return escaped.get();
}

std::int64_t number(const pqxx::field& field) {
  std::int64_t result = 0;
  if (!field.is_null()) std::from_chars(field.c_str(), field.c_str() + field.size(), result);
  return result;
}

Keys first_column(const Result& result) {
  Keys keys;
  keys.reserve(result.size());
  for (const auto& row : result) keys.push_back(text(row[0]));
  return keys;
}

Rows all_rows(const Result& result) {
  Rows rows;
  rows.reserve(result.size());
  for (const auto& row : result) {
    Row& values = rows.emplace_back();
    values.reserve(row.size());
    for (const auto& column : row) values.push_back(value(column));
  }
  return rows;
}

}  // namespace tidemark::engine::postgres
