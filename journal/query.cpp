#include "journal/query.h"

#include <SQLiteCpp/Column.h>

#include <cstring>

#include "journal/errors.h"

namespace tidemark::journal {

std::unique_ptr<SQLite::Statement> Statements::take(const char* sql) {
  auto& free = free_[sql];
  if (free.empty()) return std::make_unique<SQLite::Statement>(db_, sql);
  auto statement = std::move(free.back());
  free.pop_back();
  return statement;
}

void Statements::give_back(const char* sql, std::unique_ptr<SQLite::Statement> statement) noexcept {
  statement->tryReset();  // repeats the error of the last step, which was reported already
  try {
    free_[sql].push_back(std::move(statement));
  } catch (...) {  // no memory to keep it: it is prepared again
  }
}

void Query::bind(int index, std::string_view text) { statement_->bind(index, std::string(text)); }

void Query::bind(int index, const Digest& digest) {
  statement_->bind(index, static_cast<const void*>(digest.data()), static_cast<int>(digest.size()));
}

void Query::bind(int index, Key key) {
  if (!key.text) return statement_->bind(index);
  if (const auto id = parse_uuid(*key.text))
    return statement_->bind(index, static_cast<const void*>(id->bytes.data()), static_cast<int>(id->bytes.size()));
  bind(index, *key.text);
}

std::string_view Query::bytes(int column) const {
  const SQLite::Column value = statement_->getColumn(column);
  const void* const at = value.getBlob();
  return at ? std::string_view(static_cast<const char*>(at), static_cast<std::size_t>(value.getBytes())) : std::string_view();
}

std::string Query::key(int column) const {
  const SQLite::Column value = statement_->getColumn(column);
  if (value.isNull()) return {};
  const std::string_view text = bytes(column);
  if (value.isText() && !parse_uuid(text)) return std::string(text);
  Uuid id;
  if (!value.isBlob() || text.size() != id.bytes.size())
    throw JournalError(JournalError::Kind::damaged, "a key that is stored neither as 16 bytes nor as other text");
  std::memcpy(id.bytes.data(), text.data(), text.size());
  return to_string(id);
}

Digest Query::digest(int column) const {
  const SQLite::Column value = statement_->getColumn(column);
  Digest digest;
  if (!value.isBlob() || value.getBytes() != static_cast<int>(digest.size()))
    throw JournalError(JournalError::Kind::damaged, "a chain value that is not 32 bytes");
  std::memcpy(digest.data(), value.getBlob(), digest.size());
  return digest;
}

}  // namespace tidemark::journal
