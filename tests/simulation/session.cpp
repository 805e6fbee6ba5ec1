/// The engine's questions, answered by the simulated server. A question is where a connection breaks, time passes and others work.

#include <algorithm>
#include <utility>

#include "journal/chain.h"
#include "tests/simulation/server.h"

namespace tidemark::tests {
namespace {

journal::SourceDigest digest_of(const Value& text) {
  const auto whole = journal::sha256(text.value_or(""));
  journal::SourceDigest digest;
  std::copy_n(whole.begin(), digest.size(), digest.begin());
  return digest;
}

class SimulatedSession final : public Session {
 public:
  SimulatedSession(Server& server, std::string application) : server_(server), boot_(server.boot), pid_(server.next_pid++), application_(std::move(application)) {}
  // Its client is gone. A COMMIT that was on its way may arrive.
  ~SimulatedSession() override { lose(); }

  Identity identity() override {
    ask("identity");
    Identity who;
    who.system = who.database = "simulation";
    who.server_version = "15";
    who.user = "sim";
    who.version_number = 150000;
    if (!server_.state.tidemark.is_nil()) who.tidemark = server_.state.tidemark;
    return who;
  }
  int backend_pid() override { return pid_; }
  void cut() override { cut_ = true; }
  bool installed() override { return ask("installed"), !server_.state.tidemark.is_nil(); }
  void install(const Uuid& id) override {
    ask("install");
    if (!server_.state.tidemark.is_nil()) return;
    server_.state.tidemark = id;
    server_.state.lease = Lease{};
    answered();
  }

  Lease lock_lease(int) override {
    ask("lock_lease");
    begin();
    const auto* mine = transaction_;
    if (!server_.wait([&](const auto& other) { return &other != mine && (other.lease_shared || other.lease_alone); })) {
      rollback();
      throw timeout("the lease is locked");
    }
    transaction_->lease_alone = true;
    return now(*server_.state.lease);
  }
  CommitAnswer grant_lease(const Lease& lease) override {
    ask("grant_lease");
    transaction_->lease = lease;
    server_.state.beat_us = server_.schedule.now_us;
    return commit();
  }
  Lease read_lease() override { return ask("read_lease"), now(*server_.state.lease); }
  bool anchor_lease(const Lease& ours, Seq head_seq, const Digest& head, bool release) override {
    ask("anchor");
    if (!server_.lease_is(ours)) return false;
    server_.state.lease->head_seq = head_seq;
    server_.state.lease->head_chain = head;
    if (release) server_.state.lease->held = false;
    answered();
    return true;
  }
  std::vector<Blocker> blockers(const std::vector<std::string>& tables) override {
    ask("blockers");
    const bool lease = tables.front() == "tidemark.lease";
    std::vector<Blocker> found;
    for (const auto& [pid, application] : server_.holders([&](const auto& t) { return &t != transaction_ && (lease ? t.lease_shared || t.lease_alone : !t.receipts.empty()); })) {
      found.push_back({pid, application, "sim", "idle in transaction", 1, ""});
    }
    return found;
  }
  bool terminate(int pid) override { return ask("terminate"), server_.terminate(pid); }
  bool beat(std::uint64_t epoch) override {
    ask("beat");
    if (server_.state.lease->epoch != epoch) return false;
    server_.state.beat_us = server_.schedule.now_us;
    return std::exchange(server_.stop_asked, false);
  }
  bool ask_to_stop() override { return server_.stop_asked = true; }

  void begin_unit(const Pins&) override {
    reading_ = false;
    server_.schedule.unpin();
    ask("begin");
    begin();
  }
  ReceiptAnswer write_receipt(UnitId unit, const Lease& lease, const std::string& work, UtcMicros& at) override {
    ask("write_receipt");
    if (!server_.wait([&](const auto& other) { return &other != transaction_ && other.lease_alone; })) throw timeout("the lease is locked");
    if (!server_.lease_is(lease)) return ReceiptAnswer::lease_over;
    if (server_.state.receipts.contains(unit)) return ReceiptAnswer::settled_already;
    transaction_->lease_shared = true;
    at = UtcMicros{server_.schedule.now_us};
    transaction_->receipts[unit] = Receipt{unit, true, 0, std::nullopt, at, work};
    return ReceiptAnswer::inserted;
  }
  void witness(UnitId unit, Seq seq, const Digest& chain) override {
    ask("witness");
    auto& receipt = transaction_->receipts.at(unit);
    receipt.seq = seq;
    receipt.chain = chain;
  }
  CommitAnswer commit() override {
    auto& schedule = server_.schedule;
    schedule.point("COMMIT");
    if (broken() || schedule.chance(server_.trouble.cut)) {
      lose();
      return CommitAnswer::in_doubt;
    }
    if (schedule.chance(server_.trouble.commit)) {
      switch (schedule.below(4)) {
        case 0: ++server_.probes["a COMMIT didn't arrive"]; lose(); return CommitAnswer::in_doubt;
        case 1: ++server_.probes["a COMMIT's answer was lost"]; server_.commit(std::exchange(transaction_, nullptr)); cut_ = true; return CommitAnswer::in_doubt;
        case 2: server_.leave(std::exchange(transaction_, nullptr), true); cut_ = true; return CommitAnswer::in_doubt;
        default: ++server_.probes["COMMIT was answered by ROLLBACK"]; server_.abort(std::exchange(transaction_, nullptr)); return CommitAnswer::rolled_back;
      }
    }
    committing_ = true;
    if (schedule.chance(0.5)) server_.commit(std::exchange(transaction_, nullptr));
    schedule.point("COMMIT's answer");
    committing_ = false;
    if (gone()) {  // the server went away with it
      transaction_ = nullptr;
      cut_ = true;
      return CommitAnswer::in_doubt;
    }
    if (transaction_) server_.commit(std::exchange(transaction_, nullptr));
    return CommitAnswer::committed;
  }
  void rollback() noexcept override {
    if (std::exchange(reading_, false) && !broken()) server_.schedule.unpin();
    if (!transaction_) return;
    if (broken()) lose();
    else server_.abort(std::exchange(transaction_, nullptr));
  }
  void set_pins(const Pins&) override { ask("set_pins"); }

  std::optional<Receipt> receipt(UnitId unit) override {
    ask("receipt");
    const auto found = server_.state.receipts.find(unit);
    return found == server_.state.receipts.end() ? std::nullopt : std::optional(found->second);
  }
  ReceiptTotal receipts(const Uuid&) override {
    ask("receipts");
    ReceiptTotal total;
    for (const auto& [_, receipt] : server_.state.receipts) {
      if (!receipt.committed) continue;
      ++total.count;
      std::uint64_t eight = 0;
      for (int i = 0; i < 8; ++i) eight = eight << 8 | receipt.chain->at(static_cast<std::size_t>(i));
      total.digest = (total.digest + (eight & 0x0FFFFFFFFFFFFFFF)) & 0x7FFFFFFFFFFFFFFF;
    }
    return total;
  }
  void for_each_receipt(const Uuid&, const std::function<void(const Receipt&)>& each) override {
    ask("for_each_receipt");
    for (const auto& [_, receipt] : server_.state.receipts) each(receipt);
  }
  bool testify(const Lease& lease, UnitId unit, const std::string& work, Seq seq, const Digest& chain, UtcMicros at) override {
    ask("testify");
    if (!server_.lease_is(lease)) return false;
    server_.state.receipts[unit] = Receipt{unit, true, seq, chain, at, work};
    answered();
    return true;
  }
  bool dismiss(const Lease& lease, UnitId unit) override {
    ask("dismiss");
    if (!server_.lease_is(lease)) return false;
    server_.state.receipts[unit] = Receipt{unit, false, 0, std::nullopt, UtcMicros{server_.schedule.now_us}, "dismiss"};
    answered();
    return true;
  }
  std::optional<Receipt> resolve(UnitId unit, const Lease& lease, int) override {
    ask("resolve");
    if (!server_.wait([&](const auto& other) { return other.receipts.contains(unit); })) {
      ++server_.probes["a unit in doubt was still in flight"];
      throw timeout("the receipt is locked");
    }
    if (const auto found = server_.state.receipts.find(unit); found != server_.state.receipts.end()) {
      if (found->second.committed) ++server_.probes["in doubt: it had committed"];
      return found->second;
    }
    if (!server_.lease_is(lease)) return std::nullopt;
    ++server_.probes["in doubt: a tombstone"];
    server_.state.receipts[unit] = Receipt{unit, false, 0, std::nullopt, UtcMicros{server_.schedule.now_us}, "resolve"};
    answered();
    return server_.state.receipts[unit];
  }

  void begin_reading() override {
    reading_ = true;
    server_.schedule.pin();
    ask("begin_reading");
    begin();
  }
  void limit_statements(int) override { ask("limit_statements"); }
  std::optional<std::string> schema_of(const std::string& table) override {
    ask("schema_of");
    return server_.state.tables.contains(table) ? std::optional<std::string>("public") : std::nullopt;
  }
  std::optional<TableFacts> describe(const std::string&, const std::string& table) override {
    ask("describe");
    return server_.state.tables.contains(table) ? std::optional(server_.facts(table)) : std::nullopt;
  }
  std::vector<CatalogRow> catalog_rows() override { throw std::logic_error("the simulation has no schema migrations"); }
  Keys keys(const SourceShape& source, const std::optional<std::string>& above, const std::optional<std::string>& up_to, std::size_t limit) override {
    ask("keys");
    Keys keys;
    for (const auto& key : above_of(source, above)) {
      if (keys.size() == limit || (up_to && ServerOrder()(*up_to, key))) break;
      keys.push_back(key);
    }
    return keys;
  }
  std::vector<KeyDigest> digests(const SourceShape& source, const std::optional<std::string>& above, std::size_t limit) override {
    ask("digests");
    std::vector<KeyDigest> page;
    for (const auto& key : above_of(source, above)) {
      if (page.size() == limit) break;
      page.push_back({key, digest_of(value_of(source, key))});
    }
    return page;
  }
  std::optional<Horizon> horizon(const SourceShape&) override {
    ask("horizon");
    Horizon horizon{server_.state.next_xid, std::to_string(server_.boot)};
    (void)server_.holders([&](const Transaction& t) { return horizon.xid = std::min(horizon.xid, t.xid), false; });
    return horizon;
  }
  ChangedPage changed_since(const SourceShape& source, const std::optional<std::string>& above, std::size_t window, const Horizon& since) override {
    ask("changed_since");
    ChangedPage page;
    std::size_t seen = 0;
    page.end = true;
    for (const auto& key : above_of(source, above)) {
      if (seen++ == window) {
        page.end = false;
        break;
      }
      page.last = key;
      const bool all = since.server != std::to_string(server_.boot);
      if (all || server_.rows(source.table).at(key).xmin >= since.xid) page.changed.push_back({key, digest_of(value_of(source, key))});
    }
    return page;
  }
  Keys in_server_order(const SourceShape&, const Keys& keys) override {
    ask("in_server_order");
    auto ordered = keys;
    std::sort(ordered.begin(), ordered.end(), ServerOrder());
    return ordered;
  }
  std::vector<SourceRow> read(const SourceShape& source, const Keys& keys) override {
    ask("read");
    std::vector<SourceRow> found;
    for (const auto& key : keys) {
      if (server_.rows(source.table).contains(key)) found.push_back(source_row(source, key));
    }
    withhold(source, found);
    return found;
  }
  std::uint64_t count(const std::string&, const std::string& table) override { return ask("count"), server_.rows(table).size(); }
  Rows rows_where(const TableShape& table, const std::vector<std::string>& columns, const std::string& column, const Keys& values) override {
    ask("rows_where");
    Rows found;
    const auto facts = server_.facts(table.name);
    for (const auto& row : visible(table.name)) {
      if (std::find(values.begin(), values.end(), at(facts.shape, row, column).value_or("")) == values.end()) continue;
      auto& asked = found.emplace_back();
      for (const auto& name : columns) asked.push_back(at(facts.shape, row, name));
    }
    return found;
  }

  std::vector<SourceRow> lock_subjects(const SourceShape& source, const Keys& keys) override {
    ask("lock_subjects");
    slow();
    std::vector<SourceRow> locked;
    auto ordered = keys;
    std::sort(ordered.begin(), ordered.end(), ServerOrder());
    for (const auto& key : ordered) {
      if (server_.rows(source.table).contains(key) && lock({source.table, key}, true)) locked.push_back(source_row(source, key));
    }
    withhold(source, locked);
    return locked;
  }
  Keys lock_parents(const SourceShape& source, const Keys& parents) override {
    ask("lock_parents");
    Keys locked;
    for (const auto& key : std::set(parents.begin(), parents.end())) {
      if (server_.rows(source.parent->table).contains(key) && lock({source.parent->table, key}, false)) locked.push_back(key);
    }
    return locked;
  }
  Keys present(const SourceShape& source, const Keys& keys) override {
    ask("present");
    Keys there;
    std::copy_if(keys.begin(), keys.end(), std::back_inserter(there), [&](const auto& key) { return server_.rows(source.table).contains(key); });
    return there;
  }
  void insert_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) override {
    ask("insert_rows");
    slow();
    const auto facts = server_.facts(table.name);
    for (std::size_t line = 0; line < rows.size(); ++line) {
      Row row(facts.shape.columns.size());
      if (columns.empty()) row = *rows[line];
      for (std::size_t i = 0; i < columns.size(); ++i) row[position(facts.shape, columns[i])] = rows[line]->at(i);
      const Place place(table.name, row[0].value_or(""));
      const std::string where = "COPY " + table.name + ", line " + std::to_string(line + 1);
      if (row[2].value_or("").starts_with("!")) throw TargetError(TargetError::Kind::data, "23514", "the label is refused", where);
      if (own(place)) throw TargetError(TargetError::Kind::data, "23505", "there is such a row", where);
      transaction_->changes[place] = row;
    }
  }
  Rows lock_rows(const TableShape& table, const Rows& keys) override {
    ask("lock_rows");
    Rows found;
    for (const auto& key : keys) {
      const Place place(table.name, key.at(0).value_or(""));
      if (const auto row = own(place); row && lock(place, true)) found.push_back(*row);
    }
    return found;
  }
  Rows rows_at(const TableShape& table, const Rows& keys) override {
    ask("rows_at");
    Rows found;
    for (const auto& key : keys) {
      if (const auto row = own({table.name, key.at(0).value_or("")})) found.push_back(*row);
    }
    return found;
  }
  std::uint64_t remove_rows(const TableShape& table, const Rows& keys) override {
    ask("remove_rows");
    slow();
    std::uint64_t removed = 0;
    for (const auto& key : keys) {
      const Place place(table.name, key.at(0).value_or(""));
      if (!own(place)) continue;
      transaction_->changes[place] = std::nullopt;
      ++removed;
    }
    return removed;
  }
  std::vector<std::size_t> remove_unchanged(const TableShape& table, const std::vector<const CellRow*>& rows) override {
    ask("remove_unchanged");
    slow();
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto given = journal::row_of(*rows[i]);
      const Place place(table.name, given.at(0).value_or(""));
      if (own(place) && !lock(place, true)) throw TargetError(TargetError::Kind::lock, "55P03", "a row of " + table.name + " is locked");
      const auto row = own(place);
      if (!row || *row != given) others.push_back(i);
      if (row) transaction_->changes[place] = std::nullopt;
    }
    return others;
  }
  std::uint64_t update_rows(const TableShape& table, const std::vector<std::uint32_t>& columns, const Rows& keys, const Rows& values) override {
    ask("update_rows");
    std::uint64_t changed = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Place place(table.name, keys[i].at(0).value_or(""));
      auto row = own(place);
      if (!row) continue;
      for (std::size_t c = 0; c < columns.size(); ++c) (*row)[columns[c]] = values[i][c];
      transaction_->changes[place] = row;
      ++changed;
    }
    return changed;
  }
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

  void ask(std::string_view what) {
    server_.schedule.point(what);
    if (broken() || server_.schedule.chance(server_.trouble.cut)) {
      lose();
      throw lost();
    }
  }
  /// What stands is done; whether we hear of it is another matter.
  void answered() {
    if (!server_.schedule.chance(server_.trouble.cut)) return;
    lose();
    throw lost();
  }
  void slow() const {
    if (server_.schedule.chance(server_.trouble.timeout)) {
      ++server_.probes["a statement took too long"];
      throw timeout("canceling statement due to lock timeout");
    }
  }
  void begin() {
    if (transaction_) server_.violations.emplace_back("a transaction within a transaction");
    transaction_ = server_.begin(pid_, application_);
  }
  void lose() {
    cut_ = true;
    if (!transaction_ || gone()) {
      transaction_ = nullptr;
      return;
    }
    server_.leave(std::exchange(transaction_, nullptr), committing_ && server_.schedule.chance(0.5));
  }
  Lease now(Lease lease) const {
    lease.beat_age_s = static_cast<double>(server_.schedule.now_us - server_.state.beat_us) / 1e6;
    return lease;
  }
  bool lock(const Place& place, bool update) {
    if (server_.locked(place, update, transaction_)) {
      ++server_.probes["a row was held by others"];
      return false;
    }
    auto& held = transaction_->locks[place];
    held = held || update;
    return true;
  }
  Keys above_of(const SourceShape& source, const std::optional<std::string>& above) {
    const auto& rows = server_.rows(source.table);
    Keys keys;
    for (auto row = above ? rows.upper_bound(*above) : rows.begin(); row != rows.end(); ++row) keys.push_back(row->first);
    return keys;
  }
  static std::size_t position(const TableShape& shape, const std::string& column) {
    for (std::size_t i = 0; i < shape.columns.size(); ++i) {
      if (shape.columns[i].name == column) return i;
    }
    throw TargetError(TargetError::Kind::other, "42703", "there is no column " + column);
  }
  static Value at(const TableShape& shape, const Row& row, const std::string& column) { return row[position(shape, column)]; }
  Value value_of(const SourceShape& source, const std::string& key) { return at(server_.facts(source.table).shape, server_.rows(source.table).at(key).row, source.value); }
  SourceRow source_row(const SourceShape& source, const std::string& key) {
    const auto facts = server_.facts(source.table);
    const auto& row = server_.rows(source.table).at(key).row;
    SourceRow found;
    found.key = key;
    for (const auto& column : source.columns) found.columns.push_back(at(facts.shape, row, column));
    found.value = at(facts.shape, row, source.value);
    found.bytes = found.value.value_or("").size();
    found.digest = digest_of(found.value);
    return found;
  }
  void withhold(const SourceShape& source, std::vector<SourceRow>& rows) {
    std::uint64_t bytes = 0;
    for (auto& row : rows) {
      if (row.bytes > source.max_value_bytes) row.value.reset();
      else bytes += row.bytes;
      if (!row.value || bytes <= source.max_bytes_at_once) continue;
      row.value.reset();
      row.withheld = true;
      ++server_.probes["a value was withheld"];
    }
  }
  /// A row as this transaction sees it.
  std::optional<Row> own(const Place& place) {
    if (transaction_) {
      if (const auto mine = transaction_->changes.find(place); mine != transaction_->changes.end()) return mine->second;
    }
    const auto& rows = server_.rows(place.first);
    const auto found = rows.find(place.second);
    return found == rows.end() ? std::nullopt : std::optional(found->second.row);
  }
  Rows visible(const std::string& table) {
    Rows rows;
    std::set<std::string> keys;
    for (const auto& [key, _] : server_.rows(table)) keys.insert(key);
    if (transaction_) {
      for (const auto& [place, _] : transaction_->changes) {
        if (place.first == table) keys.insert(place.second);
      }
    }
    for (const auto& key : keys) {
      if (auto row = own({table, key})) rows.push_back(std::move(*row));
    }
    return rows;
  }

  Server& server_;
  std::uint64_t boot_;
  int pid_;
  std::string application_;
  Transaction* transaction_ = nullptr;
  bool cut_ = false, committing_ = false, reading_ = false;
};

class SimulatedTarget final : public Target {
 public:
  explicit SimulatedTarget(Server& server) : server_(server) {}
  std::unique_ptr<Session> connect(const std::string& purpose, bool) override {
    server_.schedule.point("connect");
    if (server_.schedule.now_us < server_.down_until_us || server_.schedule.chance(server_.trouble.cut)) throw TargetError(TargetError::Kind::connection, "", "nobody listens");
    return std::make_unique<SimulatedSession>(server_, "tidemark/" + purpose);
  }
  std::string name() const override { return "simulation"; }

 private:
  Server& server_;
};

}  // namespace

std::unique_ptr<Target> target_of(Server& server) { return std::make_unique<SimulatedTarget>(server); }

}  // namespace tidemark::tests
