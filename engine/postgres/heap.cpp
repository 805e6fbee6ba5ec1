#include "engine/postgres/horizon_sql.h"
#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"

namespace tidemark::engine::postgres {

std::optional<Horizon> PostgresSession::horizon(const SourceShape& source) {
  const Snapshot snapshot(*this);
  const auto found = wire_.exec("SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text, pg_catalog.pg_postmaster_start_time()::text"
                                " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am a ON a.oid = c.relam"
                                " WHERE c.oid = $1::regclass AND c.relkind = 'r' AND NOT c.relhassubclass AND a.amname = 'heap'",
                                {qualified(source.schema, source.table)});
  if (found.empty()) return std::nullopt;
  return Horizon{static_cast<std::uint64_t>(number(found[0][0])), text(found[0][1])};
}

// The size is looked at behind the horizon: what is older lies within it.
std::optional<Heap> PostgresSession::heap(const SourceShape& source) {
  const Snapshot snapshot(*this);
  auto since = horizon(source);
  if (!since) return std::nullopt;
  const auto name = qualified(source.schema, source.table);
  const auto last = wire_.exec("SELECT t." + quoted(source.key) + "::text FROM " + name + " AS t ORDER BY t." + quoted(source.key) + " DESC LIMIT 1");
  if (last.empty()) return std::nullopt;
  const auto facts = wire_.exec("SELECT pg_catalog.pg_relation_filenode($1::pg_catalog.regclass), pg_catalog.pg_relation_size($1::pg_catalog.regclass)"
                                " / pg_catalog.current_setting('block_size')::int, coalesce((SELECT s.correlation FROM pg_catalog.pg_stats s WHERE s.schemaname = $2"
                                " AND s.tablename = $3 AND s.attname = $4 AND NOT s.inherited), 1)::text, pg_catalog.current_setting('server_version_num')::int >= 140000",
                                {name, source.schema, source.table, source.key})[0];
  if (!truth(facts[3])) return std::nullopt;
  return Heap{std::move(*since), static_cast<std::uint64_t>(number(facts[0])), static_cast<std::uint64_t>(number(facts[1])), std::stod(text(facts[2])), text(last[0][0])};
}

// Whether it is the same heap is asked behind the reading, whose lock keeps the table from being written anew in between.
HeapPage PostgresSession::keys_in(const SourceShape& source, const Heap& heap, std::uint64_t from, std::uint64_t to) {
  const Snapshot snapshot(*this);
  const auto place = [](std::uint64_t block) { return "'(" + std::to_string(block) + ",0)'::pg_catalog.tid"; };
  const auto name = qualified(source.schema, source.table);
  HeapPage page;
  page.keys = first_column(wire_.exec("SELECT t." + quoted(source.key) + "::text FROM " + name + " AS t WHERE t.ctid >= " + place(from) + " AND t.ctid < " + place(to) +
                                      " AND NOT " + written_since(heap.since)));
  const auto now = wire_.exec("SELECT pg_catalog.pg_relation_filenode($1::pg_catalog.regclass), " + out_of_sight(heap.since, "$2"), {name, heap.since.server})[0];
  if (static_cast<std::uint64_t>(number(now[0])) != heap.file || truth(now[1])) return {false, {}};
  return page;
}

}  // namespace tidemark::engine::postgres
