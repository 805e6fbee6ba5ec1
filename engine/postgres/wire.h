#pragma once
/// One connection: libpqxx owns it and runs queries; what libpqxx 6 hides (the COMMIT tag, the fields of an error, COPY in
/// large buffers) is asked of the PGconn that a policy of our own keeps hold of. A port to libpqxx 7 (no policies, but
/// connection::release_raw_connection and a constructor from PGconn*) changes this pair of files alone.

#include <functional>
#include <memory>
#include <optional>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <string>
#include <string_view>

#include "engine/postgres/patience.h"
#include "engine/target.h"

namespace tidemark::engine::postgres {

using Result = pqxx::result;

class Wire {
 public:
  /// @throws TargetError connection
  explicit Wire(const std::string& conninfo);
  ~Wire();

  /// A simple query; of several statements the last one's result. Nothing is prepared by name: behind a pooler the next
  /// transaction may run on another backend, and a chunk's statements are planned in well under a millisecond.
  Result exec(const std::string& sql);
  /// One statement; the types of $1… are those that the statement gives them.
  Result exec(const std::string& sql, const Row& parameters);
  /// The same, with each row where libpq has put it: a field of libpqxx holds its result by a count that threads share.
  class Fields;
  /// @param binary  the parameters are in the binary form of their types. @param binary_rows  the rows come in it
  void exec_each(const std::string& sql, const Row& parameters, const std::function<void(const Fields&)>& each, bool binary = false, bool binary_rows = false);
  /// A simple query of ours whose errors are wanted with all fields. @param script  the text that internal positions refer to
  void exec_script(const std::string& sql, const std::string& script);
  /// Sends COMMIT alone. Only the tag COMMIT means committed. in_doubt: the connection was lost, or the server said it does not know.
  /// @throws TargetError (never connection) if the server refused and so rolled back, for certain: a deferred constraint, a time-out
  CommitAnswer commit();
  /// COPY … FROM STDIN of `data`. @throws TargetError; the line in its context
  void copy_in(const std::string& sql, std::string_view data);
  /// What the server was told about the statements of this transaction; 0: no limit. An answer that stays away for much longer loses the connection.
  void server_limit(std::chrono::milliseconds limit) { server_limit_ = limit; }

  bool in_transaction() const;  ///< also a failed one
  bool failed() const;          ///< in a transaction that takes nothing but its end
  bool lost() const;
  int backend_pid() const;
  int server_version() const;
  std::string parameter(const char* name) const;
  std::string database() const;
  std::string user() const;
  void cut() noexcept;
  /// A literal that means `text` under any standard_conforming_strings.
  std::string literal(const std::string& text) const;

  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

 private:
  template <class Call>
  Result guarded(Call call);
  class Asking;
  class Connection;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<pqxx::nontransaction> queries_;
  std::chrono::milliseconds server_limit_{0};
};

class Wire::Fields {
 public:
  Fields(const void* result, int row) : result_(result), row_(row) {}
  int size() const;
  bool null(int column) const;
  std::string_view text(int column) const;  ///< empty for NULL
  Value value(int column) const { return null(column) ? Value() : Value(std::in_place, text(column)); }
  std::int64_t number(int column) const;  ///< 0 for NULL

 private:
  const void* result_;  // PGresult
  int row_;
};

/// A field of a result as a value.
inline Value value(const pqxx::field& field) {
  return field.is_null() ? Value() : Value(std::in_place, field.c_str(), field.size());
}
inline std::string text(const pqxx::field& field) { return {field.c_str(), field.size()}; }
inline bool truth(const pqxx::field& field) { return !field.is_null() && field.c_str()[0] == 't'; }
std::int64_t number(const pqxx::field& field);  ///< 0 for NULL
Keys first_column(const Result& result);
Rows all_rows(const Result& result);

}  // namespace tidemark::engine::postgres
