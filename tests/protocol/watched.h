#pragma once
/// PostgreSQL's own sessions, with an ear at each step of the protocol and a hand on COMMIT.

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/target.h"

namespace tidemark::tests {

using namespace engine;

struct Ear {
  std::mutex mutex;
  std::vector<std::string> heard;  ///< names of the protocol's calls, in order, of all sessions
  /// Stands in for COMMIT of a unit (not of the lease). Empty: the session's own.
  std::function<CommitAnswer(Session& session)> commit;
  std::function<void(Session& session)> install, lock_lease, resolve;  ///< what happens just before these
  std::function<void(Identity&)> identity;                             ///< what the target says of itself instead
  void hear(const std::string& call) {
    const std::lock_guard lock(mutex);
    heard.push_back(call);
  }
  /// Position of the first such call from `from` on; -1 if there is none.
  long first(const std::string& call, long from = 0) const {
    for (auto i = static_cast<std::size_t>(from); i < heard.size(); ++i) {
      if (heard[i] == call) return static_cast<long>(i);
    }
    return -1;
  }
};

class WatchedSession final : public Session {
 public:
  WatchedSession(std::unique_ptr<Session> real, Ear& ear) : real_(std::move(real)), ear_(ear) {}

  ReceiptAnswer write_receipt(UnitId unit, const Lease& lease, const std::string& work, UtcMicros& at) override {
    ear_.hear("write_receipt");
    return real_->write_receipt(unit, lease, work, at);
  }
  void witness(UnitId unit, Seq seq, const Digest& chain) override {
    ear_.hear("witness");
    real_->witness(unit, seq, chain);
  }
  CommitAnswer commit() override {
    ear_.hear("commit");
    return ear_.commit ? ear_.commit(*real_) : real_->commit();
  }
  Lease lock_lease(int wait_ms) override {
    ear_.hear("lock_lease");
    if (ear_.lock_lease) ear_.lock_lease(*real_);
    return real_->lock_lease(wait_ms);
  }
  CommitAnswer grant_lease(const Lease& lease) override {
    ear_.hear("grant_lease");
    return real_->grant_lease(lease);
  }
  std::optional<Receipt> receipt(UnitId unit) override {
    ear_.hear("receipt");
    return real_->receipt(unit);
  }
  ReceiptTotal receipts(const Uuid& journal) override {
    ear_.hear("receipts");
    return real_->receipts(journal);
  }
  std::optional<Receipt> resolve(UnitId unit, const Lease& lease, int wait_ms) override {
    ear_.hear("resolve");
    if (ear_.resolve) ear_.resolve(*real_);
    return real_->resolve(unit, lease, wait_ms);
  }
  bool anchor_lease(const Lease& ours, Seq head_seq, const Digest& head, bool release) override {
    ear_.hear(release ? "release" : "anchor");
    return real_->anchor_lease(ours, head_seq, head, release);
  }
  void begin_unit(const Pins& pins) override {
    ear_.hear("begin_unit");
    real_->begin_unit(pins);
  }
  void rollback() noexcept override { real_->rollback(); }

  Identity identity() override {
    auto identity = real_->identity();
    if (ear_.identity) ear_.identity(identity);
    return identity;
  }
  int backend_pid() override { return real_->backend_pid(); }
  void cut() override { real_->cut(); }
  bool installed() override { return real_->installed(); }
  void install(const Uuid& tidemark) override {
    if (ear_.install) ear_.install(*real_);
    real_->install(tidemark);
  }
  Lease read_lease() override { return real_->read_lease(); }
  std::vector<Blocker> blockers(const std::vector<std::string>& tables) override { return real_->blockers(tables); }
  bool terminate(int pid) override { return real_->terminate(pid); }
  bool beat(std::uint64_t epoch) override { return real_->beat(epoch); }
  bool ask_to_stop() override { return real_->ask_to_stop(); }
  void set_pins(const Pins& pins) override { real_->set_pins(pins); }
  void for_each_receipt(const Uuid& journal, const std::function<void(const Receipt&)>& each) override { real_->for_each_receipt(journal, each); }
  bool testify(const Lease& lease, UnitId unit, const std::string& work, Seq seq, const Digest& chain, UtcMicros at) override {
    return real_->testify(lease, unit, work, seq, chain, at);
  }
  bool dismiss(const Lease& lease, UnitId unit) override { return real_->dismiss(lease, unit); }
  void begin_reading() override { real_->begin_reading(); }
  void limit_statements(int milliseconds) override { real_->limit_statements(milliseconds); }
  std::optional<std::string> schema_of(const std::string& table) override { return real_->schema_of(table); }
  std::optional<TableFacts> describe(const std::string& schema, const std::string& table) override { return real_->describe(schema, table); }
  std::vector<CatalogRow> catalog_rows() override { return real_->catalog_rows(); }
  Keys keys(const SourceShape& source, const std::optional<std::string>& above, const std::optional<std::string>& up_to, std::size_t limit) override {
    return real_->keys(source, above, up_to, limit);
  }
  std::vector<KeyDigest> digests(const SourceShape& source, const std::optional<std::string>& above, std::size_t limit) override {
    return real_->digests(source, above, limit);
  }
  std::optional<Horizon> horizon(const SourceShape& source) override { return real_->horizon(source); }
  ChangedPage changed_since(const SourceShape& source, const std::optional<std::string>& above, std::size_t window, const Horizon& since) override {
    return real_->changed_since(source, above, window, since);
  }
  Keys in_server_order(const SourceShape& source, const Keys& keys) override { return real_->in_server_order(source, keys); }
  std::vector<SourceRow> read(const SourceShape& source, const Keys& keys) override { return real_->read(source, keys); }
  std::uint64_t count(const std::string& schema, const std::string& table) override { return real_->count(schema, table); }
  Rows rows_where(const TableShape& table, const std::vector<std::string>& columns, const std::string& column, const Keys& values) override {
    return real_->rows_where(table, columns, column, values);
  }
  std::vector<SourceRow> lock_subjects(const SourceShape& source, const Keys& keys) override { return real_->lock_subjects(source, keys); }
  Keys lock_parents(const SourceShape& source, const Keys& parents) override { return real_->lock_parents(source, parents); }
  Keys present(const SourceShape& source, const Keys& keys) override { return real_->present(source, keys); }
  void insert_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) override { real_->insert_rows(table, columns, rows); }
  Rows lock_rows(const TableShape& table, const Rows& keys) override { return real_->lock_rows(table, keys); }
  Rows rows_at(const TableShape& table, const Rows& keys) override { return real_->rows_at(table, keys); }
  std::uint64_t remove_rows(const TableShape& table, const Rows& keys) override { return real_->remove_rows(table, keys); }
  std::vector<std::size_t> remove_unchanged(const TableShape& table, const std::vector<const CellRow*>& rows) override { return real_->remove_unchanged(table, rows); }
  std::uint64_t update_rows(const TableShape& table, const std::vector<std::uint32_t>& columns, const Rows& keys, const Rows& values) override {
    return real_->update_rows(table, columns, keys, values);
  }
  Rows query(const std::string& sql, const Row& parameters) override { return real_->query(sql, parameters); }
  Rows query_often(const std::string& sql) override { return real_->query_often(sql); }
  void run_script(const std::string& sql) override { real_->run_script(sql); }
  void run_alone(const std::string& statement) override { real_->run_alone(statement); }

 private:
  std::unique_ptr<Session> real_;
  Ear& ear_;
};

class WatchedTarget final : public Target {
 public:
  WatchedTarget(std::unique_ptr<Target> real, Ear& ear) : real_(std::move(real)), ear_(ear) {}
  std::unique_ptr<Session> connect(const std::string& purpose, bool read_only) override {
    return std::make_unique<WatchedSession>(real_->connect(purpose, read_only), ear_);
  }
  std::string name() const override { return real_->name(); }

 private:
  std::unique_ptr<Target> real_;
  Ear& ear_;
};

}  // namespace tidemark::tests
