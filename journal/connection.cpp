#include "journal/connection.h"

#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "journal/chain.h"
#include "journal/erased.h"
#include "journal/file_system.h"
#include "journal/layout.h"
#include "journal/stored.h"

namespace tidemark::journal {

namespace {

using Kind = JournalError::Kind;
constexpr int kBusyMs = 10'000;
constexpr std::string_view kMagic("SQLite format 3\0", 16);

/// The first bytes of the file and its size, asked of SQLite: a descriptor of our own, closed, would drop its locks.
struct FileFacts {
  std::int64_t size = 0;
  std::array<unsigned char, 100> header{};

  explicit FileFacts(SQLite::Database& db) {
    sqlite3_file* file = nullptr;
    if (sqlite3_file_control(db.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || !file ||
        !file->pMethods)
      return;
    // A disk that doesn't answer says nothing about the file.
    sqlite3_int64 bytes = 0;
    if (const int code = file->pMethods->xFileSize(file, &bytes)) throw SQLite::Exception(sqlite3_errstr(code), code);
    size = bytes;
    const int wanted = static_cast<int>(std::min<std::int64_t>(size, static_cast<std::int64_t>(header.size())));
    if (wanted == 0) return;
    if (const int code = file->pMethods->xRead(file, header.data(), wanted, 0); code == SQLITE_IOERR_SHORT_READ)
      header.fill(0);
    else if (code != SQLITE_OK)
      throw SQLite::Exception(sqlite3_errstr(code), code);
  }
  std::uint32_t number(std::size_t at) const {
    return std::uint32_t{header[at]} << 24 | std::uint32_t{header[at + 1]} << 16 | std::uint32_t{header[at + 2]} << 8 |
           header[at + 3];
  }
  std::int64_t promised() const {
    const std::int64_t page = header[16] << 8 | header[17];
    return (page == 1 ? 65536 : page) * std::int64_t{number(28)};
  }
};

std::int64_t size_of(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 ? st.st_size : 0;
}

/// Short, and no write-ahead log that could hold the rest.
bool is_torn(SQLite::Database& db, const std::string& path) {
  const FileFacts facts(db);
  return facts.size < facts.promised() && size_of(beside(path, "-wal")) == 0;
}

std::string torn(const std::string& path, std::int64_t size, std::int64_t promised) {
  return "journal " + path + " is torn: it has " + std::to_string(size) + " bytes of " + std::to_string(promised);
}

/// A name and the whole definition of each table and trigger; SQLite's own tables (of ANALYZE) aside.
std::vector<std::string> tables_and_triggers(const std::vector<std::string>& schema) {
  std::vector<std::string> out;
  std::copy_if(schema.begin(), schema.end(), std::back_inserter(out), [](const std::string& line) {
    return line.starts_with("trigger ") || (line.starts_with("table ") && !line.starts_with("table sqlite_"));
  });
  return out;
}

/// Every statement of ours runs what stands under these names: a view that never ends in a table's place, a trigger that deletes. Views and
/// indexes that a person adds are in nobody's way; verify() tells of them.
void check_tables(SQLite::Database& db, const std::string& path) {
  const auto found = tables_and_triggers(schema_of(db)), expected = tables_and_triggers(expected_schema());
  const auto [other, ours] = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
  if (other == found.end() && ours == expected.end()) return;
  throw JournalError(Kind::damaged, "journal " + path + ": its tables and triggers are not a journal's: found " + (other == found.end() ? "no more" : *other) +
                                        ", expected " + (ours == expected.end() ? "no more" : *ours));
}

void check_identity(SQLite::Database& db, const std::string& path) {
  const FileFacts facts(db);
  const std::size_t known = static_cast<std::size_t>(std::min<std::int64_t>(facts.size, 16));
  if (std::memcmp(facts.header.data(), kMagic.data(), known) != 0)
    throw JournalError(Kind::foreign, path + " is not a journal (not an SQLite file)");
  if (facts.size < 100) throw JournalError(Kind::torn, torn(path, facts.size, 100) + " at least");
  if (facts.number(68) != static_cast<std::uint32_t>(kApplicationId))
    throw JournalError(Kind::foreign, path + " is an SQLite file, but not a Tidemark journal");
  if (is_torn(db, path)) throw JournalError(Kind::torn, torn(path, facts.size, facts.promised()));
  const int format = db.execAndGet("PRAGMA user_version").getInt();
  if (format > kFormat)
    throw JournalError(Kind::newer, "journal format " + std::to_string(format) + ", this program reads up to " +
                                        std::to_string(kFormat) + " (" + path + "): use the newer program");
  if (format < 1)
    throw JournalError(Kind::damaged,
                       "journal " + path + " says format " + std::to_string(format) + ", the first is 1");
  check_tables(db, path);  // the first look into the file itself
}

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
