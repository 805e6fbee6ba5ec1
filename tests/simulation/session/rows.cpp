#include "tests/simulation/session/session.h"

namespace tidemark::tests {

std::vector<SourceRow> SimulatedSession::lock_subjects(const SourceShape& source, const Keys& keys) {
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

Keys SimulatedSession::lock_parents(const SourceShape& source, const Keys& parents) {
  ask("lock_parents");
  Keys locked;
  for (const auto& key : std::set(parents.begin(), parents.end())) {
    if (server_.rows(source.parent->table).contains(key) && lock({source.parent->table, key}, false)) locked.push_back(key);
  }
  return locked;
}

Keys SimulatedSession::present(const SourceShape& source, const Keys& keys) {
  ask("present");
  Keys there;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(there), [&](const auto& key) { return server_.rows(source.table).contains(key); });
  return there;
}

void SimulatedSession::insert_rows(const TableShape& table, const std::vector<std::string>& columns, const RowRefs& rows) {
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

Rows SimulatedSession::lock_rows(const TableShape& table, const Rows& keys) {
  ask("lock_rows");
  Rows found;
  for (const auto& key : keys) {
    const Place place(table.name, key.at(0).value_or(""));
    if (const auto row = own(place); row && lock(place, true)) found.push_back(*row);
  }
  return found;
}

Rows SimulatedSession::rows_at(const TableShape& table, const Rows& keys) {
  ask("rows_at");
  Rows found;
  for (const auto& key : keys) {
    if (const auto row = own({table.name, key.at(0).value_or("")})) found.push_back(*row);
  }
  return found;
}

std::uint64_t SimulatedSession::remove_rows(const TableShape& table, const Rows& keys) {
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

std::vector<std::size_t> SimulatedSession::remove_unchanged(const TableShape& table, const std::vector<const CellRow*>& rows) {
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

std::uint64_t SimulatedSession::update_rows(const TableShape& table, const std::vector<std::uint32_t>& columns, const Rows& keys, const Rows& values) {
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

bool SimulatedSession::lock(const Place& place, bool update) {
  if (server_.locked(place, update, transaction_)) {
    ++server_.probes["a row was held by others"];
    return false;
  }
  auto& held = transaction_->locks[place];
  held = held || update;
  return true;
}

std::optional<Row> SimulatedSession::own(const Place& place) {
  if (transaction_) {
    if (const auto mine = transaction_->changes.find(place); mine != transaction_->changes.end()) return mine->second;
  }
  const auto& rows = server_.rows(place.first);
  const auto found = rows.find(place.second);
  return found == rows.end() ? std::nullopt : std::optional(found->second.row);
}

}  // namespace tidemark::tests
