#include "engine/schema/apply.h"

#include <cstdlib>

#include "engine/schema/fresh_labels.h"
#include "engine/schema/lexer.h"

namespace tidemark::engine::schema {
namespace {

/// Rows changed in this transaction, by table, also by what was rolled back since: only the difference of two calls says something.
std::map<std::string, std::uint64_t> rows_changed(Session& session) {
  std::map<std::string, std::uint64_t> changed;
  for (auto& row : session.query("SELECT relid, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE schemaname !~ '^pg_' AND schemaname <> 'tidemark' AND relname <> '_prisma_migrations'")) {
    changed["r" + row[0].value_or("")] = std::strtoull(row[1].value_or("0").c_str(), nullptr, 10);
  }
  return changed;
}

/// No statistic counts what TRUNCATE removes.
bool truncates(const std::string& script) {
  Lexer lexer(script);
  bool first = true;
  for (auto token = lexer.next(); token.kind != Token::Kind::end; token = lexer.next()) {
    if (first && token.is("truncate")) return true;
    first = token.is(';');
  }
  return false;
}

std::string listed(const std::vector<std::string>& list) {
  std::string out;
  for (std::size_t i = 0; i < list.size() && i < 12; ++i) out += (i ? "; " : "") + list[i];
  return out + (list.size() > 12 ? "; and " + std::to_string(list.size() - 12) + " more" : "");
}

}  // namespace

Applied apply(Unit& unit, const journal::Reader& reader, KnownCatalog& catalog, const MigrationFolder& folder, const Kept& waiting, const SchemaLimits& limits, const Trial* trial) {
  Session& session = unit.session;
  Applied applied;
  auto& ran = applied.ran;
  const auto& was = catalog.now(session);
  ran.before = was.snapshot;
  ran.ids_before = was.ids;
  const auto changed_before = rows_changed(session);
  const auto run = [&] {
    session.run_script(folder.script);
    session.set_pins(limits.pins);  // a SET in the script would rule the rest of the unit
    ran.ids_after = object_ids(session);
  };
  session.query("SAVEPOINT tidemark_forward");
  run();
  std::vector<std::string> data;  // tables that were there before, whose rows the script changed
  for (const auto& [id, rows] : rows_changed(session)) {
    const auto earlier = changed_before.find(id);
    const auto known = ran.ids_before.find(id);
    if (known != ran.ids_before.end() && rows > (earlier == changed_before.end() ? 0 : earlier->second)) data.push_back("rows of table " + known->second.identity + " were changed");
  }
  if (truncates(folder.script)) data.push_back("TRUNCATE removes rows");

  const auto gone = vanished(ran.ids_before, ran.ids_after);
  std::map<std::string, std::string> values;
  if (!gone.empty()) {
    session.query("SET CONSTRAINTS ALL IMMEDIATE");
    session.query("ROLLBACK TO SAVEPOINT tidemark_forward");
    session.set_pins(limits.pins);
    values = values_of(session, gone.retyped);
    if (!folder.down || !gone.tables.empty() || !gone.columns.empty()) {
      Vanished lost = gone;
      lost.labels.clear();  // a script that takes a label away has seen to its rows itself, or was refused
      applied.archived = archive(unit, folder.name, lost);
    }
    run();
  }
  session.query("RELEASE SAVEPOINT tidemark_forward");
  ran.after = CatalogSnapshot::take(session);
  if (!waiting.empty() && remake_grown_enums(session, ran.before, ran.after, limits.pins)) ran.ids_after = object_ids(session);
  applied.restored = restore(session, waiting, true, [&] { unit.pass(Step::unit_restored); });

  auto& proven = applied.proven;
  const auto kept = applied.archived.empty() ? Kept() : Kept(reader, unit.id);
  proven = prove(session, ran, folder.down, limits, kept, values, trial);
  if (!folder.down) proven.against.insert(proven.against.begin(), data.begin(), data.end());
  if (proven.against.empty()) {
    catalog.remember(session, {ran.after, ran.ids_after});
    return applied;
  }
  if (!limits.irreversible) {
    const bool own = folder.down.has_value();
    throw Failure(ExitCode::failed, "applying migration " + folder.name, folder.name + (own ? "/down.sql" : "/migration.sql"),
                  (own ? "its down.sql doesn't take the schema back: " : "no inverse of it can be derived: ") + listed(proven.against), "All of this migration was rolled back.",
                  (own ? "correct " : "write ") + folder.name + "/down.sql, then tidemark deploy; or apply it for good: tidemark deploy --irreversible");
  }
  proven.proof = "irreversible: " + listed(proven.against);
  if (!folder.down) proven.inverse = proven.source = "";
  catalog.remember(session, {ran.after, ran.ids_after});
  return applied;
}

}  // namespace tidemark::engine::schema
