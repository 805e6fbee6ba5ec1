#pragma once
/// SQL of ours, prepared once a connection. Included by the room's own files only.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "journal/ids.h"

namespace tidemark::journal {

/// Prepared statements that are not in use. SQL texts are literals: they outlive it.
class Statements {
 public:
  explicit Statements(SQLite::Database& db) : db_(db) {}
  std::unique_ptr<SQLite::Statement> take(const char* sql);
  void give_back(const char* sql, std::unique_ptr<SQLite::Statement> statement) noexcept;

 private:
  SQLite::Database& db_;
  std::unordered_map<const char*, std::vector<std::unique_ptr<SQLite::Statement>>> free_;  // by address: the texts are long and begin alike
};

/// A key of a row of the source, as it is stored: 16 bytes if it is a canonical UUID, else text.
struct Key {
  std::optional<std::string_view> text;
};
/// Nobody is NULL.
inline Key subject_key(std::string_view subject) { return subject.empty() ? Key{} : Key{subject}; }

/// A BLOB, read where it stands when the statement runs.
struct Bytes {
  std::string_view bytes;
};

/// One execution of a statement. Ends with its scope, and with it the read transaction that it may have begun.
class Query {
 public:
  template <class... Args>
  Query(Statements& statements, const char* sql, const Args&... args)
      : statements_(statements), sql_(sql), statement_(statements.take(sql)) {
    int index = 0;
    (bind(++index, args), ...);
  }
  ~Query() { statements_.give_back(sql_, std::move(statement_)); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  bool next() { return statement_->executeStep(); }
  /// @return rows changed
  int run() { return statement_->exec(); }

  bool null(int column) const { return statement_->getColumn(column).isNull(); }
  std::int64_t integer(int column) const { return statement_->getColumn(column).getInt64(); }
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::string text(int column) const { return statement_->getColumn(column).getString(); }
  /// A BLOB or text where it stands, until the next step.
  std::string_view bytes(int column) const;
  /// Empty for NULL. @throws JournalError damaged unless it is stored as Key says
  std::string key(int column) const;
  /// @throws JournalError damaged unless it has 32 bytes
  Digest digest(int column) const;

  template <std::integral T>
  void bind(int index, T n) {
    statement_->bind(index, static_cast<std::int64_t>(n));
  }
  void bind(int index, std::string_view text);
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, const Digest& digest);
  void bind(int index, Key key);
  void bind(int index, Bytes blob) {
    statement_->bindNoCopy(index, static_cast<const void*>(blob.bytes.data()), static_cast<int>(blob.bytes.size()));
  }

 private:
  Statements& statements_;
  const char* sql_;
  std::unique_ptr<SQLite::Statement> statement_;
};

}  // namespace tidemark::journal
