#include "engine/runbook/sampled_copy.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "engine/postgres/adapter.h"
#include "engine/postgres/quote.h"
#include "engine/postgres/table_count.h"
#include "engine/runbook/child_database.h"
#include "engine/runbook/postgres_tool.h"

namespace tidemark::engine::runbook {
namespace {

constexpr const char* kCopying = "copying a sample of the target";
constexpr const char* kUntouched = "The target was only read.";

// Partitions come with the table that they are parts of.
constexpr const char* kSampleTables =
    "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relkind, n.nspname, c.relname,"
    " coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a"
    "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '')"
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'"
    " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tidemark') AND n.nspname !~ '^pg_(toast|temp|toast_temp)'"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1";

constexpr const char* kSampleReferences =
    "SELECT r.oid::text, pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(c.relname), pg_catalog.quote_ident(pn.nspname) || '.' || pg_catalog.quote_ident(p.relname),"
    " pg_catalog.quote_ident(ca.attname), pg_catalog.quote_ident(pa.attname)"
    " FROM pg_catalog.pg_constraint r JOIN pg_catalog.pg_class c ON c.oid = r.conrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace"
    " JOIN pg_catalog.pg_class p ON p.oid = r.confrelid JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace"
    " CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(r.conkey), pg_catalog.unnest(r.confkey)) WITH ORDINALITY AS k (child, parent, n)"
    " JOIN pg_catalog.pg_attribute ca ON ca.attrelid = c.oid AND ca.attnum = k.child JOIN pg_catalog.pg_attribute pa ON pa.attrelid = p.oid AND pa.attnum = k.parent"
    " WHERE r.contype = 'f' AND r.convalidated AND r.conparentid = 0 ORDER BY r.oid, k.n";

constexpr const char* kSampleSequences =
    "SELECT 'SELECT pg_catalog.setval(' || pg_catalog.quote_literal(pg_catalog.quote_ident(schemaname) || '.' || pg_catalog.quote_ident(sequencename)) || ', ' || last_value || ');'"
    " FROM pg_catalog.pg_sequences WHERE last_value IS NOT NULL AND schemaname <> 'tidemark' ORDER BY 1";

struct Plan {
  std::vector<SampleTable> tables;
  std::vector<std::string> columns;  ///< of each
  std::vector<SampleReference> references;
  std::vector<SampleShare> shares;
  std::vector<std::string> sequences;
};

Plan look(Session& session, const SampledCopyRequest& request) {
  Plan plan;
  for (const auto& row : session.query(kSampleTables)) {
    const auto& name = row.at(0).value();
    const auto key = std::find_if(request.subjects.begin(), request.subjects.end(), [&](const auto& one) { return one.first == name; });
    const auto count = postgres::count_or_estimate(session, row.at(2).value(), row.at(3).value());
    plan.tables.push_back({name, (row.at(1) == "r" ? "ONLY " : "") + name, key == request.subjects.end() ? "" : postgres::quoted_name(key->second), count.rows, count.estimated});
    plan.columns.push_back(row.at(4).value());
  }
  std::string last;
  for (const auto& row : session.query(kSampleReferences)) {
    if (row.at(0) != last) plan.references.push_back({row.at(1).value(), row.at(2).value(), {}});
    last = row.at(0).value();
    plan.references.back().columns.push_back({row.at(3).value(), row.at(4).value()});
  }
  for (const auto& row : session.query(kSampleSequences)) plan.sequences.push_back(row.at(0).value());
  plan.shares = plan_sample(plan.tables, plan.references, request.percent);
  return plan;
}

/// A row whose foreign key finds nothing goes, until none is left: circles, and tables that refer to themselves.
std::uint64_t prune(Session& copy, const std::vector<SampleReference>& references) {
  std::uint64_t all = 0;
  for (bool more = true; more;) {
    more = false;
    for (const auto& reference : references) {
      std::string given, equal;
      for (const auto& pair : reference.columns) {
        given += "c." + pair.child + " IS NOT NULL AND ";
        equal += (equal.empty() ? "" : " AND ") + ("p." + pair.parent + " = c." + pair.child);
      }
      const auto gone = copy.query("WITH gone AS (DELETE FROM " + reference.child + " AS c WHERE " + given + "NOT EXISTS (SELECT FROM " + reference.parent + " AS p WHERE " + equal + ") RETURNING 1) SELECT pg_catalog.count(*) FROM gone").at(0).at(0).value();
      all += std::stoull(gone);
      more = more || gone != "0";
    }
  }
  return all;
}

void write_script(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw Failure(ExitCode::failed, kCopying, path, "the file could not be written", kUntouched, "make room in the folder for temporary files ($TMPDIR)");
}

}  // namespace

SampledCopy copy_sample(Environment& environment, Target& reading, const SampledCopyRequest& request) {
  const PostgresTool tool(environment, request.programs);
  const ChildDatabase from(request.conninfo), into(request.into);
  const auto psql = [&](const ChildDatabase& database, const std::string& script) {
    tool.run("psql", {"--no-psqlrc", "--no-password", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=" + script, "--dbname=" + database.conninfo()}, &database, kCopying, reading.name(), kUntouched);
  };
  const std::string dump = request.folder + "/schema.dump";
  const auto session = reading.connect("rehearse", true);
  // The snapshot lives as long as this transaction.
  session->begin_reading();
  const auto snapshot = session->query("SELECT pg_catalog.pg_export_snapshot()").at(0).at(0).value();
  tool.run("pg_dump", {"--format=custom", "--schema-only", "--exclude-schema=tidemark", "--no-password", "--lock-wait-timeout=60000", "--snapshot=" + snapshot, "--file=" + dump, "--dbname=" + from.conninfo()}, &from,
           "dumping the schema", reading.name(), kUntouched);
  const auto plan = look(*session, request);
  std::string out = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSET TRANSACTION SNAPSHOT '" + snapshot + "';\nSET LOCAL row_security = off;\n", in;
  for (std::size_t at = 0; at < plan.tables.size(); ++at) {
    const auto& table = plan.tables[at];
    if (plan.columns[at].empty()) continue;
    const auto file = request.folder + "/" + std::to_string(at) + ".copy";
    const auto& where = plan.shares[at].where;
    out += "COPY (SELECT " + plan.columns[at] + " FROM " + table.from + " AS t" + (where.empty() ? "" : " WHERE " + where) + ") TO STDOUT \\g '" + file + "'\n";
    in += "\\copy " + table.name + " (" + plan.columns[at] + ") FROM '" + file + "'\n";
  }
  out += "COMMIT;\n";
  for (const auto& sequence : plan.sequences) in += sequence + "\n";
  write_script(request.folder + "/out.sql", out);
  write_script(request.folder + "/in.sql", in);
  environment.observer.say(Observer::Level::info, "rehearse: copying a sample of " + reading.name());
  psql(from, request.folder + "/out.sql");
  session->rollback();

  const auto restore = [&](const char* section) {
    std::vector<std::string> arguments{"--exit-on-error", "--no-password", "--no-owner", "--no-publications", "--no-subscriptions", "--no-tablespaces", std::string("--section=") + section};
    if (request.elsewhere) arguments.insert(arguments.end(), {"--no-privileges", "--no-security-labels"});
    arguments.insert(arguments.end(), {"--dbname=" + into.conninfo(), dump});
    tool.run("pg_restore", arguments, &into, "making the sample's schema", reading.name(), kUntouched);
  };
  restore("pre-data");
  psql(into, request.folder + "/in.sql");
  const auto copy = postgres::make_target({request.into, {}})->connect("rehearse", false);
  SampledCopy result;
  result.pruned = prune(*copy, plan.references);
  restore("post-data");
  copy->query("ANALYZE");
  result.ratio = 0;
  for (std::size_t at = 0; at < plan.tables.size(); ++at) {
    const auto& table = plan.tables[at];
    const auto rows = std::stoull(copy->query("SELECT pg_catalog.count(*) FROM " + table.from).at(0).at(0).value());
    result.tables.push_back({table, plan.shares[at].how, rows});
    result.rows += rows;
    if (table.key.empty() || table.rows == 0) continue;
    if (rows == 0) throw Failure(ExitCode::inconclusive, kCopying, table.name, "none of its " + std::to_string(table.rows) + " rows fell into the sample", kUntouched, "tidemark rehearse --sample with more, or without it");
    result.ratio = std::max(result.ratio, static_cast<double>(table.rows) / static_cast<double>(rows));
  }
  if (result.ratio == 0) result.ratio = 1;
  return result;
}

}  // namespace tidemark::engine::runbook
