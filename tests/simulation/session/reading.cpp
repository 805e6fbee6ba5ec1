#include "tests/simulation/session/session.h"

#include "journal/chain.h"

namespace tidemark::tests {

namespace {

journal::SourceDigest digest_of(const Value& text) {
  const auto whole = journal::sha256(text.value_or(""));
  journal::SourceDigest digest;
  std::copy_n(whole.begin(), digest.size(), digest.begin());
  return digest;
}

}  // namespace

void SimulatedSession::begin_reading() {
  reading_ = true;
  server_.schedule.pin();
  ask("begin_reading");
  begin();
}

std::optional<std::string> SimulatedSession::schema_of(const std::string& table) {
  ask("schema_of");
  return server_.state.tables.contains(table) ? std::optional<std::string>("public") : std::nullopt;
}

std::optional<TableFacts> SimulatedSession::describe(const std::string&, const std::string& table) {
  ask("describe");
  return server_.state.tables.contains(table) ? std::optional(server_.facts(table)) : std::nullopt;
}

Keys SimulatedSession::keys(const SourceShape& source, const std::optional<std::string>& above, const std::optional<std::string>& up_to, std::size_t limit) {
  ask("keys");
  Keys keys;
  for (const auto& key : above_of(source, above)) {
    if (keys.size() == limit || (up_to && ServerOrder()(*up_to, key))) break;
    keys.push_back(key);
  }
  return keys;
}

std::vector<KeyDigest> SimulatedSession::digests(const SourceShape& source, const std::optional<std::string>& above, std::size_t limit) {
  ask("digests");
  std::vector<KeyDigest> page;
  for (const auto& key : above_of(source, above)) {
    if (page.size() == limit) break;
    page.push_back({key, digest_of(value_of(source, key))});
  }
  return page;
}

std::optional<Horizon> SimulatedSession::horizon(const SourceShape&) {
  ask("horizon");
  Horizon horizon{server_.state.next_xid, std::to_string(server_.boot)};
  (void)server_.holders([&](const Transaction& t) { return horizon.xid = std::min(horizon.xid, t.xid), false; });
  return horizon;
}

ChangedPage SimulatedSession::changed_since(const SourceShape& source, const std::optional<std::string>& above, std::size_t window, const Horizon& since) {
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

Keys SimulatedSession::in_server_order(const SourceShape&, const Keys& keys) {
  ask("in_server_order");
  auto ordered = keys;
  std::sort(ordered.begin(), ordered.end(), ServerOrder());
  return ordered;
}

std::vector<SourceRow> SimulatedSession::read(const SourceShape& source, const Keys& keys) {
  ask("read");
  std::vector<SourceRow> found;
  for (const auto& key : keys) {
    if (server_.rows(source.table).contains(key)) found.push_back(source_row(source, key));
  }
  withhold(source, found);
  return found;
}

Rows SimulatedSession::rows_where(const TableShape& table, const std::vector<std::string>& columns, const std::string& column, const Keys& values) {
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

Keys SimulatedSession::above_of(const SourceShape& source, const std::optional<std::string>& above) {
  const auto& rows = server_.rows(source.table);
  Keys keys;
  for (auto row = above ? rows.upper_bound(*above) : rows.begin(); row != rows.end(); ++row) keys.push_back(row->first);
  return keys;
}

std::size_t SimulatedSession::position(const TableShape& shape, const std::string& column) {
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    if (shape.columns[i].name == column) return i;
  }
  throw TargetError(TargetError::Kind::other, "42703", "there is no column " + column);
}

SourceRow SimulatedSession::source_row(const SourceShape& source, const std::string& key) {
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

void SimulatedSession::withhold(const SourceShape& source, std::vector<SourceRow>& rows) {
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

Rows SimulatedSession::visible(const std::string& table) {
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

}  // namespace tidemark::tests
