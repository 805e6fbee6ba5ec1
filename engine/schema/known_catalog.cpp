#include "engine/schema/known_catalog.h"

namespace tidemark::engine::schema {
namespace {

/// For each catalog, how many rows it has and the sum of the transactions that wrote them. A later transaction has a higher number: with as many
/// rows as before, the sum only stays the same if nothing was written. What PostgreSQL itself was born with (below 16384) stays, the schema public
/// and comments on it aside. Roles are in privileges and owners by name.
constexpr const char* kMark = R"sql(
SELECT string_agg(c.n || ' ' || c.s, ',' ORDER BY c.no) FROM (
  SELECT 1 AS no, count(*) AS n, coalesce(sum(xmin::text::bigint), 0) AS s FROM pg_namespace
  UNION ALL SELECT 2, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_class WHERE oid >= 16384
  UNION ALL SELECT 3, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_attribute WHERE attrelid >= 16384
  UNION ALL SELECT 4, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_attrdef
  UNION ALL SELECT 5, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_constraint
  UNION ALL SELECT 6, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_index
  UNION ALL SELECT 7, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_type WHERE oid >= 16384
  UNION ALL SELECT 8, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_enum
  UNION ALL SELECT 9, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT 10, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_trigger
  UNION ALL SELECT 11, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_rewrite WHERE oid >= 16384
  UNION ALL SELECT 12, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_policy
  UNION ALL SELECT 13, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_sequence
  UNION ALL SELECT 14, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_description WHERE objoid >= 16384 OR objoid IN (SELECT oid FROM pg_namespace)
  UNION ALL SELECT 15, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_depend
  UNION ALL SELECT 16, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_extension
  UNION ALL SELECT 17, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_range
  UNION ALL SELECT 18, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_inherits
  UNION ALL SELECT 19, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_statistic_ext
  UNION ALL SELECT 20, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_aggregate WHERE aggfnoid >= 16384
  UNION ALL SELECT 21, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_operator WHERE oid >= 16384
  UNION ALL SELECT 22, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_cast
  UNION ALL SELECT 23, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_collation WHERE oid >= 16384
  UNION ALL SELECT 24, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_default_acl
  UNION ALL SELECT 25, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_event_trigger
  UNION ALL SELECT 26, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_publication
  UNION ALL SELECT 27, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_publication_rel
  UNION ALL SELECT 28, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_foreign_server
  UNION ALL SELECT 29, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_foreign_data_wrapper
  UNION ALL SELECT 30, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_opclass WHERE oid >= 16384
  UNION ALL SELECT 31, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_opfamily WHERE oid >= 16384
  UNION ALL SELECT 32, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_language
  UNION ALL SELECT 33, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_am
  UNION ALL SELECT 34, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_conversion WHERE oid >= 16384
  UNION ALL SELECT 35, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_transform
  UNION ALL SELECT 36, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_ts_config
  UNION ALL SELECT 37, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_ts_dict
  UNION ALL SELECT 38, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_ts_parser
  UNION ALL SELECT 39, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_ts_template
  UNION ALL SELECT 40, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_seclabel
  UNION ALL SELECT 41, count(*), coalesce(sum(xmin::text::bigint), 0) FROM pg_largeobject_metadata
  UNION ALL SELECT 42, count(*), coalesce(sum(hashtext(rolname::text)), 0) FROM pg_roles
  UNION ALL SELECT 43, count(*), 0 FROM pg_user_mappings) c)sql";

}  // namespace

std::string KnownCatalog::mark(Session& session) { return session.query_often(kMark).at(0).at(0).value_or(""); }

const Catalog& KnownCatalog::now(Session& session) {
  auto found = mark(session);
  if (!catalog_ || found != mark_) {
    catalog_ = Catalog{CatalogSnapshot::take(session), object_ids(session)};
    mark_ = std::move(found);
  }
  return *catalog_;
}

void KnownCatalog::remember(Session& session, Catalog catalog) {
  mark_ = mark(session);
  catalog_ = std::move(catalog);
}

}  // namespace tidemark::engine::schema
