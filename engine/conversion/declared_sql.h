#pragma once
/// rows.sql as the engine sends it. All pure.

#include <set>
#include <string>
#include <string_view>

namespace tidemark::engine::conversion {

/// What stands for the parameters of rows.sql.
struct RowsParameters {
  std::string keys;  ///< an expression: the array of keys
  std::string now;   ///< a text
  std::string mark;  ///< a text that no data has: stands for a new id, with the name behind it where it has one
};

/// One answer a value: number, subject, op, table, reject, entry, step, part (row or key), name, value. Names that rows.sql doesn't give are NULL.
std::string rows_statement(std::string_view rows_sql, const RowsParameters& parameters);
/// The same without the frame.
std::string with_parameters(std::string_view rows_sql, const RowsParameters& parameters);

/// What rows.sql, or a plan of it, calls: words before a parenthesis, in lower case.
std::set<std::string> called(std::string_view sql);
/// Words that tell of another moment than the engine's, or of chance; and a semicolon. Empty: none.
std::string forbidden_word(std::string_view rows_sql);
/// Does it ask for its keys?
bool names_keys(std::string_view rows_sql);

}  // namespace tidemark::engine::conversion
