#pragma once
/// What the files of the reader share.

#include "journal/connection.h"
#include "journal/query.h"
#include "journal/reader.h"
#include "journal/stored.h"

namespace tidemark::journal {

struct Reader::Impl {
  explicit Impl(const std::string& file) : path(file), db(open_for_reading(path)), sql(*db) {}

  /// Runs `work`; SQLite's answers leave it as ours.
  template <class F>
  decltype(auto) read(const char* what, F&& work) {
    return guarded(*db, path, what, std::forward<F>(work));
  }

  const std::string path;
  const std::unique_ptr<SQLite::Database> db;
  Statements sql;
  int moments = 0;  ///< OneMoment's that live
};

/// For the SELECT lists that read_unit() reads. `u` is the unit, `i` its intent.
#define TIDEMARK_UNIT_COLUMNS \
  "u.unit, u.run, u.name, u.work, u.first_seq, u.intent_seq, i.chain, u.outcome_seq, u.state, u.committed_us"
UnitInfo read_unit(const Query& row, int first_column = 0);

}  // namespace tidemark::journal
