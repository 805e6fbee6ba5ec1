#include "journal/connection.h"

#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "journal/chain.h"
#include "journal/erased.h"
#include "journal/file_identity.h"
#include "journal/file_system.h"
#include "journal/stored.h"

namespace tidemark::journal {

namespace {

using Kind = JournalError::Kind;
constexpr int kBusyMs = 10'000;

std::string uri(const std::string& path, const char* query) {
  std::string out = path.starts_with("//") ? "file://" : "file:";
  for (const char c : path) {
    if (c == '%')
      out += "%25";
    else if (c == '?')
      out += "%3f";
    else if (c == '#')
      out += "%23";
    else
      out += c;
  }
  return out + query;
}

/// SQLite counts its memory under one lock for all connections, and Debian's takes each small piece of it anew: a reader and the writer side by
/// side wait for each other there. Nobody asks for the count. Refused, without harm, if the process has opened something before.
void count_no_memory() {
  static const int asked = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)asked;
}

std::unique_ptr<SQLite::Database> connect(const std::string& path, const char* query, int flags) {
  count_no_memory();
  auto db =
      std::make_unique<SQLite::Database>(uri(path, query), flags | SQLite::OPEN_URI | SQLite::OPEN_NOMUTEX, kBusyMs);
  sqlite3_extended_result_codes(db->getHandle(), 1);
  db->exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
  return db;
}

void must_exist(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0) {
    if (S_ISREG(st.st_mode)) return;
    throw JournalError(Kind::io, "opening journal " + path + ": not a regular file");
  }
  if (errno == ENOENT || errno == ENOTDIR) throw JournalError(Kind::missing, "no journal at " + path);
  throw JournalError(Kind::io, "opening journal " + path + ": " + system_answer(errno));
}

/// By the answer and by asking: a disk's or the system's passing refusal must not make a journal, which may be growing, one that never changes.
bool refused_by_the_directory(int code, const std::string& path) {
  const auto closed = [](const std::string& file, int how) { return ::access(file.c_str(), how) != 0 && errno != ENOENT; };
  return (code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM) &&
         (closed(directory_of(beside(path, "")), W_OK) || closed(beside(path, "-shm"), R_OK | W_OK) || closed(beside(path, "-wal"), R_OK));
}

/// What an earlier process left in the log is carried into the file before anything is built on it: a sync of its that failed may have let the
/// system forget the write, which is read back from memory all the same, and no later sync of the log would bring it to the disk (seen: events
/// that were durable went with it at the next loss of power). A reader that holds an older state kept the log's index alive, and with it what
/// was synced and what not: then nothing of the kind is in it, and a part that isn't carried over does no harm.
void take_up_the_log(SQLite::Database& db) { db.execAndGet("PRAGMA wal_checkpoint(PASSIVE)"); }

}  // namespace

JournalError translate(const SQLite::Exception& e, SQLite::Database* db, const std::string& path,
                       const std::string& doing) {
  std::string what = doing + " journal " + path + ": " + e.what();
  if (const int error = db && (e.getErrorCode() & 0xff) == SQLITE_IOERR ? sqlite3_system_errno(db->getHandle()) : 0) what += " (" + system_answer(error) + ")";
  switch (e.getErrorCode() & 0xff) {
    case SQLITE_IOERR:
      if (e.getExtendedErrorCode() == SQLITE_IOERR_SHORT_READ) break;
      [[fallthrough]];
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return {Kind::io, what};
    default:
      break;
  }
  try {
    return {db && is_torn(*db, path) ? Kind::torn : Kind::damaged, what};
  } catch (const SQLite::Exception& unanswered) {
    return {Kind::io, what + "; its size: " + unanswered.what()};
  }
}

std::unique_ptr<SQLite::Database> open_for_reading(const std::string& path) {
  must_exist(path);
  std::unique_ptr<SQLite::Database> db;
  try {
    try {
      db = connect(path, "?mode=ro", SQLite::OPEN_READONLY);
      check_identity(*db, path);
    } catch (const SQLite::Exception& e) {
      if (!refused_by_the_directory(e.getErrorCode() & 0xff, path) || size_of(beside(path, "-wal")) != 0) throw;
      db = connect(path, "?immutable=1", SQLite::OPEN_READONLY);
      check_identity(*db, path);
    }
    return db;
  } catch (const SQLite::Exception& e) {
    throw translate(e, db.get(), path, "opening");
  }
}

std::unique_ptr<SQLite::Database> open_unchecked_for_writing(const std::string& path) {
  std::unique_ptr<SQLite::Database> db;
  try {
    db = connect(path, "?mode=rw", SQLite::OPEN_READWRITE);
    return db;
  } catch (const SQLite::Exception& e) {
    throw translate(e, db.get(), path, "opening");
  }
}

void prepare_for_writing(SQLite::Database& db, const std::string& path) {
  const std::string mode = db.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal")
    throw JournalError(Kind::io, "opening journal " + path + ": SQLite offers no write-ahead log here, but " + mode);
  // 4,096 pages are 16 MiB: the log is carried into the file now and then, not at every few chunks.
  db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -8000");
}

std::unique_ptr<SQLite::Database> open_for_writing(const std::string& path) {
  must_exist(path);
  auto db = open_unchecked_for_writing(path);
  try {
    check_identity(*db, path);
    prepare_for_writing(*db, path);
    take_up_the_log(*db);
    return db;
  } catch (const SQLite::Exception& e) {
    throw translate(e, db.get(), path, "opening");
  }
}

Head read_head(SQLite::Database& db, const std::string& path) {
  Statements statements(db);
  const auto damaged = [&](const std::string& what) {
    return JournalError(Kind::damaged, "journal " + path + ": " + what);
  };
  SQLite::Transaction one_moment(db);
  Query projected(statements, "SELECT seq, chain FROM main.head");
  Query newest(statements, "SELECT " TIDEMARK_EVENT_COLUMNS " FROM event e ORDER BY e.seq DESC LIMIT 2");
  if (!projected.next()) throw damaged("its head is missing");
  const Seq promised = projected.number(0);
  const bool any = newest.next();
  const Record last = any ? read_record(newest) : Record{};
  if (last.seq < promised || !any)
    throw JournalError(Kind::torn, "journal " + path + " is torn: it has events up to " + std::to_string(last.seq) +
                                       " of " + std::to_string(promised));
  if (last.seq > promised)
    throw damaged("event " + std::to_string(last.seq) + " stands behind the recorded head " + std::to_string(promised));
  Digest previous{};
  if (last.seq == 1) {
    const Event first = decode(last);
    if (!std::holds_alternative<JournalOpened>(first)) throw damaged("event 1 is not journal_opened");
    previous = genesis(std::get<JournalOpened>(first).journal);
  } else {
    if (!newest.next() || newest.number(0) != last.seq - 1)
      throw damaged("event " + std::to_string(last.seq - 1) + " is missing");
    previous = newest.digest(8);
  }
  if (stored_chain_value(previous, last) != last.chain || projected.digest(1) != last.chain)
    throw damaged("the chain breaks at event " + std::to_string(last.seq));
  return {last.seq, last.chain, last.at};
}

}  // namespace tidemark::journal
