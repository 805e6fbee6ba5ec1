#pragma once
/// A Session over one Wire. Its parts are in files by subject: session, unit, lease, blockers, receipts, install, catalog, catalog_rows,
/// source_rows, target_rows, proven_rows, script.

#include "engine/postgres/binary.h"
#include "engine/postgres/wire.h"
#include "engine/target.h"

namespace tidemark::engine::postgres {

class PostgresSession final : public Session {
 public:
  /// @param schema  of scripts, unquoted; empty: the server's own search_path
  PostgresSession(const std::string& conninfo, const std::string& schema);
  ~PostgresSession() override;

  // session.cpp
  Identity identity() override;
  int backend_pid() override;
  void cut() override;
  Rows query(const std::string& sql, const Row& parameters) override;
  Rows query_often(const std::string& sql) override;
  void begin_reading() override;
  void limit_statements(int milliseconds) override;
  void rollback() noexcept override;

  // install.cpp
  bool installed() override;
  void install(const Uuid& tidemark) override;

  // lease.cpp
  Lease lock_lease(int wait_ms) override;
  CommitAnswer grant_lease(const Lease& lease) override;
  Lease read_lease() override;
  bool anchor_lease(const Lease& ours, Seq head_seq, const Digest& head, bool release) override;
  bool beat(std::uint64_t epoch) override;
  bool ask_to_stop() override;

  // blockers.cpp
  std::vector<Blocker> blockers(const std::vector<std::string>& qualified_tables) override;
  bool terminate(int pid) override;

  // unit.cpp
  void begin_unit(const Pins& pins) override;
  ReceiptAnswer write_receipt(UnitId unit, const Lease& lease, const std::string& work, UtcMicros& at) override;
  void witness(UnitId unit, Seq seq, const Digest& chain) override;
  CommitAnswer commit() override;
  void set_pins(const Pins& pins) override;
  WalCompression wal_compression() override;

  // receipts.cpp
  std::optional<Receipt> receipt(UnitId unit) override;
  ReceiptTotal receipts(const Uuid& journal) override;
  void for_each_receipt(const Uuid& journal, const std::function<void(const Receipt&)>& each) override;
  bool dismiss(const Lease& lease, UnitId unit) override;
  bool testify(const Lease& lease, UnitId unit, const std::string& work, Seq seq, const Digest& chain, UtcMicros at) override;
  std::optional<Receipt> resolve(UnitId unit, const Lease& lease, int wait_ms) override;

  // catalog.cpp
  std::optional<std::string> schema_of(const std::string& table) override;
  std::optional<TableFacts> describe(const std::string& schema, const std::string& table) override;

  // catalog_rows.cpp
  std::vector<CatalogRow> catalog_rows() override;

  // source_rows.cpp
  Keys keys(const SourceShape& source, const std::optional<std::string>& above, const std::optional<std::string>& up_to, std::size_t limit) override;
  std::vector<KeyDigest> digests(const SourceShape& source, const std::optional<std::string>& above, std::size_t limit) override;
  std::optional<Horizon> horizon(const SourceShape& source) override;
  ChangedPage changed_since(const SourceShape& source, const std::optional<std::string>& above, std::size_t window, const Horizon& since) override;
  Keys in_server_order(const SourceShape& source, const Keys& keys) override;
  std::vector<SourceRow> read(const SourceShape& source, const Keys& keys) override;
  std::vector<SourceRow> lock_subjects(const SourceShape& source, const Keys& keys) override;
  std::vector<SourceRow> lock_range(const SourceShape& source, const Keys& keys) override;
  Keys lock_parents(const SourceShape& source, const Keys& parents) override;
  Keys present(const SourceShape& source, const Keys& keys) override;

  // target_rows.cpp
  std::uint64_t count(const std::string& schema, const std::string& table) override;
  Rows rows_where(const TableShape& table, const std::vector<std::string>& columns, const std::string& column, const Keys& values) override;
  using Session::insert_rows;
  void insert_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) override;
  Rows lock_rows(const TableShape& table, const Rows& keys) override;
  Rows rows_at(const TableShape& table, const Rows& keys) override;
  std::uint64_t remove_rows(const TableShape& table, const Rows& keys) override;
  std::vector<std::size_t> remove_unchanged(const TableShape& table, const std::vector<const CellRow*>& rows) override;
  std::uint64_t update_rows(const TableShape& table, const std::vector<std::uint32_t>& columns, const Rows& keys, const Rows& values) override;

  // proven_rows.cpp
  std::optional<std::vector<ForeignKey>> provable_foreign_keys(const TableShape& table) override;
  void insert_proven_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) override;

  // script.cpp
  void run_script(const std::string& sql) override;
  void run_alone(const std::string& statement) override;

 private:
  class Snapshot;
  class Short;

  /// For the rest of the transaction: a thousand keys of a table that has grown faster than its statistics are looked up by index,
  /// not by reading all of it.
  void look_up_by_index();
  /// The forms of these columns as the table has them now, and until this transaction ends; none: a type that travels as text.
  std::optional<std::vector<BinaryForm>> binary_forms(const TableShape& table, const std::vector<std::string>& columns);

  Wire wire_;
  bool reads_whole_ = true;  ///< changed_since() may read a table in one go
  bool by_index_ = false;  ///< look_up_by_index() was called in this transaction
  bool planned_for_any_ = false;  ///< and statements are planned without a look at their parameters
  std::optional<bool> may_prove_;  ///< this role may set session_replication_role
  Result exec_often(const std::string& sql);
  Rows rows_of(const std::string& sql, const Row& parameters, bool binary);
  std::vector<SourceRow> source_rows(const SourceShape& source, const Keys& keys, const std::string& lock);
  std::string own_path_;  ///< search_path of scripts, as SET takes it
};

/// In a transaction that is open already: nothing. Else one of its own, READ ONLY with the pinned settings, for as long as this lives.
class PostgresSession::Snapshot {
 public:
  explicit Snapshot(PostgresSession& session) : session_(session), own_(!session.wire_.in_transaction()) {
    if (own_) session_.begin_reading();
  }
  ~Snapshot() {
    if (own_) session_.rollback();
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  PostgresSession& session_;
  bool own_;
};

/// A short writing transaction of our own bookkeeping; leaving scope without commit() undoes it.
class PostgresSession::Short {
 public:
  Short(PostgresSession& session, int lock_timeout_ms);
  ~Short() {
    if (!ended_) session_.rollback();
  }
  CommitAnswer commit() {
    const auto answer = session_.commit();
    ended_ = true;
    return answer;
  }
  /// For work that may simply be done again. @throws TargetError connection, other
  void commit_or_throw(const std::string& doing);
  Short(const Short&) = delete;
  Short& operator=(const Short&) = delete;

 private:
  PostgresSession& session_;
  bool ended_ = false;
};

/// How a receipt, a lease and a unit's row source are addressed in SQL of several files.
std::string sql_number(std::uint64_t value);
/// chain and such, as a literal of type bytea.
std::string bytea_literal(const Digest& digest);
/// A bigint's bits: UnitId's upper half is below 2^31, so it is never negative in practice.
std::string unit_text(UnitId unit);

}  // namespace tidemark::engine::postgres
