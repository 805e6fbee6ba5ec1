#pragma once
/// What is asked of a database. engine/postgres/ answers it with libpqxx; a fake can answer it for simulations.
/// Names are unquoted; values are text as the server prints it under the pinned settings. Every call throws TargetError.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/errors.h"
#include "journal/ids.h"
#include "journal/row_change.h"
#include "journal/subject_parts.h"

namespace tidemark::engine {

using journal::CellRow;
using journal::Digest;
using journal::Row;
using journal::Seq;
using journal::TableShape;
using journal::UnitId;
using journal::UtcMicros;
using journal::Uuid;
using journal::Value;
using Rows = std::vector<Row>;
using RowRefs = std::vector<const Row*>;  ///< borrowed
using Keys = std::vector<std::string>;

/// Who the target is.
struct Identity {
  std::string system;          ///< pg_control_system().system_identifier; empty: may not be read
  std::string database, server_version, user;
  int version_number = 0;      ///< server_version_num
  bool standby = false;
  std::optional<Uuid> tidemark;  ///< nullopt: no schema tidemark here; nil: there is one, and this role may not read it
};

/// The one row of tidemark.lease, with the age of its holder's last sign of life.
struct Lease {
  std::uint64_t epoch = 0;
  Uuid token;
  std::optional<Uuid> journal;  ///< whose receipts these are; nullopt: never used
  std::string host, user, path;
  std::uint64_t pid = 0;
  std::uint64_t run = 0;
  Seq head_seq = 0;
  std::optional<Digest> head_chain;
  bool held = false;
  double beat_age_s = 0;        ///< server's clock; meaningful while held
};

struct Receipt {
  UnitId unit;
  bool committed = false;  ///< false: a tombstone (state void)
  Seq seq = 0;             ///< of the intent
  std::optional<Digest> chain;
  UtcMicros at{};          ///< transaction's time, target's clock
  std::string work;        ///< convert, rollback, redo, apply, revert
};
struct ReceiptTotal { std::uint64_t count = 0, digest = 0; };  ///< as journal::ReceiptSum

enum class ReceiptAnswer { inserted, lease_over, settled_already };
enum class CommitAnswer { committed, rolled_back, in_doubt };

/// Limits of one unit; zero: no limit.
struct Pins {
  int lock_timeout_ms = 5000;
  int statement_timeout_ms = 60000;
  int idle_timeout_ms = 60000;
  bool compress_wal = false;  ///< by lz4, while the role may: see WalCompression
};

/// A source of subjects, resolved against the catalog.
struct SourceShape {
  std::string schema, table;
  std::string key, key_type;        ///< key column and its type as format_type() prints it
  std::string value, value_type;    ///< the column that is converted
  std::vector<std::string> columns; ///< further columns read, as text
  std::uint64_t max_value_bytes = 1 << 20;
  struct Parent { std::string schema, table, key, key_type; std::size_t column = 0; };  ///< columns[column] refers to it
  std::optional<Parent> parent;
  std::uint64_t max_bytes_at_once = 4 << 20;  ///< of the values of one answer, at least max_value_bytes: what bounds the memory
};
struct SourceRow {
  std::string key;
  Row columns;
  Value value;                    ///< nullopt: NULL, or too long (see bytes)
  std::uint64_t bytes = 0;        ///< octet_length of the value's text
  journal::SourceDigest digest{}; ///< first 16 bytes of SHA-256 of the value's text; of no bytes for NULL
  bool withheld = false;          ///< the value did not come: with those before it they were more than max_bytes_at_once
};
struct KeyDigest { std::string key; journal::SourceDigest digest{}; };

/// A moment of the target by its transaction counter: whatever was not yet seen then was written by this transaction or a later one.
struct Horizon {
  std::uint64_t xid = 0;   ///< the oldest transaction in progress
  std::string server;      ///< the server process: after a restart or failover the counter may have gone back
};
/// A stretch of the source in key order.
struct ChangedPage {
  std::vector<KeyDigest> changed;   ///< written since, and perhaps some others
  std::optional<std::string> last;  ///< the stretch's last key; nullopt: there was none
  bool end = false;                 ///< nothing is above it
};

/// A column as far as it can refuse or change a value.
struct ColumnFacts {
  bool not_null = false, has_default = false, generated = false;
  int max_chars = 0;                     ///< varchar(n), char(n); 0: no limit
  std::vector<std::string> enum_labels;  ///< empty: not an enum
};
struct TableFacts {
  TableShape shape;                 ///< no = 0: not yet described in a journal
  std::vector<ColumnFacts> columns; ///< one per shape.columns
  bool changes_rows = false;        ///< triggers, rules or types that may store another value than was sent
};

/// A foreign key that is a look-up of one value, of the same type, in a plain table.
struct ForeignKey {
  std::string name, column;              ///< of the constraint; of the referring table
  std::string schema, table, referred;   ///< the column that is referred to
  bool operator==(const ForeignKey&) const = default;
};

/// May pages that this role's transactions write into the WAL be compressed by lz4?
struct WalCompression {
  bool possible = false;  ///< the server can, the role may, and there is none yet
  bool granted = false;   ///< somebody gave the role this right; a superuser has it anyhow
};

/// One object of the schema; attributes: a JSON object without nulls, as jsonb prints it.
struct CatalogRow { std::string kind, identity, attributes; };

inline RowRefs refs(const Rows& rows) {
  RowRefs all;
  all.reserve(rows.size());
  for (const auto& row : rows) all.push_back(&row);
  return all;
}

/// One connection. Used by one thread at a time.
class Session {
 public:
  virtual ~Session() = default;
  virtual Identity identity() = 0;
  virtual int backend_pid() = 0;
  /// Cuts the connection without a word (fault action `drop`).
  virtual void cut() = 0;

  // The schema tidemark.
  virtual bool installed() = 0;
  virtual void install(const Uuid& tidemark) = 0;

  // The lease. lock_lease: BEGIN, LOCK TABLE … IN EXCLUSIVE MODE: when it returns no older unit is in flight.
  /// @throws TargetError lock after `wait_ms`
  virtual Lease lock_lease(int wait_ms) = 0;
  virtual CommitAnswer grant_lease(const Lease& lease) = 0;  ///< UPDATE and COMMIT; the caller reads the token back when in doubt
  virtual Lease read_lease() = 0;
  /// Writes the journal's head into our lease, and frees it if asked. @return false: the lease is no longer ours
  virtual bool anchor_lease(const Lease& ours, Seq head_seq, const Digest& head, bool release) = 0;
  struct Blocker { int pid = 0; std::string application, user, state; double held_s = 0; std::string query; };
  /// Who holds locks on tidemark.lease or the tables named, oldest transaction first; without ourselves.
  virtual std::vector<Blocker> blockers(const std::vector<std::string>& qualified_tables) = 0;
  virtual bool terminate(int pid) = 0;
  /// One sign of life. @return true: someone asked us to stop
  virtual bool beat(std::uint64_t epoch) = 0;
  virtual bool ask_to_stop() = 0;  ///< @return false: nobody holds the lease

  // A unit: engine/unit_of_work is the only caller of these.
  virtual void begin_unit(const Pins& pins) = 0;
  virtual ReceiptAnswer write_receipt(UnitId unit, const Lease& lease, const std::string& work, UtcMicros& at) = 0;
  virtual void witness(UnitId unit, Seq seq, const Digest& chain) = 0;  ///< and SET CONSTRAINTS ALL IMMEDIATE
  virtual CommitAnswer commit() = 0;
  virtual void rollback() noexcept = 0;
  virtual void set_pins(const Pins& pins) = 0;  ///< again, after a script that may have changed them

  // Receipts.
  virtual std::optional<Receipt> receipt(UnitId unit) = 0;
  virtual ReceiptTotal receipts(const Uuid& journal) = 0;  ///< committed ones
  virtual void for_each_receipt(const Uuid& journal, const std::function<void(const Receipt&)>& each) = 0;
  /// A receipt for a unit of our journal whose own was lost, while its effects are there; under the lease, in a transaction of its own.
  /// @return false: our lease is over
  virtual bool testify(const Lease& lease, UnitId unit, const std::string& work, Seq seq, const Digest& chain, UtcMicros at) = 0;
  /// The receipt of a unit that stays given up becomes a tombstone; under the lease, in a transaction of its own. @return false: our lease is over
  virtual bool dismiss(const Lease& lease, UnitId unit) = 0;
  /// Insert-to-resolve: waits for the old backend; what is true then, for ever. Not found: our lease is over.
  virtual std::optional<Receipt> resolve(UnitId unit, const Lease& lease, int wait_ms) = 0;

  // Reading without locks. begin_reading: one snapshot, READ ONLY, pinned settings; ended by rollback().
  virtual void begin_reading() = 0;
  virtual void limit_statements(int milliseconds) = 0;  ///< of this transaction, from here on
  virtual std::optional<std::string> schema_of(const std::string& table) = 0;  ///< by the connection's own search_path
  virtual std::optional<TableFacts> describe(const std::string& schema, const std::string& table) = 0;
  /// The whole schema in one round trip, in no order: all schemas but the system's and `tidemark`, without `_prisma_migrations` and without
  /// what belongs to extensions. Identities are quoted and qualified. Kinds and attributes: engine/schema/catalog_snapshot.h.
  virtual std::vector<CatalogRow> catalog_rows() = 0;
  virtual Keys keys(const SourceShape& source, const std::optional<std::string>& above, const std::optional<std::string>& up_to, std::size_t limit) = 0;
  virtual std::vector<KeyDigest> digests(const SourceShape& source, const std::optional<std::string>& above, std::size_t limit) = 0;
  /// The moment now, before anything else is read. nullopt: the rows of this table don't tell who wrote them (a view, partitions, another storage).
  virtual std::optional<Horizon> horizon(const SourceShape& source) = 0;
  /// Of the next `window` rows above a key those that were written since.
  virtual ChangedPage changed_since(const SourceShape& source, const std::optional<std::string>& above, std::size_t window, const Horizon& since) = 0;
  virtual WalCompression wal_compression() { return {}; }
  virtual Keys in_server_order(const SourceShape& source, const Keys& keys) = 0;
  virtual std::vector<SourceRow> read(const SourceShape& source, const Keys& keys) = 0;
  virtual std::uint64_t count(const std::string& schema, const std::string& table) = 0;
  /// Rows whose `column` is one of `values`; the columns named, as text.
  virtual Rows rows_where(const TableShape& table, const std::vector<std::string>& columns, const std::string& column, const Keys& values) = 0;

  // Inside a unit.
  virtual std::vector<SourceRow> lock_subjects(const SourceShape& source, const Keys& keys) = 0;  ///< FOR UPDATE SKIP LOCKED, in key order
  /// The same of keys in key order that were, when they were read, all there was from the first to the last: one walk instead of a look-up for each.
  /// Rows that came in between since may be locked, too; they are not among the answers.
  virtual std::vector<SourceRow> lock_range(const SourceShape& source, const Keys& keys) { return lock_subjects(source, keys); }
  virtual Keys lock_parents(const SourceShape& source, const Keys& parents) = 0;                  ///< FOR SHARE SKIP LOCKED; those locked
  virtual Keys present(const SourceShape& source, const Keys& keys) = 0;                          ///< those that exist
  /// COPY of complete rows (all columns of the shape, or those named); @throws TargetError data with the line in `context`
  virtual void insert_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) = 0;
  void insert_rows(const TableShape& table, const std::vector<std::string>& columns, const Rows& rows) { insert_rows(table, columns, refs(rows)); }
  /// Its foreign keys, if nothing else fires on an INSERT into the table, each is such a look-up, and this role may leave the look-ups out; nullopt: not so.
  /// Behind insert_proven_rows(), in its transaction, the answer holds until the end.
  virtual std::optional<std::vector<ForeignKey>> provable_foreign_keys(const TableShape&) { return std::nullopt; }
  /// insert_rows() without the triggers that look each foreign key up: for rows whose referred rows the caller has locked, in a table that
  /// provable_foreign_keys() names the same keys of before and after. Everything else (types, NOT NULL, CHECK, unique) is held as ever.
  virtual void insert_proven_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) { insert_rows(table, columns, rows); }
  // Keys of these four have the values of the shape's key columns, in its order; what isn't there is not among the answers.
  virtual Rows lock_rows(const TableShape& table, const Rows& keys) = 0;  ///< FOR UPDATE SKIP LOCKED, all columns of the shape as text
  virtual Rows rows_at(const TableShape& table, const Rows& keys) = 0;    ///< the same without locks
  virtual std::uint64_t remove_rows(const TableShape& table, const Rows& keys) = 0;
  /// Removes rows that are given whole, whatever they are by now. @return positions of those that weren't exactly as given, or not there, or given
  /// twice: the caller then has to abandon the unit
  virtual std::vector<std::size_t> remove_unchanged(const TableShape& table, const std::vector<const CellRow*>& rows) = 0;
  /// Sets the columns at these positions; values[i] are those of the row at keys[i]. A text that is too long is refused, not cut. @return rows changed
  virtual std::uint64_t update_rows(const TableShape& table, const std::vector<std::uint32_t>& columns, const Rows& keys, const Rows& values) = 0;

  // SQL of our own rooms (schema) and of migrations.
  virtual Rows query(const std::string& sql, const Row& parameters = {}) = 0;
  /// For a long text of ours that is asked again and again within transactions: planned once while the catalog is of about this size.
  virtual Rows query_often(const std::string& sql) = 0;
  /// A whole script as one string through EXECUTE, under the connection's own search_path.
  virtual void run_script(const std::string& sql) = 0;
  /// One statement that takes no transaction around it, by itself, under the connection's own search_path and without limits of time. What is set for
  /// it stays: the session is good for nothing else afterwards.
  virtual void run_alone(const std::string& statement) = 0;
};

class Target {
 public:
  virtual ~Target() = default;
  /// @param purpose  ends up in application_name: "tidemark/<run>/<epoch>"
  /// @param read_only default_transaction_read_only=on, and any server of several hosts will do
  virtual std::unique_ptr<Session> connect(const std::string& purpose, bool read_only) = 0;
  /// Host, port and database, without user and password, for messages.
  virtual std::string name() const = 0;
};

}  // namespace tidemark::engine
