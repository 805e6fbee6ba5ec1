#pragma once
/// The engine's questions, answered by the simulated server. A question is where a connection breaks, time passes and others work.
/// lease.cpp, session.cpp (the unit of work), receipts.cpp, reading.cpp and rows.cpp answer them.

#include <algorithm>
#include <utility>

#include "tests/simulation/server.h"

namespace tidemark::tests {

class SimulatedSession final : public Session {
 public:
  SimulatedSession(Server& server, std::string application) : server_(server), boot_(server.boot), pid_(server.next_pid++), application_(std::move(application)) {}
  // Its client is gone. A COMMIT that was on its way may arrive.
  ~SimulatedSession() override { lose(); }

  // lease.cpp
  Identity identity() override;
  int backend_pid() override { return pid_; }
  void cut() override { cut_ = true; }
  bool installed() override { return ask("installed"), !server_.state.tidemark.is_nil(); }
  void install(const Uuid& id) override;
  Lease lock_lease(int) override;
  CommitAnswer grant_lease(const Lease& lease) override;
  Lease read_lease() override { return ask("read_lease"), now(*server_.state.lease); }
  bool anchor_lease(const Lease& ours, Seq head_seq, const Digest& head, bool release) override;
  std::vector<Blocker> blockers(const std::vector<std::string>& tables) override;
  bool terminate(int pid) override { return ask("terminate"), server_.terminate(pid); }
  bool beat(std::uint64_t epoch) override;
  bool ask_to_stop() override { return server_.stop_asked = true; }

  // session.cpp
  void begin_unit(const Pins&) override;
  ReceiptAnswer write_receipt(UnitId unit, const Lease& lease, const std::string& work, UtcMicros& at) override;
  void witness(UnitId unit, Seq seq, const Digest& chain) override;
  CommitAnswer commit() override;
  void rollback() noexcept override;
  void set_pins(const Pins&) override { ask("set_pins"); }

  // receipts.cpp
  std::optional<Receipt> receipt(UnitId unit) override;
  ReceiptTotal receipts(const Uuid&) override;
  void for_each_receipt(const Uuid&, const std::function<void(const Receipt&)>& each) override;
  bool testify(const Lease& lease, UnitId unit, const std::string& work, Seq seq, const Digest& chain, UtcMicros at) override;
  bool dismiss(const Lease& lease, UnitId unit) override;
  std::optional<Receipt> resolve(UnitId unit, const Lease& lease, int) override;

  // reading.cpp
  void begin_reading() override;
  void limit_statements(int) override { ask("limit_statements"); }
  std::optional<std::string> schema_of(const std::string& table) override;
  std::optional<TableFacts> describe(const std::string&, const std::string& table) override;
  std::vector<CatalogRow> catalog_rows() override { throw std::logic_error("the simulation has no schema migrations"); }
  Keys keys(const SourceShape& source, const std::optional<std::string>& above, const std::optional<std::string>& up_to, std::size_t limit) override;
  std::vector<KeyDigest> digests(const SourceShape& source, const std::optional<std::string>& above, std::size_t limit) override;
  std::optional<Horizon> horizon(const SourceShape&) override;
  ChangedPage changed_since(const SourceShape& source, const std::optional<std::string>& above, std::size_t window, const Horizon& since) override;
  Keys in_server_order(const SourceShape&, const Keys& keys) override;
  std::vector<SourceRow> read(const SourceShape& source, const Keys& keys) override;
  std::uint64_t count(const std::string&, const std::string& table) override { return ask("count"), server_.rows(table).size(); }
  Rows rows_where(const TableShape& table, const std::vector<std::string>& columns, const std::string& column, const Keys& values) override;

  // rows.cpp
  std::vector<SourceRow> lock_subjects(const SourceShape& source, const Keys& keys) override;
  Keys lock_parents(const SourceShape& source, const Keys& parents) override;
  Keys present(const SourceShape& source, const Keys& keys) override;
  void insert_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) override;
  Rows lock_rows(const TableShape& table, const Rows& keys) override;
  Rows rows_at(const TableShape& table, const Rows& keys) override;
  std::uint64_t remove_rows(const TableShape& table, const Rows& keys) override;
  std::vector<std::size_t> remove_unchanged(const TableShape& table, const std::vector<const CellRow*>& rows) override;
  std::uint64_t update_rows(const TableShape& table, const std::vector<std::uint32_t>& columns, const Rows& keys, const Rows& values) override;

  // Triggers, references, defaults, settings: there are none here.
  Rows query(const std::string&, const Row&) override { return ask("query"), Rows{}; }
  Rows query_often(const std::string&) override { throw std::logic_error("the simulation has no schema migrations"); }
  void run_script(const std::string&) override { throw std::logic_error("the simulation has no schema migrations"); }
  void run_alone(const std::string&) override { throw std::logic_error("the simulation has no schema migrations"); }

 private:
  static TargetError lost() { return TargetError(TargetError::Kind::connection, "", "the connection was lost"); }
  static TargetError timeout(const std::string& what) { return TargetError(TargetError::Kind::lock, "55P03", what); }
  /// The backend, and its transaction with it.
  bool gone() const { return boot_ != server_.boot || server_.terminated.contains(pid_); }
  bool broken() const { return cut_ || gone(); }
  void ask(std::string_view what);
  /// What stands is done; whether we hear of it is another matter.
  void answered();
  void slow() const;
  void begin();
  void lose();
  Lease now(Lease lease) const;
  bool lock(const Place& place, bool update);
  Keys above_of(const SourceShape& source, const std::optional<std::string>& above);
  static std::size_t position(const TableShape& shape, const std::string& column);
  static Value at(const TableShape& shape, const Row& row, const std::string& column) { return row[position(shape, column)]; }
  Value value_of(const SourceShape& source, const std::string& key) { return at(server_.facts(source.table).shape, server_.rows(source.table).at(key).row, source.value); }
  SourceRow source_row(const SourceShape& source, const std::string& key);
  void withhold(const SourceShape& source, std::vector<SourceRow>& rows);
  /// A row as this transaction sees it.
  std::optional<Row> own(const Place& place);
  Rows visible(const std::string& table);

  Server& server_;
  std::uint64_t boot_;
  int pid_;
  std::string application_;
  Transaction* transaction_ = nullptr;
  bool cut_ = false, committing_ = false, reading_ = false;
};

}  // namespace tidemark::tests
