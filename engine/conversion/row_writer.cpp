#include "engine/conversion/row_writer.h"

#include <algorithm>
#include <deque>

namespace tidemark::engine::conversion {
namespace {

using journal::Op;
using Images = std::map<Row, Row>;  // by key

Images by_key(const TableShape& shape, Rows rows) {
  Images images;
  for (auto& row : rows) {
    auto key = key_in(shape, row);
    images.emplace(std::move(key), std::move(row));
  }
  return images;
}

Rows keys_of(const std::vector<RowWrite*>& writes) {
  Rows keys;
  for (const auto* write : writes) keys.push_back(write->key);
  return keys;
}

TargetError not_done(const TableShape& shape, const char* verb, std::size_t done, std::size_t of) {
  return {TargetError::Kind::data, "02000",
          "the target " + std::string(verb) + " " + std::to_string(done) + " of " + std::to_string(of) + " rows of " + shape.name + " (a trigger or rule?)"};
}

/// Where the row will stand.
Row key_after(const TableShape& shape, const RowWrite& write) {
  Row key = write.key;
  for (std::size_t i = 0; i < shape.key.size(); ++i) {
    if (const auto set = write.set.find(shape.key[i]); set != write.set.end()) key[i] = set->second;
  }
  return key;
}

}  // namespace

Row key_in(const TableShape& shape, const Row& row) {
  Row key;
  for (const auto at : shape.key) key.push_back(row.at(at));
  return key;
}

void RowWriter::lock(std::vector<RowWrite>& writes) {
  for (std::size_t table = 0; table < tables_.size(); ++table) {
    std::vector<RowWrite*> some;
    for (auto& write : writes) {
      if (write.table == table && write.op != RowWrite::Op::insert) some.push_back(&write);
    }
    if (some.empty()) continue;
    const auto& shape = tables_[table]->shape;
    const auto locked = by_key(shape, session_.lock_rows(shape, keys_of(some)));
    Rows missing;
    for (const auto* write : some) {
      if (!locked.contains(write->key)) missing.push_back(write->key);
    }
    if (missing.empty()) continue;
    const auto there = by_key(shape, session_.rows_at(shape, missing));
    for (auto* write : some) write->held = !locked.contains(write->key) && there.contains(write->key);
  }
}

std::optional<journal::RowChange> RowWriter::foresee(const RowWrite& write) const {
  const auto& table = *tables_.at(write.table);
  const auto& shape = table.shape;
  if (write.op != RowWrite::Op::insert && write.change.before.empty()) return std::nullopt;
  if (write.op == RowWrite::Op::remove) return journal::RowChange{shape.no, Op::remove, write.change.before, {}};
  if (table.changes_rows || write.op == RowWrite::Op::upsert) return std::nullopt;
  Row after = write.change.before;
  if (write.op == RowWrite::Op::insert) {
    if (write.set.size() != shape.columns.size()) return std::nullopt;
    after.resize(shape.columns.size());
  }
  for (const auto& [at, value] : write.set) after.at(at) = value;
  return journal::RowChange{shape.no, write.op == RowWrite::Op::insert ? Op::insert : Op::update, write.change.before, after};
}

void RowWriter::write(std::vector<RowWrite>& writes, bool foreseen) {
  foreseen_ = foreseen;
  // Stages of one table and one operation each. A write takes the first stage that comes after its subject's writes before and after every write
  // that had to do with its rows.
  struct Stage {
    std::size_t table;
    RowWrite::Op op;
    std::vector<RowWrite*> writes;
  };
  std::vector<Stage> stages;
  std::map<std::size_t, std::size_t> of_subject;                 // its last write's stage
  const auto less = [](const auto& a, const auto& b) { return a.first != b.first ? a.first < b.first : *a.second < *b.second; };
  std::map<std::pair<std::size_t, const Row*>, std::size_t, decltype(less)> of_row(less);  // the first stage that may have to do with it again
  std::deque<Row> moved;                                                                     // keys that a write changes
  for (auto& write : writes) {
    const auto& shape = tables_.at(write.table)->shape;
    std::vector<const Row*> places{&write.key};
    if (!write.set.empty()) {
      if (auto after = key_after(shape, write); after != write.key) places.push_back(&moved.emplace_back(std::move(after)));
    }
    auto at = of_subject[write.subject];
    for (const auto* place : places) {
      if (const auto row = of_row.find({write.table, place}); row != of_row.end()) at = std::max(at, row->second);
    }
    while (at < stages.size() && (stages[at].table != write.table || stages[at].op != write.op)) ++at;
    if (at == stages.size()) stages.push_back({write.table, write.op, {}});
    stages[at].writes.push_back(&write);
    of_subject[write.subject] = at;
    for (const auto* place : places) of_row[{write.table, place}] = at + 1;
  }
  for (auto& stage : stages) this->stage(stage.writes);
}

void RowWriter::stage(std::vector<RowWrite*>& writes) {
  const auto& table = *tables_.at(writes.front()->table);
  const auto& shape = table.shape;
  auto op = writes.front()->op;
  std::vector<RowWrite*> fresh;
  if (op != RowWrite::Op::insert) {
    std::vector<RowWrite*> found;
    Rows unknown, missing;
    for (const auto* write : writes) {
      if (write->change.before.empty()) unknown.push_back(write->key);
    }
    auto before = by_key(shape, session_.lock_rows(shape, unknown));
    for (auto* write : writes) {
      if (write->change.before.empty()) {
        const auto row = before.find(write->key);
        if (row == before.end()) {
          missing.push_back(write->key);
          fresh.push_back(write);
          continue;
        }
        write->change.before = row->second;
      }
      found.push_back(write);
    }
    if (!missing.empty() && !session_.rows_at(shape, missing).empty()) {
      throw TargetError(TargetError::Kind::lock, "55P03", "a row of " + shape.name + " came meanwhile, and another session holds it");
    }
    op == RowWrite::Op::remove ? remove(table, found) : update(table, found);
    if (op != RowWrite::Op::upsert) return;
    for (auto* write : fresh) {
      for (std::size_t i = 0; i < shape.key.size(); ++i) write->set.emplace(shape.key[i], write->key[i]);
    }
    writes = fresh;
  }
  insert(table, writes);
}

void RowWriter::insert(const TableFacts& table, const std::vector<RowWrite*>& writes) {
  const auto& shape = table.shape;
  std::map<std::vector<std::uint32_t>, std::vector<RowWrite*>> alike;  // by the columns that are sent
  for (auto* write : writes) {
    std::vector<std::uint32_t> columns;
    for (const auto& [at, _] : write->set) {
      if (!table.columns.at(at).generated) columns.push_back(at);
    }
    alike[columns].push_back(write);
  }
  Rows keys;
  for (const auto& [columns, some] : alike) {
    std::vector<std::string> names;
    for (const auto at : columns) names.push_back(shape.columns.at(at).name);
    Rows rows;
    for (const auto* write : some) {
      auto& row = rows.emplace_back();
      for (const auto at : columns) row.push_back(write->set.at(at));
      keys.push_back(key_after(shape, *write));
    }
    session_.insert_rows(shape, names, rows);
  }
  if (foreseen_) return;
  auto stored = by_key(shape, session_.rows_at(shape, keys));
  if (stored.size() != writes.size()) throw not_done(shape, "stored", stored.size(), writes.size());
  for (auto* write : writes) {
    write->change = {shape.no, Op::insert, {}, stored.at(key_after(shape, *write))};
    write->done = true;
  }
}

void RowWriter::update(const TableFacts& table, const std::vector<RowWrite*>& writes) {
  const auto& shape = table.shape;
  std::map<std::vector<std::uint32_t>, std::vector<RowWrite*>> alike;
  std::size_t wanted = 0;
  for (auto* write : writes) {
    std::vector<std::uint32_t> columns;
    for (const auto& [at, value] : write->set) {
      if (!table.columns.at(at).generated && value != write->change.before.at(at)) columns.push_back(at);
    }
    if (columns.empty()) {
      write->change = {shape.no, Op::update, write->change.before, write->change.before};
      continue;
    }
    alike[columns].push_back(write);
    ++wanted;
  }
  Rows keys;
  for (const auto& [columns, some] : alike) {
    Rows values;
    for (const auto* write : some) {
      auto& row = values.emplace_back();
      for (const auto at : columns) row.push_back(write->set.at(at));
      keys.push_back(key_after(shape, *write));
    }
    const auto changed = session_.update_rows(shape, columns, keys_of(some), values);
    if (changed != some.size()) throw not_done(shape, "changed", changed, some.size());
  }
  if (foreseen_) return;
  auto stored = by_key(shape, session_.rows_at(shape, keys));
  if (stored.size() != wanted) throw not_done(shape, "stored", stored.size(), wanted);
  for (const auto& [_, some] : alike) {
    for (auto* write : some) {
      auto& after = stored.at(key_after(shape, *write));
      write->done = after != write->change.before;
      write->change = {shape.no, Op::update, std::move(write->change.before), std::move(after)};
    }
  }
}

void RowWriter::remove(const TableFacts& table, const std::vector<RowWrite*>& writes) {
  if (writes.empty()) return;
  const auto& shape = table.shape;
  const auto removed = session_.remove_rows(shape, keys_of(writes));
  if (removed != writes.size()) throw not_done(shape, "removed", removed, writes.size());
  if (foreseen_) return;
  for (auto* write : writes) {
    write->change = {shape.no, Op::remove, std::move(write->change.before), {}};
    write->done = true;
  }
}

}  // namespace tidemark::engine::conversion
