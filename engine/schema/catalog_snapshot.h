#pragma once
/// The schema at one moment, as one canonical text: one line an object, sorted by its bytes.
///
/// Kinds: schema, extension, table, foreign_table, column, constraint, index, enum, domain, composite, range, sequence, view, matview,
/// function, procedure, aggregate, trigger, rule, policy, statistics; count (of every other catalog class, so that an unknown change is
/// seen at least); order (of a table's columns); and the surroundings: owner, tablespace, version. Where PostgreSQL prints an
/// expression differently once it was dumped and restored, the text has the restored form: it is the same SQL.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/target.h"

namespace tidemark::engine::schema {

/// kind, then identity: quoted and qualified ("column", "public.users.\"displayName\"").
using ObjectKey = std::pair<std::string, std::string>;

struct CatalogSnapshot {
  std::map<ObjectKey, std::string> objects;  ///< attributes: a JSON object
  bool operator==(const CatalogSnapshot&) const = default;

  /// One round trip; inside the caller's transaction if it is in one. SELECT on the catalog is enough.
  static CatalogSnapshot take(Session& session);
  /// @throws std::invalid_argument not a text of text()'s
  static CatalogSnapshot parse(std::string_view text);
  /// Lines of kind, identity, attributes, parted by tabs; tab, line feed and backslash in an identity as \t \n \\.
  std::string text() const;
};

/// Three digests, because three questions: is it the same schema; do the columns stand in the same order (an undo can't put a column back
/// into the middle without rewriting the table); who owns it, where it lies, what versions it was made with.
struct Fingerprint {
  Digest schema{}, order{}, surroundings{};
  bool operator==(const Fingerprint&) const = default;
};
Fingerprint fingerprint(const CatalogSnapshot& snapshot);
/// Of the whole text: names a snapshot in the journal.
Digest state_digest(const CatalogSnapshot& snapshot);

enum class Part { schema, order, surroundings };
Part part_of(const ObjectKey& key);

/// What stands between two snapshots.
struct Difference {
  ObjectKey key;
  const std::string* before = nullptr;  ///< nullptr: wasn't there
  const std::string* after = nullptr;   ///< nullptr: is gone
};
/// In the order of the keys; the pointers are into the two.
std::vector<Difference> differences(const CatalogSnapshot& before, const CatalogSnapshot& after);
/// "+ column public.users.theme", "- index …", "~ table …" (changed).
std::string name_of(const Difference& difference);
/// The same, and of what was changed each attribute: "~ column public.users.name: type text -> character varying(40), default none -> ''::text".
std::string describe(const Difference& difference);
/// An object's attributes but for who may do what with it: a copy on another server has other roles.
std::string without_privileges(const std::string& attributes);

/// "(ARRAY[a, b])::text[]" as "ARRAY[(a)::text, (b)::text]": what a dump and restore make of it. Strings and names stay as they are.
std::string as_restored(std::string_view expression);

}  // namespace tidemark::engine::schema
