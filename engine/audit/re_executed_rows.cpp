#include "engine/audit/re_executed_rows.h"

#include <algorithm>
#include <utility>

#include "engine/errors.h"
#include "engine/postgres/quote.h"
#include "engine/rollback/live.h"

namespace tidemark::engine::audit {
namespace {

using journal::Op;
using journal::Row;
using journal::RowChange;

Row key_of(const Row& row, const TableShape& shape) {
  Row key;
  for (const auto at : shape.key) key.push_back(row.at(at));
  return key;
}

Row picked(const Row& row, const std::vector<std::size_t>& columns) {
  Row out;
  for (const auto at : columns) out.push_back(row.at(at));
  return out;
}

/// A key has an order of its own: PRIMARY KEY (b, a).
std::vector<std::uint32_t> positions_of(const std::vector<std::uint32_t>& key, const std::vector<std::size_t>& columns) {
  std::vector<std::uint32_t> positions;
  for (const auto at : key) {
    const auto found = std::find(columns.begin(), columns.end(), at);
    if (found != columns.end()) positions.push_back(static_cast<std::uint32_t>(found - columns.begin()));
  }
  return positions;
}

/// Where the row was; for an insert, where it will be.
const Row& found_by(const RowChange& change) { return change.op == Op::insert ? change.after : change.before; }

}  // namespace

RowsAgain::RowsAgain(Session& session, const journal::Reader& journal) : session_(session), journal_(journal), shapes_(journal.tables()) {}

const RowsAgain::Table& RowsAgain::table(std::uint32_t no, const journal::UnitInfo& unit) {
  if (const auto known = tables_.find(no); known != tables_.end()) return known->second;
  const auto& recorded = shapes_.at(no);
  const auto live = session_.describe(recorded.schema, recorded.name);
  if (!live) {
    throw Failure(ExitCode::failed, "doing the journal again", "table " + recorded.schema + "." + recorded.name,
                  "it isn't there, and unit " + to_string(unit.unit) + " wrote to it: what made it is not in the journal", "The target and the journal were not touched.",
                  "begin with a backup that was taken after the table was made");
  }
  Table table;
  table.shape = {no, recorded.schema, recorded.name, {}, {}};
  for (std::size_t i = 0; i < recorded.columns.size(); ++i) {
    const auto& column = recorded.columns[i];
    const auto& there = live->shape.columns;
    const auto found = std::find_if(there.begin(), there.end(), [&](const auto& c) { return c.name == column.name; });
    const bool key = std::find(recorded.key.begin(), recorded.key.end(), i) != recorded.key.end();
    if (found == there.end() || (!key && live->columns.at(static_cast<std::size_t>(found - there.begin())).generated)) continue;
    table.columns.push_back(i);
    table.names.push_back(column.name);
    table.shape.columns.push_back({column.name, found->type});
  }
  table.shape.key = positions_of(recorded.key, table.columns);
  silence(table);
  return tables_.emplace(no, std::move(table)).first->second;
}

/// Rows are put as they were stored: triggers did their part then. A superuser's transaction has no triggers and no foreign keys at all; who isn't one
/// switches off people's triggers on its own tables.
void RowsAgain::silence(const Table& table) {
  if (replica_) {
    session_.query("SAVEPOINT tidemark_quiet");
    try {
      session_.query("SELECT pg_catalog.set_config('session_replication_role', 'replica', true)");
      session_.query("RELEASE SAVEPOINT tidemark_quiet");
      return;
    } catch (const TargetError& error) {
      if (error.kind != TargetError::Kind::privilege) throw;
      session_.query("ROLLBACK TO SAVEPOINT tidemark_quiet");
      replica_ = false;
    }
  }
  const auto name = postgres::qualified(table.shape.schema, table.shape.name);
  for (const auto& row : session_.query("SELECT quote_ident(tgname) FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal AND tgenabled = 'O' ORDER BY tgname", {name})) {
    session_.query("ALTER TABLE " + name + " DISABLE TRIGGER " + row[0].value_or(""));
    silenced_.insert("ALTER TABLE " + name + " ENABLE TRIGGER " + row[0].value_or(""));
  }
}

void RowsAgain::speak() {
  if (!silenced_.empty()) session_.query("SET CONSTRAINTS ALL IMMEDIATE");  // a table with events pending can't be altered
  for (const auto& sql : silenced_) session_.query(sql);
  silenced_.clear();
}

void RowsAgain::put_at_once(const Table& table, const Batch& batch, std::size_t from, std::size_t to) {
  const auto& shape = shapes_.at(batch.table);
  Rows keys, rows;
  for (std::size_t i = from; i < to; ++i) {
    const auto& change = batch.changes[i].change;
    keys.push_back(key_of(found_by(change), shape));
    if (change.op != Op::remove) rows.push_back(picked(change.after, table.columns));
  }
  if (batch.op == Op::insert) return session_.insert_rows(table.shape, table.names, rows);
  if (batch.op == Op::remove) {
    session_.remove_rows(table.shape, keys);
    return;
  }
  // Only what was changed: a generated identity can't be set, not even to what it is.
  std::vector<std::uint32_t> changed;
  for (std::uint32_t c = 0; c < table.columns.size(); ++c) {
    const auto at = table.columns[c];
    for (std::size_t i = from; i < to; ++i) {
      const auto& change = batch.changes[i].change;
      if (change.before.at(at) == change.after.at(at)) continue;
      changed.push_back(c);
      break;
    }
  }
  if (changed.empty()) return;
  Rows values;
  for (const auto& row : rows) values.push_back(picked(row, {changed.begin(), changed.end()}));
  if (session_.update_rows(table.shape, changed, keys, values) < keys.size()) throw TargetError(TargetError::Kind::data, "", "a row that was changed is not in the scratch database");
}

/// Whatever stands in its place gives way: what was recorded is how it was.
void RowsAgain::put_one(const Table& table, const Change& change) {
  const auto& shape = shapes_.at(change.change.table);
  Rows keys{key_of(change.change.after, shape)};
  if (change.change.op == Op::update && key_of(change.change.before, shape) != keys.front()) keys.push_back(key_of(change.change.before, shape));
  session_.remove_rows(table.shape, keys);
  session_.insert_rows(table.shape, table.names, Rows{picked(change.change.after, table.columns)});
}

void RowsAgain::put(const Batch& batch, const journal::UnitInfo& unit, std::size_t from, std::size_t to, bool last, ReExecuted& done) {
  const auto& t = table(batch.table, unit);
  const bool one = to - from == 1;
  for (const bool over : {false, true}) {
    if (over && (!one || batch.op == Op::remove)) break;
    session_.query("SAVEPOINT tidemark_rows");
    try {
      if (over) put_one(t, batch.changes[from]);
      else put_at_once(t, batch, from, to);
      session_.query("SET CONSTRAINTS ALL IMMEDIATE");
      session_.query("SET CONSTRAINTS ALL DEFERRED");
      session_.query("RELEASE SAVEPOINT tidemark_rows");
      done.changes += to - from;
      return;
    } catch (const TargetError& error) {
      if (error.kind != TargetError::Kind::data) throw;
      session_.query("ROLLBACK TO SAVEPOINT tidemark_rows");
      session_.query("RELEASE SAVEPOINT tidemark_rows");
      if (!one || (!over && batch.op != Op::remove)) continue;
      const auto& change = batch.changes[from];
      if (!last) waiting_.push_back({batch.table, batch.op, {change}, {}});
      else done.left_out.push_back({change.subject, t.shape.schema + "." + t.shape.name, rollback::key_text(key_of(found_by(change.change), shapes_.at(batch.table))), error.what()});
      return;
    }
  }
  const auto middle = from + (to - from) / 2;
  put(batch, unit, from, middle, last, done);
  put(batch, unit, middle, to, last, done);
}

void RowsAgain::redo(const journal::UnitInfo& unit, ReExecuted& done) {
  tables_.clear();
  Batch batch;
  const auto flush = [&] {
    if (!batch.changes.empty()) put(batch, unit, 0, batch.changes.size(), false, done);
    batch = {};
  };
  journal::Filter filter;
  filter.from = unit.first;
  filter.to = unit.intent;
  filter.unit = unit.unit;
  constexpr std::size_t kBatch = 5000;
  const auto add = [&](const journal::Subject& subject, const RowChange& change) {
    auto key = key_of(found_by(change), shapes_.at(change.table));
    if (batch.table != change.table || batch.op != change.op || batch.keys.contains(key) || batch.changes.size() >= kBatch) flush();
    batch.table = change.table;
    batch.op = change.op;
    if (change.op == Op::update) batch.keys.insert(key_of(change.after, shapes_.at(change.table)));
    batch.keys.insert(std::move(key));
    batch.changes.push_back({subject, change});
  };
  journal_.for_each(filter, [&](const journal::Record& record) {
    const auto event = journal::decode(record);
    if (std::holds_alternative<journal::SubjectErased>(event)) ++done.erased;
    const auto* converted = std::get_if<journal::SubjectConverted>(&event);
    const auto* reverted = std::get_if<journal::SubjectReverted>(&event);
    const auto* changes = converted ? &converted->changes : reverted ? &reverted->changes : nullptr;
    if (!changes) return true;
    for (const auto& change : changes->list) add(record.subject, change);
    return true;
  });
  flush();
  // A row may have waited for another one's: its parent, or the one that was in its place.
  for (bool progress = true; !waiting_.empty();) {
    const bool last = !progress;
    const auto again = std::exchange(waiting_, {});
    for (const auto& one : again) put(one, unit, 0, 1, last, done);
    progress = waiting_.size() < again.size();
  }
  speak();
}

}  // namespace tidemark::engine::audit
