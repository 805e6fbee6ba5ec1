#include <algorithm>

#include "engine/postgres/quote.h"
#include "engine/postgres/session.h"
#include "journal/chain.h"

// ORDER BY names t's column, never the output column of the same name: that one is text, has no index, and sorts otherwise.
// Parameters have no casts: they take the type of the column they are compared with, without its length.

namespace tidemark::engine::postgres {
namespace {

using journal::SourceDigest;

constexpr std::int64_t kReadWhole = 1 << 30;  ///< bytes of a table that are read in one go, in the order they lie: ten times as fast as by key

constexpr std::size_t kWorthWalking = 50;  ///< keys, for which a range is walked

std::string table_of(const SourceShape& source) { return " FROM " + qualified(source.schema, source.table) + " AS t "; }

/// The value's text as UTF-8 bytes on the server; NULL as none.
std::string bytes_of(const SourceShape& source) { return "convert_to(coalesce(t." + quoted_name(source.value) + "::text, ''), 'UTF8')"; }

std::string digest_of(const SourceShape& source) { return "encode(substr(sha256(" + bytes_of(source) + "), 1, 16), 'hex')"; }

SourceDigest digest_of(std::string_view text) {
  const auto full = journal::sha256(text);
  SourceDigest digest;
  std::copy_n(full.begin(), digest.size(), digest.begin());
  return digest;
}

SourceDigest digest_from_hex(std::string_view hex) {
  const auto nibble = [](char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  SourceDigest digest{};
  for (std::size_t i = 0; i < digest.size() && 2 * i + 1 < hex.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
  }
  return digest;
}

/// WHERE t.key is above the first and up to the second parameter that there is.
std::string range_of(const SourceShape& source, const Value& above, const Value& up_to, Row& parameters) {
  std::string where;
  const std::string key = "t." + quoted_name(source.key);
  for (const auto& [bound, compare] : {std::pair(&above, " > $"), std::pair(&up_to, " <= $")}) {
    if (!*bound) continue;
    parameters.push_back(*bound);
    where += (where.empty() ? "WHERE " : "AND ") + key + compare + std::to_string(parameters.size()) + " ";
  }
  return where;
}

std::string in_key_order(const SourceShape& source, std::size_t limit) {
  return "ORDER BY t." + quoted_name(source.key) + " LIMIT " + std::to_string(limit);
}

/// Whole subjects, by key. A value longer than the limit stays on the server, which then makes its digest; so do those that come after so many
/// bytes. The inner SELECT, which the planner may not flatten (FOR UPDATE, OFFSET), makes the value's text once: for jsonb that is the dear part.
/// @param which  a condition on t, in terms of the parameters; then the order, the lock
std::string rows_sql(const SourceShape& source, const std::string& which) {
  const std::string limit = std::to_string(source.max_value_bytes), key = "t." + quoted_name(source.key);
  std::string inner, outer;
  for (std::size_t i = 0; i < source.columns.size(); ++i) {
    const std::string name = "c" + std::to_string(i);
    inner += ", t." + quoted_name(source.columns[i]) + "::text AS " + name;
    outer += ", s." + name;
  }
  return "SELECT s.k, octet_length(s.v), CASE WHEN s.fits THEN s.v END, CASE WHEN NOT s.fits THEN encode(substr(sha256(convert_to(s.v, 'UTF8')), 1, 16), 'hex') END" + outer +
         " FROM (SELECT i.*, octet_length(i.v) <= " + limit + " AND sum(CASE WHEN octet_length(i.v) <= " + limit + " THEN octet_length(i.v) END) OVER (ROWS UNBOUNDED PRECEDING) <= " +
         std::to_string(source.max_bytes_at_once) + " AS fits FROM (SELECT " + key + "::text AS k, t." + quoted_name(source.value) + "::text AS v" + inner + table_of(source) + "WHERE " + which +
         ") AS i) AS s";
}

SourceRow source_row(const SourceShape& source, const Wire::Fields& row) {
  SourceRow subject;
  subject.key = row.text(0);
  subject.bytes = static_cast<std::uint64_t>(row.number(1));
  subject.value = row.value(2);
  subject.withheld = !subject.value && subject.bytes > 0 && subject.bytes <= source.max_value_bytes;
  subject.digest = row.null(3) ? digest_of(subject.value ? std::string_view(*subject.value) : std::string_view()) : digest_from_hex(row.text(3));
  subject.columns.reserve(source.columns.size());
  for (std::size_t i = 0; i < source.columns.size(); ++i) subject.columns.push_back(row.value(static_cast<int>(4 + i)));
  return subject;
}

}  // namespace

Keys PostgresSession::keys(const SourceShape& source, const std::optional<std::string>& above, const std::optional<std::string>& up_to,
                           std::size_t limit) {
  const Snapshot snapshot(*this);
  Row parameters;
  const std::string where = range_of(source, above, up_to, parameters);
  return first_column(wire_.exec("SELECT t." + quoted_name(source.key) + "::text" + table_of(source) + where + in_key_order(source, limit), parameters));
}

std::vector<KeyDigest> PostgresSession::digests(const SourceShape& source, const std::optional<std::string>& above, std::size_t limit) {
  const Snapshot snapshot(*this);
  Row parameters;
  const std::string where = range_of(source, above, std::nullopt, parameters);
  std::vector<KeyDigest> result;
  for (const auto& row : wire_.exec(
           "SELECT t." + quoted_name(source.key) + "::text, " + digest_of(source) + table_of(source) + where + in_key_order(source, limit), parameters)) {
    result.push_back({text(row[0]), digest_from_hex(text(row[1]))});
  }
  return result;
}

std::optional<Horizon> PostgresSession::horizon(const SourceShape& source) {
  const Snapshot snapshot(*this);
  const auto found = wire_.exec("SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text, pg_catalog.pg_postmaster_start_time()::text"
                                " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am a ON a.oid = c.relam"
                                " WHERE c.oid = $1::regclass AND c.relkind = 'r' AND NOT c.relhassubclass AND a.amname = 'heap'",
                                {qualified(source.schema, source.table)});
  if (found.empty()) return std::nullopt;
  return Horizon{static_cast<std::uint64_t>(number(found[0][0])), text(found[0][1])};
}

// A row's xmin has 32 bits and is compared by age(), which knows half a turn of the counter: a quarter after the horizon everything counts as
// changed, and on another server process, too. Older rows, frozen ones with them, can only seem younger than they are. Subtransactions have
// numbers above their transaction's: all that was in progress at the horizon is at or above it.
ChangedPage PostgresSession::changed_since(const SourceShape& source, const std::optional<std::string>& above, std::size_t window, const Horizon& since) {
  const Snapshot snapshot(*this);
  Row parameters;
  const std::string where = range_of(source, above, std::nullopt, parameters), xid = std::to_string(since.xid);
  parameters.push_back(since.server);
  const std::string key = "t." + quoted_name(source.key);
  const auto marked = [&](const std::string& rest) {
    return "SELECT " + key + " AS k, t." + quoted_name(source.value) + " AS v, (pg_catalog.age(t.xmin) <= pg_catalog.age('" + std::to_string(since.xid & 0xFFFFFFFF) +
                             "'::pg_catalog.xid) OR s.all_of_it) AS recent FROM " + qualified(source.schema, source.table) +
                             " AS t CROSS JOIN (SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - " + xid +
                             " > 1073741824 OR pg_catalog.pg_postmaster_start_time()::text <> $" + std::to_string(parameters.size()) + " AS all_of_it) AS s " + rest;
  };
  const std::string digest = "CASE WHEN w.recent THEN encode(substr(sha256(convert_to(coalesce(w.v::text, ''), 'UTF8')), 1, 16), 'hex') END";
  if (!above && reads_whole_ && number(wire_.exec("SELECT pg_catalog.pg_relation_size($1::pg_catalog.regclass)", {qualified(source.schema, source.table)})[0][0]) <= kReadWhole) {
    reads_whole_ = false;  // unless it is answered: what takes too long once does so again
    const auto all = wire_.exec("SELECT w.k::text, " + digest + " FROM (SELECT * FROM (" + marked("OFFSET 0") + ") AS m WHERE m.recent LIMIT " + std::to_string(window + 1) + ") AS w ORDER BY w.k", parameters);
    reads_whole_ = true;
    if (all.size() <= window) {
      ChangedPage page;
      page.end = true;
      for (const auto& row : all) page.changed.push_back({text(row[0]), digest_from_hex(text(row[1]))});
      if (!page.changed.empty()) page.last = page.changed.back().key;
      return page;
    }
  }
  const std::string walked = marked(where + in_key_order(source, window));
  // Nearly every window has nothing new: asked first, that takes less than half of the time. The keys come in the subquery's order.
  const auto asked = wire_.exec("SELECT pg_catalog.count(*), coalesce(pg_catalog.bool_or(w.recent), false), (pg_catalog.array_agg(w.k))[pg_catalog.count(*)]::text FROM (" + walked + ") AS w", parameters);
  if (text(asked[0][1]) == "f") {
    ChangedPage nothing;
    nothing.end = static_cast<std::size_t>(number(asked[0][0])) < window;
    if (!asked[0][2].is_null()) nothing.last = text(asked[0][2]);
    return nothing;
  }
  const auto result = wire_.exec("WITH w AS MATERIALIZED (" + walked +
                                     ") SELECT w.k::text, " + digest + ", (SELECT count(*) FROM w) FROM w WHERE w.recent OR w.k = (SELECT l.k FROM w AS l ORDER BY l.k DESC LIMIT 1) ORDER BY w.k",
                                 parameters);
  ChangedPage page;
  page.end = result.empty() || static_cast<std::size_t>(number(result[0][2])) < window;
  for (const auto& row : result) {
    page.last = text(row[0]);
    if (!row[1].is_null()) page.changed.push_back({text(row[0]), digest_from_hex(text(row[1]))});
  }
  return page;
}

// The empty half of the UNION lends the column's collation to the keys, so that they sort as the table's index does.
Keys PostgresSession::in_server_order(const SourceShape& source, const Keys& keys) {
  const Snapshot snapshot(*this);
  return first_column(wire_.exec("SELECT k.key::text FROM (SELECT t." + quoted_name(source.key) + " AS key" + table_of(source) + "WHERE false UNION ALL"
                                 " SELECT unnest($1::" + bare_type(source.key_type) + "[])) AS k ORDER BY k.key",
                                 {array_literal(keys)}));
}

std::vector<SourceRow> PostgresSession::read(const SourceShape& source, const Keys& keys) {
  const Snapshot snapshot(*this);
  look_up_by_index();
  return source_rows(source, keys, " OFFSET 0");
}

std::vector<SourceRow> PostgresSession::lock_subjects(const SourceShape& source, const Keys& keys) {
  look_up_by_index();
  return source_rows(source, keys, " FOR UPDATE SKIP LOCKED");
}

std::vector<SourceRow> PostgresSession::source_rows(const SourceShape& source, const Keys& keys, const std::string& lock) {
  std::vector<SourceRow> rows;
  rows.reserve(keys.size());
  auto array = key_array(source.key_type, keys);
  const std::string key = "t." + quoted_name(source.key);
  wire_.exec_each(rows_sql(source, key + " = ANY ($1) ORDER BY " + key + lock), {std::move(array.parameter)}, [&](const Wire::Fields& row) { rows.push_back(source_row(source, row)); }, array.binary);
  return rows;
}

// Twice as many as are wanted is the most: whoever does not come is for the caller one that is held.
std::vector<SourceRow> PostgresSession::lock_range(const SourceShape& source, const Keys& keys) {
  if (keys.size() < kWorthWalking) return lock_subjects(source, keys);
  look_up_by_index();
  std::vector<SourceRow> rows;
  rows.reserve(keys.size());
  const std::string key = "t." + quoted_name(source.key);
  auto expected = keys.begin();
  wire_.exec_each(rows_sql(source, key + " >= $1 AND " + key + " <= $2 ORDER BY " + key + " LIMIT " + std::to_string(2 * keys.size()) + " FOR UPDATE SKIP LOCKED"),
                  {keys.front(), keys.back()}, [&](const Wire::Fields& row) {
    const auto found = std::find(expected, keys.end(), row.text(0));
    if (found == keys.end()) return;  // new
    expected = found + 1;
    rows.push_back(source_row(source, row));
  });
  return rows;
}

Keys PostgresSession::lock_parents(const SourceShape& source, const Keys& parents) {
  if (!source.parent) return parents;
  look_up_by_index();
  const std::string key = "t." + quoted_name(source.parent->key);
  // Not FOR KEY SHARE, which a row in the middle of an update allows: PostgreSQL then goes on to the row's newest version and waits for
  // whoever holds that, in spite of SKIP LOCKED (heap_lock_updated_tuple). FOR SHARE leaves such a row out.
  const auto lock = [&](const std::string& what) {
    return "SELECT " + what + " FROM " + qualified(source.parent->schema, source.parent->table) + " AS t WHERE " + key + " = ANY ($1) ORDER BY " + key + " FOR SHARE SKIP LOCKED";
  };
  const auto array = key_array(source.parent->key_type, parents);
  std::int64_t count = 0;
  wire_.exec_each("SELECT count(*) FROM (" + lock("") + ") AS l", {array.parameter}, [&](const Wire::Fields& row) { count = row.number(0); }, array.binary);
  if (count == static_cast<std::int64_t>(parents.size())) return parents;
  Keys locked;  // some are held by others, or gone, or asked for twice: which, is asked only then
  wire_.exec_each(lock(key + "::text"), {array.parameter}, [&](const Wire::Fields& row) { locked.emplace_back(row.text(0)); }, array.binary);
  return locked;
}

Keys PostgresSession::present(const SourceShape& source, const Keys& keys) {
  const Snapshot snapshot(*this);
  const std::string key = "t." + quoted_name(source.key);
  return first_column(wire_.exec("SELECT " + key + "::text" + table_of(source) + "WHERE " + key + " = ANY ($1) ORDER BY " + key, {array_literal(keys)}));
}

}  // namespace tidemark::engine::postgres
