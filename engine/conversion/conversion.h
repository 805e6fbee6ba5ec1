#pragma once
/// What a conversion is to the engine: where it reads, where it writes, and how one subject is decided. Knows no Valine.
/// Adding one: a class like migrations/social_links/conversion.h; nothing here changes.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::conversion {

/// The tables by name, as the conversion knows them; bind() finds them in the catalog.
struct Tables {
  std::string source, key, value;           ///< table, key column, converted column
  std::vector<std::string> source_columns;  ///< further columns read
  std::uint64_t max_value_bytes = 1 << 20;
  std::uint64_t max_bytes_at_once = 4 << 20;  ///< of a unit's values, at least max_value_bytes: what bounds the memory
  std::string parent, parent_key;           ///< table whose row must stay while rows are written (a foreign key); may be empty
  std::size_t parent_column = 0;            ///< source_columns[parent_column] refers to parent_key
  std::string target;                       ///< table written
  std::vector<std::string> target_columns;  ///< columns written, in the order of Decision::rows
  std::string id_column;                    ///< of the target: its key
  std::string category;                     ///< column of the target by which a report counts rows; may be empty
  std::vector<std::string> also;            ///< further tables that Decision::writes names, besides the target
  bool writes = false;                      ///< Decision::writes names the target alone
  std::string subject = "profile", row = "link";  ///< what people call them
  std::uint64_t chunk_min = 0, chunk_max = 0;     ///< subjects of one transaction: bounds that the rows themselves ask for; 0: none
  /// A row of the target concerns a subject if target column `first` equals the subject's key (second < 0) or its source column.
  std::vector<std::pair<std::string, int>> match;
};

struct Answer;

/// Borrowed from the source row, for one call.
struct Subject {
  const std::string& key;
  const Row& columns;
  const Value& value;    ///< the column's text; nullopt: NULL
  bool text_column = false;
  const Answer* answer = nullptr;  ///< what Conversion::ask() said of it; nullptr: nothing
};

/// What the engine hands out for new rows.
struct Stamp {
  std::string now;                      ///< transaction's time in the target, UTC, as timestamp(3) text
  std::function<std::string()> new_id;  ///< UUID version 7
};

/// One row that is written otherwise than by a new row of the target. Values are texts that the columns' types take; the record has what is stored.
struct Write {
  enum class Op {
    insert,  ///< `values` is the row, its key with it; what isn't named takes its default
    update,  ///< no row under the key: nothing happens
    remove,  ///< the same
    upsert,  ///< update, or insert where there is none
  } op = Op::insert;
  std::string table;                    ///< the target, or one of Tables::also
  std::map<std::string, Value> key;     ///< of the row as it stands, in full; for insert left out
  std::map<std::string, Value> values;  ///< columns that are set; an update may set the key itself
};

/// What the target itself answered about one subject.
struct Answer {
  std::vector<Write> writes;
  std::vector<journal::Rejection> rejected;
  std::string sqlstate, refused;  ///< not empty: it could not answer, and why; the subject is refused
};
using Answers = std::map<std::string, Answer>;  ///< by key

/// A SELECT that finds what must not be.
struct PostCheck { std::string name, sql; };

/// One line for people, and for a plan's hash: "update profiles id=1: city=Paris".
std::string to_string(const Write& write);

struct Decision {
  enum class Outcome { converted, skipped } outcome = Outcome::skipped;
  std::string reason;    ///< of a skip
  Rows rows;             ///< in the order of Tables::target_columns
  std::vector<Write> writes;  ///< after the rows, in this order; a later one finds what an earlier one left
  std::vector<journal::Rejection> rejected;
  bool over_api_limit = false;
};

class Conversion {
 public:
  virtual ~Conversion() = default;
  virtual std::string name() const = 0;
  virtual const Tables& tables() const = 0;
  virtual std::string mapping() const = 0;  ///< canonical text; its SHA-256 is the mapping's digest
  /// Asked once before anything runs. @throws Failure failed, with what to change
  virtual void check(Session&, const SourceShape&) const {}
  /// What only the target can tell of these subjects, asked once a chunk, after they were locked, inside its transaction.
  virtual Answers ask(Session&, const SourceShape&, const Keys&, const Stamp&) const { return {}; }
  /// Post-conditions besides the engine's own.
  virtual std::vector<PostCheck> post_checks() const { return {}; }
  /// @param existing  rows of the target that concern this subject (in the order of target_columns)
  /// @param gone      rows that we wrote for this subject, by the journal, and that are not there as we wrote them
  virtual Decision decide(const Subject& subject, const Rows& existing, const Rows& gone, const Stamp& stamp) const = 0;
  /// Two rows with the same identity for the same owner are duplicates. Owner and identity in one text.
  virtual std::string identity(const Row& row) const = 0;
  /// One line for people: "Website (website): https://example.com".
  virtual std::string describe(const Row& row) const = 0;
  /// label, url, type, position: what the plan's hash covers of a row (no ids or times).
  virtual Row planned(const Row& row) const = 0;
};

}  // namespace tidemark::engine::conversion
