#include "journal/file_identity.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <string_view>
#include <vector>

#include "journal/errors.h"
#include "journal/file_system.h"
#include "journal/layout.h"

namespace tidemark::journal {

namespace {

using Kind = JournalError::Kind;
constexpr std::string_view kMagic("SQLite format 3\0", 16);

/// The first bytes of the file and its size.
struct FileFacts {
  std::int64_t size = 0;
  std::array<unsigned char, 100> header{};

  explicit FileFacts(SQLite::Database& db) {
    sqlite3_file* file = file_of(db);
    if (!file) return;
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

}  // namespace

sqlite3_file* file_of(SQLite::Database& db, int which) {
  sqlite3_file* file = nullptr;
  return sqlite3_file_control(db.getHandle(), "main", which, &file) == SQLITE_OK && file && file->pMethods ? file : nullptr;
}

std::int64_t size_of(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 ? st.st_size : 0;
}

bool is_torn(SQLite::Database& db, const std::string& path) {
  const FileFacts facts(db);
  return facts.size < facts.promised() && size_of(beside(path, "-wal")) == 0;
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

}  // namespace tidemark::journal
