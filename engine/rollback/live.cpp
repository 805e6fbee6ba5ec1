#include "engine/rollback/live.h"

#include <algorithm>

namespace tidemark::engine::rollback {
namespace {

/// See Live::births.
constexpr const char* kBirths =
    "SELECT a.attname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE n.nspname = $1 AND c.relname = $2 AND NOT a.attisdropped"
    " AND a.attgenerated = '' AND a.atttypid IN ('pg_catalog.timestamp'::pg_catalog.regtype, 'pg_catalog.timestamptz'::pg_catalog.regtype)"
    " AND pg_catalog.pg_get_expr(d.adbin, d.adrelid) IN ('CURRENT_TIMESTAMP', 'LOCALTIMESTAMP', 'now()', 'transaction_timestamp()')"
    " AND a.attname !~* 'updat|modif'";

std::vector<std::string> births(Session& session, const TableShape& shape) {
  std::vector<std::string> columns;
  for (auto& row : session.query(kBirths, {shape.schema, shape.name})) columns.push_back(row.front().value_or(""));
  return columns;
}

std::vector<std::string> owners(const conversion::Tables& tables) {
  std::vector<std::string> columns;
  for (const auto& [column, _] : tables.match) columns.push_back(column);
  return columns;
}

Live described_live(Session& session, const std::string& name, std::vector<std::string> owners) {
  const auto schema = session.schema_of(name);
  auto facts = schema ? session.describe(*schema, name) : std::nullopt;
  if (!facts) {
    throw Failure(ExitCode::failed, "reading the catalog", "table " + name, "it does not exist", "Nothing was written.", "tidemark status");
  }
  auto born = births(session, facts->shape);
  return {std::move(*facts), std::move(owners), std::move(born)};
}

}  // namespace

Live live_table(Session& session, const conversion::Conversion& conversion) {
  return described_live(session, conversion.tables().target, owners(conversion.tables()));
}

std::vector<Live> live_tables(Session& session, const conversion::Conversion& conversion) {
  std::vector<Live> all{live_table(session, conversion)};
  for (const auto& name : conversion.tables().also) all.push_back(described_live(session, name, {}));
  return all;
}

LiveTables::LiveTables(Session& session, const conversion::Conversion& conversion, Live target) : LiveTables(session, conversion) {
  const std::pair name(target.facts.shape.schema, target.facts.shape.name);
  by_name_[name] = tables_.emplace_back(std::make_unique<Live>(std::move(target))).get();
}

LiveTables::LiveTables(Session& session, const conversion::Conversion& conversion, const std::vector<Live>& known) : LiveTables(session, conversion) {
  for (const auto& live : known) by_name_[{live.facts.shape.schema, live.facts.shape.name}] = tables_.emplace_back(std::make_unique<Live>(live)).get();
}

Live* LiveTables::find(const std::string& schema, const std::string& name) {
  const auto [known, fresh] = by_name_.try_emplace({schema, name}, nullptr);
  if (!fresh) return known->second;
  auto facts = session_->describe(schema, name);
  if (!facts) return nullptr;
  auto born = births(*session_, facts->shape);
  const auto& tables = conversion_.tables();
  return known->second = tables_.emplace_back(std::make_unique<Live>(Live{std::move(*facts), name == tables.target ? owners(tables) : std::vector<std::string>{}, std::move(born)})).get();
}

std::size_t LiveTables::position(const Live& table) const {
  return static_cast<std::size_t>(std::find_if(tables_.begin(), tables_.end(), [&](const auto& t) { return t.get() == &table; }) - tables_.begin());
}

std::vector<const TableFacts*> LiveTables::facts() const {
  std::vector<const TableFacts*> facts;
  for (const auto& table : tables_) facts.push_back(&table->facts);
  return facts;
}

std::optional<std::vector<std::size_t>> fit(const TableShape& recorded, const TableShape& live) {
  std::vector<std::size_t> where;
  for (const auto& column : recorded.columns) {
    const auto found = std::find(live.columns.begin(), live.columns.end(), column);
    if (found == live.columns.end()) return std::nullopt;
    where.push_back(static_cast<std::size_t>(found - live.columns.begin()));
  }
  return where;
}

std::map<std::uint32_t, Value> as_recorded(const Row& recorded, const TableShape& shape, const TableFacts& live) {
  std::map<std::uint32_t, Value> set;
  const auto where = fit(shape, live.shape);
  for (std::size_t i = 0; i < where->size(); ++i) {
    if (!live.columns.at((*where)[i]).generated) set[static_cast<std::uint32_t>((*where)[i])] = recorded.at(i);
  }
  return set;
}

std::string key_text(const Row& key) {
  std::string text;
  for (const auto& value : key) text += (text.empty() ? "" : ", ") + value.value_or("");
  return text;
}

}  // namespace tidemark::engine::rollback
